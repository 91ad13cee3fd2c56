/**
 * Every error a user can meet, by code. Errors are recognised by `code`, never by instanceof: they cross
 * queues and processes as `{ code, message, cause }` and come back as the same class through `fromWireError`.
 */
import type { ErrorCode } from './codes/catalogue.ts';

export type { ErrorCode } from './codes/catalogue.ts';

/** More of an error: what was given, what is allowed, and the error behind it. */
export interface ErrorDetails {
  readonly value?: unknown;
  readonly allowed?: unknown;
  readonly cause?: unknown;
}

/** What all errors of Celeriac have in common: a code to switch on and a message that says what to do. */
export class CeleriacError extends Error {
  override readonly name: string = 'CeleriacError';
  /** What has happened: docs/errors.md and `celeriac explain` say what each means and what to do. */
  readonly code: ErrorCode;
  readonly value?: unknown;
  readonly allowed?: unknown;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    if ('value' in details) this.value = details.value;
    if ('allowed' in details) this.allowed = details.allowed;
  }
}

/** One thing wrong with an app's definitions. */
export interface Problem {
  readonly code: ErrorCode;
  /** Where, as a path into the app: `queues.payments.visibility`. */
  readonly path: string;
  readonly message: string;
}

/**
 * A definition that cannot work: thrown when it is defined, or by defineApp with all problems of the app at
 * once.
 */
export class DefinitionError extends CeleriacError {
  override readonly name = 'DefinitionError';
  readonly problems: readonly Problem[];

  constructor(
    code: ErrorCode,
    message: string,
    details: ErrorDetails & { readonly problems?: readonly Problem[] } = {},
  ) {
    super(code, message, details);
    this.problems = details.problems ?? [];
  }
}

/** A call that cannot be sent: wrong input, too large, not JSON, a delay that no service can hold. */
export class SendError extends CeleriacError {
  override readonly name = 'SendError';
}

/**
 * A message that a broker's service refused (RabbitMQ's nack): NACKED with the service's code as `value`,
 * QUEUE_FULL for a queue with `maxLength`. It was not delivered anywhere by this publish, or it cannot be
 * known; publishing it again under the same `messageId` is safe.
 */
export class NackError extends CeleriacError {
  override readonly name = 'NackError';
  /** The id the message had, for publishing it again. */
  readonly messageId?: string;

  constructor(
    code: ErrorCode,
    message: string,
    details: ErrorDetails & { readonly messageId?: string } = {},
  ) {
    super(code, message, details);
    if (details.messageId !== undefined) this.messageId = details.messageId;
  }
}

/** What a message was published with, as UnroutableError gives it back (AMQP's basic.return). */
export interface ReturnedMessage {
  readonly exchange: string;
  readonly routingKey: string;
  readonly body: unknown;
}

/** A message published with `mandatory: true` that no queue would have received (AMQP: 312 NO_ROUTE). */
export class UnroutableError extends CeleriacError {
  override readonly name = 'UnroutableError';
  /** The message, given back. */
  readonly returned?: ReturnedMessage;

  constructor(
    code: ErrorCode,
    message: string,
    details: ErrorDetails & { readonly returned?: ReturnedMessage } = {},
  ) {
    super(code, message, details);
    if (details.returned !== undefined) this.returned = details.returned;
  }
}

/**
 * Thrown by a task to be run again after `after`, whatever its retry policy's delay; the attempts still
 * count.
 */
export class RetryError extends CeleriacError {
  override readonly name = 'RetryError';
  /** A duration ('30s'); without it the retry policy's delay holds. */
  readonly after?: string;

  constructor(
    message = 'the task asked to be retried',
    options: { readonly after?: `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`; readonly cause?: unknown } = {},
  ) {
    super('RETRY', message, options.cause === undefined ? {} : { cause: options.cause });
    if (options.after !== undefined) this.after = options.after;
  }
}

/** Thrown by a task to give up at once: the message goes to the dead-letter queue with this reason. */
export class RejectError extends CeleriacError {
  override readonly name = 'RejectError';

  constructor(message = 'the task rejected its message', options: { readonly cause?: unknown } = {}) {
    super('REJECTED', message, options.cause === undefined ? {} : { cause: options.cause });
  }
}

/** A run that ended without a result: what `get` rejects with. `cause` is the task's own error. */
export class TaskError extends CeleriacError {
  override readonly name = 'TaskError';
}

/** A wait that took longer than its timeout; what was waited for goes on. */
export class TimeoutError extends CeleriacError {
  override readonly name = 'TimeoutError';
}

/** A run that took longer than its task's `timeLimit`. */
export class TimeLimitError extends CeleriacError {
  override readonly name = 'TimeLimitError';
}

/** An error as it travels: in a run's record, a dead letter's history, a reply. */
export interface WireError {
  readonly code: string;
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: WireError;
}

const CLASSES = {
  CeleriacError,
  DefinitionError,
  SendError,
  TaskError,
  TimeoutError,
  TimeLimitError,
  NackError,
  UnroutableError,
};
const CAUSES_MAX = 3;

/** What is kept of an error's message and of its names: they travel in messages and stand in records. */
const MESSAGE_LENGTH_MAX = 4_000;
const NAME_LENGTH_MAX = 200;

/**
 * Turns whatever was thrown into data, and never throws itself; the stack is cut to `stackMax` characters (0
 * leaves it out), a message to 4,000. `hide` takes out of each text what must not travel.
 */
export function toWireError(
  thrown: unknown,
  stackMax = 4_000,
  depth = 0,
  hide: (text: string) => string = (text) => text,
): WireError {
  // Hidden before it is cut: of half a secret nobody could tell that it is one.
  const message = hide(read(thrown, 'message')).slice(0, MESSAGE_LENGTH_MAX);
  if (!(thrown instanceof Error)) return { code: 'THROWN' satisfies ErrorCode, name: 'Error', message };
  const name = hide(read(thrown, 'name')).slice(0, NAME_LENGTH_MAX);
  const code = 'code' in thrown && typeof thrown.code === 'string' ? hide(thrown.code) : name;
  const stack = stackMax > 0 ? hide(read(thrown, 'stack')).slice(0, stackMax) : '';
  return {
    code: code.slice(0, NAME_LENGTH_MAX),
    name,
    message,
    ...(stack === '' ? {} : { stack }),
    ...(thrown.cause !== undefined && depth < CAUSES_MAX
      ? { cause: toWireError(thrown.cause, Math.floor(stackMax / 2), depth + 1, hide) }
      : {}),
  };
}

/** A text of an error, whose members may be of any type; of what is no error, all that can be said of it. */
function read(thrown: unknown, name: 'message' | 'name' | 'stack'): string {
  try {
    const value = thrown instanceof Error ? thrown[name] : thrown;
    if (value === undefined && name === 'stack') return '';
    return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  } catch {
    return printed(thrown, name);
  }
}

/** Makes an Error of the same class (ours) or of the same name (the user's) from what travelled. */
export function fromWireError(wire: WireError): Error {
  const cause = wire.cause === undefined ? {} : { cause: fromWireError(wire.cause) };
  const error = rebuilt(wire, cause);
  if (wire.stack !== undefined) error.stack = wire.stack;
  return error;
}

function rebuilt(wire: WireError, cause: { readonly cause?: Error }): Error {
  if (wire.name === 'RetryError') return new RetryError(wire.message, cause);
  if (wire.name === 'RejectError') return new RejectError(wire.message, cause);
  const known = Object.entries(CLASSES).find(([name]) => name === wire.name);
  // Another version may have sent a code that this one does not list: it is compared, and nothing else.
  if (known !== undefined) return new known[1](wire.code as ErrorCode, wire.message, cause);
  const error = new Error(wire.message, cause);
  error.name = wire.name;
  return Object.assign(error, { code: wire.code });
}

/** A cycle, a bigint, a getter or a toJSON that throws. */
function printed(thrown: unknown, name: string): string {
  try {
    return String(thrown);
  } catch {
    return `an error whose ${name} cannot be read`;
  }
}
