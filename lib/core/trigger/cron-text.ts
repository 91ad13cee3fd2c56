/** The parts of a cron trigger's sentence: its times of day, and its days. */

import type { ParsedCron } from './cron.ts';
import { type CronField, type CronFieldName, cronValueName, type DayRule } from './cron-field.ts';

/** Up to so many times of day are written out, more are described by hour and minute. */
const TIMES_MAX = 4;
/** From so many on, values at equal distances are described by their distance. */
const STEPS_MIN = 5;
const NTH = ['', 'first', 'second', 'third', 'fourth', 'fifth'];

/** When on a day: 'at 02:30', 'every 15 minutes', 'at minutes 5 and 10 of hours 8 to 18'. */
export function describeTimes({ hour, minute, second }: ParsedCron): string {
  const onTheMinute = second.values.length === 1 && second.values[0] === 0;
  const times = hour.values.length * minute.values.length * second.values.length;
  if (times <= TIMES_MAX) return `at ${enumerate(timesOf(hour, minute, second))}`;
  if (!onTheMinute) {
    const seconds = second.any ? 'every second' : (evenly(second, 60) ?? `at ${valuesText(second)}`);
    if (minute.any && hour.any) return seconds.startsWith('every') ? seconds : `${seconds} of every minute`;
    return `${seconds} of ${within(minute)} of ${within(hour)}`;
  }
  const [first = 0, ...others] = minute.values;
  if (others.length === 0 && hour.any) {
    return first === 0 ? 'every hour' : `at ${plural(first, 'minute')} past every hour`;
  }
  const steps = evenly(hour, 24);
  if (others.length === 0 && first === 0 && steps !== undefined) return steps;
  const minutes = minute.any ? 'every minute' : (evenly(minute, 60) ?? `at ${valuesText(minute)}`);
  if (hour.any) return minute.any || minutes.startsWith('every') ? minutes : `${minutes} of every hour`;
  return `${minutes} of ${within(hour)}`;
}

/**
 * On which days: 'on the last Friday of each month', 'Monday to Friday in May'; 'every day' only if it is
 * asked for.
 */
export function describeDays(cron: ParsedCron, dayMatch: 'and' | 'or', everyDay: boolean): string {
  const { day, dayOfWeek, week, month, year } = cron;
  const months = month.any ? '' : enumerate(runsOf(month));
  const dates = day.any ? '' : `on ${enumerate([...day.rules.map(ruleText), ...datesOf(day)])}`;
  const ofMonth = dates === '' ? '' : `${dates} of ${months === '' ? 'each month' : months}`;
  const weekdays = dayOfWeek.any ? '' : weekdaysText(dayOfWeek);
  const inMonths = months === '' || ofMonth !== '' ? '' : `in ${months}`;
  const parts: string[] = [];
  if (ofMonth !== '' && weekdays !== '') {
    const either = dayMatch === 'or' && !day.text.startsWith('*') && !dayOfWeek.text.startsWith('*');
    parts.push(
      either ? `${ofMonth} and also ${weekdays}` : `${ofMonth} if that is ${weekdaysText(dayOfWeek, 'if')}`,
    );
  } else if (ofMonth !== '' || weekdays !== '') parts.push(ofMonth + weekdays);
  else if (everyDay) parts.push('every day');
  if (inMonths !== '') parts.push(inMonths);
  if (!week.any) parts.push(`in ISO ${valuesText(week)}`);
  if (!year.any) parts.push(`in ${enumerate(runsOf(year))}`);
  return parts.join(' ');
}

/** 'a', 'a and b', 'a, b and c'. */
export function enumerate(parts: readonly string[]): string {
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`;
}

/** '1 day', '2 days'. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** '07'. */
export function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

function timesOf(hour: CronField, minute: CronField, second: CronField): readonly string[] {
  return hour.values.flatMap((h) =>
    minute.values.flatMap((m) =>
      second.values.map((s) => `${twoDigits(h)}:${twoDigits(m)}${s === 0 ? '' : `:${twoDigits(s)}`}`),
    ),
  );
}

/** 'every 15 minutes', for values that divide the whole evenly from 0 on. */
function evenly(field: CronField, size: number): string | undefined {
  const [first, second = 0] = field.values;
  if (first !== 0 || second < 2 || field.values.length * second !== size) return undefined;
  return field.values.every((value, index) => value === index * second)
    ? `every ${second} ${field.name}s`
    : undefined;
}

/** 'every hour', 'minute 5', 'hours 8 to 18'. */
function within(field: CronField): string {
  return field.any ? `every ${field.name}` : valuesText(field);
}

/** The field's name and values: 'minute 5', 'weeks 1 and 3 to 5'. */
function valuesText(field: CronField): string {
  return `${field.name}${field.values.length === 1 ? '' : 's'} ${enumerate(runsOf(field))}`;
}

/** Values as words, with runs of three and more drawn together. */
function runsOf(
  field: CronField,
  name = (value: number): string => cronValueName(field.name, value),
): readonly string[] {
  const order = field.name === 'dayOfWeek' ? fromMonday(field.values) : field.values;
  const [head = 0, second = 0] = order;
  const step = second - head;
  if (step > 1 && order.length >= STEPS_MIN && order.every((value, index) => value === head + index * step)) {
    return [`${name(head)} to ${name(order.at(-1) ?? head)} in steps of ${step}`];
  }
  const runs: string[] = [];
  for (let index = 0; index < order.length; index++) {
    const first = order[index] ?? 0;
    let last = index;
    while (isNext(field.name, order[last], order[last + 1])) last++;
    if (last - index < 2) {
      runs.push(name(first));
      continue;
    }
    runs.push(`${name(first)} to ${name(order[last] ?? first)}`);
    index = last;
  }
  return runs;
}

function isNext(field: CronFieldName, value: number | undefined, next: number | undefined): boolean {
  if (value === undefined || next === undefined) return false;
  return field === 'dayOfWeek' ? (value + 1) % 7 === next : value + 1 === next;
}

/** Weeks are read from Monday to Sunday, or from Saturday to Monday where these belong together. */
function fromMonday(weekdays: readonly number[]): readonly number[] {
  const order = [...weekdays].sort((a, b) => ((a + 6) % 7) - ((b + 6) % 7));
  if (weekdays.length === 7 || !weekdays.includes(0) || !weekdays.includes(1)) return order;
  const first = order.findLastIndex((weekday) => !weekdays.includes((weekday + 6) % 7));
  return [...order.slice(first), ...order.slice(0, first)];
}

function datesOf(day: CronField): readonly string[] {
  return runsOf(day, ordinal).map((text) => `the ${text}`);
}

/** 'on Mondays and the last Friday of the month', 'from Monday to Friday'; after an 'if' 'a Monday or …'. */
function weekdaysText(field: CronField, after: 'on' | 'if' = 'on'): string {
  const rules = field.rules.map((rule) => `${ruleText(rule)} of the month`);
  const runs = runsOf(field);
  if (after === 'if')
    return [...runs.map((run) => (run.includes(' to ') ? run : `a ${run}`)), ...rules].join(' or ');
  if (rules.length === 0 && runs.length === 1 && runs[0]?.includes(' to ')) return `from ${runs[0]}`;
  return `on ${enumerate([...runsOf(field, (value) => `${cronValueName('dayOfWeek', value)}s`), ...rules])}`;
}

function ruleText(rule: DayRule): string {
  switch (rule.kind) {
    case 'last':
      return rule.minus === 0 ? 'the last day' : `the ${ordinal(rule.minus + 1)}-last day`;
    case 'nth':
      return `the ${NTH[rule.nth]} ${cronValueName('dayOfWeek', rule.weekday)}`;
    case 'last-weekday':
      return `the last ${cronValueName('dayOfWeek', rule.weekday)}`;
    case 'nearest':
      return `the weekday nearest the ${ordinal(rule.day)}`;
    case 'nearest-last':
      return 'the last weekday';
  }
}

function ordinal(value: number): string {
  const ending = value > 10 && value < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][value % 10] ?? 'th');
  return `${value}${ending}`;
}
