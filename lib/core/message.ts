/**
 * The envelope: what stands in a message's body, and the body alone, since EventBridge cannot set SQS
 * attributes. Members that have their default are left out, so a plain call is small. Readers compare by JSON
 * value, never by text: services on the way may reorder members.
 */
import type { WireError } from '../errors.ts';
import type { Json } from './json.ts';
import { HISTORY_ENTRIES_MAX, MESSAGE_BYTES_MAX } from './limits.ts';
import { withoutHistory, withoutStacks } from './slim-message.ts';
import { isTimeLimits, type TimeLimits } from './time-limit.ts';
import type { Wait } from './wait.ts';
import { isWorkflowPlace, type WorkflowPlace } from './workflow/place.ts';

export const ENVELOPE_VERSION = 1;

/** Why a message stands in a dead-letter queue. */
export type DeadReason =
  | 'rejected'
  | 'attempts-exhausted'
  | 'not-retryable'
  | 'invalid-input'
  | 'invalid-result'
  | 'crashed'
  | 'expired'
  | 'unknown-task'
  | 'unknown-exchange'
  | 'unroutable'
  | 'payload-lost'
  | 'unknown-version'
  | 'malformed'
  | 'worker-error';

/** One thing that happened to a message before. */
export interface HistoryEntry {
  readonly at: number;
  readonly kind: 'retry' | 'defer' | 'dead';
  readonly generation: number;
  readonly attempt: number;
  readonly reason?: string;
  readonly error?: WireError;
}

/** What a dead letter says about its end. */
export interface Death {
  readonly reason: DeadReason;
  readonly at: number;
  readonly queue: string;
  readonly attempt: number;
  readonly error?: WireError;
}

/** AMQP's properties of a message, but for those that the envelope has members of its own for. */
export interface MessageProperties {
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly priority?: number;
  /** Milliseconds since the epoch. */
  readonly timestamp?: number;
  readonly type?: string;
  readonly userId?: string;
  readonly appId?: string;
}

/** The way of a message that was published: the exchange and the routing key that it was published with. */
export interface Via {
  /** The message's own id, where this copy of it is for one taker and has another. */
  readonly id?: string;
  /** '' is the default exchange, whose routing key is the name of a queue. */
  readonly exchange: string;
  readonly key: string;
  /** Without BCC; what JSON lacks is wrapped (routing/header-codec.ts). */
  readonly headers?: Readonly<Record<string, Json>>;
  /** The keys of the header BCC, which decide the way and which no consumer is shown. */
  readonly bcc?: readonly string[];
  readonly properties?: MessageProperties;
}

/**
 * A message on its way: the call of a task, or what was published to an exchange. Which task or consumer
 * takes a published message is decided by its route, in the queue it has reached: until then `task` is ''.
 */
export interface Message {
  readonly id: string;
  readonly task: string;
  /** The task's input; the body of a published message. */
  readonly input?: Json;
  /** Where the input lies instead, when it was too large to travel: a key of the app's bucket. */
  readonly blob?: string;
  readonly via?: Via;
  /** Its place in the workflow that it is a part of. */
  readonly workflow?: WorkflowPlace;
  /** The queue that waits for a reply, and what tells the reply from others there. */
  readonly replyTo?: string;
  readonly correlationId?: string;
  /** +1 each time the message is dead-lettered, so that a redriven one runs again. */
  readonly generation: number;
  /** How many attempts of this generation have ended in a throw. */
  readonly attempt: number;
  /** How often it was put off without an attempt: a lock held, a task unknown yet. */
  readonly deferrals: number;
  /** When it was first put off for the reason that still holds. */
  readonly deferredSince?: number;
  /** What it waits for: a slot of its task's rate, a free place, its key. */
  readonly wait?: Wait;
  /** Of a call: its priority in a queue with levels, where it is above 0. */
  readonly priority?: number;
  /** Whether it runs without looking at the key of `once`. */
  readonly force?: boolean;
  /** Whether its sender has no use for what its run returns. */
  readonly ignoreResult?: boolean;
  /** How long a run of it may take, where that is not what its task says. */
  readonly timeLimit?: TimeLimits;
  /**
   * How many deliveries of it ended without an outcome before this copy was made; SQS's receive count adds to
   * it.
   */
  readonly crashes: number;
  /** How many tasks have sent each other on before it. */
  readonly hops: number;
  readonly sentAt: number;
  readonly expiresAt?: number;
  /**
   * When it entered its queue, where copies before this one did: what the queue's `expires` counts from.
   */
  readonly enteredAt?: number;
  /** Whether it may be sent again under its id and is therefore always claimed before it runs. */
  readonly claim: boolean;
  /** The message group on an ordered queue; on a fair one, of a message whose input lies in the bucket. */
  readonly group?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly history: readonly HistoryEntry[];
  readonly dead?: Death;
}

/** The defaults of an envelope's members; a member that equals its default does not travel. */
const DEFAULTS = {
  generation: 0,
  attempt: 0,
  deferrals: 0,
  crashes: 0,
  hops: 0,
  claim: false,
  headers: {},
  history: [],
} as const;

export type Parsed =
  | { readonly kind: 'message'; readonly message: Message }
  /**
   * One of ours from a newer version: its stable members can be read and written, the rest is left as it is.
   */
  | { readonly kind: 'newer'; readonly version: number; readonly body: Readonly<Record<string, unknown>> }
  /** Not ours; `damaged`: it says that it is, and cannot be read. */
  | { readonly kind: 'foreign'; readonly why: string; readonly damaged: boolean };

/**
 * Writes an envelope; history and stacks are trimmed until it fits into `bytesMax`. Returns undefined when
 * the input alone is too large.
 */
export function encodeMessage(message: Message, bytesMax = MESSAGE_BYTES_MAX): string | undefined {
  for (const slimmer of [(whole: Message) => whole, withoutStacks, withoutHistory]) {
    const body = toBody(compact(slimmer(message)));
    if (sizeBytes(body) <= bytesMax) return body;
  }
  return undefined;
}

/** JSON that SQS takes: it refuses two characters, and the whole call, that JSON leaves as they are. */
export function toBody(envelope: object): string {
  return JSON.stringify(envelope).replace(/[\ufffe\uffff]/g, (character) =>
    character === '\ufffe' ? '\\ufffe' : '\\uffff',
  );
}

/** Reads a body that came from a queue. */
export function parseMessage(body: string): Parsed {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return { kind: 'foreign', why: 'the body is not JSON', damaged: false };
  }
  parsed = unwrapped(parsed);
  if (!isRecord(parsed) || typeof parsed.celeriac !== 'number') {
    return { kind: 'foreign', why: "the body is not an envelope (no member 'celeriac')", damaged: false };
  }
  if (parsed.celeriac > ENVELOPE_VERSION) return { kind: 'newer', version: parsed.celeriac, body: parsed };
  const why = complaint(parsed);
  if (why !== undefined) return { kind: 'foreign', why, damaged: true };
  return { kind: 'message', message: toMessage(parsed) };
}

/** Runs for every delivery, and member by member it takes a fraction of what a rest and a spread take. */
function toMessage(body: Readonly<Record<string, unknown>>): Message {
  const message: Record<string, unknown> = { ...DEFAULTS, task: '' };
  // A member called `__proto__` would be set as the prototype.
  for (const name in body) if (name !== 'celeriac' && name !== '__proto__') message[name] = body[name];
  // `complaint` has checked every member that has no default, and the type of those that have one.
  return message as unknown as Message;
}

/** The message with one more entry in its history; the oldest entries make room. */
export function withHistory(message: Message, entry: HistoryEntry): Message {
  return { ...message, history: [...message.history, entry].slice(-HISTORY_ENTRIES_MAX) };
}

/** The length of a text in UTF-8 bytes, as services count it. */
export function sizeBytes(text: string): number {
  return Buffer.byteLength(text);
}

/** The envelope: without what equals its default. */
function compact(message: Message): Record<string, unknown> {
  const kept: Record<string, unknown> = { celeriac: ENVELOPE_VERSION };
  for (const [name, value] of Object.entries(message)) {
    if (value === undefined || isDefault(name, value)) continue;
    // Who takes a published message is not known yet.
    if (name === 'task' && value === '' && message.via !== undefined) continue;
    kept[name] = value;
  }
  return kept;
}

function isDefault(name: string, value: unknown): boolean {
  if (name === 'headers') return isRecord(value) && Object.keys(value).length === 0;
  if (name === 'history') return Array.isArray(value) && value.length === 0;
  return name in DEFAULTS && DEFAULTS[name as keyof typeof DEFAULTS] === value; // `in` has just asked.
}

function complaint(body: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof body.id !== 'string' || body.id === '') return "the envelope's id is missing";
  if (typeof body.task !== 'string' && !isVia(body.via)) return "the envelope's task is missing";
  if (typeof body.sentAt !== 'number') return "the envelope's sentAt is missing";
  for (const name of [
    'generation',
    'attempt',
    'deferrals',
    'deferredSince',
    'crashes',
    'hops',
    'expiresAt',
    'enteredAt',
    'priority',
  ]) {
    if (body[name] !== undefined && typeof body[name] !== 'number')
      return `the envelope's ${name} is no number`;
  }
  if (body.via !== undefined && !isVia(body.via)) return "the envelope's via cannot be read";
  for (const name of ['replyTo', 'correlationId', 'blob', 'task', 'group']) {
    if (body[name] !== undefined && typeof body[name] !== 'string')
      return `the envelope's ${name} is no text`;
  }
  if (body.workflow !== undefined && !isWorkflowPlace(body.workflow))
    return "the envelope's workflow cannot be read";
  if (body.wait !== undefined && !isWait(body.wait)) return "the envelope's wait cannot be read";
  if (body.timeLimit !== undefined && !isTimeLimits(body.timeLimit))
    return "the envelope's timeLimit cannot be read";
  if (body.headers !== undefined && !isRecord(body.headers)) return "the envelope's headers are no object";
  if (body.history !== undefined && !Array.isArray(body.history)) return "the envelope's history is no list";
  return undefined;
}

/**
 * The envelope within an event of EventBridge. A rule hands on the envelope alone, but what it could not
 * deliver stands in the rule's dead-letter queue as the whole event, and is redriven as such.
 */
function unwrapped(body: unknown): unknown {
  if (!isRecord(body) || typeof body['detail-type'] !== 'string' || !isRecord(body.detail)) return body;
  const { message } = body.detail;
  return isRecord(message) && typeof message.celeriac === 'number' ? message : body;
}

function isWait(value: unknown): boolean {
  return isRecord(value) && typeof value.for === 'string' && typeof value.at === 'number';
}

function isVia(value: unknown): boolean {
  if (!isRecord(value) || typeof value.exchange !== 'string' || typeof value.key !== 'string') return false;
  const { headers, properties, bcc, id } = value;
  return (
    (headers === undefined || isRecord(headers)) &&
    (properties === undefined || isRecord(properties)) &&
    (bcc === undefined || Array.isArray(bcc)) &&
    (id === undefined || typeof id === 'string')
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
