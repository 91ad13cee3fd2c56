/** What every implementation of the port Topics does. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { toFilterAttributes } from '../../lib/core/routing/filter-policy.ts';
import type { TopicMessage, Topics } from '../../lib/runtime/ports.ts';
import type { Received } from './queues.ts';

/** An implementation, with topics and queues that are subscribed to them, raw. */
export interface TopicsWorld {
  readonly topics: Topics;
  /** Makes a topic and a queue; both are ordered when their names end in '.fifo'. */
  create(topicName: string, queueName: string, filterPolicy?: object): Promise<void>;
  /** At most 10 messages. */
  receive(queueName: string): Promise<readonly Received[]>;
  close(): Promise<void>;
}

const NEWS = 'shop-dev-news';
const MOVES = 'shop-dev-moves.fifo';

/** Registers the suite. */
export function testTopics(name: string, open: () => Promise<TopicsWorld>): void {
  describe(`topics ${name}`, () => {
    let world: TopicsWorld;

    beforeEach(async () => {
      world = await open();
      await world.create(NEWS, 'all');
      await world.create(NEWS, 'teas', { key: ['k:tea'] });
      await world.create(NEWS, 'first', { is1: ['f0=order'], is2: ['n2'] });
      await world.create(MOVES, 'ledger.fifo');
    });

    afterEach(() => world.close());

    const bodies = async (queueName: string) =>
      (await world.receive(queueName)).map(({ body }) => body).sort();

    test('ten messages go in one call and arrive as they were', async () => {
      const texts = Array.from({ length: 9 }, (_, index) => `{"index":${index}}`);
      const all = [...texts, 'ø 猫 🐈 \t\n "quoted" \\ &amp; + %20'];

      expect(
        await world.topics.publish(
          NEWS,
          all.map((body) => message(body)),
        ),
      ).toEqual([]);

      expect(await bodies('all')).toEqual([...all].sort());
    });

    test('a queue gets what passes its filter, by the key or by the facts of it', async () => {
      const messages = [
        message('1', 'tea'),
        message('2', 'order.eu'),
        message('3', 'order.eu.paid'),
        message('4', 'a "quoted" \\ key'),
        message('5', ''),
      ];

      expect(await world.topics.publish(NEWS, messages)).toEqual([]);

      expect(await bodies('teas')).toEqual(['1']);
      expect(await bodies('first')).toEqual(['2']);
      expect(await bodies('all')).toEqual(['1', '2', '3', '4', '5']);
    });

    test('an ordered topic keeps groups and drops what is published again', async () => {
      const sent = ['a1', 'a2', 'b1', 'a1'].map((body) => ordered(body));

      expect(await world.topics.publish(MOVES, sent)).toEqual([]);
      expect(await world.topics.publish(MOVES, sent.slice(0, 1))).toEqual([]);

      const found = await world.receive('ledger.fifo');
      expect(found.map(({ body, group }) => [body, group]).sort()).toEqual([
        ['a1', 'a'],
        ['a2', 'a'],
        ['b1', 'b'],
      ]);
    });

    test('a group on a standard topic is passed on to fair queues', async () => {
      await world.topics.publish(NEWS, [{ ...message('1'), group: 'tenant' }]);

      expect(await world.receive('all')).toMatchObject([{ body: '1', group: 'tenant' }]);
    });

    test('one wrong entry refuses the call, which says that an entry may be the reason', async () => {
      const publishing = world.topics.publish(NEWS, [message('fine'), message('')]);

      await expect(publishing).rejects.toMatchObject({
        name: expect.stringMatching(/^InvalidParameter/),
        message: expect.stringContaining('Empty message'),
        retryable: false,
        entryFault: true,
      });
      expect(await bodies('all')).toEqual([]);
    });

    test('a call of more than 10 entries, or of more bytes than the topic takes, is refused', async () => {
      const eleven = Array.from({ length: 11 }, (_, index) => message(String(index)));
      const half = 'x'.repeat(131_072);

      await expect(world.topics.publish(NEWS, eleven)).rejects.toMatchObject({
        name: expect.stringMatching(/^TooManyEntriesInBatchRequest/),
      });
      await expect(world.topics.publish(NEWS, [message(half), message(half)])).rejects.toMatchObject({
        name: expect.stringMatching(/^BatchRequestTooLong/),
      });
      expect(await bodies('all')).toEqual([]);
    });

    test('a missing topic is refused for good', async () => {
      await expect(world.topics.publish('shop-dev-late', [message('1')])).rejects.toMatchObject({
        name: expect.stringMatching(/^NotFound/),
        message: expect.stringContaining('Topic does not exist'),
        retryable: false,
      });
    });
  });
}

function message(body: string, key = 'k'): TopicMessage {
  return { body, attributes: toFilterAttributes({ key }, { facts: true }) };
}

function ordered(body: string): TopicMessage {
  return { ...message(body), group: body[0] ?? '', deduplication: body };
}
