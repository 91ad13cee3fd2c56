/**
 * Jitter: a fire that comes a little later each time, so that a thousand schedules at midnight do not come at
 * once.
 */
import { type Duration, toMilliseconds } from '../duration.ts';
import { invalid, windowOf } from './instant.ts';
import type { Trigger } from './trigger.ts';
import { instantsOf, zoneOf } from './zone.ts';

/**
 * A fire moved back by part of `max`, but not past the trigger's end.
 * @param chance from 0 (not moved) to 1 (moved by `max`); the caller owns the dice.
 */
export function withJitter(trigger: Trigger, fire: Date, max: Duration, chance: number): Date {
  if (!(chance >= 0 && chance <= 1)) throw invalid('chance', chance, 'is out of range', '0 to 1');
  const moved = fire.getTime() + Math.floor(toMilliseconds(max) * chance);
  return new Date(Math.max(fire.getTime(), Math.min(moved, endOf(trigger))));
}

function endOf(trigger: Trigger): number {
  switch (trigger.kind) {
    case 'cron':
    case 'interval':
    case 'solar':
      return windowOf(trigger).end;
    case 'allOf':
      return Math.min(...trigger.triggers.map(endOf));
    case 'anyOf':
      return Math.max(...trigger.triggers.map(endOf));
    case 'calendar':
      return trigger.end === undefined ? Number.POSITIVE_INFINITY : endOfDay(trigger.timezone, trigger.end);
    case 'date':
      return Number.POSITIVE_INFINITY;
  }
}

/** The last millisecond of a date in a zone: the end of a calendar trigger is a day, not a time. */
function endOfDay(timezone: string, date: string): number {
  const last = Date.parse(`${date}T23:59:59.999Z`);
  // A date that a zone has left out has no end, and no fire either.
  return instantsOf(zoneOf(timezone), last).at(-1) ?? Number.POSITIVE_INFINITY;
}
