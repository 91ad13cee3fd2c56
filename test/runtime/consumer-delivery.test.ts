import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import {
  bind,
  type ConsumerOptions,
  type Context,
  type Delivery,
  defineApp,
  defineConsumer,
  defineExchange,
  defineQueue,
  fixed,
  type Queue,
  RejectError,
  RetryError,
} from '#lib';
import { type FaultRates, simulate } from '#lib/testing';
import { callsOf, deadBodies, killWorker, messagesOf, published, put } from './simulated.ts';

const standard = defineQueue('mail', { visibility: '1m' });
const ordered = defineQueue('line', { visibility: '1m', ordered: true });
const QUEUES = [
  ['standard', standard],
  ['ordered', ordered],
] as const;
const RETRY = { attempts: 3, backoff: fixed('20s') };

type Run = (delivery: Delivery, context: Context) => unknown;
type Options = Partial<Pick<ConsumerOptions<undefined, unknown>, 'retry' | 'ack' | 'once'>>;

/** Runs are told as `seconds body attempt`. */
function createWorld(queue: Queue, run: Run = () => {}, options: Options & { faults?: FaultRates } = {}) {
  const { faults, ...rest } = options;
  const got: Delivery[] = [];
  const ran: string[] = [];
  const consumer = defineConsumer(queue, {
    retry: RETRY,
    ...rest,
    run(delivery, context) {
      got.push(delivery);
      ran.push(`${context.now().toISOString().slice(14, 19)} ${delivery.body} ${delivery.attempt}`);
      return run(delivery, context);
    },
  });
  const news = defineExchange('news', { type: 'fanout', ordered: queue.ordered });
  const app = defineApp('shop', { consumers: [consumer], bindings: [bind(news, queue)] });
  return { sim: simulate(app, faults === undefined ? {} : { faults }), got, ran };
}

describe.each(QUEUES)('on a %s queue', (_kind, queue) => {
  test('a consumer is given all that was published, and BCC to nobody', async () => {
    const { sim, got } = createWorld(queue);
    const via = {
      exchange: 'news',
      key: 'n.1',
      headers: { day: { $date: '2026-01-02T00:00:00.000Z' }, CC: ['n.2'] },
      bcc: ['n.3'],
      properties: { priority: 3, timestamp: 1_000, type: 'item', contentType: 'text/plain', appId: 'desk' },
    };

    await put(sim, queue, {
      ...published('order-4711', 'news', 'n.1', { input: { a: [1] }, via, expiresAt: 1_767_229_200_000 }),
      ...{ correlationId: 'c1', replyTo: 'mail' },
    });
    await sim.settle();

    expect(got).toEqual([
      {
        body: { a: [1] },
        headers: { day: new Date('2026-01-02'), CC: ['n.2'] },
        properties: {
          messageId: 'order-4711',
          correlationId: 'c1',
          replyTo: 'mail',
          expiration: new Date(1_767_229_200_000),
          timestamp: new Date(1_000),
          deliveryMode: 2,
          ...{ priority: 3, type: 'item', contentType: 'text/plain', appId: 'desk' },
        },
        routingKey: 'n.1',
        exchange: 'news',
        redelivered: false,
        attempt: 1,
      },
    ]);
    expect(messagesOf(sim, queue)).toEqual([]);
  });

  test('a message of the default exchange is the consumer’s, whatever its key', async () => {
    const { sim, got } = createWorld(queue);

    await put(sim, queue, published('m1', '', queue.name, { input: 'x' }));
    await sim.settle();

    expect(got).toMatchObject([{ body: 'x', exchange: '', routingKey: queue.name, headers: {} }]);
  });

  test('a throw is a nack: the message comes again by the retry policy, then is dead-lettered', async () => {
    const { sim, ran, got } = createWorld(queue, () => {
      throw new Error('no');
    });

    await put(sim, queue, published('m1', 'news', '', { input: 'x' }));
    await sim.advance('10m');

    expect(ran).toEqual(['00:00 x 1', '00:20 x 2', '00:40 x 3']);
    expect(got.map(({ redelivered }) => redelivered)).toEqual([false, true, true]);
    expect(new Set(got.map(({ properties }) => properties.messageId))).toEqual(new Set(['m1']));
    expect(sim.deadLetters(queue)).toMatchObject([
      { task: `queue:${queue.name}`, input: 'x', dead: { reason: 'attempts-exhausted', attempt: 3 } },
    ]);
  });

  test('RetryError comes again when it says', async () => {
    const { sim, ran } = createWorld(queue, ({ attempt }) => {
      if (attempt === 1) throw new RetryError('later', { after: '50s' });
    });

    await put(sim, queue, published('m1', 'news', '', { input: 'x' }));
    await sim.advance('10m');

    expect(ran).toEqual(['00:00 x 1', '00:50 x 2']);
    expect(deadBodies(sim, queue)).toEqual([]);
  });

  test('RejectError is a dead letter at once, and its redrive runs in this queue again', async () => {
    let rejects = true;
    const { sim, ran, got } = createWorld(queue, () => {
      if (rejects) throw new RejectError('not this');
    });

    await put(sim, queue, published('m1', 'news', 'k', { input: 'x' }));
    await sim.advance('1m');
    const dead = sim.deadLetters(queue);
    rejects = false;
    await sim.redrive(queue);
    await sim.advance('1m');

    expect(dead).toMatchObject([{ generation: 1, dead: { reason: 'rejected' } }]);
    expect(ran).toEqual(['00:00 x 1', '01:00 x 1']);
    expect(got[1]).toMatchObject({ routingKey: 'k', exchange: 'news', redelivered: false });
    expect(deadBodies(sim, queue)).toEqual([]);
  });

  test('a worker that dies leaves a delivery that comes again as redelivered', async () => {
    const { sim, got } = createWorld(queue, (_delivery, { sleep }) => sleep('5s'));

    await put(sim, queue, published('m1', 'news', '', { input: 'x' }));
    await sim.advance('2s');
    killWorker(sim, queue);
    await sim.advance('5m');

    expect(got.map(({ redelivered, attempt }) => ({ redelivered, attempt }))).toEqual([
      { redelivered: false, attempt: 1 },
      { redelivered: true, attempt: 1 },
    ]);
    expect(messagesOf(sim, queue)).toEqual([]);
  });

  test('the schema parses the body; what does not fit is dead-lettered unrun', async () => {
    const got: unknown[] = [];
    const consumer = defineConsumer(queue, {
      message: z.object({ at: z.coerce.date() }),
      run: ({ body }) => void got.push(body.at.getTime()),
    });
    const sim = simulate(defineApp('shop', { consumers: [consumer] }));

    await put(sim, queue, published('m1', '', queue.name, { input: { at: '1970-01-01T00:00:01Z' } }));
    await put(sim, queue, published('m2', '', queue.name, { input: {} }));
    await sim.advance('1m');

    expect(got).toEqual([1_000]);
    expect(sim.deadLetters(queue)).toMatchObject([
      {
        via: { id: 'm2' },
        dead: {
          reason: 'invalid-input',
          error: { message: expect.stringMatching(/^the consumer of queue '\w+' does not take this input/) },
        },
      },
    ]);
  });

  test('once: a message that was published twice under one id is consumed once', async () => {
    const { sim, ran } = createWorld(queue, () => {}, { once: true });

    await put(sim, queue, published('order-1', 'news', '', { input: 'x', claim: true }));
    await sim.advance('1m');
    await put(sim, queue, published('order-1', 'news', '', { input: 'x', claim: true, attempt: 0, hops: 0 }));
    await put(sim, queue, published('order-2', 'news', '', { input: 'y', claim: true }));
    await sim.advance('10m');

    expect(ran.map((line) => line.slice(6))).toEqual(['x 1', 'y 1']);
    expect(messagesOf(sim, queue)).toEqual([]);
  });

  test('acked early, a throw is a dead letter without another attempt', async () => {
    const throws = (): never => {
      throw new Error('no');
    };
    const { sim, ran } = createWorld(queue, throws, { ack: 'early' });

    await put(sim, queue, published('m1', 'news', '', { input: 'x' }));
    await sim.advance('10m');

    expect(ran).toEqual(['00:00 x 1']);
    expect(sim.deadLetters(queue)).toMatchObject([{ dead: { reason: 'attempts-exhausted', attempt: 1 } }]);
  });

  test('acked early, a message is gone before it runs: a worker that dies takes it along', async () => {
    const { sim, ran } = createWorld(queue, (_delivery, { sleep }) => sleep('5s'), { ack: 'early' });

    await put(sim, queue, published('m1', 'news', '', { input: 'x' }));
    await sim.advance('2s');
    const left = messagesOf(sim, queue);
    killWorker(sim, queue);
    await sim.advance('1h');

    expect(left).toEqual([]);
    expect(ran).toEqual(['00:00 x 1']);
    expect(deadBodies(sim, queue)).toEqual([]);
  });

  test('acked early, what cannot be deleted does not run until it can', async () => {
    let refused = 4;
    const ran: string[] = [];
    const consumer = defineConsumer(queue, { ack: 'early', run: ({ body }) => void ran.push(String(body)) });
    const sim = simulate(defineApp('shop', { consumers: [consumer] }), {
      onCall: async ({ operation }, proceed) => {
        if (operation === 'DeleteMessageBatch' && ran.length === 0 && refused-- > 0)
          throw Object.assign(new Error('no'), { name: 'ServiceUnavailable' });
        return proceed();
      },
    });

    await put(sim, queue, published('m1', '', queue.name, { input: 'x' }));
    await sim.advance('10m');

    expect(ran).toEqual(['x']);
    expect(refused).toBeLessThanOrEqual(0);
    expect(messagesOf(sim, queue)).toEqual([]);
    expect(deadBodies(sim, queue)).toEqual([]);
  });
});

test('on a standard queue a consumer that keeps no record costs no call of DynamoDB', async () => {
  const { sim, ran } = createWorld(standard);

  await put(sim, standard, published('m1', 'news', '', { input: 'x' }));
  await sim.settle();

  expect(ran).toHaveLength(1);
  expect(callsOf(sim, 'UpdateItem')).toBe(0);
});

test('on an ordered queue the record counts attempts, and the head holds those behind it', async () => {
  const { sim, ran } = createWorld(ordered, ({ body, attempt }) => {
    if (body === 'a' && attempt < 3) throw new Error('not yet');
  });

  await put(sim, ordered, published('m1', 'news', '', { input: 'a' }));
  await put(sim, ordered, published('m2', 'news', '', { input: 'b' }));
  await sim.advance('10m');

  expect(ran).toEqual(['00:00 a 1', '00:20 a 2', '00:40 a 3', '00:40 b 1']);
  expect(callsOf(sim, 'UpdateItem')).toBeGreaterThan(0);
});

test('consumers that are acked early run nothing twice, whatever is doubled, lost or dies', async () => {
  const faults = { duplicate: 0.5, loseAck: 0.3, crashAfterRun: 0.1, crashBeforeRun: 0.1, loseAnswer: 0.1 };
  const { sim, got } = createWorld(standard, () => {}, { ack: 'early', faults });
  const ids = Array.from({ length: 40 }, (_, index) => `m${index}`);

  for (const id of ids) await put(sim, standard, published(id, 'news', '', { input: id }));
  await sim.advance('2h');

  const bodies = got.map(({ body }) => body);
  expect(bodies).toHaveLength(new Set(bodies).size);
  expect(messagesOf(sim, standard)).toEqual([]);
});

test('a batch runs side by side', async () => {
  const { sim, ran } = createWorld(standard, (_delivery, { sleep }) => sleep('5s'));

  for (const id of ['a', 'b', 'c']) await put(sim, standard, published(id, 'news', '', { input: id }));
  await sim.advance('30s');

  expect([...ran].sort()).toEqual(['00:00 a 1', '00:00 b 1', '00:00 c 1']);
});
