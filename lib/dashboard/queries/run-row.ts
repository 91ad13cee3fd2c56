/** From a record to what a list and a detail show of it, without its secrets. */

import type { Json } from '../../core/json.ts';
import { type Message, parseMessage } from '../../core/message.ts';
import { redactHeaders, redactText } from '../../core/redact.ts';
import { redactedInput, secretsOf } from '../../define/redact.ts';
import type { WireError } from '../../errors.ts';
import type { IndexedRun, RunDetails } from '../../runtime/desk-ports.ts';
import { type DeskContext, redactWritten, taskNamed } from '../context.ts';
import type { AttemptRow, RunError, RunRow } from '../row.ts';
import type { Searched } from '../search.ts';

/** A row of a list; `record` where it has been read. */
export function toRow(context: DeskContext, row: IndexedRun, record: RunDetails | undefined): RunRow {
  const { id, task, queue, state, sentAt, startedAt, endedAt, retries } = row;
  const error =
    record?.error === undefined ? undefined : toError(record.error, secretsOfRun(context, record));
  const report = progressOf(context, record);
  return {
    id,
    // A workflow's own record has none.
    task: task === '' ? 'workflow' : task,
    queue,
    state,
    sentAt,
    retries,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(startedAt === undefined || endedAt === undefined || endedAt < startedAt
      ? {}
      : { runtime: endedAt - startedAt }),
    ...(error === undefined ? {} : { error: firstLine(error) }),
    ...(report?.value === undefined ? {} : { progress: report.value }),
    ...(report?.state === undefined ? {} : { customState: report.state }),
  };
}

/** What a search looks at: what is shown, and nothing that is hidden. */
export function toSearched(
  context: DeskContext,
  { id, task, queue, state }: IndexedRun,
  record: RunDetails | undefined,
): Searched {
  const listed = { id, name: task, queue, state };
  if (record === undefined) return listed;
  const shown = toShown(context, record);
  const { input, result, error } = shown;
  return {
    ...listed,
    ...(input === undefined ? {} : { input }),
    ...(result === undefined ? {} : { result }),
    ...(error === undefined ? {} : { error: `${error.name}: ${error.message}` }),
  };
}

export interface Shown {
  readonly input?: string;
  readonly result?: string;
  readonly error?: RunError;
  readonly headers?: Readonly<Record<string, Json>>;
  readonly attempts: readonly AttemptRow[];
}

/** Everything of a record that may hold a secret, without it. */
export function toShown(context: DeskContext, record: RunDetails): Shown {
  const task = taskNamed(context.app, record.task);
  const message = letterOf(record);
  const input = message?.input === undefined ? undefined : redactedInput(context.app, message, message.input);
  const secrets = message === undefined ? [] : secretsOf(context.app, message);
  const headers = message === undefined ? {} : { ...message.via?.headers, ...message.headers };
  const error = record.error === undefined ? undefined : toError(record.error, secrets);
  return {
    ...(input === undefined ? {} : { input: redactText(JSON.stringify(input.value), secrets) }),
    ...(record.result === undefined ? {} : { result: redactWritten(task, record.result, secrets) }),
    ...(error === undefined ? {} : { error }),
    ...(Object.keys(headers).length === 0
      ? {}
      : { headers: redactHeaders<Json>(headers, context.app.redactHeaders) }),
    attempts: attemptsOf(record, error),
  };
}

/** The message of a failed run, which its record keeps. */
export function letterOf(record: Pick<RunDetails, 'letter'>): Message | undefined {
  const parsed = record.letter === undefined ? undefined : parseMessage(record.letter);
  return parsed?.kind === 'message' ? parsed.message : undefined;
}

/** An error as it is shown. */
export function toError({ name, message, code, stack }: WireError, secrets: readonly string[]): RunError {
  return {
    name,
    message: redactText(message, secrets),
    ...(code === name ? {} : { code }),
    ...(stack === undefined ? {} : { stack: redactText(stack, secrets) }),
  };
}

/** What is secret of a run whose record has its message; of others it was taken out of what is kept. */
export function secretsOfRun({ app }: DeskContext, record: RunDetails): readonly string[] {
  const message = letterOf(record);
  return message === undefined ? [] : secretsOf(app, message);
}

function firstLine({ name, message }: RunError): string {
  return `${name}: ${message}`.split('\n', 1)[0] ?? name;
}

function progressOf(
  { app }: DeskContext,
  record: RunDetails | undefined,
): { readonly value?: Json; readonly state?: string } | undefined {
  if (record?.progress === undefined) return undefined;
  const { value, state }: { readonly value?: Json; readonly state?: string } = JSON.parse(record.progress);
  const shown = value === undefined ? {} : { value: redactedInput(app, record, value).value };
  return { ...shown, ...(state === undefined ? {} : { state }) };
}

/** The attempts that a record tells of: the one that runs or was the last. */
function attemptsOf(record: RunDetails, error: RunError | undefined): readonly AttemptRow[] {
  const { startedAt, endedAt, state, attempts, retries } = record;
  if (startedAt === undefined && endedAt === undefined) return [];
  const attempt = attempts ?? (state === 'RETRY' ? retries : retries + 1);
  const last: AttemptRow = {
    attempt,
    at: startedAt ?? endedAt ?? record.sentAt,
    outcome: state,
    ...(error === undefined ? {} : { error }),
  };
  return [last];
}
