/**
 * Celery's crontab, intervals and solar events: every row of the vectors, with those named in which we differ
 * on purpose.
 */
import { expect, test } from 'vitest';
import { type CronFields, type CronValue, cron } from '../../../lib/core/trigger/cron.ts';
import { every } from '../../../lib/core/trigger/interval.ts';
import { type SolarEvent, solar } from '../../../lib/core/trigger/solar.ts';
import { fireTimes, nextFireTime, type Trigger } from '../../../lib/core/trigger/trigger.ts';
import { firesFrom, readVectors, toUtc } from './vector.ts';

type Fields = Readonly<Record<string, CronValue>>;

interface CrontabRow {
  readonly kind: 'parse' | 'field' | 'fromString' | 'next' | 'isDue' | 'chain';
  readonly max: number;
  readonly min: number;
  readonly expr: string;
  readonly field: string;
  readonly value: CronValue;
  readonly expect: readonly number[] | Readonly<Record<string, readonly number[]>> | null;
  readonly fields: Fields;
  readonly tz: string;
  readonly lastRun: string;
  readonly now: string;
  readonly after: string;
  readonly next: string | readonly string[] | null;
  readonly everyMatchingInstant: readonly string[];
  readonly due: boolean;
  readonly startingDeadlineSeconds: number | null;
  readonly nextCheckSeconds: number;
}

/** Celery's own policy: a missing local time fires late by the gap, a repeated one fires the first time. */
const DST = { missing: 'shift', repeated: 'first' } as const;
const rows = readVectors<CrontabRow>('celery-crontab');
const ofKind = (kind: CrontabRow['kind']) => rows.filter((row) => row.kind === kind);

function crontab(
  fields: Fields,
  tz = 'UTC',
  dst: { missing: 'skip' | 'shift'; repeated: 'first' | 'both' } = DST,
) {
  const { minute = '*', hour = '*', day_of_month: day = '*', month_of_year: month = '*' } = fields;
  return cron({ minute, hour, day, month, dayOfWeek: fields.day_of_week ?? '*' }, { timezone: tz, dst });
}

/** The values of one field, read off the fires of a stretch that shows each of them. */
function valuesOf(field: string, value: CronValue): readonly number[] {
  const fields: Readonly<Record<string, readonly [CronFields, string, (fire: Date) => number]>> = {
    minute: [{ minute: value }, '2024-01-01T00:59:59Z', (fire) => fire.getUTCMinutes()],
    hour: [{ hour: value }, '2024-01-01T23:59:59Z', (fire) => fire.getUTCHours()],
    day_of_month: [{ day: value }, '2024-01-31T23:59:59Z', (fire) => fire.getUTCDate()],
    month_of_year: [{ month: value }, '2024-12-31T23:59:59Z', (fire) => fire.getUTCMonth() + 1],
    day_of_week: [{ dayOfWeek: value }, '2024-01-07T23:59:59Z', (fire) => fire.getUTCDay()],
  };
  const [given, end, read] = fields[field] ?? [];
  if (given === undefined || end === undefined || read === undefined) throw new Error(`no field ${field}`);
  const fires = fireTimes(cron(given), new Date('2024-01-01T00:00:00Z'), new Date(end));
  return fires.map(read).sort((a, b) => a - b);
}

const secondsUntil = (trigger: Trigger, from: string): number => {
  const next = nextFireTime(trigger, new Date(Date.parse(from) + 1));
  return next === undefined ? Number.NaN : (next.getTime() - Date.parse(from)) / 1_000;
};

/** What a field means here where it is not what Celery makes of it. */
const FIELDS: Readonly<Record<string, readonly number[] | RegExp>> = {
  // Sunday is 0 and 7, as in crontab(5); Celery refuses 7.
  'day_of_week 7': [0],
  // Steps of weekdays count from Monday, as in APScheduler and ISO weeks; Celery's week begins on Sunday.
  'day_of_week */2': [0, 1, 3, 5],
  // A step longer than its range is a slip (`*/60` is no hour), which APScheduler refuses and Celery lets
  // pass.
  'minute */60': /minute: '\*\/60' steps over its whole range/,
  'minute */61': /minute: '\*\/61' steps over its whole range/,
  'day_of_month */31': /day: '\*\/31' steps over its whole range/,
  'month_of_year */12': /month: '\*\/12' steps over its whole range/,
  // `5/10` is from 5 on, as in APScheduler.
  'minute 5/10': [5, 15, 25, 35, 45, 55],
  // No minute has a name.
  'minute mon': /minute: 'mon' is no minute; 0–59/,
  'minute 2-4/3,*/5,0-21/4': /minute: '2-4\/3' steps over its whole range/,
  // The last day of a month can be said.
  'day_of_month last': [31],
};

/**
 * The fields whose ranges the parser's rows use; the other ranges (1–60, 0–11, 0–7, 0) belong to no field of
 * a crontab.
 */
const PARSERS: Readonly<Record<string, string>> = {
  '0 60': 'minute',
  '0 7': 'day_of_week',
  '1 12': 'month_of_year',
};

const fieldRows = [
  ...ofKind('field').map(({ field, value, expect: values }) => ({ field, value, values })),
  ...ofKind('parse').flatMap(({ min, max, expr, expect: values }) => {
    const field = PARSERS[`${min} ${max}`];
    return field === undefined ? [] : [{ field, value: expr, values }];
  }),
].map((row) => ({ ...row, name: `${row.field} ${String(row.value)}` }));

test('every row of crontab has a test or a named reason', () => {
  const kinds = ['field', 'parse', 'fromString', 'next', 'isDue', 'chain'] as const;

  expect(kinds.map((kind) => ofKind(kind).length)).toEqual([52, 25, 5, 16, 13, 50]);
  expect([fieldRows.length, Object.keys(FIELDS).length]).toEqual([52 + 14, 10]);
  // The parser's other 11 rows have ranges (1–60, 0–11, 0–7, only 0) that no field of a crontab has.
  expect(ofKind('parse').length - 14).toBe(11);
});

test.each(fieldRows)('crontab field $name', ({ name, field, value, values }) => {
  const differently = FIELDS[name];

  if (differently instanceof RegExp) expect(() => valuesOf(field, value)).toThrow(differently);
  else if (differently !== undefined) expect(valuesOf(field, value)).toEqual(differently);
  else if (values === null) expect(() => valuesOf(field, value)).toThrow(/: '.*' is (no|empty|not)/);
  else expect(valuesOf(field, value)).toEqual(values);
});

/** The rows' sets of values as fields. */
function fieldsOf(expected: CrontabRow['expect']): Fields {
  return expected === null || 'length' in expected ? {} : { ...expected };
}

test.each(ofKind('fromString'))('crontab from $expr', ({ expr, expect: fields }) => {
  // 7 is Sunday here, Celery refuses it.
  const sunday = expr.endsWith('7');
  if (fields === null && !sunday) {
    expect(() => cron(expr)).toThrow(/has 1 fields; 5 fields/);
    return;
  }
  const values: Fields = sunday ? { minute: 0, hour: 0, day_of_week: 'sun' } : fieldsOf(fields);

  const from = new Date('2024-01-01T00:00:00Z');

  expect(firesFrom(cron(expr), from, 50)).toEqual(firesFrom(crontab(values), from, 50));
});

test.each(ofKind('next'))('crontab $fields fires next after $lastRun', ({ fields, tz, lastRun, next }) => {
  const fires = firesFrom(crontab(fields, tz), new Date(Date.parse(lastRun) + 1), 1);

  expect(fires).toEqual([typeof next === 'string' ? toUtc(next) : null]);
});

test.each(ofKind('isDue'))('crontab $fields is due at $now after $lastRun: $due', (row) => {
  const trigger = crontab(row.fields, row.tz);
  const now = Date.parse(row.now);
  const deadline = row.startingDeadlineSeconds ?? Number.POSITIVE_INFINITY;
  const from = new Date(Math.max(Date.parse(row.lastRun) + 1, now - deadline * 1_000));

  const fires = fireTimes(trigger, from, new Date(now));

  expect(fires.length > 0).toBe(row.due);
  expect(secondsUntil(trigger, row.now)).toBe(row.nextCheckSeconds);
});

test.each(ofKind('chain'))('crontab $fields in $tz fires as in Celery after $after', (row) => {
  const chain = [row.next ?? []].flat();
  const after = new Date(Date.parse(row.after) + 1);

  expect(firesFrom(crontab(row.fields, row.tz), after, chain.length)).toEqual(chain.map(toUtc));
  // With the policy for every matching instant nothing is shifted, and what repeats fires twice.
  const all = crontab(row.fields, row.tz, { missing: 'skip', repeated: 'both' });
  expect(firesFrom(all, after, row.everyMatchingInstant.length)).toEqual(row.everyMatchingInstant.map(toUtc));
});

interface IntervalRow {
  readonly everySeconds: number;
  readonly relative: boolean;
  readonly lastRun: string;
  readonly now: string;
  readonly due: boolean;
  readonly nextCheckSeconds: number;
}

// Celery's `relative` rounds to the interval's unit, which is what our intervals without a start do; without
// it Celery counts from the last run, which is our start.
test.each(readVectors<IntervalRow>('celery-interval'))('every $everySeconds s, $relative', (row) => {
  const interval = every(`${row.everySeconds}s`, row.relative ? {} : { start: row.lastRun });

  const first = nextFireTime(interval, new Date(Date.parse(row.lastRun) + 1));

  expect(row.due).toBe(first !== undefined && first.getTime() <= Date.parse(row.now));
  expect(((first?.getTime() ?? 0) - Date.parse(row.now)) / 1_000).toBe(row.nextCheckSeconds);
});

interface SolarRow {
  readonly event: SolarEvent;
  readonly place: string;
  readonly lat: number;
  readonly lon: number;
  readonly after: string;
  readonly next: string | null;
}

const solarRows = readVectors<SolarRow>('celery-solar');

test.each(solarRows.filter((row) => row.next !== null))(
  '$event in $place after $after agrees within 60 s',
  (row) => {
    const trigger = solar(row.event, { latitude: row.lat, longitude: row.lon });

    const next = nextFireTime(trigger, new Date(Date.parse(row.after) + 1));

    expect(Math.abs((next?.getTime() ?? 0) - Date.parse(row.next ?? ''))).toBeLessThan(60_000);
  },
);

// Celery fails or answers with a time to look again where the sun does not rise or set; we go on to the day
// it does.
test.each(solarRows.filter((row) => row.next === null))(
  '$event in $place after $after skips days without it',
  (row) => {
    const trigger = solar(row.event, { latitude: row.lat, longitude: row.lon });

    const next = nextFireTime(trigger, new Date(row.after));

    const days = ((next?.getTime() ?? 0) - Date.parse(row.after)) / 86_400_000;
    expect(days).toBeGreaterThan(2);
    expect(days).toBeLessThan(366);
  },
);
