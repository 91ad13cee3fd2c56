/**
 * EventBridge Scheduler's expressions as its user guide documents them: at, rate and cron. What the guide
 * does not say (L-2, LW, ranges with a step, ranges that wrap) is refused, so that nothing runs here that
 * might be refused there.
 */
import { ServiceError } from '../error.ts';

/** A parsed expression. */
export type Expression =
  /** One-time: a local time, in milliseconds as if it were UTC. */
  | { readonly kind: 'at'; readonly local: number }
  /** Every so many milliseconds, from the schedule's StartDate or creation on. */
  | { readonly kind: 'rate'; readonly period: number }
  | ({ readonly kind: 'cron' } & CronExpression);

/** The fields of cron(…): sorted lists of what matches. */
export interface CronExpression {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly months: readonly number[];
  readonly years: readonly number[];
  readonly days: Days;
}

/** The one day field that is not '?'. Weekdays are 1 (Sunday) to 7. */
export type Days =
  | { readonly by: 'date'; readonly dates: readonly number[] }
  | { readonly by: 'last' }
  | { readonly by: 'nearest-weekday'; readonly date: number }
  | { readonly by: 'weekday'; readonly weekdays: readonly number[] }
  | { readonly by: 'nth-weekday'; readonly weekday: number; readonly nth: number }
  | { readonly by: 'last-weekday'; readonly weekday: number };

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** ScheduleExpression is at most this long. */
const LENGTH_MAX = 256;

/**
 * Reads a ScheduleExpression.
 * @throws ServiceError ValidationException naming what is wrong.
 */
export function parseExpression(text: string): Expression {
  if (text.length < 1 || text.length > LENGTH_MAX)
    throw refusal(text, `it has ${text.length} characters of 1–256`);
  const [, kind, body = ''] = /^(at|rate|cron)\((.*)\)$/.exec(text) ?? [];
  if (kind === 'at') return { kind, local: readAt(text, body) };
  if (kind === 'rate') return { kind, period: readRate(text, body) };
  if (kind === 'cron') return { kind, ...readCron(text, body) };
  throw refusal(text, 'it is none of at(…), rate(…), cron(…)');
}

function readAt(text: string, body: string): number {
  const local = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(body) ? Date.parse(`${body}Z`) : Number.NaN;
  // JavaScript rolls 24:00:00 over to the next day; the calendar does not.
  if (Number.isNaN(local) || new Date(local).toISOString() !== `${body}.000Z`) {
    throw refusal(text, 'at takes yyyy-mm-ddThh:mm:ss');
  }
  return local;
}

function readRate(text: string, body: string): number {
  const [, value = '', unit = ''] = /^([1-9]\d{0,8}) (minute|hour|day)s?$/.exec(body) ?? [];
  const ms = UNITS[unit];
  if (ms === undefined) throw refusal(text, 'rate takes a positive number and minutes, hours or days');
  return Number(value) * ms;
}

function readCron(text: string, body: string): CronExpression {
  const fields = body.trim().toUpperCase().split(/\s+/);
  const [minutes = '', hours = '', dates = '', months = '', weekdays = '', years = '*'] = fields;
  if (fields.length !== 5 && fields.length !== 6)
    throw refusal(text, `cron takes 5 or 6 fields, not ${fields.length}`);
  const bad = (field: string, value: string): ServiceError => refusal(text, `${field} cannot be '${value}'`);
  const list = (field: string, value: string, min: number, max: number, names: readonly string[] = []) => {
    const found = readList(value, min, max, names);
    if (found === undefined) throw bad(field, value);
    return found;
  };
  if ((dates === '?') === (weekdays === '?')) throw refusal(text, "exactly one of the two day fields is '?'");
  const days = weekdays === '?' ? readDates(dates) : readWeekdays(weekdays);
  if (days === undefined) throw weekdays === '?' ? bad('day-of-month', dates) : bad('day-of-week', weekdays);
  return {
    minutes: list('minutes', minutes, 0, 59),
    hours: list('hours', hours, 0, 23),
    months: list('month', months, 1, 12, MONTHS),
    years: list('year', years, 1970, 2199),
    days,
  };
}

function readDates(value: string): Days | undefined {
  if (value === 'L') return { by: 'last' };
  const date = Number(/^([1-9]\d?)W$/.exec(value)?.[1] ?? 0);
  if (date >= 1 && date <= 31) return { by: 'nearest-weekday', date };
  const dates = readList(value, 1, 31, []);
  return dates === undefined ? undefined : { by: 'date', dates };
}

function readWeekdays(value: string): Days | undefined {
  // L alone is the last day of the week.
  if (value === 'L') return { by: 'weekday', weekdays: [7] };
  const [, name = '', nth, last] = /^(\w+?)(?:#([1-5])|(L))$/.exec(value) ?? [];
  const weekday = readValue(name, 1, 7, WEEKDAYS);
  if (weekday !== undefined && nth !== undefined) return { by: 'nth-weekday', weekday, nth: Number(nth) };
  if (weekday !== undefined && last !== undefined) return { by: 'last-weekday', weekday };
  // Increments are not among the wildcards of this field.
  const weekdays = value.includes('/') ? undefined : readList(value, 1, 7, WEEKDAYS);
  return weekdays === undefined ? undefined : { by: 'weekday', weekdays };
}

function readList(
  value: string,
  min: number,
  max: number,
  names: readonly string[],
): readonly number[] | undefined {
  const all = new Set<number>();
  for (const item of value.split(',')) {
    const range = readRange(item, min, max, names);
    if (range === undefined) return undefined;
    for (let member = range.first; member <= range.last; member += range.step) all.add(member);
  }
  return [...all].sort((a, b) => a - b);
}

function readRange(
  item: string,
  min: number,
  max: number,
  names: readonly string[],
): { readonly first: number; readonly last: number; readonly step: number } | undefined {
  if (item === '*') return { first: min, last: max, step: 1 };
  const [, from = '', increment] = /^([^/]+)\/([1-9]\d*)$/.exec(item) ?? [];
  if (increment !== undefined) {
    const first = from === '*' ? min : readValue(from, min, max, names);
    return first === undefined ? undefined : { first, last: max, step: Number(increment) };
  }
  const [head = '', tail = head, ...more] = item.split('-');
  const first = readValue(head, min, max, names);
  const last = readValue(tail, min, max, names);
  if (first === undefined || last === undefined || last < first || more.length > 0) return undefined;
  return { first, last, step: 1 };
}

function readValue(text: string, min: number, max: number, names: readonly string[]): number | undefined {
  const named = names.indexOf(text);
  if (named >= 0) return named + min;
  const value = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : undefined;
}

function refusal(text: string, why: string): ServiceError {
  return new ServiceError('ValidationException', `Invalid Schedule Expression ${text}: ${why}.`);
}
