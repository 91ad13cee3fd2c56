/**
 * Fires on their way: the messages in the queue of `later`. A fire says which schedule and which time, no
 * more; what it does is looked up when it is due, so that a change made meanwhile holds. The other kind
 * of message there is one for another queue that no service can delay as long as it must wait.
 */
import { type IdSpace, originId } from '../id.ts';
import { ENVELOPE_VERSION, toBody } from '../message.ts';
import { jitterOf, type ScheduleSpec } from './spec.ts';

/** One fire of a schedule. */
export interface Fire {
  readonly schedule: string;
  /** What the schedule was when the fire was handed on. */
  readonly revision: string;
  /** The time that the trigger gives: with the schedule's name, the fire's identity. */
  readonly scheduledAt: number;
  /** When it takes effect, jitter included; undefined in a native fire, which is delivered when it is. */
  readonly dueAt?: number;
}

/** A message that waits for its time. */
export interface DelayedMessage {
  /** Its id, under which its one-shot timer goes too. */
  readonly id: string;
  readonly queueName: string;
  readonly body: string;
  readonly dueAt: number;
  /** On an ordered queue. */
  readonly group?: string;
  readonly deduplication?: string;
}

export type LaterMessage =
  | { readonly kind: 'fire'; readonly fire: Fire }
  | { readonly kind: 'message'; readonly message: DelayedMessage };

/** The id of a fire and of the message that it sends: the same whoever fires it, however often. */
export function fireId(space: IdSpace, schedule: string, scheduledAt: number): string {
  return originId(space, scheduledAt, `schedule/${schedule}`);
}

/** When a fire is to take effect: its time, its jitter, and the delay that its call asks for. */
export function dueTime(space: IdSpace, schedule: string, spec: ScheduleSpec, scheduledAt: number): number {
  const delayMs = spec.call.kind === 'send' ? (spec.call.delayMs ?? 0) : 0;
  // Ids are hashes, and most schedules have no jitter that would follow from one.
  if (spec.jitterMs === 0) return scheduledAt + delayMs;
  return scheduledAt + jitterOf(spec, fireId(space, schedule, scheduledAt), scheduledAt) + delayMs;
}

/**
 * What EventBridge Scheduler puts in place of this text: the time for which it fires (its context
 * attributes).
 */
export const SCHEDULED_TIME = '<aws.scheduler.scheduled-time>';

/** A timer's static input, which AWS makes a fire of. */
export function toTimerInput(schedule: string, revision: string): string {
  return JSON.stringify({
    celeriac: ENVELOPE_VERSION,
    later: 'fire',
    schedule,
    revision,
    scheduledAt: SCHEDULED_TIME,
  });
}

/** Writes a message for `later`. */
export function encodeLater(message: LaterMessage): string {
  const content = message.kind === 'fire' ? message.fire : message.message;
  return toBody({ celeriac: ENVELOPE_VERSION, later: message.kind, ...content });
}

/** Reads a message for `later`; undefined for what is none. */
export function parseLater(body: string): LaterMessage | undefined {
  const parsed = parsedJson(body);
  if (parsed === undefined || typeof parsed.celeriac !== 'number') return undefined;
  if (parsed.later === 'fire') return toFire(parsed);
  return parsed.later === 'message' ? toDelayed(parsed) : undefined;
}

type Members = Readonly<Record<string, unknown>>;

function toFire({ schedule, revision, scheduledAt: given, dueAt }: Members): LaterMessage | undefined {
  // AWS writes the time as ISO text in UTC, we as milliseconds.
  const scheduledAt = typeof given === 'string' ? Date.parse(given) : given;
  if (typeof schedule !== 'string' || typeof revision !== 'string') return undefined;
  if (typeof scheduledAt !== 'number' || !Number.isFinite(scheduledAt)) return undefined;
  const due = typeof dueAt === 'number' ? { dueAt } : {};
  return { kind: 'fire', fire: { schedule, revision, scheduledAt, ...due } };
}

function toDelayed({ id, queueName, body, dueAt, ...rest }: Members): LaterMessage | undefined {
  if (typeof id !== 'string' || typeof queueName !== 'string' || typeof body !== 'string') return undefined;
  if (typeof dueAt !== 'number') return undefined;
  const { group, deduplication } = rest;
  return {
    kind: 'message',
    message: {
      id,
      queueName,
      body,
      dueAt,
      ...(typeof group === 'string' ? { group } : {}),
      ...(typeof deduplication === 'string' ? { deduplication } : {}),
    },
  };
}

function parsedJson(body: string): Members | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    // What JSON calls an object can be read by names.
    return typeof parsed === 'object' && parsed !== null ? (parsed as Members) : undefined;
  } catch {
    return undefined;
  }
}
