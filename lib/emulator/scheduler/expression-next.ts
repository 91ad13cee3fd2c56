/**
 * When EventBridge Scheduler invokes a target next: a walk over the calendar's days in the schedule's time
 * zone. A local time that daylight saving leaves out is skipped, one that comes twice counts the first time.
 */
import { ServiceError } from '../error.ts';
import type { CronExpression, Days, Expression } from './expression.ts';

/** What surrounds an expression in a schedule; times are milliseconds UTC. */
export interface Timing {
  /** ScheduleExpressionTimezone. @default 'UTC' */
  readonly timezone?: string;
  /** Where a rate begins to count if the schedule has no StartDate. */
  readonly createdAt: number;
  readonly startDate?: number;
  readonly endDate?: number;
}

const DAY = 86_400_000;
const MINUTE = 60_000;
/** How many days' offsets a clock remembers: some years. */
const OFFSETS_MAX = 2_000;
const UTC: Clock = { local: (instant) => instant };
const clocks = new Map<string, Clock>();

/**
 * The first invocation at or after an instant, or undefined where none is left. StartDate and EndDate are
 * included.
 */
export function nextInvocation(expression: Expression, timing: Timing, after: number): number | undefined {
  const clock = clockOf(timing.timezone ?? 'UTC');
  // One-time schedules ignore the window.
  if (expression.kind === 'at') {
    const instant = toInstant(clock, expression.local);
    return instant !== undefined && instant >= after ? instant : undefined;
  }
  const from = Math.max(after, timing.startDate ?? after);
  const next =
    expression.kind === 'rate'
      ? nextOfRate(expression.period, timing, from)
      : nextOfCron(expression, clock, from);
  return next === undefined || next > (timing.endDate ?? next) ? undefined : next;
}

/** @throws ServiceError ValidationException for a time zone that does not exist. */
export function checkTimezone(name: string): void {
  if (name === 'UTC') return;
  const known = makeFormat(name).resolvedOptions().timeZone;
  // JavaScript takes offsets, and names in any case; IANA's names are neither.
  const isOther = known !== name && known.toLowerCase() === name.toLowerCase();
  if (/^[+-]/.test(name) || isOther) throw invalidTimezone(name);
}

function nextOfRate(period: number, timing: Timing, from: number): number {
  const first = timing.startDate ?? timing.createdAt;
  return first + Math.max(0, Math.ceil((from - first) / period)) * period;
}

function nextOfCron(cron: CronExpression, clock: Clock, from: number): number | undefined {
  const begin = clock.local(from);
  const date = new Date(begin - (begin % DAY));
  const yearMax = cron.years.at(-1) ?? 0;
  while (date.getUTCFullYear() <= yearMax) {
    if (!cron.years.includes(date.getUTCFullYear())) date.setUTCFullYear(date.getUTCFullYear() + 1, 0, 1);
    else if (!cron.months.includes(date.getUTCMonth() + 1)) date.setUTCMonth(date.getUTCMonth() + 1, 1);
    else {
      const found = isDay(cron.days, date) ? firstOfDay(cron, clock, date.getTime(), from, begin) : undefined;
      if (found !== undefined) return found;
      date.setUTCDate(date.getUTCDate() + 1);
    }
  }
  return undefined;
}

function firstOfDay(
  cron: CronExpression,
  clock: Clock,
  midnight: number,
  from: number,
  begin: number,
): number | undefined {
  for (const hour of cron.hours) {
    // An hour that is over on the clocks is over, also where they were set back: the first time counts.
    if (midnight + (hour + 1) * 60 * MINUTE <= begin) continue;
    for (const minute of cron.minutes) {
      const local = midnight + (hour * 60 + minute) * MINUTE;
      if (local < begin) continue;
      const instant = toInstant(clock, local);
      if (instant !== undefined && instant >= from) return instant;
    }
  }
  return undefined;
}

function isDay(days: Days, date: Date): boolean {
  const day = date.getUTCDate();
  const weekday = date.getUTCDay() + 1;
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  switch (days.by) {
    case 'date':
      return days.dates.includes(day);
    case 'last':
      return day === last;
    case 'weekday':
      return days.weekdays.includes(weekday);
    case 'nth-weekday':
      return weekday === days.weekday && Math.ceil(day / 7) === days.nth;
    case 'last-weekday':
      return weekday === days.weekday && day + 7 > last;
    case 'nearest-weekday':
      return isNearestWeekday(day, weekday, days.date, last);
  }
}

/**
 * A Saturday gives its turn to the Friday before, a Sunday to the Monday after, but never across the month's
 * border.
 */
function isNearestWeekday(day: number, weekday: number, wanted: number, last: number): boolean {
  if (weekday === 1 || weekday === 7 || wanted > last) return false;
  if (day === wanted) return true;
  const [friday, monday] = [weekday === 6, weekday === 2];
  if (friday && (day === wanted - 1 || (day === wanted - 2 && wanted === last))) return true;
  return monday && (day === wanted + 1 || (day === wanted + 2 && wanted === 1));
}

/** A time zone's clocks. */
interface Clock {
  /** What clocks show, in milliseconds as if it were UTC. */
  local(instant: number): number;
}

function toInstant(clock: Clock, local: number): number | undefined {
  // Offsets change at most once in two days, so one a day before and one a day after are all that can hold
  // here.
  const before = clock.local(local - DAY) - (local - DAY);
  const later = clock.local(local + DAY) - (local + DAY);
  if (before === later) return local - before;
  // The larger offset gives the earlier instant, which is the first of two.
  for (const offset of [Math.max(before, later), Math.min(before, later)]) {
    if (clock.local(local - offset) === local) return local - offset;
  }
  return undefined;
}

function clockOf(timezone: string): Clock {
  if (timezone === 'UTC') return UTC;
  const known = clocks.get(timezone);
  if (known !== undefined) return known;
  const format = makeFormat(timezone);
  /** At the beginning of days in UTC, counted from 1970. */
  const offsets = new Map<number, number>();
  const offsetAt = (day: number): number => {
    const found = offsets.get(day) ?? offsetOf(format, day * DAY);
    if (offsets.size >= OFFSETS_MAX) offsets.clear();
    offsets.set(day, found);
    return found;
  };
  const made: Clock = {
    local(instant) {
      const day = Math.floor(instant / DAY);
      const offset = offsetAt(day);
      // To ask the calendar is slow, and no zone changes its clocks twice in a day.
      return instant + (offset === offsetAt(day + 1) ? offset : offsetOf(format, instant));
    },
  };
  clocks.set(timezone, made);
  return made;
}

/** What clocks show ahead of UTC. */
function offsetOf(format: Intl.DateTimeFormat, instant: number): number {
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(instant)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1_000) * 1_000;
}

function makeFormat(timeZone: string): Intl.DateTimeFormat {
  try {
    const numeric = 'numeric' as const;
    return new Intl.DateTimeFormat('en-GB', {
      timeZone,
      ...{ year: numeric, month: numeric, day: numeric, hour: numeric, minute: numeric, second: numeric },
      hourCycle: 'h23',
    });
  } catch {
    throw invalidTimezone(timeZone);
  }
}

function invalidTimezone(name: string): ServiceError {
  return new ServiceError('ValidationException', `Invalid time zone ${name}.`);
}
