/**
 * What is secret of one message under way, so that no log line, error or trace of it shows that. Values are
 * learnt where they are met (the message, its fetched and its parsed input), and hidden wherever a text
 * leaves the run: log lines by a log of the delivery's own, errors before they are cut, recorded, replied or
 * dead-lettered. The alternative, hiding in each place that logs, would be forgotten in the next one.
 */
import { type Json, jsonProblem } from '../core/json.ts';
import type { Message } from '../core/message.ts';
import { createHider, REDACTED, redactJson } from '../core/redact.ts';
import { hasSecrets, redactedInput, secretsOf } from '../define/redact.ts';
import type { AnyTask } from '../define/task.ts';
import { CeleriacError, fromWireError, SendError, toWireError, type WireError } from '../errors.ts';
import type { Connection } from './client.ts';
import type { Log, LogLine } from './ports.ts';

/** Set by the bundler to `false` for an app that names no secrets. */
declare const CELERIAC_REDACT: boolean | undefined;

/** The secrets of one message. */
export interface Secrets {
  add(texts: Iterable<string>): void;
  hide(text: string): string;
  isEmpty(): boolean;
}

/** A connection for one message: what it logs hides what is learnt. */
export function guarding(connection: Connection): Connection {
  return typeof CELERIAC_REDACT === 'undefined' || CELERIAC_REDACT ? guarded(connection) : connection;
}

/** Learns what is secret in a message as it came. */
export function learnMessage(
  { app, secrets }: Connection,
  task: AnyTask | undefined,
  message: Message,
): void {
  if (typeof CELERIAC_REDACT === 'undefined' || CELERIAC_REDACT)
    // A task that was found by an older name, or for a consumer, is not the one that the message names.
    secrets?.add(secretsOf(app, task === undefined ? message : { ...message, task: task.name }));
}

/** Learns what is secret in an input that was fetched or parsed. */
export function learnInput({ secrets }: Connection, { redact }: AnyTask, input: unknown): void {
  if (typeof CELERIAC_REDACT === 'undefined' || CELERIAC_REDACT) {
    if (redact !== undefined && isJson(input)) secrets?.add(redactJson(input, redact).secrets);
  }
}

/** An error as it travels, without secrets. */
export function wireOf({ secrets }: Pick<Connection, 'secrets'>, thrown: unknown, stackMax = 0): WireError {
  return typeof CELERIAC_REDACT === 'undefined' || CELERIAC_REDACT
    ? toWireError(thrown, stackMax, 0, secrets?.hide)
    : toWireError(thrown, stackMax);
}

/** What was thrown, as whoever watches from outside may see it. */
export function shownError({ secrets }: Connection, thrown: unknown): unknown {
  return (typeof CELERIAC_REDACT === 'undefined' || CELERIAC_REDACT) && secrets?.isEmpty() === false
    ? fromWireError(toWireError(thrown, undefined, 0, secrets.hide))
    : thrown;
}

/**
 * The refusal of a call or message, which quotes what was given, without the secrets of whoever may take it:
 * one task, or all where it is published.
 */
export function refusal(takers: readonly AnyTask[], input: unknown, thrown: unknown): unknown {
  return typeof CELERIAC_REDACT === 'undefined' || CELERIAC_REDACT ? refused(takers, input, thrown) : thrown;
}

function guarded(connection: Connection): Connection {
  // As in a bundle, which is made without this for an app that names no secrets.
  if (!hasSecrets(connection.app)) return connection;
  const secrets = createSecrets();
  const { log } = connection.ports;
  return { ...connection, secrets, ports: { ...connection.ports, log: hidingLog(log, secrets) } };
}

function refused(takers: readonly AnyTask[], input: unknown, thrown: unknown): unknown {
  if (takers.every(({ redact }) => redact === undefined) || !isSendError(thrown)) return thrown;
  const secrets = createSecrets();
  // What is no JSON has no paths by which its secrets could be found: nothing of it is shown.
  const shown = isJson(input) ? redactedInput({ tasks: takers }, { task: '' }, input) : undefined;
  secrets.add(shown?.secrets ?? []);
  const { code, message, value, allowed } = thrown;
  const given = value === input && value !== undefined ? (shown?.value ?? REDACTED) : value;
  return new SendError(code, secrets.hide(message), {
    ...(value === undefined ? {} : { value: hidden(given, secrets.hide) }),
    ...(allowed === undefined ? {} : { allowed }),
  });
}

function createSecrets(): Secrets {
  const known = new Set<string>();
  let hider: ((text: string) => string) | undefined;
  return {
    isEmpty: () => known.size === 0,
    add(texts) {
      for (const text of texts) known.add(text);
      hider = undefined;
    },
    hide(text) {
      if (known.size === 0) return text;
      hider ??= createHider(known);
      return hider(text);
    },
  };
}

function hidingLog(log: Log, secrets: Secrets): Log {
  return (line) => log(secrets.isEmpty() ? line : hiddenLine(line, secrets.hide));
}

function hiddenLine({ level, message, ...details }: LogLine, hide: (text: string) => string): LogLine {
  const shown = Object.entries(details).map(([name, value]) => [hide(name), hidden(value, hide)]);
  return { ...Object.fromEntries(shown), level, message: hide(message) };
}

/** Deeper than any log line is read. */
const DEPTH_MAX = 12;

/** A detail of a log line as JSON writes it, without secrets. */
function hidden(value: unknown, hide: (text: string) => string, depth = 0): unknown {
  if (typeof value === 'string') return hide(value);
  if (typeof value === 'number' || typeof value === 'bigint')
    return hide(String(value)) === REDACTED ? REDACTED : value;
  if (typeof value !== 'object' || value === null) return value;
  // A circle is cut here, too.
  if (depth >= DEPTH_MAX) return '…';
  try {
    if (value instanceof Error) return toWireError(value, undefined, 0, hide);
    if (value instanceof Map || value instanceof Set) return hidden([...value], hide, depth + 1);
    if (Array.isArray(value)) return value.map((item) => hidden(item, hide, depth + 1));
    if ('toJSON' in value && typeof value.toJSON === 'function')
      return hidden(value.toJSON(), hide, depth + 1);
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [hide(name), hidden(member, hide, depth + 1)]),
    );
  } catch {
    // A getter that throws: a task must not fail for what it logs.
    return '…';
  }
}

function isJson(value: unknown): value is Json {
  return value !== undefined && jsonProblem(value) === undefined;
}

function isSendError(thrown: unknown): thrown is SendError {
  return thrown instanceof CeleriacError && thrown.name === 'SendError';
}
