/** The schedules of the sample shop, and one that is added to it. */
import type { ScheduleRow } from '../../../lib/dashboard/row.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function schedules(now: number): ScheduleRow[] {
  const every = (minutes: number, first: number) =>
    Array.from({ length: 12 }, (_, n) => now + (first + n * minutes) * MINUTE);
  return [
    schedule(
      'nightly-report',
      '0 2 * * *',
      'at 02:00 every day, in Europe/Oslo',
      'send price',
      // 02:00 in Oslo's winter.
      Array.from({ length: 12 }, (_, n) => (Math.floor(now / DAY) + n + 1) * DAY + HOUR),
    ),
    {
      ...schedule('watch-tea', '15m', 'every 15 minutes', 'send price', every(15, 4)),
      source: 'runtime',
      last: now - 11 * MINUTE,
      lastOutcome: 'sent',
    },
    {
      ...schedule(
        'import-catalogue',
        '0 */3 * * *',
        'every 3 hours',
        'send import-catalogue',
        Array.from({ length: 12 }, (_, n) => (Math.floor(now / (3 * HOUR)) + n + 1) * 3 * HOUR),
      ),
      paused: true,
      misses: 2,
      last: now - 265 * MINUTE,
      lastOutcome: 'missed: the queue was paused',
    },
    {
      ...schedule(
        'heartbeat',
        '*/10 * * * * *',
        'every 10 seconds',
        'publish orders beat',
        every(1 / 6, 0.1),
      ),
      placement: 'ticked',
      last: now - 4_000,
      lastOutcome: 'published',
    },
    schedule(
      'month-end',
      '0 0 L * *',
      'at midnight on the last day of each month',
      'send newsletter',
      Array.from({ length: 12 }, (_, n) => toMonthEnd(now, n)),
    ),
  ];
}

/** Midnight of a last day: of this month, or one so many months later. */
function toMonthEnd(now: number, later: number): number {
  const date = new Date(now);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + later + 1, 0);
}

export function schedule(
  name: string,
  trigger: string,
  sentence: string,
  action: string,
  next: readonly number[],
): ScheduleRow {
  return {
    ...{ name, trigger, sentence, action, next },
    source: 'template',
    placement: 'native',
    paused: false,
    misses: 0,
  };
}
