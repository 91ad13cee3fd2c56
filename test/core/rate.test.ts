import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRate, type RateLimit, type RateState, reserve } from '../../lib/core/rate.ts';
import vectors from '../vectors/celery-rate-backoff.json' with { type: 'json' };

interface Row {
  readonly kind: string;
  readonly input?: RateLimit;
  readonly perSecond?: number;
  readonly error?: string;
}

// The file holds rows of several kinds; those of kind 'rate' have this form.
const ROWS = (vectors.vectors as readonly Row[]).filter((row) => row.kind === 'rate');

/** Where Celery takes what it should not. */
const DIFFERENT: readonly (readonly [input: RateLimit, reason: string])[] = [
  ['-1/s', 'a negative rate never starts anything; Celery takes it as a number below zero'],
];
const isDifferent = (row: Row) => DIFFERENT.some(([input]) => input === row.input);

describe('parseRate', () => {
  test.each(ROWS.filter((row) => !isDifferent(row) && row.error === undefined))(
    'reads $input as Celery does',
    (row) => {
      const rate = parseRate(row.input);

      const perSecond = rate === undefined ? 0 : (rate.permits * 1_000) / rate.periodMs;
      expect(perSecond).toBeCloseTo(row.perSecond ?? Number.NaN, 12);
    },
  );

  test.each(ROWS.filter((row) => isDifferent(row) || row.error !== undefined))('refuses $input', (row) => {
    expect(() => parseRate(row.input)).toThrow(
      expect.objectContaining({
        code: 'RATE_INVALID',
        value: row.input,
        message: expect.stringContaining(String(row.input)),
      }),
    );
  });

  test.each<RateLimit>([null, undefined, false, 0, '0', '0/m', ''])(
    '%o is no limit, as in Celery',
    (limit) => {
      expect(parseRate(limit)).toBeUndefined();
    },
  );

  test('knows days, and says what it allows', () => {
    expect(parseRate('86400/d')).toEqual({ permits: 86_400, periodMs: 86_400_000 });
    expect(() => parseRate('fast')).toThrow(
      "rate limit 'fast' is not a number and /s, /m, /h or /d: '10/s', '100/m'; 0 for no limit",
    );
  });

  test.each<RateLimit>([Number.NaN, Number.POSITIVE_INFINITY, -1, ' ', '/s', '10/', '10/w', '1e999/s'])(
    'refuses %o',
    (limit) => {
      expect(() => parseRate(limit)).toThrow(expect.objectContaining({ code: 'RATE_INVALID' }));
    },
  );
});

const TEN_A_SECOND = { permits: 10, periodMs: 1_000 };

/** The times of one request after the other. */
function reserveAll(requests: readonly number[], burst: number): readonly number[] {
  let state: RateState | undefined;
  return requests.map((nowMs) => {
    const slot = reserve(TEN_A_SECOND, state, nowMs, 1, burst);
    state = slot.state;
    return slot.atMs;
  });
}

describe('reserve', () => {
  test('spaces starts evenly, as Celery does, and says when each one is', () => {
    expect(reserveAll([0, 0, 0, 50], 1)).toEqual([0, 100, 200, 300]);
  });

  test('a pause gathers no more than the burst', () => {
    expect(reserveAll([0, 0, 0, 0, 10_000, 10_000, 10_000, 10_000], 3)).toEqual([
      0, 0, 0, 100, 10_000, 10_000, 10_000, 10_100,
    ]);
  });

  test('waits nothing when there is a slot, and until the slot when not', () => {
    const first = reserve(TEN_A_SECOND, undefined, 1_000);
    const second = reserve(TEN_A_SECOND, first.state, 1_030);

    expect(first).toEqual({ atMs: 1_000, waitMs: 0, state: { fullAtMs: 1_100 } });
    expect(second).toEqual({ atMs: 1_100, waitMs: 70, state: { fullAtMs: 1_200 } });
  });

  test('several permits at once are waited for together', () => {
    const three = reserve(TEN_A_SECOND, undefined, 0, 3);

    expect(three.atMs).toBe(200);
    expect(reserve(TEN_A_SECOND, three.state, 0).atMs).toBe(300);
  });

  test('no window ever holds more starts than the rate allows, and no slot is before its request', () => {
    const requests = fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(requests, fc.integer({ min: 1, max: 5 }), (times, burst) => {
        const sorted = times.toSorted((left, right) => left - right);
        const slots = reserveAll(sorted, burst);

        expect(slots.every((slot, index) => slot >= (sorted[index] ?? 0))).toBe(true);
        for (const from of slots) {
          const within = slots.filter((slot) => slot >= from && slot < from + 500).length;
          expect(within).toBeLessThanOrEqual(burst + 5);
        }
      }),
    );
  });

  test('a rate that divides into no whole milliseconds does not drift', () => {
    let state: RateState | undefined;
    let last = 0;
    for (let count = 0; count <= 7_000; count++) {
      const slot = reserve({ permits: 7, periodMs: 1_000 }, state, 0);
      state = slot.state;
      last = slot.atMs;
    }

    expect(last).toBeCloseTo(1_000_000, 3);
  });
});
