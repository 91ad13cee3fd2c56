/**
 * Interval triggers: the same number of milliseconds from fire to fire, whatever clocks do; one day is always
 * 24 hours.
 */
import { type Duration, toMilliseconds } from '../duration.ts';
import { invalid, readWindow, refuseUnknown, type When, windowOf } from './instant.ts';

/** Where an interval begins and ends. */
export interface IntervalOptions {
  /**
   * The first fire, from which all others are counted. Without it they are counted from 1970-01-01T00:00Z.
   */
  readonly start?: When;
  /** No fire after it, one at it is allowed. */
  readonly end?: When;
}

/** An interval trigger as data. */
export interface IntervalTrigger {
  readonly kind: 'interval';
  readonly every: Duration;
  readonly start?: string;
  readonly end?: string;
}

/**
 * The fires of an interval as numbers: `anchor` plus any whole number of `period`s, from `first` to `last`.
 */
export interface Progression {
  readonly anchor: number;
  readonly period: number;
  readonly first: number;
  readonly last: number;
}

/** The last instant that a Date can hold. */
const DATE_MAX = 8.64e15;

/**
 * A trigger that fires every so often: `every('15m')`, `every('7d', { start: '2026-01-05T09:00:00Z' })`.
 * @throws DefinitionError INVALID_DURATION, or INVALID_TRIGGER for an interval of zero.
 */
export function every(interval: Duration, options: IntervalOptions = {}): IntervalTrigger {
  refuseUnknown('every', options, ['start', 'end']);
  if (toMilliseconds(interval) < 1) throw invalid('every', interval, 'is no time at all', "at least '1ms'");
  return Object.freeze({ kind: 'interval', every: interval, ...readWindow(options) });
}

/** An interval trigger as a progression of instants. */
export function progressionOf(trigger: IntervalTrigger): Progression {
  const { start, end } = windowOf(trigger);
  const anchor = Number.isFinite(start) ? start : 0;
  return { anchor, period: toMilliseconds(trigger.every), first: start, last: end };
}

/** The first member of a progression at or after an instant. */
export function nextInProgression(progression: Progression, after: number): number | undefined {
  const { anchor, period, first, last } = progression;
  const from = Math.max(after, first);
  const next = anchor + Math.ceil((from - anchor) / period) * period;
  return next > last || next > DATE_MAX ? undefined : next;
}

/** What two progressions have in common, which is a progression again, or undefined where they never meet. */
export function intersectProgressions(a: Progression, b: Progression): Progression | undefined {
  // The least common multiple of two periods in milliseconds does not always fit into a double.
  const [p, q] = [BigInt(a.period), BigInt(b.period)];
  const difference = BigInt(b.anchor) - BigInt(a.anchor);
  const { divisor, inverse } = euclid(p, q);
  if (difference % divisor !== 0n) return undefined;
  const period = (p / divisor) * q;
  const anchor = BigInt(a.anchor) + p * (((difference / divisor) * inverse) % (q / divisor));
  const first = Math.max(a.first, b.first);
  const last = Math.min(a.last, b.last);
  const reach = BigInt(Number.MAX_SAFE_INTEGER);
  if (period <= reach) return { anchor: Number(anchor % period), period: Number(period), first, last };
  // So long a period leaves at most one fire within the range of Date on either side of its anchor.
  const positive = ((anchor % period) + period) % period;
  const only = positive <= reach ? positive : positive - period;
  if (only > reach || only < -reach) return undefined;
  return { anchor: Number(only), period: Number.MAX_SAFE_INTEGER, first, last };
}

/** The greatest common divisor of two numbers, and the factor of the first in the sum that makes it. */
function euclid(p: bigint, q: bigint): { readonly divisor: bigint; readonly inverse: bigint } {
  let [divisor, rest, inverse, next] = [p, q, 1n, 0n];
  while (rest !== 0n) {
    const times = divisor / rest;
    [divisor, rest] = [rest, divisor - times * rest];
    [inverse, next] = [next, inverse - times * next];
  }
  return { divisor, inverse };
}
