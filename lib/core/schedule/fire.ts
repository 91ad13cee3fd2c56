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

/** A publish that waits for its time; it is routed then, by what is bound then. */
export interface DelayedPublish {
  /** The message's id, under which its one-shot timer goes too. */
  readonly id: string;
  /** The envelope. */
  readonly body: string;
  readonly dueAt: number;
}

/** What waits for its time, or for whoever decides on it. */
export type WaitingMessage =
  | { readonly kind: 'fire'; readonly fire: Fire }
  | { readonly kind: 'message'; readonly message: DelayedMessage }
  | { readonly kind: 'publish'; readonly publish: DelayedPublish };

/** A minute of the ticker. */
export interface TickMessage {
  readonly kind: 'tick';
  /** The time for which the service made it. */
  readonly nominal: number;
}

/** The hour of the sweep of workflows that are overdue. */
export interface SweepMessage {
  readonly kind: 'sweep';
}

export type LaterMessage = WaitingMessage | TickMessage | SweepMessage;

/**
 * The id of a fire and of what it sends: the same whoever fires it, however often.
 * @param epoch tells apart schedules that had this name one after the other; see `epochOf`.
 */
export function fireId(space: IdSpace, schedule: string, scheduledAt: number, epoch?: number): string {
  return originId(space, scheduledAt, `schedule/${schedule}${epoch === undefined ? '' : `/${epoch}`}`);
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

/** The static input of the ticker's timer, likewise. */
export function toTickInput(): string {
  return JSON.stringify({ celeriac: ENVELOPE_VERSION, later: 'tick', scheduledAt: SCHEDULED_TIME });
}

/** The static input of the sweep's timer: it looks at the clock when it runs, so it needs no time. */
export function toSweepInput(): string {
  return JSON.stringify({ celeriac: ENVELOPE_VERSION, later: 'sweep' });
}

/** Writes a message for `later`. */
export function encodeLater(message: WaitingMessage): string {
  return toBody({ celeriac: ENVELOPE_VERSION, later: message.kind, ...contentOf(message) });
}

function contentOf(message: WaitingMessage): Fire | DelayedMessage | DelayedPublish {
  switch (message.kind) {
    case 'fire':
      return message.fire;
    case 'message':
      return message.message;
    case 'publish':
      return message.publish;
  }
}

/** Reads a message for `later`; undefined for what is none. */
export function parseLater(body: string): LaterMessage | undefined {
  const parsed = parsedJson(body);
  if (parsed === undefined || typeof parsed.celeriac !== 'number') return undefined;
  switch (parsed.later) {
    case 'fire':
      return toFire(parsed);
    case 'message':
      return toDelayed(parsed);
    case 'publish':
      return toPublish(parsed);
    case 'tick':
      return toTick(parsed);
    case 'sweep':
      return { kind: 'sweep' };
    default:
      return undefined;
  }
}

type Members = Readonly<Record<string, unknown>>;

/** AWS writes a time as ISO text in UTC, we as milliseconds. */
function toTime(given: unknown): number | undefined {
  const time = typeof given === 'string' ? Date.parse(given) : given;
  return typeof time === 'number' && Number.isFinite(time) ? time : undefined;
}

function toTick({ scheduledAt }: Members): LaterMessage | undefined {
  const nominal = toTime(scheduledAt);
  return nominal === undefined ? undefined : { kind: 'tick', nominal };
}

function toPublish({ id, body, dueAt }: Members): LaterMessage | undefined {
  if (typeof id !== 'string' || typeof body !== 'string' || typeof dueAt !== 'number') return undefined;
  return { kind: 'publish', publish: { id, body, dueAt } };
}

function toFire({ schedule, revision, scheduledAt: given, dueAt }: Members): LaterMessage | undefined {
  const scheduledAt = toTime(given);
  if (typeof schedule !== 'string' || typeof revision !== 'string') return undefined;
  if (scheduledAt === undefined) return undefined;
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
