/** What every implementation of the port ReplyQueues does. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ReplyQueues } from '../../lib/runtime/ports.ts';

/** An implementation for app shop in stage dev, and what a test needs besides. */
export interface ReplyQueuesWorld {
  readonly replies: ReplyQueues;
  /** Sends as a worker does. */
  send(queueName: string, body: string): Promise<void>;
  /** Acks as a client does. */
  ack(queueName: string, receipt: string): Promise<void>;
  /** Makes a queue without a beat, as somebody else would. */
  create(queueName: string): Promise<void>;
  tags(queueName: string): Promise<unknown>;
  now(): number;
  advance(ms: number): Promise<void>;
  close(): Promise<void>;
}

const PREFIX = 'shop-dev-reply-';
const MINE = `${PREFIX}mine`;
const POLL = 20;

/** Registers the suite. */
export function testReplyQueues(name: string, open: () => Promise<ReplyQueuesWorld>): void {
  describe(`reply queues ${name}`, () => {
    let world: ReplyQueuesWorld;
    let stop: AbortController;

    beforeEach(async () => {
      world = await open();
      stop = new AbortController();
    });

    afterEach(() => world.close());

    const receive = (seconds = 0) => world.replies.receive(MINE, seconds, stop.signal);
    const bodies = async (seconds = 0) => (await receive(seconds))?.map(({ body }) => body).sort();

    test('a queue that was opened is there, and opening it again changes nothing', async () => {
      await world.replies.open(MINE, world.now());
      await world.send(MINE, 'a');

      await world.replies.open(MINE, world.now());

      expect(await bodies()).toEqual(['a']);
    });

    test('ten messages at most come at once, and what was acked does not come back', async () => {
      await world.replies.open(MINE, world.now());
      for (let index = 0; index < 11; index++) await world.send(MINE, String(index));

      const first = (await receive()) ?? [];
      for (const { receipt } of first) await world.ack(MINE, receipt);
      await world.advance(60_000);

      expect(first).toHaveLength(10);
      expect(await bodies()).toHaveLength(1);
    });

    test('what was not acked comes back soon', async () => {
      await world.replies.open(MINE, world.now());
      await world.send(MINE, 'a');
      await receive();

      expect(await bodies()).toEqual([]);
      await world.advance(5_000);
      expect(await bodies()).toEqual(['a']);
    });

    test('a poll waits for a message', async () => {
      await world.replies.open(MINE, world.now());

      const polled = bodies(POLL);
      await world.send(MINE, 'a');

      expect(await polled).toEqual(['a']);
    });

    test('a message that nobody fetched is gone after an hour', async () => {
      await world.replies.open(MINE, world.now());
      await world.send(MINE, 'a');

      await world.advance(3_600_000);

      expect(await bodies()).toEqual([]);
    });

    test('a queue says whose it is', async () => {
      await world.replies.open(MINE, Date.parse('2026-01-01T00:00:00Z'));

      expect(await world.tags(MINE)).toEqual({
        'celeriac:app': 'shop',
        'celeriac:stage': 'dev',
        'celeriac:beat': '2026-01-01T00:00:00.000Z',
      });
    });

    test('the queues of the prefix are listed with their last beats', async () => {
      const others = ['shop-dev-work', 'shop-prod-reply-a', `${PREFIX}older`];
      for (const other of others) await world.create(other);
      await world.replies.open(MINE, world.now());
      await world.replies.open(`${PREFIX}next`, world.now() - 7_000);

      await world.replies.beat(MINE, world.now() + 300_000);

      const listed = await world.replies.list(PREFIX);
      expect([...listed].sort((a, b) => (a.queueName < b.queueName ? -1 : 1))).toEqual([
        { queueName: MINE, beatAt: world.now() + 300_000 },
        { queueName: `${PREFIX}next`, beatAt: world.now() - 7_000 },
        { queueName: `${PREFIX}older`, beatAt: undefined },
      ]);
    });

    test('more queues than one page or one look holds are listed', async () => {
      const names = Array.from({ length: 25 }, (_, index) => `${PREFIX}${String(index).padStart(4, '0')}`);
      for (const queueName of names) await world.replies.open(queueName, world.now());

      const listed = await world.replies.list(PREFIX);

      expect(listed.map(({ queueName }) => queueName).sort()).toEqual(names);
    });

    test('where there is none, none is listed', async () => {
      expect(await world.replies.list(PREFIX)).toEqual([]);
    });

    test('a queue that was removed is gone for whoever polls, beats or removes it', async () => {
      await world.replies.open(MINE, world.now());
      await receive();

      await world.replies.remove(MINE);

      expect(await receive()).toBeUndefined();
      await world.replies.beat(MINE, world.now());
      await world.replies.remove(MINE);
      expect(await world.replies.list(PREFIX)).toEqual([]);
    });

    test('a queue that is removed ends the poll that waits for it', async () => {
      await world.replies.open(MINE, world.now());

      const polled = receive(POLL);
      await world.replies.remove(MINE);

      expect(await polled).toBeUndefined();
    });

    test('what was never there is gone', async () => {
      expect(await receive()).toBeUndefined();
      await world.replies.remove(MINE);
    });
  });
}
