/** The part of the suite of Runs about the right to run: claims, releases, generations. */
import { describe, expect, test } from 'vitest';
import type { ClaimRequest } from '../../lib/runtime/ports.ts';
import { AFTER, BOOM, claimed, eachWorld, LEASE, type OpenRuns, ordered, standard, T } from './runs-world.ts';

/** Registers the tests of claims. */
export function testClaims(open: OpenRuns): void {
  const runs = eachWorld(open);

  describe('a claim', () => {
    test('is given for a new run, which has then started', async () => {
      const outcome = await runs.claim(standard, 'w1', LEASE);

      expect(outcome).toEqual(claimed());
      expect(await runs.recordOf()).toEqual({
        id: 'run-1',
        task: 'charge',
        queue: 'payments',
        state: 'STARTED',
        generation: 0,
        retries: 0,
        sentAt: T - 500,
        startedAt: T,
        open: 1,
      });
    });

    test.each([true, false])('remembers of which workflow the run is a part (new: %s)', async (first) => {
      const workflow = { id: 'flow-1', path: '0.12.e0' };
      await runs.claim({ ...standard, first, workflow }, 'w1', LEASE);
      const started = (await runs.recordOf())?.workflow;

      await runs.complete(standard, 'w1', { state: 'SUCCESS', result: '1' });

      expect(started).toEqual(workflow);
      expect((await runs.recordOf())?.workflow).toEqual(workflow);
    });

    test('holds until its lease is over, and not a moment longer', async () => {
      await runs.claim(standard, 'w1', LEASE);

      expect(await runs.claim({ ...standard, now: LEASE }, 'w2', LEASE * 2)).toEqual({
        kind: 'held',
        untilMs: LEASE,
      });
      expect(await runs.claim({ ...standard, now: AFTER }, 'w2', LEASE * 2)).toEqual(claimed(0, 1));
    });

    test('is held by what requests say of the time, not by the clock of the store', async () => {
      await runs.claim(standard, 'w1', LEASE);
      await runs.advance(3_600_000);

      expect(await runs.claim({ ...standard, now: T + 1 }, 'w2', LEASE)).toEqual({
        kind: 'held',
        untilMs: LEASE,
      });
    });

    test('counts the workers that died on the run since its last outcome', async () => {
      await runs.claim(standard, 'w1', T + 1);
      await runs.claim({ ...standard, now: T + 2 }, 'w2', T + 3);
      const third = await runs.claim({ ...standard, now: T + 4 }, 'w3', T + 5);
      await runs.release({ ...standard, now: T + 5 }, 'w3', 1, BOOM);
      const next = { ...standard, retries: 1 };
      const fourth = await runs.claim({ ...next, now: T + 6 }, 'w4', T + 7);
      const fifth = await runs.claim({ ...next, now: T + 8 }, 'w5', T + 9);

      expect(third).toEqual(claimed(0, 2));
      expect(fourth).toEqual(claimed(1, 0));
      expect(fifth).toEqual(claimed(1, 1));
    });

    test('goes to one of many that ask at once', async () => {
      const owners = Array.from({ length: 10 }, (_, index) => `w${index}`);

      const outcomes = await Promise.all(owners.map((owner) => runs.claim(standard, owner, LEASE)));

      const kinds = outcomes.map(({ kind }) => kind).sort();
      expect(kinds).toEqual(['claimed', ...Array.from({ length: 9 }, () => 'held')]);
      const winner = owners[outcomes.findIndex(({ kind }) => kind === 'claimed')] ?? '';
      expect(await runs.complete(standard, winner, { state: 'SUCCESS' })).toBe(true);
    });

    test('made again by the same owner is the same claim: its first answer may have been lost', async () => {
      await runs.claim(standard, 'w1', LEASE);

      expect(await runs.claim(standard, 'w1', LEASE)).toEqual(claimed());
      expect(await runs.complete(standard, 'w1', { state: 'SUCCESS' })).toBe(true);
      expect(await runs.claim(standard, 'w1', LEASE)).toMatchObject({ kind: 'finished' });
    });

    test('of one run is no claim of another', async () => {
      await runs.claim(standard, 'w1', LEASE);

      expect(await runs.claim({ ...standard, id: 'run-2' }, 'w1', LEASE)).toEqual(claimed());
    });
  });

  describe('a release', () => {
    test('counts a retry and keeps the error; the copy that counts as far may run', async () => {
      await runs.claim(standard, 'w1', LEASE);

      expect(await runs.release(standard, 'w1', 1, BOOM)).toBe(true);

      expect(await runs.recordOf()).toMatchObject({ state: 'RETRY', retries: 1, error: BOOM });
      expect(await runs.claim({ ...standard, retries: 1, now: T + 1 }, 'w2', LEASE)).toEqual(claimed(1));
    });

    test('leaves nothing for copies of an attempt before', async () => {
      await runs.claim(standard, 'w1', LEASE);
      await runs.release(standard, 'w1', 1, BOOM);

      expect(await runs.claim(standard, 'w2', LEASE)).toEqual({ kind: 'superseded' });
      await runs.claim({ ...standard, retries: 1 }, 'w2', LEASE);
      expect(await runs.claim(standard, 'w3', LEASE)).toEqual({ kind: 'superseded' });
      expect(await runs.finish(standard, { state: 'REVOKED', reason: 'expired' })).toEqual({
        kind: 'superseded',
      });
    });

    test('that was never written lets the next copy wait for the lease, then run', async () => {
      const copy = { ...standard, retries: 1 };
      await runs.claim(standard, 'w1', LEASE);

      expect(await runs.claim(copy, 'w2', LEASE)).toEqual({ kind: 'held', untilMs: LEASE });
      expect(await runs.claim({ ...copy, now: AFTER }, 'w2', LEASE * 2)).toEqual(claimed(1, 1));
      expect(await runs.claim({ ...standard, now: AFTER }, 'w3', LEASE * 2)).toEqual({
        kind: 'superseded',
      });
    });

    test('is not for those who have no claim', async () => {
      await runs.claim(standard, 'w1', LEASE);

      expect(await runs.release(standard, 'w2', 1, BOOM)).toBe(false);

      expect(await runs.recordOf()).toMatchObject({ state: 'STARTED', retries: 0 });
    });

    test('is forgotten by a success: neither error nor reason is left', async () => {
      await runs.claim(standard, 'w1', LEASE);
      await runs.release(standard, 'w1', 1, BOOM);
      await runs.claim({ ...standard, retries: 1 }, 'w2', LEASE);
      await runs.complete({ ...standard, retries: 1 }, 'w2', { state: 'SUCCESS', result: '1' });

      const record = await runs.recordOf();
      expect(record).toMatchObject({ state: 'SUCCESS', retries: 1, result: '1' });
      expect(record).not.toHaveProperty('error');
      expect(record).not.toHaveProperty('reason');
    });
  });

  describe('on an ordered queue', () => {
    test('the record counts the retries of a message that cannot', async () => {
      await runs.claim(ordered, 'w1', LEASE);
      await runs.release(ordered, 'w1', 1, BOOM);
      const second = await runs.claim(ordered, 'w2', LEASE);
      await runs.release(ordered, 'w2', 2, BOOM);
      const third = await runs.claim(ordered, 'w3', LEASE);

      expect(second).toEqual(claimed(1));
      expect(third).toEqual(claimed(2));
    });

    test('a claim is held as elsewhere, and crashes are counted', async () => {
      await runs.claim(ordered, 'w1', LEASE);

      expect(await runs.claim(ordered, 'w2', LEASE)).toEqual({ kind: 'held', untilMs: LEASE });
      expect(await runs.claim({ ...ordered, now: AFTER }, 'w2', LEASE * 2)).toEqual(claimed(0, 1));
    });

    test.each([
      ['by its worker', (request: ClaimRequest) => runs.complete(request, 'w2', { state: 'FAILURE' })],
      [
        'by one that does not run it',
        async (request: ClaimRequest) => {
          await runs.release(request, 'w2', 2, BOOM);
          return runs.finish(request, { state: 'FAILURE' });
        },
      ],
    ])('a run that failed, ended %s, counts its retries anew in its next generation', async (_, end) => {
      await runs.claim(ordered, 'w1', LEASE);
      await runs.release(ordered, 'w1', 1, BOOM);
      await runs.claim(ordered, 'w2', LEASE);
      await end(ordered);

      expect(await runs.claim({ ...ordered, generation: 1 }, 'w3', LEASE)).toEqual(claimed());
    });
  });

  describe('a generation', () => {
    const again = { ...standard, generation: 1 };

    test('that is new runs again after a failure, and what it fails by is forgotten in the end', async () => {
      await runs.claim({ ...standard, retries: 2 }, 'w1', LEASE);
      await runs.complete(standard, 'w1', { state: 'FAILURE', reason: 'rejected', error: BOOM });

      expect(await runs.claim(again, 'w2', LEASE)).toEqual(claimed());
      const started = await runs.recordOf();
      await runs.complete(again, 'w2', { state: 'SUCCESS' });
      const record = await runs.recordOf();

      expect(started).toMatchObject({ state: 'STARTED', generation: 1, retries: 0 });
      expect(started).not.toHaveProperty('endedAt');
      expect(started).not.toHaveProperty('reason');
      expect(record).toMatchObject({ state: 'SUCCESS', generation: 1 });
      expect(record).not.toHaveProperty('error');
    });

    test('leaves nothing for the generation before it, however many attempts that had', async () => {
      await runs.claim(again, 'w1', LEASE);
      const old = { ...standard, retries: 5, now: AFTER };

      expect(await runs.claim(old, 'w2', LEASE)).toEqual({ kind: 'superseded' });
      expect(await runs.finish(old, { state: 'FAILURE' })).toEqual({ kind: 'superseded' });
      await runs.complete(again, 'w1', { state: 'SUCCESS' });
      expect(await runs.claim(old, 'w2', LEASE)).toEqual({ kind: 'superseded' });
    });

    test('runs once, though two copies of it come', async () => {
      await runs.finish(standard, { state: 'FAILURE', reason: 'crashed' });
      await runs.claim(again, 'w1', LEASE);
      await runs.complete(again, 'w1', { state: 'SUCCESS', result: '1' });

      expect(await runs.claim(again, 'w2', LEASE)).toMatchObject({
        kind: 'finished',
        record: { state: 'SUCCESS', generation: 1, result: '1' },
      });
    });

    test('takes a run over from a worker of the generation before it', async () => {
      await runs.claim(standard, 'w1', LEASE);

      expect(await runs.claim(again, 'w2', LEASE)).toMatchObject({ kind: 'claimed', retries: 0 });
      expect(await runs.complete(standard, 'w1', { state: 'SUCCESS' })).toBe(false);
    });
  });
}
