/** RabbitMQ's own answers about expiry, priorities and dead letters; each title begins with the row's id. */
import { describe, expect, test } from 'vitest';
import {
  bind,
  type Delivery,
  defineApp,
  defineConsumer,
  defineExchange,
  defineQueue,
  defineTask,
  fixed,
  type Queue,
  RejectError,
} from '#lib';
import { simulate } from '#lib/testing';
import { deadBodies, killWorker, messagesOf, published, put } from '../runtime/simulated.ts';
import { createWorld, line, mail, publish, row, START } from './rabbitmq-world.ts';

describe('time to live', () => {
  const unacked = row('ttl-unacked-then-requeued');
  test('ttl-unacked-then-requeued: what expired while its worker died is not run again', async () => {
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
  test('quorum-delivery-limit: nacked at each attempt, a message dies of delivery_limit', async () => {
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
