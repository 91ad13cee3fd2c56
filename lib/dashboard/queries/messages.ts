/** Messages as they are shown: read as envelopes where they are ones, without their secrets. */

import type { Json } from '../../core/json.ts';
import { type HistoryEntry, type Message, parseMessage } from '../../core/message.ts';
import { redactHeaders, redactText } from '../../core/redact.ts';
import type { App } from '../../define/app.ts';
import { redactedInput, secretsOf } from '../../define/redact.ts';
import type { LookedAt } from '../../runtime/desk-ports.ts';
import type { DeskContext } from '../context.ts';
import type { AttemptRow, DeadLetterRow, MessageRow } from '../row.ts';
import { toError } from './run-row.ts';

/** The body of a message beyond this is cut; who wants all of it has the queue. */
const BODY_LENGTH_MAX = 20_000;

/** What a message is in. */
export interface ShownMessage {
  readonly row: MessageRow;
  readonly message: Message | undefined;
  readonly secrets: readonly string[];
}

export function toMessage(context: DeskContext, taken: LookedAt): ShownMessage {
  const parsed = parseMessage(taken.body);
  const message = parsed.kind === 'message' ? parsed.message : undefined;
  const { body, secrets } = toBody(context, taken.body, message);
  const { messageId, sentAt, receives, group } = taken;
  return {
    message,
    secrets,
    row: {
      messageId,
      receives,
      body: body.slice(0, BODY_LENGTH_MAX),
      sentAt: message?.sentAt ?? sentAt,
      ...(message === undefined ? {} : { id: message.id }),
      ...(message === undefined || message.task === '' ? {} : { task: message.task }),
      ...(group === undefined ? {} : { group }),
    },
  };
}

/** A dead letter of a queue; `queue` is the queue that it came from. */
export function toDeadLetter(context: DeskContext, taken: LookedAt, queue: string): DeadLetterRow {
  const { row, message, secrets } = toMessage(context, taken);
  const dead = message?.dead;
  const error = dead?.error === undefined ? undefined : toError(dead.error, secrets);
  return {
    ...row,
    queue: dead?.queue ?? queue,
    // What SQS has moved by itself says nothing: no worker could even begin with it.
    reason: dead?.reason ?? 'receives-exhausted',
    attempts: (message?.history ?? []).map((entry) => toAttempt(entry, secrets)),
    ...(dead === undefined ? {} : { deadAt: dead.at }),
    ...(error === undefined ? {} : { error }),
  };
}

function toAttempt(
  { at, kind, attempt, reason, error }: HistoryEntry,
  secrets: readonly string[],
): AttemptRow {
  return {
    attempt,
    at,
    outcome: reason ?? kind,
    ...(error === undefined ? {} : { error: toError(error, secrets) }),
  };
}

/** What is secret in a message is hidden in all of it, its history and reason included. */
function toBody(
  context: DeskContext,
  body: string,
  message: Message | undefined,
): { readonly body: string; readonly secrets: readonly string[] } {
  const { app } = context;
  if (message === undefined) {
    const secrets = foreignSecrets(app, body);
    return { body: redactText(body, secrets), secrets };
  }
  const { input, headers, via } = message;
  const names = app.redactHeaders;
  const redacted = {
    ...message,
    ...(input === undefined ? {} : { input: redactedInput(app, message, input).value }),
    headers: redactHeaders(headers, names),
    ...(via?.headers === undefined ? {} : { via: { ...via, headers: redactHeaders(via.headers, names) } }),
  };
  // A dead letter may hold a body that nobody could read.
  const within = message.task === '' && typeof input === 'string' ? foreignSecrets(app, input) : [];
  const secrets = [...secretsOf(app, message), ...within];
  return { body: redactText(JSON.stringify(redacted), secrets), secrets };
}

/**
 * What is secret in a body that is no envelope of this version: one may be damaged or newer, and still say
 * whose input it holds. Of any other body nobody knows what is secret in it.
 */
function foreignSecrets(app: App, body: string): readonly string[] {
  const parsed = fromJson(body);
  if (typeof parsed !== 'object' || parsed === null) return [];
  // Any member may be anything; each is looked at before it is used.
  const { task, input, headers }: { task?: unknown; input?: Json; headers?: unknown } = parsed;
  const texts = typeof headers === 'object' && headers !== null ? headers : {};
  return secretsOf(app, {
    task: typeof task === 'string' ? task : '',
    ...(input === undefined ? {} : { input }),
    // It came as JSON.
    headers: texts as Readonly<Record<string, string>>,
  });
}

function fromJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
