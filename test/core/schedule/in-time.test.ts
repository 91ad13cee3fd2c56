/** What a record of a few numbers knows of the fires before, held against a list of them all. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type InTime, wasInTime, withTaken } from '../../../lib/core/schedule/in-time.ts';
import { every } from '../../../lib/core/trigger/interval.ts';
import { specOf } from './spec-of.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-06-01T12:00:00Z');
const spec = specOf(every('1m'));

/** Fires that are taken, in this order: minutes from the start, and whether they came late. */
const arrivals = (missing: number) =>
  fc
    .shuffledSubarray(
      Array.from({ length: 60 }, (_, minute) => minute),
      { minLength: 60 - missing },
    )
    .chain((minutes) => fc.tuple(...minutes.map((minute) => fc.tuple(fc.constant(minute), late))));
const late = fc.constantFrom(false, false, false, false, true);

function take(taken: readonly (readonly [minute: number, isLate: boolean])[]) {
  const inTime = new Set<number>();
  let state: { last?: { scheduledAt: number; outcome: 'sent'; at: number }; inTime?: InTime } = {};
  for (const [minute, isLate] of taken) {
    const scheduledAt = START + minute * MINUTE;
    const next = withTaken(state, spec, scheduledAt, isLate);
    const newest = Math.max(scheduledAt, state.last?.scheduledAt ?? 0);
    state = { last: { scheduledAt: newest, outcome: 'sent', at: newest }, inTime: next };
    if (!isLate) inTime.add(scheduledAt);
  }
  return { state, inTime };
}

test('no fire counts as in time that was not, in whatever order they came', () => {
  const seen = { yes: 0, no: 0 };
  fc.assert(
    fc.property(arrivals(30), (taken) => {
      const { state, inTime } = take(taken);

      for (let minute = 0; minute < 60; minute++) {
        const at = START + minute * MINUTE;
        const known = wasInTime(state, at);
        if (known) expect(inTime.has(at)).toBe(true);
        seen[known ? 'yes' : 'no']++;
      }
      expect(state.inTime?.late.length).toBeLessThanOrEqual(20);
    }),
  );
  // The law would say little if one of the answers hardly ever came.
  expect(Math.min(seen.yes, seen.no)).toBeGreaterThan(100);
});

test('in their order, all are known but those before the twentieth that was late', () => {
  fc.assert(
    fc.property(arrivals(10), (taken) => {
      const ordered = taken.toSorted(([one], [other]) => one - other);
      const { state, inTime } = take(ordered);
      const first = START + (ordered[0]?.[0] ?? 0) * MINUTE;
      const last = state.last?.scheduledAt ?? 0;
      const all = Array.from({ length: 60 }, (_, minute) => START + minute * MINUTE);
      const missed = all.filter((at) => at >= first && at <= last && !inTime.has(at));
      const from = missed.at(-21) ?? first - 1;

      const known = all.filter((at) => wasInTime(state, at));

      expect(known).toEqual([...inTime].filter((at) => at > from).sort((a, b) => a - b));
    }),
  );
});

test('a gap that is longer than what is kept begins a new row', () => {
  const { state } = take([
    [0, false],
    [1, false],
    [40, false],
    [41, false],
  ]);

  const known = [0, 1, 39, 40, 41, 42].filter((minute) => wasInTime(state, START + minute * MINUTE));

  expect(known).toEqual([40, 41]);
});
