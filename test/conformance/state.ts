/** The suite of Locks, Limits and RunControl, which lie in one table. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Runs, State } from '../../lib/runtime/ports.ts';
import { testLimits } from './limits.ts';
import { standard, T } from './runs-world.ts';

export interface StateWorld {
  readonly state: Required<State>;
  readonly runs: Runs;
  close(): Promise<void>;
}

export function testState(name: string, open: () => Promise<StateWorld>): void {
  let world: StateWorld;
  beforeEach(async () => {
    world = await open();
  });
  afterEach(() => world.close());
  describe(`locks ${name}`, () => testLocks(() => world));
  describe(`limits ${name}`, () => testLimits(() => world));
  describe(`control ${name}`, () => testControl(() => world));
}

const MINUTE = 60_000;
const ask = { key: 'k', id: 'm1', turn: 0, token: 't1', now: T, until: T + MINUTE };
const wanted = { key: 'k', id: 'm1', now: T, until: T + MINUTE, dueAt: T + 7 };

function testLocks(given: () => StateWorld): void {
  const locks = () => given().state.locks;
  const held = { kind: 'held', by: 'm1', untilMs: T + MINUTE, isRunning: true };

  test('a key is one message’s until its deadline, and free at once when it is released', async () => {
    const taken = await locks().take(ask);
    const other = await locks().take({ ...ask, id: 'm2', token: 't2' });
    await locks().release('k', 't1');
    const after = await locks().take({ ...ask, id: 'm2', token: 't2' });

    expect([taken, other, after]).toEqual([{ kind: 'taken' }, held, { kind: 'taken' }]);
  });

  test('a key whose deadline has passed is free; who had it can neither keep nor release it', async () => {
    await locks().take(ask);
    const later = { ...ask, id: 'm2', token: 't2', now: T + MINUTE + 1, until: T + 2 * MINUTE };
    const taken = await locks().take(later);
    await locks().release('k', 't1');
    const kept = await locks().extend('k', 't1', T + 3 * MINUTE);
    const third = await locks().take({ ...later, id: 'm3', token: 't3' });

    expect([taken, kept]).toEqual([{ kind: 'taken' }, false]);
    expect(third).toEqual({ ...held, by: 'm2', untilMs: T + 2 * MINUTE });
  });

  test('a call whose answer was lost may be made again', async () => {
    await locks().take(ask);

    expect(await locks().take(ask)).toEqual({ kind: 'taken' });
  });

  test('a running message does not get its key once more; reserved or parked it does', async () => {
    const reserved = await locks().reserve(wanted);
    const first = await locks().take(ask);
    const duplicate = await locks().take({ ...ask, token: 't2' });
    const parked = await locks().park('k', 't1', 1, T + 5 * MINUTE);
    const oldCopy = await locks().take({ ...ask, token: 't3' });
    const next = await locks().take({ ...ask, turn: 1, token: 't4' });

    expect([reserved, first, parked, next]).toEqual([
      { kind: 'taken' },
      { kind: 'taken' },
      true,
      { kind: 'taken' },
    ]);
    expect([duplicate.kind, oldCopy.kind]).toEqual(['held', 'held']);
  });

  test('a reservation says who has the key, from when on, and whether its message is under way', async () => {
    const other = { ...wanted, id: 'm2', dueAt: T };
    await locks().reserve(wanted);
    const reserved = await locks().reserve(other);
    const vouched = await locks().vouch('k', 'm1');
    const sent = await locks().reserve(other);
    await locks().take({ ...ask, id: 'm3', now: T + MINUTE + 1, until: T + 2 * MINUTE });
    const running = await locks().reserve({ ...other, now: T + MINUTE + 1 });
    const late = await locks().vouch('k', 'm1');

    expect(reserved).toEqual({ ...held, dueAt: T + 7, isSent: false, isRunning: false });
    expect([vouched, sent]).toEqual([true, { ...reserved, isSent: true }]);
    expect(running).toMatchObject({ by: 'm3', isSent: true });
    expect(late).toBe(false);
  });

  test('the key of a message that no worker has can be freed', async () => {
    await locks().reserve(wanted);
    const freed = [await locks().free('k', 'other'), await locks().free('k', 'm1')];
    const next = await locks().reserve({ ...wanted, id: 'm2' });
    await locks().take({ ...ask, id: 'm2', token: 't2' });
    const running = await locks().free('k', 'm2');

    expect(freed).toEqual([false, true]);
    expect([next.kind, running]).toEqual(['taken', false]);
  });

  test('a reservation says when its message is too old to run, and no later one says it for it', async () => {
    const other = { ...wanted, id: 'm2' };
    await locks().reserve({ ...wanted, staleAt: T + 9 });
    const first = await locks().reserve(other);
    await locks().withdraw('k', 'm1');
    await locks().reserve(other);
    const second = await locks().reserve(wanted);

    expect(first).toMatchObject({ by: 'm1', staleAt: T + 9 });
    expect(second).not.toHaveProperty('staleAt');
  });

  test('what was not sent gives its key up, unless a worker has it or another call vouches', async () => {
    await locks().reserve(wanted);
    await locks().withdraw('k', 'm1');
    const free = await locks().reserve({ ...wanted, id: 'm2' });
    const late = await locks().vouch('k', 'm1');
    await locks().vouch('k', 'm2');
    await locks().withdraw('k', 'm2');
    const vouched = await locks().reserve({ ...wanted, id: 'm3' });
    await locks().take({ ...ask, id: 'm2', token: 't2' });
    await locks().withdraw('k', 'm2');
    const running = await locks().reserve({ ...wanted, id: 'm3' });

    expect([free.kind, late]).toEqual(['taken', false]);
    expect([vouched, running]).toMatchObject([{ by: 'm2' }, { by: 'm2' }]);
  });

  test('the last message of a key is the latest, in whatever order they are announced', async () => {
    const before = await locks().latest('k');
    await locks().announce('k', 'b', T);
    await locks().announce('k', 'c', T);
    await locks().announce('k', 'a', T);

    expect([before, await locks().latest('k')]).toEqual([undefined, 'c']);
  });
}

function testControl(given: () => StateWorld): void {
  const control = () => given().state.control;
  const runs = () => given().runs;
  const run = {
    id: standard.id,
    task: 'charge',
    queue: 'payments',
    sentAt: T - 500,
    now: T,
    terminate: false,
  };
  const recordOf = async () => (await runs().read([standard.id])).get(standard.id);

  test('a run that has not begun is revoked, and cannot be claimed', async () => {
    const outcome = await control().revoke(run);
    const claim = await runs().claim(standard, 'w1', T + MINUTE);

    expect([outcome, claim.kind]).toEqual(['revoked', 'finished']);
    expect(await recordOf()).toMatchObject({ state: 'REVOKED', reason: 'revoked', task: 'charge' });
  });

  test('a running one is told at its next beat where asked, and gets no other attempt', async () => {
    await runs().claim(standard, 'w1', T + MINUTE);
    const first = await control().extend(standard.id, 'w1', T + 2 * MINUTE);
    const outcome = await control().revoke(run);
    const second = await control().extend(standard.id, 'w1', T + 2 * MINUTE);
    await control().revoke({ ...run, terminate: true });
    // Once more without it takes nothing back.
    await control().revoke(run);
    const third = await control().extend(standard.id, 'w1', T + 2 * MINUTE);
    const error = { code: 'BOOM', name: 'Error', message: 'boom' };
    await runs().release(standard, 'w1', 1, error);
    const claim = await runs().claim({ ...standard, retries: 1 }, 'w2', T + MINUTE);

    expect([first, outcome, second, third, claim.kind]).toEqual([
      'kept',
      'running',
      'kept',
      'terminate',
      'revoked',
    ]);
  });

  test('a claim that has gone to another worker is lost to its first', async () => {
    await runs().claim(standard, 'w1', T + MINUTE);
    await runs().claim({ ...standard, now: T + MINUTE + 1 }, 'w2', T + 2 * MINUTE);

    expect(await control().extend(standard.id, 'w1', T + 3 * MINUTE)).toBe('lost');
    expect(await control().extend(standard.id, 'w2', T + 3 * MINUTE)).toBe('kept');
  });

  test('what is over stays as it is when it is revoked, and may be forgotten', async () => {
    await runs().claim(standard, 'w1', T + MINUTE);
    const early = await control().forget(standard.id);
    await runs().complete(standard, 'w1', { state: 'SUCCESS', result: '1' });
    const outcome = await control().revoke(run);
    const forgotten = await control().forget(standard.id);

    expect([early, outcome, forgotten]).toEqual([false, 'over', true]);
    const record = await recordOf();
    expect(record).toMatchObject({ state: 'SUCCESS', forgotten: true });
    expect(record?.result).toBeUndefined();
  });

  test('a failed run is opened again as its next generation, unless that has begun', async () => {
    const error = { code: 'BOOM', name: 'Error', message: 'boom' };
    await runs().claim(standard, 'w1', T + MINUTE);
    await runs().complete(standard, 'w1', { state: 'FAILURE', error, reason: 'rejected', letter: '{}' });
    await given().state.admin.reopen(standard.id, 0);
    const opened = await recordOf();
    await given().state.admin.reopen(standard.id, 0);
    const claim = await runs().claim({ ...standard, generation: 1 }, 'w2', T + MINUTE);

    expect(opened).toMatchObject({ state: 'PENDING', generation: 1, letter: '{}' });
    expect(opened?.error).toBeUndefined();
    expect(claim).toEqual({ kind: 'claimed', retries: 0, crashes: 0 });
  });

  test('progress is its claimant’s to report', async () => {
    await runs().claim(standard, 'w1', T + MINUTE);
    const mine = await control().report(standard.id, 'w1', { value: { done: 1 }, state: 'LOADING' });
    const others = await control().report(standard.id, 'w2', { value: { done: 9 } });

    expect([mine, others]).toEqual([true, false]);
    expect(JSON.parse((await recordOf())?.progress ?? '')).toEqual({ value: { done: 1 }, state: 'LOADING' });
  });

  test('revocations by header are found by their names, the latest of each', async () => {
    await given().state.admin.revokeBy('tenant=a', { until: T, terminate: true }, T);
    await given().state.admin.revokeBy('tenant=a', { until: T - 5, terminate: false }, T);
    await given().state.admin.revokeBy('tenant=a', { until: T + 5, terminate: false }, T);

    const found = [{ until: T + 5, terminateUntil: T }];
    expect(await control().revocations(['tenant=a', 'tenant=b'])).toEqual(found);
  });
}
