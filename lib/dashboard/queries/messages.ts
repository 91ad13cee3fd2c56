/** Messages as they are shown: read as envelopes where they are ones, without their secrets. */

import { type HistoryEntry, type Message, parseMessage } from '../../core/message.ts';
import { redactHeaders, redactText } from '../../core/redact.ts';
import type { LookedAt } from '../../runtime/desk-ports.ts';
import { type DeskContext, redactInput, taskNamed } from '../context.ts';
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

/** A body that is no envelope is shown as it is: nobody knows what is secret in it. */
function toBody(
  context: DeskContext,
  body: string,
  message: Message | undefined,
): { readonly body: string; readonly secrets: readonly string[] } {
  if (message === undefined) return { body, secrets: [] };
  const { input, headers, via } = message;
  const shown = input === undefined ? undefined : redactInput(taskNamed(context.app, message.task), input);
  const names = context.app.redactHeaders;
  const redacted = {
    ...message,
    ...(shown === undefined ? {} : { input: shown.value }),
    headers: redactHeaders(headers, names),
    ...(via?.headers === undefined ? {} : { via: { ...via, headers: redactHeaders(via.headers, names) } }),
  };
  const secrets = shown?.secrets ?? [];
  return { body: redactText(JSON.stringify(redacted), secrets), secrets };
}
