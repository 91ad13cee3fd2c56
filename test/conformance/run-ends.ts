/** The part of the suite of Runs about how runs end, and what can be read of them. */
import { describe, expect, test } from 'vitest';
import { AFTER, BOOM, claimed, eachWorld, LEASE, type OpenRuns, standard, T } from './runs-world.ts';

/** Registers the tests of ends and reads. */
export function testEnds(open: OpenRuns): void {
  const runs = eachWorld(open);

  describe('an end', () => {
    test('is kept with its result, and told to whoever claims again', async () => {
      await runs.claim(standard, 'w1', LEASE);

      const ended = await runs.complete({ ...standard, now: T + 20 }, 'w1', {
        state: 'SUCCESS',
        attempts: 1,
        result: '{"paid":40}',
      });

      const record = {
        id: 'run-1',
        task: 'charge',
        queue: 'payments',
        state: 'SUCCESS',
        generation: 0,
        retries: 0,
        attempts: 1,
        sentAt: T - 500,
        startedAt: T,
        endedAt: T + 20,
        result: '{"paid":40}',
      };
      expect(ended).toBe(true);
      expect(await runs.recordOf()).toEqual(record);
      expect(await runs.claim({ ...standard, now: AFTER }, 'w2', LEASE * 2)).toMatchObject({
        kind: 'finished',
        record,
      });
    });

    test('without a result has none', async () => {
      await runs.claim(standard, 'w1', LEASE);
      await runs.complete(standard, 'w1', { state: 'SUCCESS' });

      expect(await runs.recordOf()).not.toHaveProperty('result');
      expect(await runs.recordOf()).toMatchObject({ state: 'SUCCESS' });
    });

    test('keeps a failure with its reason and its error, causes included', async () => {
      const error = { ...BOOM, cause: { code: 'IO', name: 'IoError', message: 'disk' } };
      await runs.claim(standard, 'w1', LEASE);

      await runs.complete(standard, 'w1', { state: 'FAILURE', reason: 'rejected', error });

      expect(await runs.recordOf()).toMatchObject({ state: 'FAILURE', reason: 'rejected', error });
    });

    test('is not for those who have no claim', async () => {
      await runs.claim(standard, 'w1', LEASE);

      expect(await runs.complete(standard, 'w2', { state: 'SUCCESS' })).toBe(false);
      expect(await runs.complete({ ...standard, id: 'run-2' }, 'w1', { state: 'SUCCESS' })).toBe(false);

      expect(await runs.recordOf()).toMatchObject({ state: 'STARTED' });
      expect(await runs.recordOf('run-2')).toBeUndefined();
    });

    test('is only for the last who took the run over', async () => {
      await runs.claim(standard, 'w1', LEASE);
      await runs.claim({ ...standard, now: AFTER }, 'w2', LEASE * 2);

      expect(await runs.complete(standard, 'w1', { state: 'SUCCESS', result: '1' })).toBe(false);
      expect(await runs.release(standard, 'w1', 1, BOOM)).toBe(false);
      expect(await runs.complete(standard, 'w2', { state: 'SUCCESS', result: '2' })).toBe(true);

      expect(await runs.recordOf()).toMatchObject({ state: 'SUCCESS', result: '2', retries: 0 });
    });

    test('is possible after the lease is over, as long as nobody has taken the run', async () => {
      await runs.claim(standard, 'w1', LEASE);

      expect(await runs.complete({ ...standard, now: AFTER }, 'w1', { state: 'SUCCESS' })).toBe(true);
    });

    test('remembers that what follows from it was sent, until the next generation', async () => {
      await runs.claim(standard, 'w1', LEASE);
      await runs.complete(standard, 'w1', { state: 'FAILURE', reason: 'rejected', error: BOOM });
      const before = await runs.recordOf();

      await runs.settle(standard);
      const after = await runs.recordOf();
      await runs.claim({ ...standard, generation: 1, now: AFTER }, 'w2', LEASE * 2);
      await runs.settle(standard);
      const next = await runs.recordOf();

      expect(before).not.toHaveProperty('settled');
      expect(after).toEqual({ ...before, settled: true });
      expect(next).toMatchObject({ generation: 1, state: 'STARTED' });
      expect(next).not.toHaveProperty('settled');
    });

    test('happens once', async () => {
      await runs.claim(standard, 'w1', LEASE);

      const ends = await Promise.all([
        runs.complete(standard, 'w1', { state: 'SUCCESS', result: '1' }),
        runs.complete(standard, 'w1', { state: 'SUCCESS', result: '1' }),
      ]);

      expect(ends.sort()).toEqual([false, true]);
    });

    test('holds a result of the largest size', async () => {
      const result = JSON.stringify('a'.repeat(379_998));
      await runs.claim(standard, 'w1', LEASE);

      expect(await runs.complete(standard, 'w1', { state: 'SUCCESS', result })).toBe(true);

      expect((await runs.recordOf())?.result).toBe(result);
    });
  });

  describe('finish', () => {
    const expired = { state: 'REVOKED', reason: 'expired' } as const;

    test('ends a run that nobody has started', async () => {
      expect(await runs.finish(standard, expired)).toMatchObject({ kind: 'claimed' });

      expect(await runs.recordOf()).toEqual({
        id: 'run-1',
        task: 'charge',
        queue: 'payments',
        state: 'REVOKED',
        reason: 'expired',
        generation: 0,
        retries: 0,
        sentAt: T - 500,
        endedAt: T,
      });
    });

    test('happens once', async () => {
      await runs.finish(standard, expired);

      expect(await runs.finish({ ...standard, now: AFTER }, { state: 'FAILURE' })).toMatchObject({
        kind: 'finished',
        record: { state: 'REVOKED', endedAt: T },
      });
      expect(await runs.claim(standard, 'w1', LEASE)).toMatchObject({ kind: 'finished' });
    });

    test('waits for a worker that has the run, and takes it from one that died', async () => {
      await runs.claim(standard, 'w1', LEASE);
      const crashed = { state: 'FAILURE', reason: 'crashed', error: BOOM } as const;

      expect(await runs.finish(standard, crashed)).toEqual({ kind: 'held', untilMs: LEASE });
      expect(await runs.finish({ ...standard, now: AFTER }, crashed)).toMatchObject({ kind: 'claimed' });

      expect(await runs.complete(standard, 'w1', { state: 'SUCCESS' })).toBe(false);
      expect(await runs.recordOf()).toMatchObject({ state: 'FAILURE', reason: 'crashed', error: BOOM });
    });

    test('ends a run that waits for its next attempt', async () => {
      await runs.claim(standard, 'w1', LEASE);
      await runs.release(standard, 'w1', 1, BOOM);

      expect(await runs.finish({ ...standard, retries: 1 }, expired)).toMatchObject({ kind: 'claimed' });

      expect(await runs.recordOf()).toMatchObject({ state: 'REVOKED', reason: 'expired', retries: 1 });
    });

    test('is an outcome: no crash before it counts in the next generation', async () => {
      await runs.claim(standard, 'w1', T + 1);
      await runs.claim({ ...standard, now: T + 2 }, 'w2', T + 3);
      await runs.finish({ ...standard, now: T + 4 }, { state: 'FAILURE', reason: 'crashed' });

      expect(await runs.claim({ ...standard, generation: 1 }, 'w3', LEASE)).toEqual(claimed());
    });
  });

  describe('a read', () => {
    test('answers with a hundred records at once', async () => {
      const ids = Array.from({ length: 100 }, (_, index) => `run-${index}`);
      await Promise.all(ids.map((id) => runs.finish({ ...standard, id }, { state: 'SUCCESS', result: id })));

      const records = await runs.read(ids);

      expect([...records].map(([id, { result }]) => [id, result]).sort()).toEqual(
        ids.map((id) => [id, id]).sort(),
      );
    });

    test('leaves out what has no record, and takes an id twice', async () => {
      await runs.claim(standard, 'w1', LEASE);

      const records = await runs.read(['none', 'run-1', 'run-1', 'run-11']);

      expect([...records.keys()]).toEqual(['run-1']);
    });

    test('of nothing is nothing', async () => {
      expect(await runs.read([])).toEqual(new Map());
    });

    test('brings what one answer of the store cannot hold', async () => {
      // DynamoDB answers with at most 16 MB and names the keys that it left.
      const result = 'a'.repeat(375_000);
      const ids = Array.from({ length: 48 }, (_, index) => `run-${index}`);
      await Promise.all(ids.map((id) => runs.finish({ ...standard, id }, { state: 'SUCCESS', result })));

      const records = await runs.read(ids);

      expect(records.size).toBe(48);
      expect([...records.values()].every((record) => record.result?.length === 375_000)).toBe(true);
    });
  });
}
