/**
 * Triggers: when a schedule fires. A trigger is data, a plain frozen object that survives JSON, and has no
 * state: what comes next follows from the trigger and a time alone, so any process can ask at any time and
 * all get the same answer.
 */
import { CeleriacError } from '../../errors.ts';
import { type CalendarTrigger, calendarTimes } from './calendar.ts';
import { type AllOfTrigger, type AnyOfTrigger, nextOfAll, nextOfAny, nextOfCrons } from './combine.ts';
import type { CronTrigger } from './cron.ts';
import type { DateTrigger } from './date.ts';
import { readInstant, type When } from './instant.ts';
import { type IntervalTrigger, nextInProgression, progressionOf } from './interval.ts';
import { nextOfSolar, type SolarTrigger } from './solar.ts';
import { nextInZone, zoneOf } from './zone.ts';

/** When something fires. */
export type Trigger =
  | CronTrigger
  | IntervalTrigger
  | DateTrigger
  | CalendarTrigger
  | SolarTrigger
  | AllOfTrigger
  | AnyOfTrigger;

/** A trigger made ready: the first fire at or after an instant, both in milliseconds UTC. */
export type NextFire = (after: number) => number | undefined;

/** More fires than this are not listed at once. */
export const FIRE_TIMES_MAX = 1_000_000;

// Triggers are frozen, so what was made of one stays right; a trigger that nobody holds any more takes this
// with it.
const made = new WeakMap<Trigger, NextFire>();

/**
 * The first fire at or after `after`, or undefined where the trigger never fires again.
 * @throws DefinitionError INVALID_TRIGGER where `after` is no time.
 */
export function nextFireTime(trigger: Trigger, after: When): Date | undefined {
  const next = toNextFire(trigger)(readInstant('after', after));
  return next === undefined ? undefined : new Date(next);
}

/**
 * All fires from one time to another, both included.
 * @throws CeleriacError TOO_MANY_FIRES for more than a million; DefinitionError INVALID_TRIGGER where an end
 * is no time.
 */
export function fireTimes(trigger: Trigger, from: When, to: When): readonly Date[] {
  const next = toNextFire(trigger);
  const fires: Date[] = [];
  const end = readInstant('to', to);
  for (let fire = next(readInstant('from', from)); fire !== undefined && fire <= end; fire = next(fire + 1)) {
    if (fires.length === FIRE_TIMES_MAX) {
      const message = `more than ${FIRE_TIMES_MAX} fires lie in this stretch; ask for a shorter one`;
      throw new CeleriacError('TOO_MANY_FIRES', message, { allowed: FIRE_TIMES_MAX });
    }
    fires.push(new Date(fire));
  }
  return fires;
}

/** A trigger as a function of milliseconds, for loops in which a Date for each question is too much. */
export function toNextFire(trigger: Trigger): NextFire {
  const known = made.get(trigger);
  if (known !== undefined) return known;
  const next = compile(trigger);
  made.set(trigger, next);
  return next;
}

function compile(trigger: Trigger): NextFire {
  switch (trigger.kind) {
    case 'cron':
      return nextOfCrons([trigger]);
    case 'interval': {
      const progression = progressionOf(trigger);
      return (after) => nextInProgression(progression, after);
    }
    case 'date': {
      const instant = Date.parse(trigger.at);
      return (after) => (after <= instant ? instant : undefined);
    }
    case 'calendar': {
      const zone = zoneOf(trigger.timezone);
      const times = calendarTimes(trigger);
      return (after) => nextInZone(zone, trigger.dst, times, after);
    }
    case 'solar':
      return nextOfSolar(trigger);
    case 'allOf':
      return nextOfAll(trigger.triggers, toNextFire);
    case 'anyOf':
      return nextOfAny(trigger.triggers.map(toNextFire));
  }
}
