/**
 * A trigger as one English sentence, for dashboards, logs and reviews: "at 02:30 on the last Friday of each
 * month, UTC".
 */
import { type Duration, toMilliseconds } from '../duration.ts';
import type { CalendarTrigger } from './calendar.ts';
import { type CronTrigger, parseCron } from './cron.ts';
import { describeDays, describeTimes, enumerate, plural, twoDigits } from './cron-text.ts';
import type { SolarTrigger } from './solar.ts';
import type { Trigger } from './trigger.ts';
import { type DstPolicy, isUtc } from './zone.ts';

const UNITS = { ms: 'millisecond', s: 'second', m: 'minute', h: 'hour', d: 'day' } as const;

/** Says a trigger in English; every trigger has a sentence. */
export function describe(trigger: Trigger): string {
  switch (trigger.kind) {
    case 'cron':
      return describeCron(trigger);
    case 'interval':
      return `every ${describeDuration(trigger.every)}${describeWindow(trigger)}`;
    case 'date':
      return `once at ${describeInstant(trigger.at)}`;
    case 'calendar':
      return describeCalendar(trigger);
    case 'solar':
      return describeSolar(trigger);
    case 'allOf':
      return describeSeveral(trigger.triggers, 'when these coincide');
    case 'anyOf':
      return describeSeveral(trigger.triggers, 'at any of these');
  }
}

function describeSeveral(triggers: readonly Trigger[], how: string): string {
  const [only, ...others] = triggers;
  if (only !== undefined && others.length === 0) return describe(only);
  return `${how}: ${triggers.map((trigger) => `(${describe(trigger)})`).join(', ')}`;
}

function describeCron(trigger: CronTrigger): string {
  const cron = parseCron(trigger);
  const times = describeTimes(cron);
  const days = describeDays(cron, trigger.dayMatch, /^at \d\d:/.test(times));
  const zone = `, ${trigger.timezone}${describeDst(trigger.dst, trigger.timezone)}`;
  return [times, days].filter((part) => part !== '').join(' ') + zone + describeWindow(trigger);
}

function describeCalendar(trigger: CalendarTrigger): string {
  const steps = (['year', 'month', 'week', 'day'] as const).flatMap((unit) => {
    const count = trigger[`${unit}s`];
    return count === 0 ? [] : [plural(count, unit)];
  });
  const [only = '', ...others] = steps;
  const step = others.length === 0 ? only.replace(/^1 /, '') : enumerate(steps);
  const second = trigger.second === 0 ? '' : `:${twoDigits(trigger.second)}`;
  const time = `${twoDigits(trigger.hour)}:${twoDigits(trigger.minute)}${second}`;
  const end = trigger.end === undefined ? '' : ` until ${trigger.end}`;
  const zone = `, ${trigger.timezone}${describeDst(trigger.dst, trigger.timezone)}`;
  return `every ${step} at ${time}, counted from ${trigger.start}${end}${zone}`;
}

function describeSolar(trigger: SolarTrigger): string {
  const [first = '', second] = trigger.event.split('_');
  const event = second === undefined ? first : second === 'noon' ? 'solar noon' : `${second} ${first}`;
  const latitude = `${Math.abs(trigger.latitude)}° ${trigger.latitude < 0 ? 'S' : 'N'}`;
  const longitude = `${Math.abs(trigger.longitude)}° ${trigger.longitude < 0 ? 'W' : 'E'}`;
  return `at ${event} at ${latitude}, ${longitude}${describeWindow(trigger)}`;
}

function describeDuration(duration: Duration): string {
  const unit = duration.replace(/^[\d.]+/, '');
  const count = Number.parseFloat(duration);
  for (const [short, long] of Object.entries(UNITS)) {
    if (short === unit) return count === 1 ? long : plural(count, long);
  }
  return `${toMilliseconds(duration)} milliseconds`;
}

function describeWindow({ start, end }: { readonly start?: string; readonly end?: string }): string {
  const from = start === undefined ? '' : `, from ${describeInstant(start)}`;
  return end === undefined ? from : `${from}${start === undefined ? ',' : ''} until ${describeInstant(end)}`;
}

function describeInstant(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')}${iso.endsWith('.000Z') ? '' : iso.slice(19, 23)} UTC`;
}

/** Only what differs from the default is worth a word, and only where clocks change. */
function describeDst({ missing, repeated }: DstPolicy, timezone: string): string {
  if (isUtc(timezone) || (missing === 'skip' && repeated === 'first')) return '';
  const said = [
    ...(missing === 'shift' ? ['times that do not exist come late'] : []),
    ...(repeated === 'both' ? ['times that repeat fire twice'] : []),
  ];
  return ` (${said.join(', ')})`;
}
