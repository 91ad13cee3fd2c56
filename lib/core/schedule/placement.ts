/**
 * Who fires a schedule: EventBridge Scheduler itself (native) where it says exactly the same, else the
 * ticker, a function of ours that runs each minute. A template is deployed at a time that nobody knows
 * when it is made, and AWS refuses a StartDate that is over for more than five minutes: so in a template
 * no start and no end is given (`later` looks at both when a fire arrives), and a rate, which counts from
 * its start, is ticked.
 */
import { LATE_MS, TIMER_PRECISION_MS } from '../limits.ts';
import { toSchedulerExpression } from '../trigger/scheduler-expression.ts';
import { nextFire, type ScheduleSpec } from './spec.ts';

/** Who fires a schedule: EventBridge Scheduler (native), or the ticker of the app, and then why. */
export type Placement =
  | {
      readonly kind: 'native';
      /** at(…), rate(…) or cron(…). */
      readonly expression: string;
      /** UTC where it is left out. */
      readonly timezone?: string;
      /** ISO strings in UTC. */
      readonly start?: string;
      readonly end?: string;
    }
  | { readonly kind: 'ticked'; readonly why: string };

const MINUTE = 60_000;
/** A timer for the next minute may be made too late for it. */
const AHEAD_MS = 2 * MINUTE;

/**
 * Who fires a schedule, and why.
 * @param now the time at which its timer is made; undefined for a template.
 */
export function placementOf(spec: ScheduleSpec, now?: number): Placement {
  if (spec.jitterMs > 0) return ticked('EventBridge Scheduler has no jitter for each fire');
  if (spec.misfireGraceMs !== undefined && spec.misfireGraceMs < LATE_MS) {
    const seconds = TIMER_PRECISION_MS / 1_000;
    return ticked(`its misfireGrace is shorter than 2 minutes, EventBridge Scheduler is ${seconds} s late`);
  }
  const asked = toSchedulerExpression(spec.trigger);
  if (!asked.exact) return ticked(asked.why);
  const { expression, timezone } = asked;
  const said = { kind: 'native' as const, expression, ...(timezone === undefined ? {} : { timezone }) };
  if (expression.startsWith('at(')) return placeDate(spec, said, now);
  const isRate = expression.startsWith('rate(');
  if (now === undefined) {
    return isRate ? ticked('a rate counts from its StartDate, which AWS refuses once it is over') : said;
  }
  const end = endOf(spec, asked.end);
  const first = nextFire(spec, now + AHEAD_MS);
  if (first === undefined) return ticked('its last fire is less than 2 minutes away, or over');
  const start = isRate ? first : startOf(spec, asked.start, now);
  return {
    ...said,
    ...(start === undefined ? {} : { start: new Date(start).toISOString() }),
    ...(end === undefined ? {} : { end: new Date(end).toISOString() }),
  };
}

/** Start and end do not hold for one-time schedules (AWS), so a date outside of them has no fire at all. */
function placeDate(spec: ScheduleSpec, said: Placement & { kind: 'native' }, now?: number): Placement {
  const fire = nextFire(spec, now === undefined ? Number.MIN_SAFE_INTEGER : now + AHEAD_MS);
  if (fire !== undefined) return said;
  return ticked(now === undefined ? 'it never fires' : 'its time is less than 2 minutes away, or over');
}

function startOf(spec: ScheduleSpec, asked: string | undefined, now: number): number | undefined {
  const starts = [spec.startMs, asked === undefined ? undefined : Date.parse(asked)].filter(isGiven);
  const start = Math.ceil(Math.max(...starts, 0) / MINUTE) * MINUTE;
  return start > now ? start : undefined;
}

/** Put between the last minute that may fire and the next, where every reading of an end is the same. */
function endOf(spec: ScheduleSpec, asked: string | undefined): number | undefined {
  const own = spec.endMs === undefined ? undefined : Math.floor(spec.endMs / MINUTE) * MINUTE + 59_000;
  const ends = [own, asked === undefined ? undefined : Date.parse(asked)].filter(isGiven);
  return ends.length === 0 ? undefined : Math.min(...ends);
}

function isGiven(value: number | undefined): value is number {
  return value !== undefined;
}

function ticked(why: string): Placement {
  return { kind: 'ticked', why };
}
