/** Celery's retry backoff: every row of the vectors that is not about rates. */
import { expect, test } from 'vitest';
import { exponential } from '#lib';
import { delayMs } from '../../lib/core/retry.ts';
import vectors from '../vectors/celery-rate-backoff.json' with { type: 'json' };

interface IntervalRow {
  readonly kind: string;
  readonly factor: number;
  readonly retries: number;
  readonly maximum: number;
  readonly full_jitter: boolean;
  readonly seconds: number;
}

interface AutoretryRow {
  readonly kind: string;
  readonly retry_backoff: number | boolean;
  readonly retry_backoff_max: number;
  readonly retry_jitter: boolean;
  readonly countdowns: readonly (number | null)[];
}

// The file holds rows of several kinds; those of these two have the members that their types name.
const ROWS = vectors.vectors as readonly unknown[] as readonly (IntervalRow & AutoretryRow)[];
const INTERVALS = ROWS.filter((row) => row.kind === 'interval');
const AUTORETRIES = ROWS.filter((row) => row.kind === 'autoretry');

/** Seconds that Celery's jitter draws when its dice, of `nominal` + 1 sides, show the last side but one. */
function lastButOne(nominal: number): number {
  return (nominal - 1) / nominal;
}

test('every row that is not about rates is followed', () => {
  expect([INTERVALS.length, AUTORETRIES.length]).toEqual([19, 13]);
});

test.each(INTERVALS)('$factor s after $retries retries, at most $maximum s, are $seconds s', (row) => {
  const backoff = exponential(`${row.factor}s`, { max: `${row.maximum}s`, jitter: row.full_jitter });
  const nominal = Math.min(row.maximum, row.factor * 2 ** row.retries);

  const waited = delayMs(backoff, row.retries + 1, lastButOne(nominal));

  expect(waited).toBe(row.seconds * 1_000);
});

test.each(AUTORETRIES)('retry_backoff $retry_backoff with jitter $retry_jitter waits $countdowns', (row) => {
  // Celery: True is a factor of 1, any other number counts as int(max(1, n)), and nothing means no backoff.
  const factor = row.retry_backoff === false || row.retry_backoff === 0 ? 0 : Number(row.retry_backoff);
  const seconds = factor === 0 ? 0 : Math.floor(Math.max(1, factor));
  const backoff = exponential(`${seconds}s`, { max: `${row.retry_backoff_max}s`, jitter: row.retry_jitter });

  const waited = row.countdowns.map((_, retries) => {
    const nominal = Math.min(row.retry_backoff_max, seconds * 2 ** retries);
    return delayMs(backoff, retries + 1, lastButOne(nominal)) / 1_000;
  });

  // No countdown is none here too; a drawn 0 is a second, since SQS counts from 1 and 0 means no backoff.
  const smallest = seconds === 0 ? 0 : 1;
  expect(waited).toEqual(row.countdowns.map((countdown) => Math.max(smallest, countdown ?? 0)));
});
