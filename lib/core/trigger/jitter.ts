/**
 * Jitter: a fire that comes a little later each time, so that a thousand schedules at midnight do not come at
 * once.
 */
import { type Duration, toMilliseconds } from '../duration.ts';
import { invalid, windowOf } from './instant.ts';
import type { Trigger } from './trigger.ts';

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
    // The last day of a calendar trigger is not over when its time of day is, and a date has no end.
    case 'calendar':
    case 'date':
      return Number.POSITIVE_INFINITY;
  }
}
