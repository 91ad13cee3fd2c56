/**
 * Queues that ask something of their publishers: order, fairness, priorities, waits, lengths, large
 * payloads.
 */
import type { StandardSchemaV1 as Schema } from '@standard-schema/spec';
import { describe, expect, test } from 'vitest';
import { bind, defineApp, defineExchange, defineQueue, defineTask } from '#lib';
import type { OnCall } from '../../lib/emulator/instrument.ts';
import { inputs, openWorld } from './exchanges-world.ts';

describe('an ordered exchange', () => {
  const ledger = defineQueue('ledger', { ordered: true });
  const moves = defineExchange('moves', {
    type: 'fanout',
    ordered: ({ account }: { account: string }) => account,
  });
  /** The first message takes longer to check than the second. */
  const Slow: Schema<unknown> = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: async (value) => {
        for (let turns = value === 1 ? 50 : 0; turns > 0; turns--) await Promise.resolve();
        return value === 'bad' ? { issues: [{ message: 'bad' }] } : { value };
      },
    },
  };
  const slow = defineExchange('slow', { type: 'fanout', ordered: true, messages: Slow });
  const app = defineApp('shop', { bindings: [bind(moves, ledger), bind(slow, ledger)] });

  test('gives each message its group, and its id against repetitions', async () => {
    const { client, sim, messages } = await openWorld(app);

    await client.publish(moves, '', { account: 'a' }, { messageId: 'm1' });
    await client.publish(moves, '', { account: 'a' }, { messageId: 'm1' });
    await client.publish(moves, '', { account: 'b' }, { messageId: 'm2', group: 'own' });
    await sim.settle();

    const found = messages(ledger).map(({ body, groupId }) => [
      JSON.parse(body).id,
      JSON.parse(body).group,
      groupId,
    ]);
    expect(found).toEqual([
      ['m1', 'a', 'a'],
      ['m2', 'own', 'own'],
    ]);
  });

  test('refuses further keys where queues filter by words: they would overtake', async () => {
    const parts = defineExchange('parts', { type: 'topic', ordered: true });
    const world = await openWorld(defineApp('shop', { bindings: [bind(parts, 'a.*', ledger)] }));

    await world.client.publish(parts, 'a.b', 1);
    const publishing = world.client.publish(parts, 'a.b', 2, { headers: { CC: ['a.c'] } });

    await expect(publishing).rejects.toMatchObject({ code: 'CC_WITH_FACTS' });
    await world.client.publish(parts, 'a.c', 3, { headers: { CC: ['a.c'] } });
    await world.sim.settle();
    expect(inputs(world, ledger)).toEqual([1, 3]);
  });

  test('keeps it although some messages go on to an alternate exchange', async () => {
    const rest = defineExchange('rest', { type: 'fanout', ordered: true });
    const inner = defineExchange('inner', { type: 'direct', ordered: true, alternate: rest });
    const all = defineExchange('all', { type: 'fanout', ordered: true });
    const [both, log] = [defineQueue('both', { ordered: true }), defineQueue('log', { ordered: true })];
    const bindings = [
      ...[bind(all, inner), bind(all, log), bind(inner, 'k', ledger)],
      ...[bind(all, both), bind(rest, both)],
    ];
    const world = await openWorld(defineApp('shop', { bindings }));

    for (const [index, key] of ['k', 'x', 'x', 'k', 'x', 'k'].entries())
      await world.client.publish(all, key, index);
    await world.sim.settle();

    const order = (queue: typeof both) => world.envelopes(queue).map(({ input }) => input);
    expect(order(log)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(order(ledger)).toEqual([0, 3, 5]);
    // Behind two exchanges, and still each once.
    expect(inputs(world, both).toSorted()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('keeps the order of one tick although calls fail in part', async () => {
    let calls = 0;
    const onCall: OnCall = async (call, proceed) => {
      // Every second call is lost before it takes effect, or its answer is.
      if (call.operation !== 'PublishBatch' || ++calls % 2 === 0) return proceed();
      if (calls % 3 === 0) await proceed();
      throw Object.assign(new Error('says the test'), { name: 'InternalError' });
    };
    const world = await openWorld(app, { onCall });
    const { client, sim } = world;
    const bodies = Array.from({ length: 24 }, (_, index) => ({ account: 'abc'[index % 3] ?? '', index }));

    await Promise.all(bodies.map((body) => client.publish(moves, '', body)));
    await sim.settle();

    const found = inputs(world, ledger) as readonly { account: string; index: number }[];
    for (const account of ['a', 'b', 'c']) {
      const inGroup = found.filter((one) => one.account === account).map(({ index }) => index);
      expect(inGroup).toEqual(bodies.filter((one) => one.account === account).map(({ index }) => index));
    }
  });

  test('keeps it although some messages take longer to check, and some are refused', async () => {
    const world = await openWorld(app);
    const { client, sim } = world;

    const settled = await Promise.allSettled(
      ['bad', 1, 'bad', 2, 3].map((body) => client.publish(slow, '', body)),
    );
    await sim.settle();

    expect(settled.map(({ status }) => status)).toEqual([
      ...['rejected', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
    ]);
    expect(inputs(world, ledger)).toEqual([1, 2, 3]);
  });
});

describe('an ordered queue', () => {
  const ledger = defineQueue('ledger', { ordered: ({ account }: { account: string }) => account });
  const app = defineApp('shop', { queues: [ledger] });

  test('gets what is published to it in its own groups', async () => {
    const { client, messages } = await openWorld(app);

    await client.publish(ledger, { account: 'a' });
    await client.publish(ledger, { account: 'a' }, { group: 'own' });

    expect(messages(ledger).map(({ groupId }) => groupId)).toEqual(['a', 'own']);
  });

  test('refuses a group that SQS does not take', async () => {
    const { client } = await openWorld(app);

    await expect(client.publish(ledger, { account: 'a b' })).rejects.toMatchObject({
      code: 'INVALID_GROUP',
      message: expect.stringContaining("queue 'ledger': the message group 'a b' is not 1 to 128"),
    });
  });
});

describe('a fair queue', () => {
  const inbox = defineQueue('inbox', { fairBy: ({ tenant }: { tenant: string }) => tenant });
  const news = defineExchange('news', { type: 'fanout' });
  const greet = defineTask('greet', { queue: inbox, run: (_input: { tenant: string }) => {}, result: false });
  const app = defineApp('shop', { bindings: [bind(news, inbox)] });
  const tasked = defineApp('shop', { tasks: [greet] });

  test('knows whose message it is, over an exchange and straight', async () => {
    const { client, sim, messages } = await openWorld(app);

    await client.publish(news, '', { tenant: 't1' });
    await client.publish(inbox, { tenant: 't2' });
    await sim.settle();

    expect(
      messages(inbox)
        .map(({ groupId }) => groupId)
        .sort(),
    ).toEqual(['t1', 't2']);
  });

  test.each([{}, { delay: '1m' }] as const)(
    'refuses at once what it has no group for (%j)',
    async (options) => {
      const { client } = await openWorld(app);

      const publishing = client.publish(news, '', { tenant: 'two words' }, options);

      await expect(publishing).rejects.toMatchObject({ code: 'INVALID_GROUP' });
    },
  );

  test('and whose task', async () => {
    const groups: unknown[] = [];
    const onCall: OnCall = async (call, proceed) => {
      if (call.operation === 'SendMessageBatch') groups.push(JSON.stringify(call.input.Entries));
      return proceed();
    };
    const { client } = await openWorld(tasked, { onCall });

    await client.send(greet({ tenant: 't3' }));

    expect(groups).toEqual([expect.stringContaining('"MessageGroupId":"t3"')]);
  });
});

describe('a queue with priorities', () => {
  const work = defineQueue('work', { priorities: 3 });
  const plain = defineQueue('plain');
  const jobs = defineExchange('jobs', { type: 'fanout' });
  const app = defineApp('shop', { bindings: [bind(jobs, work), bind(jobs, plain)] });

  test.each([
    [undefined, [1, 0, 0]],
    [0, [1, 0, 0]],
    [1, [0, 1, 0]],
    [2, [0, 0, 1]],
    [255, [0, 0, 1]],
  ])('gets a message of priority %s once, in its level', async (priority, lengths) => {
    const { client, sim, messages } = await openWorld(app);

    await client.publish(jobs, '', 1, priority === undefined ? {} : { priority });
    await sim.settle();

    expect([0, 1, 2].map((level) => messages(work, level).length)).toEqual(lengths);
    expect(messages(plain)).toHaveLength(1);
  });
});

describe('a wait queue', () => {
  const work = defineQueue('work');
  const wait = defineQueue('wait', { expires: '60s', deadLetter: { to: work } });
  const later = defineExchange('later', { type: 'fanout' });
  const app = defineApp('shop', { bindings: [bind(later, wait)] });

  test.each([
    ['5s', 5],
    ['1500ms', 2],
    ['2m', undefined],
  ] as const)('holds a message that expires after %s no longer', async (expires, seconds) => {
    const delays: unknown[] = [];
    const onCall: OnCall = async (call, proceed) => {
      const entries = call.operation === 'SendMessageBatch' ? call.input.Entries : [];
      if (Array.isArray(entries)) delays.push(...entries.map(({ DelaySeconds }) => DelaySeconds));
      return proceed();
    };
    const { client } = await openWorld(app, { onCall });

    await client.publish(wait, 1, { expires });
    expect(delays).toEqual([seconds]);
    await client.publish(later, '', 1, { expires });

    // What the queue's own time is right for may go over the exchange.
    expect(delays).toEqual(seconds === undefined ? [seconds] : [seconds, seconds]);
  });
});

describe('a queue with a length', () => {
  const small = defineQueue('small', { maxLength: 2 });
  const large = defineQueue('large');
  const news = defineExchange('news', { type: 'fanout' });
  const app = defineApp('shop', { bindings: [bind(news, small), bind(news, large)] });

  test('refuses what comes when it is full, everywhere, and is asked once in 5 s', async () => {
    const { client, sim, messages } = await openWorld(app);
    const asked = () => sim.calls().find(({ operation }) => operation === 'GetQueueAttributes')?.calls ?? 0;

    await client.publish(small, 1);
    await client.publish(small, 2);
    await client.publish(small, 3);
    expect(asked()).toBe(1);
    await sim.advance('5s');

    await expect(client.publish(news, '', 4, { messageId: 'm4' })).rejects.toMatchObject({
      name: 'NackError',
      code: 'QUEUE_FULL',
      messageId: 'm4',
      message: expect.stringContaining("queue 'small' is full: 3 messages wait, its maxLength is 2"),
    });
    expect(asked()).toBe(2);
    expect(messages(large)).toHaveLength(0);
  });

  test('may be one that only waits, where everything is delayed', async () => {
    const wait = defineQueue('wait', { expires: '10m', maxLength: 1, deadLetter: { to: large } });
    const { client, sim, messages } = await openWorld(defineApp('shop', { queues: [wait] }));
    await client.publish(wait, 1);
    await sim.advance('5s');

    await expect(client.publish(wait, 2)).rejects.toMatchObject({ code: 'QUEUE_FULL' });
    expect(messages(wait)).toHaveLength(1);
  });

  test('takes messages when nobody can say how long it is', async () => {
    const onCall: OnCall = async (call, proceed) => {
      const isAsked = JSON.stringify(call.input).includes('Messages');
      if (call.operation === 'GetQueueAttributes' && isAsked) throw new Error('says the test');
      return proceed();
    };
    const { client, messages } = await openWorld(app, { onCall });

    await client.publish(small, 1);

    expect(messages(small)).toHaveLength(1);
  });
});
