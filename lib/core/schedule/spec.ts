/**
 * What a schedule is, as data: its trigger, what it does, and how fires that came late are treated. The same
 * data stands in a definition, in the record of a schedule that was added at run time, and in a change of
 * either; it survives JSON.
 */
import { createHash } from 'node:crypto';
import type { Json } from '../json.ts';
import type { TimeLimits } from '../time-limit.ts';
import { withJitter } from '../trigger/jitter.ts';
import { type Trigger, toNextFire } from '../trigger/trigger.ts';
import { parseTrigger } from '../trigger/trigger-data.ts';
import type { Plan } from '../workflow/plan.ts';

/** Which of the fires that an outage has delayed are run. */
export type Coalesce = 'earliest' | 'latest' | 'all';

/** What a fire does: sends a task or a workflow, or publishes a message. */
export type ScheduledCall =
  | {
      readonly kind: 'send';
      readonly task: string;
      readonly input?: Json;
      /** From the fire to the run. */
      readonly delayMs?: number;
      /** From the time at which it is due, after which no attempt starts. */
      readonly expiresMs?: number;
      readonly group?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly timeLimit?: TimeLimits;
      readonly priority?: number;
      readonly force?: true;
      readonly ignoreResult?: true;
    }
  | {
      readonly kind: 'workflow';
      /** Plain data: no part of it names a time. */
      readonly plan: Plan;
      /** From the fire's send to the workflow's end. */
      readonly deadlineMs?: number;
    }
  | {
      readonly kind: 'publish';
      /** '' is the default exchange, whose routing key is the name of a queue. */
      readonly exchange: string;
      readonly key: string;
      readonly message: Json;
      /** Options of the publish; headers as routing/header-codec.ts writes them. */
      readonly options: Readonly<Record<string, Json>>;
    };

export interface ScheduleSpec {
  readonly trigger: Trigger;
  readonly call: ScheduledCall;
  /** How late a fire may still run; undefined: however late. */
  readonly misfireGraceMs?: number;
  readonly coalesce: Coalesce;
  /** How many of its runs may be under way at once; undefined: any number. */
  readonly maxInstances?: number;
  /** Each fire comes later by up to so much; 0: none does. */
  readonly jitterMs: number;
  /** No fire before and none after, both included. */
  readonly startMs?: number;
  readonly endMs?: number;
}

/** A schedule's first fire at or after `after`, or undefined where it never fires again. */
export function nextFire(spec: ScheduleSpec, after: number): number | undefined {
  // Most questions come minute by minute and have the answer of the question before.
  const known = remembered.get(spec);
  if (known !== undefined && after > known.after && (known.next === undefined || after <= known.next))
    return known.next;
  const from = Math.max(after, spec.startMs ?? Number.NEGATIVE_INFINITY);
  const fire = toNextFire(spec.trigger)(from);
  const next = fire === undefined || fire > (spec.endMs ?? Number.POSITIVE_INFINITY) ? undefined : fire;
  remembered.set(spec, { after: after - 1, next });
  return next;
}

const remembered = new WeakMap<ScheduleSpec, { readonly after: number; readonly next: number | undefined }>();

/** The last fire from `from` to `to`, both included, found without walking through those before it. */
export function lastFire(spec: ScheduleSpec, from: number, to: number): number | undefined {
  let found = nextFire(spec, from);
  if (found === undefined || found > to) return undefined;
  let [low, high] = [found, to];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const fire = nextFire(spec, middle);
    if (fire !== undefined && fire <= to) {
      found = fire;
      low = fire;
    } else high = middle - 1;
  }
  return found;
}

/** Whether a schedule fires at exactly this time. */
export function isFire(spec: ScheduleSpec, at: number): boolean {
  return nextFire(spec, at) === at;
}

/** A fire's own part of the jitter: the same whenever it is asked, since it follows from the fire's id. */
export function jitterOf(spec: ScheduleSpec, id: string, scheduledAt: number): number {
  if (spec.jitterMs === 0) return 0;
  const chance = createHash('sha256').update(`jitter/${id}`).digest().readUInt32BE(0) / 2 ** 32;
  // Not past the trigger's end, nor the schedule's: APScheduler's rule.
  const moved = withJitter(spec.trigger, new Date(scheduledAt), `${spec.jitterMs}ms`, chance).getTime();
  return Math.max(0, Math.min(moved, spec.endMs ?? Number.POSITIVE_INFINITY) - scheduledAt);
}

/** Names what a schedule is; any change of it gives another name. */
export function revisionOf(spec: ScheduleSpec): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(spec)))
    .digest('hex')
    .slice(0, REVISION_LENGTH);
}

const REVISION_LENGTH = 16;

/**
 * Makes a schedule of data that was JSON.
 * @throws DefinitionError INVALID_TRIGGER or INVALID_CRON where its trigger is none.
 */
export function parseSpec(data: Json): ScheduleSpec {
  // Only `JSON.stringify` of a ScheduleSpec is ever stored; the trigger is built anew, since it is compiled.
  const spec = data as unknown as ScheduleSpec;
  return Object.freeze({ ...spec, trigger: parseTrigger(spec.trigger) });
}

/** Members in the order of their names, so that equal data has equal text. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(
    members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, sorted(member)]),
  );
}
