/** Why a run waits, where nobody can look into queues: from its record, its timer, its id, and the counts. */
import { afterEach, describe, expect, test } from 'vitest';
import { defineApp, defineQueue, defineTask, fixed } from '../../lib/index.ts';
import { charge, mail, pack, refused, shop, sync } from './desk-shop.ts';
import { createDeskWorld, type DeskWorld } from './desk-world.ts';

afterEach(() => refused.clear());

const onAws = () => createDeskWorld(shop, { sees: false });

async function sent(world: DeskWorld, ...calls: readonly Parameters<typeof world.sim.send>[0][]) {
  let id = '';
  for (const call of calls) {
    ({ id } = await world.sim.send(call));
    await world.sim.settle();
  }
  return id;
}

describe('a limit holds it, as its record notes', () => {
  test('a rate, with its slot', async () => {
    await using world = await onAws();
    const id = await sent(world, mail({ to: 'ann' }), mail({ to: 'bob' }));

    const waiting = await world.desk.waiting(id);
    const { state, waiting: inDetail } = await world.desk.run(id);

    expect(waiting).toMatchObject({ kind: 'rate', by: 'mail' });
    expect(waiting?.sentence).toMatch(
      /^the rate limit of task 'mail' \(1\/m\) lets it start at 2026-01-01 00:0\d:\d\d UTC$/,
    );
    expect(waiting?.until).toBeGreaterThan(world.sim.now().getTime());
    expect([state, inDetail]).toEqual(['PENDING', waiting]);
  });

  test('a number of runs at a time', async () => {
    await using world = await onAws();
    const id = await sent(world, pack({ box: 'a' }), pack({ box: 'b' }));

    expect(await world.desk.waiting(id)).toMatchObject({
      kind: 'concurrency',
      by: 'pack',
      sentence: expect.stringMatching(/^task 'pack' runs at most 1 at a time, and as many are under way;/),
    });
  });

  test('a key, whose holder is not known: it is made of the input, which the message has', async () => {
    await using world = await onAws();
    const id = await sent(world, sync({ shop: 'oslo' }), sync({ shop: 'oslo' }));

    expect(await world.desk.waiting(id)).toMatchObject({
      kind: 'once',
      sentence: expect.stringMatching(/^another run of task 'sync' has its key; it asks again at 2026/),
    });
  });

  test('and no longer once it has run, failed, and waits for its next attempt', async () => {
    const slow = defineTask('slow', {
      queue: defineQueue('slow'),
      concurrency: 1,
      retry: { attempts: 2 },
      async run(fails: boolean, { sleep }) {
        await sleep('3s');
        if (fails) throw new TypeError('not now');
      },
    });
    await using world = await createDeskWorld(defineApp('slow', { tasks: [slow] }), { sees: false });
    const id = await sent(world, slow(false), slow(true));
    const before = await world.desk.waiting(id);
    for (let n = 0; n < 90 && (await world.desk.run(id)).state !== 'RETRY'; n++)
      await world.sim.advance('1s');

    expect(before?.kind).toBe('concurrency');
    expect(await world.desk.waiting(id)).toMatchObject({
      kind: 'retry',
      sentence: 'retry 1 of 1, after TypeError: not now',
    });
  });

  test('and in a queue that was paused meanwhile, both are said', async () => {
    await using world = await onAws();
    const id = await sent(world, mail({ to: 'ann' }), mail({ to: 'bob' }));
    await world.desk.pauseQueue('letters');

    const held = await world.desk.waiting(id);
    await world.sim.advance('10m');
    const paused = await world.desk.waiting(id);

    expect(held?.sentence).toMatch(/^the rate limit of .* UTC; queue 'letters' is paused$/);
    expect(paused).toEqual({ kind: 'paused', sentence: "queue 'letters' is paused", by: 'letters' });
  });
});

describe('a delay', () => {
  test.each([[true], [false]])(
    'beyond 15 minutes is read from its timer (beside an emulator: %s)',
    async (sees) => {
      await using world = await createDeskWorld(shop, { sees });
      const id = await sent(world, charge({ id: 'o1', card: { number: '4711' } }, { delay: '2h' }));

      const run = await world.desk.run(id);
      const revoked = await world.desk.revoke(id, false);

      const until = Date.UTC(2026, 0, 1, 2);
      const waiting = { kind: 'delayed', sentence: 'it is delayed until 2026-01-01 02:00:00 UTC', until };
      expect(run).toMatchObject({ state: 'PENDING', task: 'charge', queue: 'payments', waiting });
      expect(run.input).toBe('{"id":"o1","card":{"number":"[redacted]"}}');
      // The timer tells whose run it is.
      expect(revoked).toEqual({ outcome: 'revoked' });
    },
  );

  test('of a next attempt beyond 15 minutes is known too', async () => {
    const later = defineTask('later', {
      queue: defineQueue('later-on'),
      retry: { attempts: 3, backoff: fixed('1h') },
      run: (_: number) => {
        throw new TypeError('not now');
      },
    });
    await using world = await createDeskWorld(defineApp('patient', { tasks: [later] }), { sees: false });
    const id = await sent(world, later(1));
    await world.sim.advance('1m');

    expect(await world.desk.waiting(id)).toMatchObject({
      kind: 'retry',
      sentence: expect.stringMatching(
        /^retry 1 of 2 at 2026-01-01 01:\d\d:\d\d UTC, after TypeError: not now$/,
      ),
    });
  });

  test('within them SQS shows to nobody: it is said how long it can be at most', async () => {
    await using world = await onAws();
    const id = await sent(world, charge({ id: 'o1' }, { delay: '5m' }));

    const waiting = await world.desk.waiting(id);

    expect(waiting).toEqual({
      kind: 'queued',
      sentence:
        'it was sent at 2026-01-01 00:00:00 UTC and has not begun, or keeps no record; it may be one of 1 ' +
        'delayed messages, which SQS does not show, until 2026-01-01 00:15:00 UTC',
    });
  });
});

describe('without a record and a timer', () => {
  test('it is said which queues nothing works', async () => {
    await using world = await onAws();
    await world.desk.pauseQueue('payments');
    const id = await sent(world, charge({ id: 'o1' }));

    const waiting = await world.desk.waiting(id);

    expect(waiting?.kind).toBe('queued');
    expect(waiting?.sentence).toMatch(
      /it is not delayed, and waits for a worker or behind others of its group; queue 'payments' is paused$/,
    );
  });

  test('in an app with one queue, which is paused, that is the reason', async () => {
    const only = defineTask('only', { queue: defineQueue('only'), run: () => undefined });
    await using world = await createDeskWorld(defineApp('one', { tasks: [only] }), { sees: false });
    await world.desk.pauseQueue('only');
    const id = await sent(world, only());

    expect(await world.desk.waiting(id)).toMatchObject({ kind: 'paused', by: 'only' });
  });

  test('and with nothing in any queue, it has ended or was purged', async () => {
    await using world = await onAws();
    await world.desk.pauseQueue('payments');
    const id = await sent(world, charge({ id: 'o1' }));
    await world.desk.purge('payments');

    expect((await world.desk.waiting(id))?.sentence).toMatch(
      /; the app's queues are empty, so it has ended, or its message was purged$/,
    );
  });
});
