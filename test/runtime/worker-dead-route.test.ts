import { describe, expect, test } from 'vitest';
import {
  bind,
  type Delivery,
  defineApp,
  defineConsumer,
  defineExchange,
  defineQueue,
  defineTask,
  type Queue,
  RejectError,
} from '#lib';
import { type Simulation, simulate } from '#lib/testing';
import { deadBodies, killWorker, messagesOf, published, put } from './simulated.ts';

const graveyard = defineQueue('graveyard');

/** The bodies that lie in a queue which nobody works off. */
function lying(sim: Simulation, queue: Queue): readonly Record<string, unknown>[] {
  return messagesOf(sim, queue).map(({ body }) => JSON.parse(body));
}

function rejecting(queue: Queue) {
  return defineConsumer(queue, {
    run: () => {
      throw new RejectError('not this');
    },
  });
}

describe('a dead letter to a queue', () => {
  const work = defineQueue('work', { visibility: '1m', deadLetter: { to: graveyard, after: 2 } });

  test('is sent there with its deaths in its headers, and lies not beside its own queue', async () => {
    const sim = simulate(defineApp('shop', { consumers: [rejecting(work)] }));
    const via = { exchange: 'orders', key: 'k', headers: { mine: 1, CC: ['cc1'] }, bcc: ['bcc1'] };

    await put(sim, work, published('m1', '', 'work', { input: 'x', via: { ...via, exchange: '' } }));
    await sim.settle();

    const told = { queue: 'work', reason: 'rejected', exchange: '' };
    expect(lying(sim, graveyard)).toMatchObject([
      {
        input: 'x',
        generation: 1,
        via: {
          id: 'm1',
          exchange: '',
          key: 'graveyard',
          headers: {
            mine: 1,
            'x-death': [
              { ...told, count: 1, 'routing-keys': ['k', 'cc1'], time: { $date: expect.any(String) } },
            ],
            'x-first-death-reason': 'rejected',
            'x-last-death-queue': 'work',
          },
        },
        dead: { reason: 'rejected', queue: 'work' },
      },
    ]);
    expect(JSON.stringify(lying(sim, graveyard))).not.toMatch(/"CC"|bcc/);
    expect(deadBodies(sim, work)).toEqual([]);
  });

  test('that killed its workers is one of delivery_limit', async () => {
    const slow = defineConsumer(work, { run: (_, { sleep }) => sleep('5s') });
    const sim = simulate(defineApp('shop', { consumers: [slow] }));

    await put(sim, work, published('m1', '', 'work'));
    for (const pause of ['2s', '62s'] as const) {
      await sim.advance(pause);
      killWorker(sim, work);
    }
    await sim.advance('5m');

    expect(lying(sim, graveyard)).toMatchObject([
      {
        via: { headers: { 'x-death': [{ reason: 'delivery_limit', count: 1 }] } },
        dead: { reason: 'crashed' },
      },
    ]);
  });

  test('that no worker could read stays beside its own queue', async () => {
    const task = defineTask('task', { queue: work, run: () => 1 });
    const sim = simulate(defineApp('shop', { tasks: [task] }));

    await put(sim, work, 'hello');
    await sim.settle();

    expect(sim.deadLetters(work)).toMatchObject([{ input: 'hello', dead: { reason: 'malformed' } }]);
    expect(lying(sim, graveyard)).toEqual([]);
  });

  test('of a task is its call, with the queue as its key', async () => {
    const task = defineTask('task', {
      queue: work,
      run: () => {
        throw new RejectError('no');
      },
    });
    const sim = simulate(defineApp('shop', { tasks: [task] }));

    const { id } = await sim.send(task('x'));
    await sim.settle();

    expect(lying(sim, graveyard)).toMatchObject([
      {
        ...{ id, task: 'task', input: 'x' },
        via: { headers: { 'x-death': [{ exchange: '', 'routing-keys': ['work'] }] } },
      },
    ]);
  });
});

describe('a dead letter to an exchange', () => {
  const dlx = defineExchange('dlx', { type: 'topic', internal: true });
  const audit = defineQueue('audit');

  function createWorld(routingKey: string | undefined, pattern: string) {
    const key = routingKey === undefined ? {} : { routingKey };
    const work = defineQueue('work', { deadLetter: { to: dlx, ...key } });
    const got: Delivery[] = [];
    const consumer = defineConsumer(audit, { run: (delivery) => void got.push(delivery) });
    const app = defineApp('shop', {
      consumers: [consumer, rejecting(work)],
      bindings: [bind(dlx, pattern, audit), bind(dlx, pattern, graveyard)],
    });
    return { sim: simulate(app), work, got };
  }

  test('goes to every queue that it routes to, under the key that it was published with', async () => {
    const { sim, work, got } = createWorld(undefined, 'k.*');

    await put(sim, work, published('m1', '', 'k.1', { input: 'x', expiresAt: 1_767_225_660_000 }));
    await sim.settle();

    expect(got).toMatchObject([
      {
        ...{ body: 'x', exchange: 'dlx', routingKey: 'k.1', redelivered: false, attempt: 1 },
        headers: {
          'x-death': [{ 'original-expiration': '60000', time: new Date('2026-01-01') }],
          'x-first-death-queue': 'work',
        },
        properties: { messageId: 'm1' },
      },
    ]);
    expect(got[0]?.properties).not.toHaveProperty('expiration');
    expect(lying(sim, graveyard)).toHaveLength(1);
    expect(deadBodies(sim, work)).toEqual([]);
  });

  test('goes by the CC keys too, unless a routing key is given', async () => {
    const own = createWorld(undefined, 'cc.1');
    const given = createWorld('dead.key', 'cc.1');
    const via = { exchange: '', key: 'k', headers: { CC: ['cc.1'] } };

    for (const { sim, work } of [own, given]) {
      await put(sim, work, published('m1', '', 'k', { via }));
      await sim.settle();
    }

    expect(own.got).toMatchObject([{ routingKey: 'k', headers: { CC: ['cc.1'] } }]);
    expect(given.got).toEqual([]);
    expect(given.sim.deadLetters(given.work)).toMatchObject([{ via, dead: { reason: 'rejected' } }]);
  });

  test('that is routed nowhere stays beside its own queue, as it was published', async () => {
    const { sim, work } = createWorld('elsewhere', 'k.*');

    await put(sim, work, published('m1', '', 'k.1', { input: 'x' }));
    await sim.settle();

    expect(sim.deadLetters(work)).toMatchObject([{ input: 'x', via: { exchange: '', key: 'k.1' } }]);
    expect(JSON.stringify(sim.deadLetters(work))).not.toContain('x-death');
  });

  test('is a call again for a task that is bound there', async () => {
    const work = defineQueue('work', { deadLetter: { to: dlx } });
    const ran: unknown[] = [];
    const mourn = defineTask('mourn', { queue: audit, run: (input: unknown) => void ran.push(input) });
    const app = defineApp('shop', { consumers: [rejecting(work)], bindings: [bind(dlx, '#', mourn)] });
    const sim = simulate(app);

    await put(sim, work, published('m1', '', 'k', { input: 'x' }));
    await sim.settle();

    expect(ran).toEqual(['x']);
    expect(messagesOf(sim, audit)).toEqual([]);
  });

  test('that its queue refuses stays beside its own queue', async () => {
    const work = defineQueue('work', { deadLetter: { to: graveyard } });
    const sim = simulate(defineApp('shop', { consumers: [rejecting(work)] }), {
      onCall: async (call, proceed) => {
        const { QueueUrl = '' } = call.input as { QueueUrl?: string };
        if (call.operation === 'SendMessageBatch' && QueueUrl.endsWith('-graveyard'))
          throw Object.assign(new Error('no'), { name: 'AccessDenied', retryable: false });
        return proceed();
      },
    });

    await put(sim, work, published('m1', '', 'work', { input: 'x' }));
    await sim.advance('1m');

    expect(sim.deadLetters(work)).toMatchObject([{ input: 'x', dead: { reason: 'rejected' } }]);
  });
});
