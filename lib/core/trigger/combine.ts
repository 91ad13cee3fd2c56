/** Triggers made of triggers: all of them at the same instant, or any of them. */

import { type CronTrigger, parseCron } from './cron.ts';
import { type CronTables, cronTables, intersectTables, nextLocalOf } from './cron-match.ts';
import { invalid, windowOf } from './instant.ts';
import { intersectProgressions, nextInProgression, type Progression, progressionOf } from './interval.ts';
import type { NextFire, Trigger } from './trigger.ts';
import { nextInZone, zoneOf } from './zone.ts';

/** A trigger that fires when all of its triggers do. */
export interface AllOfTrigger {
  readonly kind: 'allOf';
  readonly triggers: readonly Trigger[];
}

/** A trigger that fires when any of its triggers does. */
export interface AnyOfTrigger {
  readonly kind: 'anyOf';
  readonly triggers: readonly Trigger[];
}

/** How many fires of its parts are compared before an allOf counts as one that never fires again. */
export const ALL_OF_STEPS_MAX = 100_000;
/** A solar part counts as so many, since the sun takes that much longer to compute. */
const SOLAR_STEPS = 200;
/**
 * The Gregorian calendar repeats itself after 400 years of 146,097 days: what has not met by then does not
 * meet.
 */
const ALL_OF_HORIZON = 146_097 * 86_400_000;

/**
 * A trigger that fires at the instants that all of its triggers have in common, to the millisecond. Crons of
 * one zone are decided exactly, and so are intervals; where parts of different kinds have fired 100,000 times
 * without agreeing (with a solar part 500 times), it counts as one that never fires again.
 */
export function allOf(...triggers: readonly Trigger[]): AllOfTrigger {
  return Object.freeze({ kind: 'allOf', triggers: checked('allOf', triggers) });
}

/** A trigger that fires whenever one of its triggers does; several at the same instant are one fire. */
export function anyOf(...triggers: readonly Trigger[]): AnyOfTrigger {
  return Object.freeze({ kind: 'anyOf', triggers: checked('anyOf', triggers) });
}

/** The earliest next fire of several. */
export function nextOfAny(parts: readonly NextFire[]): NextFire {
  return (after) => {
    let earliest: number | undefined;
    for (const part of parts) {
      const next = part(after);
      if (next !== undefined && (earliest === undefined || next < earliest)) earliest = next;
    }
    return earliest;
  };
}

/**
 * The next instant that several have in common. Cron triggers of one zone are first made into one, intervals
 * too: these answer exactly, also when they never meet. What is left leaps from fire to fire, each part to
 * where the latest one is.
 */
export function nextOfAll(triggers: readonly Trigger[], compile: (trigger: Trigger) => NextFire): NextFire {
  const never: NextFire = () => undefined;
  const crons = new Map<string, CronTrigger[]>();
  let intervals: Progression | undefined;
  const parts: NextFire[] = [];
  for (const trigger of flattened(triggers)) {
    if (trigger.kind === 'interval') {
      const own = progressionOf(trigger);
      intervals = intervals === undefined ? own : intersectProgressions(intervals, own);
      if (intervals === undefined) return never;
    } else if (trigger.kind === 'cron' && trigger.dst.missing === 'skip') {
      // A shifted fire has no local time of its own, so only unshifted ones are decided by their fields.
      const key = `${trigger.timezone} ${trigger.dst.repeated}`;
      crons.set(key, [...(crons.get(key) ?? []), trigger]);
    } else {
      parts.push(compile(trigger));
    }
  }
  if (intervals !== undefined) {
    const progression = intervals;
    parts.push((after) => nextInProgression(progression, after));
  }
  for (const group of crons.values()) parts.push(nextOfCrons(group));
  const [only, ...others] = parts;
  const cost = triggers.some(isSolar) ? SOLAR_STEPS : 1;
  return only !== undefined && others.length === 0 ? only : leap(parts, Math.floor(ALL_OF_STEPS_MAX / cost));
}

/** The next fire of a cron trigger, or of several in one zone under one policy, which must all match. */
export function nextOfCrons(triggers: readonly CronTrigger[]): NextFire {
  const [first] = triggers;
  if (first === undefined) return () => undefined;
  const tables: CronTables = intersectTables(
    triggers.map((trigger) => cronTables(parseCron(trigger), trigger.dayMatch)),
  );
  const zone = zoneOf(first.timezone);
  const next = nextLocalOf(tables);
  const start = Math.max(...triggers.map((trigger) => windowOf(trigger).start));
  const end = Math.min(...triggers.map((trigger) => windowOf(trigger).end));
  return (after) => {
    const instant = nextInZone(zone, first.dst, next, Math.max(after, start));
    return instant === undefined || instant > end ? undefined : instant;
  };
}

function leap(parts: readonly NextFire[], stepsMax: number): NextFire {
  return (after) => {
    let instant = after;
    let agreed = 0;
    let horizon = Number.POSITIVE_INFINITY;
    for (let step = 0; step < stepsMax; step++) {
      const next = parts[step % parts.length]?.(instant);
      if (next === undefined || next > horizon) return undefined;
      agreed = next === instant ? agreed + 1 : 1;
      if (agreed === parts.length) return next;
      // A part may begin far in the future, so the 400 years count from the first fires.
      if (step < parts.length) horizon = next + ALL_OF_HORIZON;
      instant = next;
    }
    return undefined;
  };
}

function isSolar(trigger: Trigger): boolean {
  return 'triggers' in trigger ? trigger.triggers.some(isSolar) : trigger.kind === 'solar';
}

/** An allOf inside an allOf adds its triggers; an anyOf of one is that one. */
function flattened(triggers: readonly Trigger[]): readonly Trigger[] {
  return triggers.flatMap((trigger) => {
    if (trigger.kind === 'allOf' || (trigger.kind === 'anyOf' && trigger.triggers.length === 1)) {
      return flattened(trigger.triggers);
    }
    return [trigger];
  });
}

function checked(name: string, triggers: readonly Trigger[]): readonly Trigger[] {
  if (triggers.length === 0) throw invalid(name, 'nothing', 'is no trigger', 'one trigger or more');
  for (const trigger of triggers) {
    // Types say that these are triggers; in JavaScript an expression such as '@daily' is an easy slip.
    const given: unknown = trigger;
    if (typeof given === 'object' && given !== null && 'kind' in given) continue;
    throw invalid(name, JSON.stringify(given), 'is no trigger', 'what cron, every, at, calendar, solar make');
  }
  return Object.freeze([...triggers]);
}
