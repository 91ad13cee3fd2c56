/**
 * Calendar interval triggers: the same time of day every so many years, months, weeks and days. Years and
 * months are added first, again and again until the date exists (31 January, 31 March, 31 May), then weeks
 * and days; as in APScheduler.
 */

import { readDst } from './cron.ts';
import { dateOf, dayNumber, daysInMonth } from './gregorian.ts';
import { invalid, readInstant, refuseUnknown, type When } from './instant.ts';
import { type DstPolicy, localOf, type Zone, zoneOf } from './zone.ts';

/** How far apart the dates are, and the time of day. At least one of the first four is given. */
export interface CalendarOptions {
  readonly years?: number;
  readonly months?: number;
  readonly weeks?: number;
  readonly days?: number;
  /** Time of day, 0 unless given. */
  readonly hour?: number;
  readonly minute?: number;
  readonly second?: number;
  /** The first date: '2026-01-31', or a time whose local date counts. @default '1970-01-01' */
  readonly start?: When;
  /** The last date on which it may fire. */
  readonly end?: When;
  /** IANA time zone of the dates and of the time of day. @default 'UTC' */
  readonly timezone?: string;
  /**
   * A time of day that does not exist on a date, or exists twice. @default { missing: 'skip', repeated:
   * 'first' }
   */
  readonly dst?: Partial<DstPolicy>;
}

/** A calendar interval trigger as data. */
export interface CalendarTrigger {
  readonly kind: 'calendar';
  readonly years: number;
  readonly months: number;
  readonly weeks: number;
  readonly days: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Dates: '2026-01-31'. */
  readonly start: string;
  readonly end?: string;
  readonly timezone: string;
  readonly dst: DstPolicy;
}

const DAY = 86_400_000;
const YEAR_MAX = 9999;
const STEPS = ['years', 'months', 'weeks', 'days'] as const;
const OPTIONS = [...STEPS, 'hour', 'minute', 'second', 'start', 'end', 'timezone', 'dst'] as const;

/**
 * A trigger that fires at one time of day on every n-th date: `calendar({ months: 1, hour: 9, start:
 * '2026-01-31' })`.
 * @throws DefinitionError INVALID_TRIGGER naming the member, its value and what is allowed; INVALID_TIMEZONE.
 */
export function calendar(options: CalendarOptions): CalendarTrigger {
  refuseUnknown('calendar', options, OPTIONS);
  const step = (name: (typeof STEPS)[number]): number => whole(name, options[name] ?? 0, YEAR_MAX * 366);
  const [years, months, weeks, days] = [step('years'), step('months'), step('weeks'), step('days')];
  if (years + months + weeks + days === 0) {
    throw invalid('calendar', '0 days', 'is no interval', 'at least one of years, months, weeks, days');
  }
  const zone = zoneOf(options.timezone ?? 'UTC');
  const start = readDate('start', options.start ?? '1970-01-01', zone);
  // JSON writes null where nothing is given.
  const to = options.end ?? undefined;
  const end = to === undefined ? undefined : readDate('end', to, zone);
  if (end !== undefined && end < start)
    throw invalid('end', end, `lies before start ${start}`, 'a later date');
  return Object.freeze({
    kind: 'calendar',
    ...{ years, months, weeks, days },
    hour: whole('hour', options.hour ?? 0, 23),
    minute: whole('minute', options.minute ?? 0, 59),
    second: whole('second', options.second ?? 0, 59),
    start,
    ...(end === undefined ? {} : { end }),
    timezone: zone.name,
    dst: readDst(options.dst),
  });
}

/** The first local time of a calendar trigger at or after one, ignoring time zones. */
export function calendarTimes(trigger: CalendarTrigger): (local: number) => number | undefined {
  const time = ((trigger.hour * 60 + trigger.minute) * 60 + trigger.second) * 1_000;
  const last = trigger.end === undefined ? dayNumber(YEAR_MAX, 12, 31) : toDay(trigger.end);
  const dates = datesFrom(trigger);
  return (local) => {
    const date = dates(Math.ceil((local - time) / DAY));
    return date === undefined || date > last ? undefined : date * DAY + time;
  };
}

/** The first date of the chain at or after a day number. */
function datesFrom(trigger: CalendarTrigger): (day: number) => number | undefined {
  const start = toDay(trigger.start);
  const days = trigger.weeks * 7 + trigger.days;
  const months = trigger.years * 12 + trigger.months;
  if (months === 0) return (day) => start + Math.max(0, Math.ceil((day - start) / days)) * days;
  if (days === 0) return (day) => (day <= start ? start : monthlyFrom(start, months, day));
  // Where both are given each date depends on the one before it, so the chain is walked once and kept.
  const chain = [start];
  return (day) => {
    for (let date = chain.at(-1); date !== undefined && date < day; date = chain.at(-1)) {
      const next = monthlyFrom(date, months, date + 1);
      if (next === undefined) return undefined;
      chain.push(next + days);
    }
    return chain[firstFrom(chain, day)];
  };
}

/**
 * The first date at or after `day` that is a whole number (at least one) of steps from `start`, and exists.
 */
function monthlyFrom(start: number, months: number, day: number): number | undefined {
  const from = dateOf(start);
  const to = dateOf(day);
  const apart = (to.year - from.year) * 12 + to.month - from.month;
  for (let step = Math.max(1, Math.floor(apart / months)); ; step++) {
    const month = from.month - 1 + step * months;
    const year = from.year + Math.floor(month / 12);
    if (year > YEAR_MAX) return undefined;
    const date = dayNumber(year, (month % 12) + 1, from.day);
    if (from.day <= daysInMonth(year, (month % 12) + 1) && date >= day) return date;
  }
}

/** The index of the first date at or after `day` in an ascending chain. */
function firstFrom(chain: readonly number[], day: number): number {
  let [low, high] = [0, chain.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((chain[middle] ?? 0) < day) low = middle + 1;
    else high = middle;
  }
  return low;
}

function toDay(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / DAY;
}

function readDate(name: string, when: When, zone: Zone): string {
  if (typeof when === 'string' && /^\d{4}-\d\d-\d\d$/.test(when)) {
    // Only whether the calendar has it: midnight of that day need not exist in the zone.
    readInstant(name, when, zoneOf('UTC'));
    return when;
  }
  return new Date(localOf(zone, readInstant(name, when, zone))).toISOString().slice(0, 10);
}

function whole(name: string, value: number, max: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw invalid(name, value, 'is no whole number in range', `0–${max}`);
}
