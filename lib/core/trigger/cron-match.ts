/** A cron trigger compiled for speed: from a local time to the first matching local time at or after it. */

import type { ParsedCron } from './cron.ts';
import type { CronField, DayRule } from './cron-field.ts';
import { dateOf, dayNumber, daysInMonth, isoWeek, kindOfYear, weekdayOf } from './gregorian.ts';

/** The tables of a cron trigger. Local times are milliseconds as if they were UTC. */
export interface CronTables {
  /** The first matching year at or after one, if any. */
  readonly yearFrom: (year: number) => number | undefined;
  /**
   * A year's matching days: for each month one number whose bits 1 to 31 are its days; undefined: none at
   * all.
   */
  readonly daysOf: (year: number) => Int32Array | undefined;
  /**
   * For each value the next matching one at or after it, else the length less one; with one entry past the
   * end.
   */
  readonly hours: Uint8Array;
  readonly minutes: Uint8Array;
  readonly seconds: Uint8Array;
}

const DAY_SECONDS = 86_400;
const YEAR_MAX = 9999;

/**
 * Makes the tables of a trigger; the days of each kind of year are computed when they are first asked for.
 */
export function cronTables(parsed: ParsedCron, dayMatch: 'and' | 'or'): CronTables {
  const years = parsed.year;
  return {
    yearFrom: years.any
      ? (year) => (year <= YEAR_MAX ? Math.max(year, 1970) : undefined)
      : listed(years.values),
    daysOf: byKindOfYear((year) => matchingDays(parsed, dayMatch, year)),
    hours: nexts(parsed.hour, 24),
    minutes: nexts(parsed.minute, 60),
    seconds: nexts(parsed.second, 60),
  };
}

/** The tables that match where all of the given ones do. */
export function intersectTables(all: readonly CronTables[]): CronTables {
  const [first, ...rest] = all;
  if (first === undefined) throw new Error('nothing to intersect');
  return rest.reduce(both, first);
}

/** The first matching local time at or after another one, if there ever is one. */
export function nextLocalOf(tables: CronTables): (local: number) => number | undefined {
  const midnight = timeFrom(tables, 0);
  // What was found for one day holds for all days up to the found one, and schedules ask about the same days
  // again.
  let asked = Number.NaN;
  let found = Number.NaN;
  const dayAtOrAfter = (day: number): number => {
    if (day >= asked && day <= found) return found;
    const date = dateOf(day);
    asked = day;
    found = dayFrom(tables, date.year, date.month, date.day) ?? Number.POSITIVE_INFINITY;
    return found;
  };
  return (local) => {
    if (midnight < 0) return undefined;
    const second = Math.ceil(local / 1_000);
    const today = Math.floor(second / DAY_SECONDS);
    let day = dayAtOrAfter(today);
    if (day === today) {
      const time = timeFrom(tables, second - today * DAY_SECONDS);
      if (time >= 0) return (today * DAY_SECONDS + time) * 1_000;
      day = dayAtOrAfter(today + 1);
    }
    return day === Number.POSITIVE_INFINITY ? undefined : (day * DAY_SECONDS + midnight) * 1_000;
  };
}

function dayFrom(tables: CronTables, year: number, month: number, day: number): number | undefined {
  let [m, d] = [month, day];
  for (let y = tables.yearFrom(year); y !== undefined; y = tables.yearFrom(y + 1)) {
    if (y !== year) [m, d] = [1, 1];
    const days = tables.daysOf(y);
    for (; days !== undefined && m <= 12; m++, d = 1) {
      // Day 32 would shift by 0.
      const left = d > 31 ? 0 : (days[m - 1] ?? 0) & (-1 << d);
      if (left !== 0) return dayNumber(y, m, 31 - Math.clz32(left & -left));
    }
  }
  return undefined;
}

/** The first matching second of the day at or after one, or -1. */
function timeFrom(tables: CronTables, second: number): number {
  const { hours, minutes, seconds } = tables;
  // Crons that have no second in common have no time in common, however many minutes they share.
  if ((seconds[0] ?? 60) === 60) return -1;
  const h = Math.floor(second / 3_600);
  const m = Math.floor(second / 60) % 60;
  const hour = hours[h] ?? 24;
  if (hour === 24) return -1;
  if (hour === h) {
    if (minutes[m] === m) {
      const next = seconds[second % 60] ?? 60;
      if (next < 60) return h * 3_600 + m * 60 + next;
    }
    const minute = minutes[m + 1] ?? 60;
    if (minute < 60) return h * 3_600 + minute * 60 + (seconds[0] ?? 60);
  }
  const later = hour === h ? (hours[h + 1] ?? 24) : hour;
  if (later === 24 || (minutes[0] ?? 60) === 60) return -1;
  return later * 3_600 + (minutes[0] ?? 0) * 60 + (seconds[0] ?? 0);
}

function nexts(field: CronField, size: number): Uint8Array {
  const table = new Uint8Array(size + 1).fill(size);
  let index = field.values.length - 1;
  for (let value = field.values[index] ?? -1; value >= 0; value--) {
    // The values ascend, so going down they are met one after the other.
    if (field.values[index - 1] === value) index--;
    table[value] = field.values[index] ?? size;
  }
  return table;
}

function listed(values: readonly number[]): (year: number) => number | undefined {
  return (year) => values.find((value) => value >= year);
}

/**
 * Keeps what `days` says of each kind of year, and of the last year asked about, which is nearly always asked
 * again.
 */
function byKindOfYear(days: CronTables['daysOf']): CronTables['daysOf'] {
  const kinds = new Map<number, Int32Array | undefined>();
  let lastYear = Number.NaN;
  let lastDays: Int32Array | undefined;
  return (year) => {
    if (year === lastYear) return lastDays;
    const kind = kindOfYear(year);
    if (!kinds.has(kind)) kinds.set(kind, days(year));
    lastYear = year;
    lastDays = kinds.get(kind);
    return lastDays;
  };
}

function matchingDays(parsed: ParsedCron, dayMatch: 'and' | 'or', year: number): Int32Array | undefined {
  const { day, dayOfWeek, week, month } = parsed;
  // As in Unix cron, a field that begins with '*' restricts nothing by itself, so there is nothing to choose
  // between.
  const either = dayMatch === 'or' && !day.text.startsWith('*') && !dayOfWeek.text.startsWith('*');
  const months = new Int32Array(12);
  const days = bitsOf(day.values);
  const weekdays = bitsOf(dayOfWeek.values);
  for (const m of month.values) {
    const length = daysInMonth(year, m);
    const first = weekdayOf(dayNumber(year, m, 1));
    // Bits 1 to the month's length; a shift by 32 would be one by 0.
    const whole = length === 31 ? -2 : (1 << (length + 1)) - 2;
    const inDay = (days | rulesOf(day, first, length)) & whole;
    const inWeekday = dayOfWeek.any
      ? whole
      : (repeated(weekdays, first) | rulesOf(dayOfWeek, first, length)) & whole;
    months[m - 1] = either ? inDay | inWeekday : inDay & inWeekday;
    for (let d = 1; d <= length && !week.any; d++) {
      if (!week.values.includes(isoWeek(dayNumber(year, m, d))))
        months[m - 1] = (months[m - 1] ?? 0) & ~(1 << d);
    }
  }
  return months.some((mask) => mask !== 0) ? months : undefined;
}

function bitsOf(values: readonly number[]): number {
  return values.reduce((bits, value) => bits | (1 << value), 0);
}

/** The days of a month that have one of these weekdays (bits 0 to 6), given the weekday of its first day. */
function repeated(weekdays: number, first: number): number {
  const week = ((weekdays >>> first) | (weekdays << (7 - first))) & 0b111_1111;
  return (week << 1) | (week << 8) | (week << 15) | (week << 22) | (week << 29);
}

function rulesOf(field: CronField, first: number, length: number): number {
  let mask = 0;
  for (const rule of field.rules) {
    const d = ruleDay(rule, first, length);
    if (d >= 1 && d <= length) mask |= 1 << d;
  }
  return mask;
}

/**
 * The day that a rule names in a month with this first weekday and length; out of the month where it names
 * none.
 */
function ruleDay(rule: DayRule, first: number, length: number): number {
  switch (rule.kind) {
    case 'last':
      return length - rule.minus;
    case 'nth':
      return 1 + (((rule.weekday % 7) - first + 7) % 7) + (rule.nth - 1) * 7;
    case 'last-weekday':
      return length - ((first + length - 1 - (rule.weekday % 7) + 7) % 7);
    case 'nearest':
      return rule.day > length ? 0 : nearestWeekday(rule.day, first, length);
    case 'nearest-last':
      return nearestWeekday(length, first, length);
  }
}

/** The Monday to Friday nearest to a day, without leaving the month. */
function nearestWeekday(day: number, first: number, length: number): number {
  const weekday = (first + day - 1) % 7;
  if (weekday === 6) return day === 1 ? 3 : day - 1;
  if (weekday === 0) return day === length ? day - 2 : day + 1;
  return day;
}

function both(a: CronTables, b: CronTables): CronTables {
  return {
    yearFrom: (year) => commonYear(a, b, year),
    daysOf: byKindOfYear((year) => {
      const other = b.daysOf(year);
      const days = a.daysOf(year)?.map((mask, month) => mask & (other?.[month] ?? 0));
      return days?.some((mask) => mask !== 0) ? days : undefined;
    }),
    hours: commonValues(a.hours, b.hours),
    minutes: commonValues(a.minutes, b.minutes),
    seconds: commonValues(a.seconds, b.seconds),
  };
}

function commonYear(a: CronTables, b: CronTables, year: number): number | undefined {
  let next = a.yearFrom(year);
  while (next !== undefined) {
    const other = b.yearFrom(next);
    if (other === undefined || other === next) return other;
    next = a.yearFrom(other);
  }
  return undefined;
}

function commonValues(a: Uint8Array, b: Uint8Array): Uint8Array {
  const size = a.length - 1;
  const table = new Uint8Array(size + 1).fill(size);
  for (let value = size - 1; value >= 0; value--) {
    table[value] = a[value] === value && b[value] === value ? value : (table[value + 1] ?? size);
  }
  return table;
}
