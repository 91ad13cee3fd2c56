import { describe, expect, test } from 'vitest';
import { parseRate, type RateLimit } from '../../lib/core/rate.ts';
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
