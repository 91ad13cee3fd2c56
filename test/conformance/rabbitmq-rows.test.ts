/**
 * The rows of test/vectors/rabbitmq-behaviour.json about deliveries: redelivery, acks, consumers, time to
 * live, priorities, dead letters and poison. Each title begins with the row's id. The rows that cannot hold
 * on AWS stand in docs/rabbitmq.md with the reason; the last test sees to it that none is forgotten.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  bind,
  type ConsumerOptions,
  type Delivery,
  defineApp,
  defineConsumer,
  defineExchange,
  defineQueue,
  defineTask,
  fixed,
  type Queue,
  RejectError,
  RetryError,
} from '#lib';
import { type Simulation, simulate } from '#lib/testing';
import { deadBodies, killWorker, messagesOf, published, put } from '../runtime/simulated.ts';

interface Row {
  readonly id: string;
  readonly area: string;
  readonly expect: Readonly<Record<string, unknown>>;
}

const ROWS: readonly Row[] = JSON.parse(
  readFileSync(join(import.meta.dirname, '../vectors/rabbitmq-behaviour.json'), 'utf8'),
);
const AREAS = ['redelivery', 'acks', 'consumers', 'ttl', 'priority', 'dead-letter', 'poison'];
const START = Date.parse('2026-01-01T00:00:00Z');
const line = defineQueue('line', { visibility: '1m', ordered: true });
const mail = defineQueue('mail', { visibility: '1m' });
const tested: string[] = [];

/** What RabbitMQ answered; the row counts as tested. */
function row(id: string): Row['expect'] {
  tested.push(id);
  const found = ROWS.find((one) => one.id === id);
  if (found === undefined) throw new Error(`there is no row '${id}'`);
  return found.expect;
}

type Options = Partial<Pick<ConsumerOptions<undefined, unknown>, 'retry' | 'ack'>> & { batch?: number };

/** A queue with a consumer, and what it was given. */
function createWorld(queue: Queue, run: (delivery: Delivery, got: number) => unknown, options: Options = {}) {
  const { batch = 10, ...rest } = options;
  const got: Delivery[] = [];
  const ended: unknown[] = [];
  const consumer = defineConsumer(queue, {
    retry: { attempts: 3, backoff: fixed('1s') },
    ...rest,
    async run(delivery, { sleep }) {
      got.push(delivery);
      const pause = await run(delivery, got.length);
      if (pause === 'hang') await sleep('5s');
      ended.push(delivery.body);
    },
  });
  const app = defineApp('shop', { consumers: [consumer] });
  return { sim: simulate(app, { workers: { [queue.name]: { batch } } }), got, ended };
}

async function publish(sim: Simulation, queue: Queue, bodies: readonly string[], more = {}): Promise<void> {
  for (const body of bodies)
    await put(sim, queue, published(`m${body}`, '', queue.name, { input: body, ...more }));
}

describe('redelivery', () => {
  const requeue = row('requeue-position');
  test('requeue-position: a nacked message comes again before those behind it, as redelivered', async () => {
    const { sim, got } = createWorld(line, (_, count) => {
      if (count === 1) throw new Error('nack');
    });

    await publish(sim, line, ['1', '2', '3']);
    await sim.advance('1m');

    expect(got[0]?.redelivered).toBe(requeue.firstGetRedelivered);
    expect(got[1]).toMatchObject({ body: requeue.nextBody, redelivered: requeue.nextRedelivered });
  });

  const closed = row('channel-close-requeues');
  test('channel-close-requeues: what a dead worker had taken comes again, the rest for the first time', async () => {
    const { sim, got } = createWorld(line, (_, count) => (count <= 2 ? 'hang' : undefined), { batch: 2 });

    // While the first is handled, the others gather: the next batch takes two of them.
    await publish(sim, line, ['0', '1', '2', '3']);
    await sim.advance('7s');
    killWorker(sim, line);
    await sim.advance('5m');

    const again = got.slice(2);
    expect(again.map(({ body }) => body)).toEqual(closed.bodies);
    expect(again.map(({ redelivered }) => redelivered)).toEqual(closed.redelivered);
  });
});

describe('acks', () => {
  const multiple = row('ack-multiple');
  test('ack-multiple: what was handled before a worker dies is not handled again', async () => {
    const { sim, ended, got } = createWorld(line, ({ body }, count) =>
      body === '3' && count === 3 ? 'hang' : undefined,
    );

    await publish(sim, line, ['1', '2', '3', '4']);
    await sim.advance('2s');
    killWorker(sim, line);
    const before = got.length;
    await sim.advance('5m');

    expect(before).toBe(3);
    expect(got.slice(before).map(({ body }) => body)).toEqual(multiple.bodies);
    expect(ended).toEqual(['1', '2', '3', '4']);
  });

  const zero = row('ack-zero-multiple');
  test('ack-zero-multiple: a batch that was handled leaves nothing', async () => {
    const { sim, got } = createWorld(mail, () => {});

    await publish(sim, mail, ['1', '2', '3']);
    await sim.advance('5m');

    expect(got).toHaveLength(3);
    expect(messagesOf(sim, mail)).toEqual(zero.bodies);
  });

  const rejected = row('reject-no-dlx');
  test('reject-no-dlx: a rejected message leaves its queue (here it lies beside it, not dropped)', async () => {
    const { sim } = createWorld(mail, () => {
      throw new RejectError('no');
    });

    await publish(sim, mail, ['1']);
    await sim.advance('1m');

    expect(messagesOf(sim, mail)).toEqual(rejected.left);
    expect(sim.deadLetters(mail)).toMatchObject([{ dead: { reason: 'rejected' } }]);
  });

  const auto = row('auto-ack');
  test('auto-ack: what was acked early is gone when its worker dies', async () => {
    const { sim, got } = createWorld(mail, () => 'hang', { ack: 'early' });

    await publish(sim, mail, ['1']);
    await sim.advance('2s');
    killWorker(sim, mail);
    await sim.advance('1h');

    expect(got).toHaveLength(1);
    expect(messagesOf(sim, mail)).toEqual(auto.left);
  });

  const recover = row('basic-recover');
  test('basic-recover: a message that its consumer asks for again comes as redelivered', async () => {
    const { sim, got } = createWorld(mail, (_, count) => {
      if (count === 1) throw new RetryError('again', { after: '1s' });
    });

    await publish(sim, mail, ['r1']);
    await sim.advance('1m');

    expect(got[1]).toMatchObject({ body: recover.again, redelivered: recover.redelivered });
  });
});

describe('consumers', () => {
  const single = row('single-active-consumer');
  test('single-active-consumer: one worker at a time takes a group; another goes on when it is gone', async () => {
    let running = 0;
    let most = 0;
    const { sim, ended } = createWorld(line, () => {
      running += 1;
      most = Math.max(most, running);
      running -= 1;
    });
    const { A, B } = single.after as { A: readonly string[]; B: readonly string[] };

    await publish(sim, line, A);
    await sim.advance('10s');
    killWorker(sim, line);
    await publish(sim, line, B);
    await sim.advance('1m');

    expect(ended).toEqual([...A, ...B]);
    expect(most).toBe(1);
  });

  const exclusive = row('exclusive-consumer');
  test('exclusive-consumer: a second consumer of a queue is refused', () => {
    const consumer = () => defineConsumer(mail, { run: () => {} });

    const define = (): unknown => defineApp('shop', { consumers: [consumer(), consumer()] });

    expect(exclusive.channelError).toMatchObject({ code: 403 });
    expect(define).toThrow("queue 'mail' has two consumers; a queue has one, whose workers run side by side");
  });
});

describe('time to live', () => {
  const unacked = row('ttl-unacked-then-requeued');
  test('ttl-unacked-then-requeued: a message that expired while its worker died does not run again', async () => {
    const { sim, got } = createWorld(mail, () => 'hang');

    await publish(sim, mail, ['1'], { expiresAt: START + 30_000 });
    await sim.advance('2s');
    killWorker(sim, mail);
    await sim.advance('5m');

    expect(got).toHaveLength(1);
    expect([...messagesOf(sim, mail), ...deadBodies(sim, mail)]).toEqual(unacked.left);
  });

  test.each([
    ['expiration-abc', 'abc'],
    ['expiration--1', '-1ms'],
    ['expiration-', ''],
  ])('%s: %j is refused as a time to live', (id, expires) => {
    // A caller without types: the compiler refuses these.
    const queue = defineQueue('short', { expires: expires as '1s' });

    const define = (): unknown => defineApp('shop', { queues: [queue] });

    expect(row(id).channelError).toMatchObject({ code: 406 });
    expect(define).toThrow(`expires is '${expires}'; write a duration such as '30s' or '1h'`);
  });

  const long = row('expiration-4294967296');
  test('expiration-4294967296: a message may live longer than 32 bits of milliseconds', async () => {
    const task = defineTask('task', { queue: mail, run: () => 'ran' });
    const sim = simulate(defineApp('shop', { tasks: [task] }));

    const result = await sim.send(task(1, { expires: '4294967296ms' }));

    expect(long.channelError).toBeNull();
    expect(await result.get()).toBe('ran');
  });
});

describe('priorities', () => {
  const unset = row('priority-unset-queue');
  test('priority-unset-queue: without priorities messages come in the order of their publishes', async () => {
    const { sim, got } = createWorld(line, () => {});

    for (const body of ['p1', 'p5', 'p3']) {
      const via = { exchange: '', key: 'line', properties: { priority: Number(body.slice(1)) } };
      await publish(sim, line, [body], { via });
    }
    await sim.advance('1m');

    expect(got.map(({ body }) => body)).toEqual(unset.order);
    expect(got.map(({ properties }) => properties.priority)).toEqual([1, 5, 3]);
  });

  test.each([
    ['x-max-priority-256', 257],
    ['x-max-priority--1', -1],
  ])('%s: %d levels are refused', (id, priorities) => {
    const queue = defineQueue('ranked', { priorities });

    const define = (): unknown => defineApp('shop', { queues: [queue] });

    expect(row(id).channelError).toMatchObject({ code: 406 });
    expect(define).toThrow(`priorities is ${priorities}; give a whole number from 2 to 10`);
  });
});

describe('dead letters', () => {
  const dlx = defineExchange('dlx', { type: 'direct' });
  const dead = defineQueue('dead');

  const keyed = row('dlx-routing-key');
  test('dlx-routing-key: a dead letter has its new key, its death, and no CC any more', async () => {
    const source = defineQueue('src', { deadLetter: { to: dlx, routingKey: 'dead.key' } });
    const got: Delivery[] = [];
    const rejecting = defineConsumer(source, {
      run: () => {
        throw new RejectError('no');
      },
    });
    const taking = defineConsumer(dead, { run: (delivery) => void got.push(delivery) });
    const bindings = [bind(dlx, 'dead.key', dead)];
    const sim = simulate(defineApp('shop', { consumers: [rejecting, taking], bindings }));
    const via = { exchange: '', key: 'src', headers: { CC: ['cc1'] }, bcc: ['bcc1'] };
    // The row's queue is called SRC.
    const expected = JSON.parse(JSON.stringify(keyed).replaceAll('SRC', 'src'));

    await put(sim, source, published('m1', '', 'src', { input: 'x', via }));
    await sim.settle();

    expect(got).toHaveLength(1);
    expect(got[0]).toMatchObject({ routingKey: expected.routingKey, headers: expected.headers });
    expect(got[0]?.headers).toMatchObject({ 'x-death': expected['x-death'] });
    expect(got[0]?.headers).not.toHaveProperty('CC');
  });

  const keyAlone = row('dlx-key-without-exchange');
  test('dlx-key-without-exchange: a routing key needs somewhere to go', () => {
    const queue = defineQueue('alone', { deadLetter: { routingKey: 'k' } });

    const define = (): unknown => defineApp('shop', { queues: [queue] });

    expect(keyAlone.channelError).toMatchObject({ code: 406 });
    expect(define).toThrow('deadLetter.routingKey needs deadLetter.to');
  });

  const cycle = row('dlx-auto-cycle');
  test('dlx-auto-cycle: a circle of expiry ends (here beside the last queue, not dropped)', async () => {
    const left: Queue = defineQueue('left', { expires: '1s', deadLetter: { to: () => right } });
    const right: Queue = defineQueue('right', { expires: '1s', deadLetter: { to: left } });
    const sim = simulate(defineApp('shop', { queues: [left, right] }));

    await publish(sim, left, ['1']);
    await sim.advance('1m');

    expect([...messagesOf(sim, left), ...messagesOf(sim, right)]).toEqual(cycle.left);
    expect(deadBodies(sim, right)).toHaveLength(1);
  });

  const limit = row('quorum-delivery-limit');
  test('quorum-delivery-limit: nacked at each of its attempts, a message dies of delivery_limit', async () => {
    const source = defineQueue('src', { deadLetter: { to: dead } });
    const attempts: object[] = [];
    const nacking = defineConsumer(source, {
      retry: { attempts: 3, backoff: fixed('1s') },
      run({ redelivered, attempt }) {
        attempts.push({ redelivered, 'x-delivery-count': attempt - 1 });
        throw new Error('nack');
      },
    });
    const got: Delivery[] = [];
    const taking = defineConsumer(dead, { run: (delivery) => void got.push(delivery) });
    const sim = simulate(defineApp('shop', { consumers: [nacking, taking] }));

    await publish(sim, source, ['1']);
    await sim.advance('1m');

    const deaths = got.map(({ headers }) => ({
      reason: Array.isArray(headers['x-death']) ? headers['x-death'][0]?.reason : undefined,
      first: headers['x-first-death-reason'],
    }));
    expect(attempts).toEqual(limit.deliveries);
    expect(deaths).toEqual(limit.deadLettered);
  });
});

test('every row about deliveries is tested here, or is explained as different', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/rabbitmq.md'), 'utf8');
  const asked = ROWS.filter(({ area }) => AREAS.includes(area)).map(({ id }) => id);

  const missing = asked.filter((id) => !tested.includes(id) && !page.includes(`\`${id}\``));

  expect(asked.length).toBeGreaterThan(20);
  expect(missing).toEqual([]);
});
