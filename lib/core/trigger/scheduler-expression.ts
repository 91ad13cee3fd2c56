/**
 * A trigger in EventBridge Scheduler's words, where it says exactly the same; else the reason why it does
 * not, and the schedule is ticked. Only forms that its user guide documents are used: lists, ranges, a/n, L,
 * 15W, 6L, 2#1.
 */
import { toMilliseconds } from '../duration.ts';
import { type CronTrigger, type ParsedCron, parseCron } from './cron.ts';
import type { CronField, DayRule } from './cron-field.ts';
import { windowOf } from './instant.ts';
import type { IntervalTrigger } from './interval.ts';
import { type Trigger, toNextFire } from './trigger.ts';
import { isUtc } from './zone.ts';

/**
 * What to ask of EventBridge Scheduler, or why it cannot be asked. `start` and `end` are ISO strings in UTC.
 * AWS refuses a StartDate that is over for more than 5 minutes; the next fire of the trigger may stand in its
 * place.
 */
export type SchedulerExpression =
  | {
      readonly exact: true;
      /** at(…), rate(…) or cron(…). */
      readonly expression: string;
      /** ScheduleExpressionTimezone; UTC where it is left out. */
      readonly timezone?: string;
      readonly start?: string;
      readonly end?: string;
    }
  | { readonly exact: false; readonly why: string };

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Limits of EventBridge Scheduler: the length of an expression, and its last year. */
const LENGTH_MAX = 256;
const YEAR_MAX = 2199;
/** Quartz and AWS may disagree about the weekday nearest to a day that not every month has. */
const NEAREST_MAX = 28;

/** Says a trigger as an expression of EventBridge Scheduler. */
export function toSchedulerExpression(trigger: Trigger): SchedulerExpression {
  switch (trigger.kind) {
    case 'cron':
      return fromCron(trigger);
    case 'interval':
      return fromInterval(trigger);
    case 'date':
      return fromDate(trigger.at);
    case 'calendar':
      return inexact('EventBridge Scheduler has no calendar intervals');
    case 'solar':
      return inexact('EventBridge Scheduler does not know the sun');
    case 'allOf':
    case 'anyOf':
      return fromCombination(trigger.triggers, trigger.kind);
  }
}

function fromCombination(triggers: readonly Trigger[], kind: 'allOf' | 'anyOf'): SchedulerExpression {
  const [only, ...others] = triggers;
  if (only !== undefined && others.length === 0) return toSchedulerExpression(only);
  const wanted = kind === 'allOf' ? 'that several expressions agree' : 'several expressions';
  return inexact(`EventBridge Scheduler takes one expression and cannot ask for ${wanted}`);
}

function fromDate(at: string): SchedulerExpression {
  const instant = new Date(at);
  if (instant.getTime() % MINUTE !== 0) return inexact('EventBridge Scheduler fires at whole minutes');
  if (instant.getUTCFullYear() > YEAR_MAX) return inexact(`EventBridge Scheduler ends in ${YEAR_MAX}`);
  return { exact: true, expression: `at(${at.slice(0, 19)})` };
}

function fromInterval(trigger: IntervalTrigger): SchedulerExpression {
  const period = toMilliseconds(trigger.every);
  if (period % MINUTE !== 0) return inexact('EventBridge Scheduler counts in whole minutes');
  const { start } = windowOf(trigger);
  const end = endOf(trigger);
  if (toNextFire(trigger)(Number.isFinite(start) ? start : 0) === undefined) return inexact('it never fires');
  if (trigger.start !== undefined) {
    if (start % MINUTE !== 0) return inexact('EventBridge Scheduler fires at whole minutes, start is none');
    return { exact: true, expression: `rate(${rateOf(period)})`, start: trigger.start, ...end };
  }
  const expression = anchored(period);
  if (expression !== undefined) return { exact: true, expression, ...end };
  return inexact('a rate without a start begins when its schedule is created, and no cron has this interval');
}

/** An interval that is counted from 1970 on, as cron: only what divides an hour, a day, or is a week. */
function anchored(period: number): string | undefined {
  if (HOUR % period === 0) return `cron(${period === MINUTE ? '*' : stepOf(period / MINUTE, 60)} * * * ? *)`;
  if (DAY % period === 0 && period % HOUR === 0) return `cron(0 ${stepOf(period / HOUR, 24)} * * ? *)`;
  // 1970-01-01 was a Thursday.
  return period === 7 * DAY ? 'cron(0 0 ? * 5 *)' : undefined;
}

function stepOf(step: number, size: number): string {
  return step === size ? '0' : `0/${step}`;
}

function rateOf(period: number): string {
  const [size, unit] =
    period % DAY === 0 ? [DAY, 'day'] : period % HOUR === 0 ? [HOUR, 'hour'] : [MINUTE, 'minute'];
  const count = period / size;
  return count === 1 ? `1 ${unit}` : `${count} ${unit}s`;
}

function fromCron(trigger: CronTrigger): SchedulerExpression {
  const cron = parseCron(trigger);
  const why = whyNot(trigger, cron);
  if (why !== undefined) return inexact(why);
  const days = daysOf(trigger, cron);
  if (days === undefined) return inexact('EventBridge Scheduler has no list of this kind in its day fields');
  const year = cron.year.any ? '*' : listOf(yearsUntil(cron.year), YEAR_MAX);
  const month = cron.month.any ? '*' : listOf(cron.month.values, 12);
  const minute = cron.minute.any ? '*' : listOf(cron.minute.values, 59);
  const hour = cron.hour.any ? '*' : listOf(cron.hour.values, 23);
  const expression = `cron(${minute} ${hour} ${days.date} ${month} ${days.weekday} ${year})`;
  if (expression.length > LENGTH_MAX)
    return inexact(`the expression is longer than ${LENGTH_MAX} characters`);
  const { start } = windowOf(trigger);
  return {
    exact: true,
    expression,
    ...(isUtc(trigger.timezone) ? {} : { timezone: trigger.timezone }),
    // With a precision of a minute, a start within one must not let the fire of that minute through.
    ...(trigger.start === undefined
      ? {}
      : { start: new Date(Math.ceil(start / MINUTE) * MINUTE).toISOString() }),
    ...endOf(trigger),
  };
}

function whyNot(trigger: CronTrigger, cron: ParsedCron): string | undefined {
  const { missing, repeated } = trigger.dst;
  if (cron.second.values.join() !== '0') return 'EventBridge Scheduler has no seconds';
  if (!cron.week.any) return 'EventBridge Scheduler has no ISO weeks';
  if ((missing !== 'skip' || repeated !== 'first') && !isUtc(trigger.timezone)) {
    return 'EventBridge Scheduler skips local times that do not exist and fires repeated ones the first time';
  }
  if (!isEveryDay(trigger, cron) && !cron.day.any && !cron.dayOfWeek.any) {
    return `EventBridge Scheduler takes a day or a weekday, not one ${trigger.dayMatch} the other`;
  }
  if (!cron.year.any && yearsUntil(cron.year).length === 0)
    return `EventBridge Scheduler ends in ${YEAR_MAX}`;
  return toNextFire(trigger)(0) === undefined ? 'it never fires' : undefined;
}

/** Years as far as AWS counts; those that go on without end here end there, as its '*' does. */
function yearsUntil({ values }: CronField): readonly number[] {
  const years = values.filter((year) => year <= YEAR_MAX);
  const [first = 0, second = 0] = values;
  const endless = values.every((year, index) => year === first + index * (second - first));
  return years.length === values.length || (endless && (values.at(-1) ?? 0) + second - first > 9999)
    ? years
    : [];
}

/** With dayMatch 'or', a field that names all days lets every day through, whatever the other says. */
function isEveryDay({ dayMatch, fields }: CronTrigger, { day, dayOfWeek }: ParsedCron): boolean {
  const either = dayMatch === 'or' && !fields.day.startsWith('*') && !fields.dayOfWeek.startsWith('*');
  return either ? day.any || dayOfWeek.any : day.any && dayOfWeek.any;
}

function daysOf(
  trigger: CronTrigger,
  cron: ParsedCron,
): { readonly date: string; readonly weekday: string } | undefined {
  if (isEveryDay(trigger, cron)) return { date: '*', weekday: '?' };
  const field: CronField = cron.dayOfWeek.any ? cron.day : cron.dayOfWeek;
  const [rule, ...others] = field.rules;
  if (rule !== undefined) return others.length > 0 || field.values.length > 0 ? undefined : ruleOf(rule);
  if (field.name === 'day') return { date: listOf(field.values, 31), weekday: '?' };
  // Weekdays are numbered from 1 for Sunday there, and have no increments.
  return { date: '?', weekday: rangesOf(field.values.map((weekday) => weekday + 1)) };
}

function ruleOf(rule: DayRule): { readonly date: string; readonly weekday: string } | undefined {
  switch (rule.kind) {
    case 'last':
      return rule.minus === 0 ? { date: 'L', weekday: '?' } : undefined;
    case 'nearest':
      return rule.day <= NEAREST_MAX ? { date: `${rule.day}W`, weekday: '?' } : undefined;
    case 'nth':
      return { date: '?', weekday: `${rule.weekday + 1}#${rule.nth}` };
    case 'last-weekday':
      return { date: '?', weekday: `${rule.weekday + 1}L` };
    case 'nearest-last':
      return undefined;
  }
}

/**
 * Ascending values as AWS writes them: a/n where they go on to the field's end, else ranges and single
 * values.
 */
function listOf(values: readonly number[], max: number): string {
  const [first = 0, second = first + 1] = values;
  const step = second - first;
  const steady = values.every((value, index) => value === first + index * step);
  if (values.length > 2 && step > 1 && steady && first + values.length * step > max)
    return `${first}/${step}`;
  return rangesOf(values);
}

function rangesOf(values: readonly number[]): string {
  const ranges: string[] = [];
  for (let index = 0; index < values.length; index++) {
    const first = values[index] ?? 0;
    let last = first;
    while (values[index + 1] === last + 1) {
      last++;
      index++;
    }
    ranges.push(last === first ? `${first}` : last === first + 1 ? `${first},${last}` : `${first}-${last}`);
  }
  return ranges.join(',');
}

/**
 * The guide says that the last invocation is "on or before" EndDate, ours may be at the end itself: so
 * EndDate is put between the last minute that may fire and the next one, where both readings are the same.
 */
function endOf(trigger: { readonly start?: string; readonly end?: string }): { readonly end?: string } {
  if (trigger.end === undefined) return {};
  return { end: new Date(Math.floor(windowOf(trigger).end / MINUTE) * MINUTE + 59_000).toISOString() };
}

function inexact(why: string): SchedulerExpression {
  return { exact: false, why };
}
