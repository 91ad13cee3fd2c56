/** The part of the suite of Runs about messages that wait: which copy goes on, and claims that were none. */
import { describe, expect, test } from 'vitest';
import type { ClaimRequest, WaitNote } from '../../lib/runtime/ports.ts';
import { AFTER, BOOM, claimed, eachWorld, LEASE, type OpenRuns, ordered, standard, T } from './runs-world.ts';

const HOUR = 3_600_000;
const ONCE = { for: 'once', at: T + 1_000, count: 1 } as const;

/** The first wait of the message that the queue calls `by`. */
function note(by: string, more: Partial<WaitNote> = {}): WaitNote {
  return { by, hop: 1, until: T + 1_000, wait: ONCE, ...more };
}

/** Registers the tests of waits. */
export function testWaits(open: OpenRuns): void {
  const runs = eachWorld(open);

  describe('a wait', () => {
    test('is said by the record of a run that has none yet', async () => {
      const outcome = await runs.wait(standard, note('m1'));

      expect(outcome).toEqual({ kind: 'waits', crashes: 0 });
      expect(await runs.recordOf()).toEqual({
        id: 'run-1',
        task: 'charge',
        queue: 'payments',
        state: 'PENDING',
        generation: 0,
        retries: 0,
        sentAt: T - 500,
        wait: ONCE,
      });
    });

    test('is followed by a claim as any other', async () => {
      await runs.wait(standard, note('m1'));

      expect(await runs.claim(standard, 'w1', LEASE)).toEqual(claimed());
      expect(await runs.complete(standard, 'w1', { state: 'SUCCESS' })).toBe(true);
    });

    test('of the same delivery, come again, is its wait once more', async () => {
      await runs.wait(standard, note('m1'));

      expect(await runs.wait(standard, note('m1'))).toEqual({ kind: 'waits', crashes: 0 });
    });

    test('of another delivery that is no newer is one too many', async () => {
      await runs.wait(standard, note('m1'));

      expect(await runs.wait(standard, note('m2'))).toEqual({ kind: 'superseded' });
      expect(await runs.wait(standard, note('m2', { hop: 2 }))).toEqual({ kind: 'waits', crashes: 0 });
      expect(await runs.wait(standard, note('m1'))).toEqual({ kind: 'superseded' });
    });

    test('of a copy that is not heard of for an hour past its time is taken over', async () => {
      await runs.wait(standard, note('m1', { hop: 5 }));
      const at = (now: number): ClaimRequest => ({ ...standard, now });

      expect(await runs.wait(at(T + 1_000 + HOUR), note('m2'))).toEqual({ kind: 'superseded' });
      expect(await runs.wait(at(T + 1_001 + HOUR), note('m2'))).toEqual({ kind: 'waits', crashes: 0 });
    });

    test('of a copy that was sent after it comes from elsewhere, and is the newest', async () => {
      await runs.wait(standard, note('m1', { hop: 5 }));

      expect(await runs.wait(standard, note('m2', { sentAt: T + 10_000 }))).toEqual({ kind: 'superseded' });
      const outcome = await runs.wait(standard, note('m2', { sentAt: T + 10_001 }));

      expect(outcome).toEqual({ kind: 'waits', crashes: 0 });
      expect(await runs.wait(standard, note('m1', { hop: 6 }))).toEqual({ kind: 'waits', crashes: 0 });
    });

    test('of a run that is over, or of what keeps no record, is that of the newest copy', async () => {
      await runs.claim(standard, 'w1', LEASE);
      await runs.complete(standard, 'w1', { state: 'SUCCESS' });
      const before = await runs.recordOf();
      const unrecorded = { ...standard, id: 'start-1' };

      for (const request of [standard, unrecorded]) {
        expect(await runs.noteCopy(request, note('m1'))).toBe(true);
        expect(await runs.noteCopy(request, note('m1'))).toBe(true);
        expect(await runs.noteCopy(request, note('m2'))).toBe(false);
        expect(await runs.noteCopy(request, note('m2', { hop: 2 }))).toBe(true);
        expect(await runs.noteCopy(request, note('m1'))).toBe(false);
      }
      expect(await runs.recordOf()).toEqual(before);
      expect(await runs.recordOf('start-1')).toBeUndefined();
    });

    test('of a task that has moved to an ordered queue is its wait, after whatever attempt', async () => {
      await runs.wait({ ...standard, retries: 2 }, note('m1', { hop: 5 }));

      expect(await runs.wait(ordered, note('m2', { hop: 6 }))).toEqual({ kind: 'waits', crashes: 0 });
    });

    test('of a later attempt counts, however often the one before it has waited', async () => {
      await runs.wait(standard, note('m1', { hop: 9 }));
      await runs.claim(standard, 'w1', LEASE);
      await runs.release(standard, 'w1', 1, BOOM);
      const next = { ...standard, retries: 1 };

      expect(await runs.wait(next, note('m2'))).toEqual({ kind: 'waits', crashes: 0 });
      expect(await runs.wait(standard, note('m1', { hop: 10 }))).toEqual({ kind: 'superseded' });
    });

    test('of a later generation counts, and leaves what the one before it came to', async () => {
      await runs.wait(standard, note('m1', { hop: 9 }));
      await runs.claim(standard, 'w1', LEASE);
      await runs.complete(standard, 'w1', { state: 'FAILURE', error: BOOM });

      const outcome = await runs.wait({ ...standard, generation: 1 }, note('m2'));

      expect(outcome).toEqual({ kind: 'waits', crashes: 0 });
      expect(await runs.recordOf()).toMatchObject({ state: 'FAILURE', generation: 0, error: BOOM });
      expect(await runs.wait(standard, note('m3', { hop: 10 }))).toMatchObject({ kind: 'finished' });
    });

    test('of a run that is over is told of its end', async () => {
      await runs.claim(standard, 'w1', LEASE);
      await runs.complete(standard, 'w1', { state: 'SUCCESS', result: '7' });

      const outcome = await runs.wait(standard, note('m1'));

      expect(outcome).toMatchObject({ kind: 'finished', record: { state: 'SUCCESS', result: '7' } });
    });

    test('tells how many claims were not ended', async () => {
      await runs.claim(standard, 'w1', LEASE);
      await runs.claim({ ...standard, now: AFTER }, 'w2', LEASE * 2);

      expect(await runs.wait(standard, note('m1'))).toEqual({ kind: 'waits', crashes: 2 });
      expect(await runs.recordOf()).toMatchObject({ state: 'STARTED', open: 2 });
    });

    test('on an ordered queue asks for no attempt', async () => {
      await runs.claim(ordered, 'w1', LEASE);
      await runs.release(ordered, 'w1', 1, BOOM);

      expect(await runs.wait(ordered, note('m1'))).toEqual({ kind: 'waits', crashes: 0 });
      expect(await runs.recordOf()).toMatchObject({ state: 'RETRY', retries: 1, wait: ONCE });
    });
  });

  describe('a claim that is given back', () => {
    test('was none: its run has not started, and no worker died with it', async () => {
      await runs.claim(standard, 'w1', LEASE);
      await runs.claim({ ...standard, now: AFTER }, 'w2', LEASE * 2);

      expect(await runs.giveBack(standard, 'w2', 0)).toBe(true);

      const record = await runs.recordOf();
      expect(record).toMatchObject({ state: 'PENDING', open: 1 });
      expect(record).not.toHaveProperty('startedAt');
      expect(await runs.claim(standard, 'w3', LEASE)).toEqual(claimed(0, 1));
    });

    test('leaves a run that is to be tried again as it was', async () => {
      await runs.claim(standard, 'w1', LEASE);
      await runs.release(standard, 'w1', 1, BOOM);
      const next = { ...standard, retries: 1 };
      await runs.claim(next, 'w2', LEASE);

      await runs.giveBack(next, 'w2', 1);

      expect(await runs.recordOf()).toMatchObject({ state: 'RETRY', retries: 1, error: BOOM });
    });

    test('has to be the owner’s', async () => {
      await runs.claim(standard, 'w1', LEASE);

      expect(await runs.giveBack(standard, 'w2', 0)).toBe(false);
    });
  });
}
