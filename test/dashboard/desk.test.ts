import { afterEach, describe, expect, test } from 'vitest';
import { charge, mail, pack, ping, post, refused, shop, sync } from './desk-shop.ts';
import { createDeskWorld, type DeskWorldOptions } from './desk-world.ts';

const CARD = '4711081547110815';

afterEach(() => refused.clear());

describe('a failed run', () => {
  test('is found by its state and by its error, read, edited and retried to success', async () => {
    await using world = await createDeskWorld(shop);
    const { sim, desk } = world;
    refused.add('o1');
    await sim.send(charge({ id: 'o0' }));
    const failed = await sim.send(charge({ id: 'o1' }));
    await sim.advance('5m');

    const listed = await desk.runs({ state: 'FAILURE' });
    const searched = await desk.runs({ search: 'declined name:charge' });
    const detail = await desk.run(failed.id);
    await desk.retry(failed.id, '{"id":"o2"}');
    await sim.advance('1m');
    const after = await desk.run(failed.id);

    expect(listed.rows.map(({ id }) => id)).toEqual([failed.id]);
    expect(searched.rows).toEqual(listed.rows);
    expect(detail).toMatchObject({ state: 'FAILURE', input: '{"id":"o1"}', reason: 'attempts-exhausted' });
    expect(detail.errorDetail).toMatchObject({ name: 'TypeError', message: 'card  of o1 was declined' });
    expect(detail.errorDetail?.stack).toContain('desk-shop.ts');
    expect(detail.attempts.map(({ outcome }) => outcome)).toEqual(['retry', 'attempts-exhausted']);
    expect(after).toMatchObject({ state: 'SUCCESS', result: '{"paid":40,"card":{"number":"[redacted]"}}' });
  });

  test.each([[true], [false]])(
    'leaves a dead letter that is previewed, edited and redriven (beside an emulator: %s)',
    async (sees) => {
      await using world = await createDeskWorld(shop, { sees });
      const { sim, desk } = world;
      for (const id of ['o1', 'o2', 'o3']) {
        refused.add(id);
        await sim.send(charge({ id }));
      }
      await sim.advance('5m');

      const { rows } = await desk.deadLetters({ queue: 'payments' });
      const [letter] = rows.filter(({ body }) => body.includes('"o2"'));
      const asked = { queue: 'payments', ids: [letter?.id ?? ''], input: '{"id":"good"}' };
      const preview = await desk.redrive({ ...asked, preview: true });
      const sent = await desk.redrive(asked);
      await sim.advance('1m');
      const left = await desk.deadLetters({ queue: 'payments' });
      const others = await desk.redrive({ queue: 'payments', filter: { task: 'charge', search: 'o1' } });

      expect(rows).toHaveLength(3);
      expect(letter).toMatchObject({ reason: 'attempts-exhausted', task: 'charge', queue: 'payments' });
      expect(letter?.error?.message).toContain('was declined');
      expect(letter?.attempts.length).toBeGreaterThan(0);
      expect(preview).toMatchObject({ matched: 1, sent: 0 });
      expect(sent).toMatchObject({ matched: 1, sent: 1 });
      expect((await desk.run(letter?.id ?? '')).state).toBe('SUCCESS');
      expect(left.rows.map(({ id }) => id)).not.toContain(letter?.id);
      expect(left.rows).toHaveLength(2);
      expect(others).toMatchObject({ matched: 1, sent: 1 });
    },
  );
});

describe('a run that waits says why', () => {
  test.each(reasons())('%s', async (_, { act, kind, sentence, by, options = {} }) => {
    await using world = await createDeskWorld(shop, options);
    const id = await act(world);

    const waiting = await world.desk.waiting(id);

    expect(waiting).toMatchObject({ kind, ...(by === undefined ? {} : { by }) });
    expect(waiting?.sentence).toMatch(sentence);
  });

  test('and one that runs or is over does not wait', async () => {
    await using world = await createDeskWorld(shop);
    const running = await world.sim.send(pack({ box: 'a' }));
    const over = await world.sim.send(charge({ id: 'o1' }));
    await world.sim.settle();

    expect(await world.desk.waiting(running.id)).toBeUndefined();
    expect(await world.desk.waiting(over.id)).toBeUndefined();
    expect((await world.desk.run(running.id)).state).toBe('STARTED');
  });

  test('an id that is not of this app is not found', async () => {
    await using world = await createDeskWorld(shop);

    await expect(world.desk.waiting('01hqexample')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(world.desk.run('01hqexample')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

type World = Awaited<ReturnType<typeof createDeskWorld>>;

interface Reason {
  readonly act: (world: World) => Promise<string>;
  readonly kind: string;
  readonly sentence: RegExp;
  readonly by?: string;
  readonly options?: DeskWorldOptions;
}

function reasons(): readonly (readonly [string, Reason])[] {
  const settled = async ({ sim }: World, id: string): Promise<string> => {
    await sim.settle();
    return id;
  };
  return [
    [
      'delayed',
      {
        act: async (world) => settled(world, (await world.sim.send(charge({ id: 'o' }, { delay: '5m' }))).id),
        kind: 'delayed',
        sentence: /^it is delayed until 2026-01-01 00:05:00 UTC$/,
      },
    ],
    [
      'for a rate limit',
      {
        async act(world) {
          await world.sim.send(mail({ to: 'ann' }));
          await world.sim.settle();
          return settled(world, (await world.sim.send(mail({ to: 'bob' }))).id);
        },
        kind: 'rate',
        sentence: /^the rate limit of task 'mail' \(1\/m\) lets it start at 2026-01-01 00:0\d:\d\d UTC$/,
        by: 'mail',
      },
    ],
    [
      'for a place',
      {
        async act(world) {
          await world.sim.send(pack({ box: 'a' }));
          await world.sim.settle();
          return settled(world, (await world.sim.send(pack({ box: 'b' }))).id);
        },
        kind: 'concurrency',
        sentence: /^task 'pack' runs at most 1 at a time, and as many are under way; its turn is about 2026/,
        by: 'pack',
      },
    ],
    [
      'for the run that has its key',
      {
        async act(world) {
          await world.sim.send(sync({ shop: 'oslo' }));
          await world.sim.settle();
          return settled(world, (await world.sim.send(sync({ shop: 'oslo' }))).id);
        },
        kind: 'once',
        sentence: /^run '\w{30}' of task 'sync' has its key; it asks again at 2026/,
      },
    ],
    [
      'for its next attempt',
      {
        async act(world) {
          refused.add('o1');
          return settled(world, (await world.sim.send(charge({ id: 'o1', card: { number: CARD } }))).id);
        },
        kind: 'retry',
        sentence:
          /^retry 1 of 1 at 2026-01-01 00:01:00 UTC, after TypeError: card \[redacted\] of o1 was declined$/,
      },
    ],
    [
      'for its next attempt, as far as AWS shows it',
      {
        async act(world) {
          refused.add('o1');
          return settled(world, (await world.sim.send(charge({ id: 'o1' }))).id);
        },
        kind: 'retry',
        sentence: /^retry 1 of 1, after TypeError: card {2}of o1 was declined$/,
        options: { sees: false },
      },
    ],
    [
      'behind others of its group',
      {
        async act(world) {
          await world.sim.send(post({ line: 1 }));
          await world.sim.settle();
          await world.sim.send(post({ line: 2 }));
          return settled(world, (await world.sim.send(post({ line: 3 }))).id);
        },
        kind: 'group',
        sentence: /^message '[\w-]+' of its group 'all' is before it, with 1 others$/,
        by: 'all',
      },
    ],
    [
      'since its queue is paused',
      {
        async act(world) {
          await world.desk.pauseQueue('payments');
          return settled(world, (await world.sim.send(charge({ id: 'o' }))).id);
        },
        kind: 'paused',
        sentence: /^queue 'payments' is paused$/,
        by: 'payments',
      },
    ],
  ];
}

describe('a queue', () => {
  test('that is paused delivers nothing until it is resumed', async () => {
    await using world = await createDeskWorld(shop);
    const { sim, desk } = world;
    await desk.pauseQueue('payments');
    const sent = await sim.send(charge({ id: 'o' }));
    await sim.advance('10m');
    const paused = (await desk.queues()).find(({ name }) => name === 'payments');
    await desk.resumeQueue('payments');
    await sim.advance('1m');

    expect(paused).toMatchObject({
      paused: true,
      ready: 1,
      oldest: 600,
      tasks: ['charge'],
      deadLetters: 'payments-dlq',
    });
    expect(await sent.state()).toBe('SUCCESS');
  });

  test('is emptied', async () => {
    await using world = await createDeskWorld(shop);
    await world.desk.pauseQueue('letters');
    for (let n = 0; n < 3; n++) await world.sim.send(ping());

    const purged = await world.desk.purge('letters');

    expect(purged).toEqual({ purged: 3 });
    expect((await world.desk.queues()).find(({ name }) => name === 'letters')?.ready).toBe(0);
  });

  test('that is worked is looked into without a receive beside an emulator, on AWS not at all', async () => {
    await using world = await createDeskWorld(shop);
    await using onAws = await createDeskWorld(shop, { sees: false });
    await world.desk.pauseQueue('payments');
    await world.sim.send(charge({ id: 'o1', card: { number: CARD } }));

    const [row] = await world.desk.peek('payments');

    expect(row).toMatchObject({ task: 'charge', receives: 0, waiting: { kind: 'paused' } });
    expect(row?.body).toContain('"number":"[redacted]"');
    await expect(onAws.desk.peek('payments')).rejects.toMatchObject({ code: 'PEEK_COUNTS' });
    expect(await onAws.desk.peek('payments-dlq')).toEqual([]);
  });

  test.each(['none', 'payments-dlq'])('%s cannot be paused', async (name) => {
    await using world = await createDeskWorld(shop);

    await expect(world.desk.pauseQueue(name)).rejects.toMatchObject({
      code: name === 'none' ? 'NOT_FOUND' : 'PAUSE_NOT_POSSIBLE',
    });
  });
});

test('a read-only desk answers questions and refuses every action', async () => {
  await using world = await createDeskWorld(shop, { readOnly: true });

  expect((await world.desk.overview()).readOnly).toBe(true);
  await expect(world.desk.purge('letters')).rejects.toMatchObject({ code: 'READ_ONLY' });
  await expect(world.desk.send('ping', 'null')).rejects.toMatchObject({ code: 'READ_ONLY' });
});

test('an app that keeps no records says so', async () => {
  const { defineApp } = await import('../../lib/index.ts');
  await using world = await createDeskWorld(defineApp('bare', { tasks: [ping] }));

  expect(await world.desk.runs({})).toEqual({ rows: [] });
  expect(await world.desk.overview()).toMatchObject({ keepsRuns: false, states: {} });
});
