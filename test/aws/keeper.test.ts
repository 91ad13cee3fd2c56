/** What a pool's child holds: kept by its parent while it is silent, given up when it has died. */
import { expect, test } from 'vitest';
import { defineApp, defineQueue, defineTask } from '#lib';
import { simulate } from '#lib/testing';
import type { Call } from '../../lib/aws/call.ts';
import { createKeeper } from '../../lib/aws/keeper.ts';
import type { FromChild, Holding } from '../../lib/aws/pool-protocol.ts';
import { createState } from '../../lib/aws/state.ts';
import { createTestClock } from '../runtime/test-clock.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const HOUR_MS = 3_600_000;
const MINE = 'mine';

const work = defineQueue('work', { visibility: '2m' });
const task = defineTask('task', { queue: work, once: true, concurrency: 1, run: () => 1 });
const app = defineApp('shop', { tasks: [task] });

/** A child that has taken a claim, a key and the only place, and whose parent has heard of it. */
async function createWorld() {
  const clock = createTestClock(NOW);
  const sim = simulate(app);
  // The models are provisioned with what happens first.
  await sim.settle();
  let isOut = false;
  let calls = 0;
  const call = async (service: string, operation: string, input: object) => {
    calls += 1;
    if (isOut) throw new Error('out of reach');
    return sim.emulator.call(service, operation, { ...input });
  };
  const machine = { clock, chance: () => 0.5, log: () => {} };
  // The models take and give the SDK's shapes.
  const { runs, state } = createState(call as Call, { app, stage: 'dev' }, machine);
  if (state?.locks === undefined || state.limits === undefined) throw new Error('the app has limits');
  const { locks, limits, control } = state;
  const request = { id: 'm1', task: 'task', queue: 'work', generation: 0, sentAt: NOW, now: NOW };
  await runs?.claim(request, MINE, NOW + 60_000);
  await locks.take({ key: 'k', id: 'm1', turn: 0, token: MINE, now: NOW, until: NOW + 20_000 });
  const ask = (token: string) => {
    const now = clock.now();
    return limits.acquire({ key: 'place#k', max: 1, token, now, until: now + 20_000, chance: 0 });
  };
  const place = await ask(MINE);
  let kills = 0;
  const options = { beatMs: 15_000, deadline: NOW + 12 * HOUR_MS };
  const keeper = createKeeper({ ...machine, state }, options, () => {
    kills += 1;
  });
  const holdings: readonly Holding[] = [
    { what: 'claim', name: 'm1', token: MINE },
    { what: 'key', name: 'k', token: MINE, turn: 0 },
    { what: 'place', name: place.kind === 'taken' ? place.slot : '', token: MINE },
  ];
  const say = (kind: 'holds' | 'drops'): void => {
    for (const holding of holdings) keeper.hear({ kind, holding } satisfies FromChild);
  };
  say('holds');
  const takeBy = (id: string, token: string) => {
    const now = clock.now();
    return locks.take({ key: 'k', id, turn: 0, token, now, until: now + 20_000 });
  };
  const claimAgain = () => runs?.claim({ ...request, now: clock.now() }, 'other', clock.now() + 60_000);
  return {
    ...{ clock, keeper, say, ask, takeBy, claimAgain, control, request },
    kills: () => kills,
    calls: () => calls,
    setOut: (out: boolean) => {
      isOut = out;
    },
    revoke: () => control.revoke({ ...request, now: clock.now(), terminate: true }),
  };
}

test('what a silent child holds stays its own for hours', async () => {
  const { clock, ask, takeBy, claimAgain, kills, keeper } = await createWorld();

  await clock.advance(3 * HOUR_MS);
  const others = [(await ask('other')).kind, (await takeBy('m2', 'other')).kind, (await claimAgain())?.kind];
  keeper.stop();

  expect(others).toEqual(['full', 'held', 'held']);
  expect(kills()).toBe(0);
});

test('it stays its own when a call for it fails', async () => {
  const { clock, ask, takeBy, setOut, keeper } = await createWorld();

  await clock.advance(9_000);
  setOut(true);
  await clock.advance(3_000);
  setOut(false);
  await clock.advance(60_000);
  const others = [(await ask('other')).kind, (await takeBy('m2', 'other')).kind];
  keeper.stop();

  expect(others).toEqual(['full', 'held']);
});

test('a child that renews by itself, or holds nothing, costs no call', async () => {
  const { clock, keeper, say, calls } = await createWorld();
  const before = calls();

  for (let beat = 0; beat < 20; beat++) {
    await clock.advance(5_000);
    keeper.hear({ kind: 'beaten' });
  }
  say('drops');
  await clock.advance(HOUR_MS);
  keeper.stop();

  expect(calls()).toBe(before);
});

test('a child that has died leaves its place to all, and its key to its own message', async () => {
  const { clock, keeper, ask, takeBy, claimAgain } = await createWorld();

  await clock.advance(60_000);
  keeper.stop();
  await keeper.giveUp();
  const others = [(await ask('other')).kind, (await takeBy('m2', 'other')).kind];
  const own = [(await takeBy('m1', 'next')).kind, (await claimAgain())?.kind];

  expect(others).toEqual(['taken', 'held']);
  expect(own).toEqual(['taken', 'claimed']);
});

test('a silent child whose run was revoked is ended, and its key is free', async () => {
  const { clock, keeper, takeBy, kills, revoke } = await createWorld();

  await revoke();
  await clock.advance(9_000);
  const before = kills();
  await clock.advance(6_000);
  keeper.stop();
  await keeper.giveUp();

  expect([before, kills()]).toEqual([0, 1]);
  expect((await takeBy('m2', 'other')).kind).toBe('taken');
});

test('a child that gives up by itself what it has lost is not ended', async () => {
  const { clock, keeper, say, kills, revoke } = await createWorld();

  await revoke();
  await clock.advance(11_000);
  say('drops');
  await clock.advance(HOUR_MS);
  keeper.stop();

  expect(kills()).toBe(0);
});
