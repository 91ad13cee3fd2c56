/** Actions on tasks and their runs: all of them are the client's, which is asked by names and ids here. */
import { fromMilliseconds, isDuration } from '../../core/duration.ts';
import { sentAtOf } from '../../core/id.ts';
import type { Json } from '../../core/json.ts';
import { fromJsonHeaders } from '../../core/routing/header-codec.ts';
import type { Publish } from '../../define/client.ts';
import { hasSecrets } from '../../define/redact.ts';
import type { SendOptions, TaskSignature } from '../../define/signature.ts';
import type { AnyTask } from '../../define/task.ts';
import { CeleriacError, TimeoutError } from '../../errors.ts';
import { type DeskContext, findTask, found, redactWritten } from '../context.ts';
import { letterOf } from '../queries/run-row.ts';
import type { RouteAnswer } from '../row.ts';
import { whereTo } from '../where.ts';
import { withHidden, withoutHidden } from './edited.ts';
import { findTaskOfRun, notKept, taskOfRun } from './task-of-run.ts';

/** How often a run without a record is looked for. */
const LOOK_MS = 500;

export async function send(
  context: DeskContext,
  name: string,
  input: string,
  options: Readonly<Record<string, Json>> = {},
): Promise<{ readonly id: string }> {
  const { id } = await context.ports.client.send(toSignature(findTask(context, name), input, options));
  return { id };
}

export async function call(
  context: DeskContext,
  name: string,
  input: string,
  timeoutMs: number,
): Promise<{ readonly result: string }> {
  const task = findTask(context, name);
  const value = await context.ports.client.call(toSignature(task, input, {}), { timeout: `${timeoutMs}ms` });
  return { result: redactWritten(task, toText(value), []) };
}

/** Publishes to an exchange; '' is the default exchange, whose keys are the names of queues. */
export async function publish(
  context: DeskContext,
  exchangeName: string,
  key: string,
  body: string,
  headers: Readonly<Record<string, Json>>,
): Promise<{ readonly messageId: string; readonly route: RouteAnswer }> {
  const { app, ports } = context;
  const message = parseJson(body, 'body', hasSecrets(app));
  const options = { headers: fromJsonHeaders(headers) };
  if (exchangeName === '') {
    const queue = found(
      app.queues.find(({ name }) => name === key),
      'queue',
      key,
    );
    const { messageId } = await ports.client.publish(queue, message, options);
    const because = 'the default exchange brings it there by its name';
    return { messageId, route: { routed: true, to: [{ kind: 'queue', name: key, queue: key, because }] } };
  }
  const exchange = found(
    app.exchanges.find(({ name }) => name === exchangeName),
    'exchange',
    exchangeName,
    () => app.exchanges.map(({ name }) => name),
  );
  // The exchange's own schemas check the message; what they are only the user's types know.
  const publishAny = ports.client.publish as (...given: readonly unknown[]) => ReturnType<Publish>;
  const { messageId } = await publishAny(exchange, exchange.key(key), message, options);
  return { messageId, route: whereTo(app, exchangeName, key, options.headers) };
}

/** `taskName` is for a run without a record: one that has not started, on AWS. */
export async function revoke(
  context: DeskContext,
  id: string,
  terminate: boolean,
  taskName: string | undefined,
): Promise<{ readonly outcome: string }> {
  const task = taskName === undefined ? await taskOfRun(context, id, REVOKE) : findTask(context, taskName);
  return { outcome: await context.ports.client.result(task, id).revoke({ terminate }) };
}

export async function retry(
  context: DeskContext,
  id: string,
  input: string | undefined,
): Promise<{ readonly id: string }> {
  const task = await taskOfRun(context, id, RETRY);
  const { client, index } = context.ports;
  const edited = input === undefined ? undefined : parseJson(input, 'input', task.redact !== undefined);
  if (edited === undefined) {
    await client.retry(task, id, input === undefined ? {} : { input: edited });
    return { id };
  }
  const record = (await index?.rows([id]))?.get(id);
  // Without its message nobody knows what was hidden; a task's word for it is refused all the same.
  const message = (record && letterOf(record)) ?? { task: task.name, headers: {} };
  const isPlain = !('input' in message) && task.redact === undefined;
  const whole = isPlain ? edited : withHidden(context, message, edited);
  await client.retry(task, id, { input: whole }).catch((thrown) => {
    throw withoutHidden(context, message, thrown);
  });
  return { id };
}

export async function forget(context: DeskContext, id: string): Promise<void> {
  await context.ports.client.result(await taskOfRun(context, id, FORGET), id).forget();
}

/** What can be done about a run without a record. */
const REVOKE =
  'name its task too and it will not start (`task`, or --task); a task with result: false needs ' +
  "'revocable: true' for that";
const RETRY =
  'only what has a record is run once more: leave out result: false in its task; what was given up is ' +
  'redriven from the dead letters';
const FORGET = 'nothing is kept of it that could be forgotten, but its message while that waits';
const RESULT = 'a result is kept of tasks without result: false, from their end on';

/**
 * Waits for a run's result; one that has no record yet is looked for as long.
 * @throws TimeoutError RESULT_TIMEOUT, also when it has no record by then; CeleriacError RUN_NOT_KEPT in an
 * app without records
 */
export async function result(
  context: DeskContext,
  id: string,
  timeoutMs: number,
): Promise<{ readonly result: string }> {
  const { clock, client } = context.ports;
  const until = clock.now() + timeoutMs;
  let task = await findTaskOfRun(context, id);
  const mayCome =
    context.ports.index !== undefined &&
    sentAtOf({ app: context.app.name, stage: context.stage }, id) !== undefined;
  while (task === undefined && mayCome && clock.now() < until) {
    await clock.sleep(Math.min(LOOK_MS, until - clock.now()));
    task = await findTaskOfRun(context, id);
  }
  const known = task ?? notKept(context, id, RESULT, mayCome ? timeoutMs : undefined);
  const left = Math.max(1, until - clock.now());
  const value = await client
    .result(known, id)
    .get({ timeout: `${left}ms` })
    .catch((error: unknown) => {
      throw isLate(error) ? late(known, id, timeoutMs) : error;
    });
  return { result: redactWritten(known, toText(value), []) };
}

function isLate(error: unknown): boolean {
  return error instanceof CeleriacError && error.code === 'RESULT_TIMEOUT';
}

/** All of the time was waited, not only what was left of it when the run had a record. */
function late({ name }: AnyTask, id: string, timeoutMs: number): TimeoutError {
  const waited = fromMilliseconds(timeoutMs);
  const text = `run '${id}' of task '${name}' has no result after '${waited}'; it goes on, ask again`;
  return new TimeoutError('RESULT_TIMEOUT', text, { value: waited });
}

/** The call of a task that is known by name only. */
export function toSignature(
  task: AnyTask,
  input: string,
  options: Readonly<Record<string, Json>>,
): TaskSignature {
  // The task's schema checks the input when it is sent; its type is not known here.
  const describe = task as unknown as (input: unknown, options: SendOptions) => TaskSignature;
  return describe(parseJson(input, 'input', task.redact !== undefined), readOptions(options));
}

type OptionName = keyof SendOptions;

const OPTIONS: Readonly<Record<OptionName, (value: Json) => unknown>> = {
  delay: (value) => (isDurationText(value) ? value : undefined),
  expires: (value) => (isDurationText(value) ? value : undefined),
  at: (value) => toDate(value),
  group: (value) => (typeof value === 'string' ? value : undefined),
  force: (value) => (typeof value === 'boolean' ? value : undefined),
  ignoreResult: (value) => (typeof value === 'boolean' ? value : undefined),
  priority: (value) => (typeof value === 'number' ? value : undefined),
  headers: (value) => (isTexts(value) ? value : undefined),
  timeLimit: (value) => (isTimeLimit(value) ? value : undefined),
};

/** @throws CeleriacError INVALID_OPTION */
function readOptions(given: Readonly<Record<string, Json>>): SendOptions {
  const entries = Object.entries(given).map(([name, value]) => {
    const read = Object.hasOwn(OPTIONS, name) ? OPTIONS[name as OptionName](value) : undefined; // It has it.
    if (read !== undefined) return [name, read] as const;
    const allowed = Object.keys(OPTIONS).join(', ');
    const text = `options.${name} is ${JSON.stringify(value)}; there are ${allowed}, as in a task's call`;
    throw new CeleriacError('INVALID_OPTION', text, { value, allowed });
  });
  // Each has been read as the type that its name has.
  return Object.fromEntries(entries) as SendOptions;
}

function isDurationText(value: Json): boolean {
  return typeof value === 'string' && isDuration(value);
}

function isTimeLimit(value: Json): boolean {
  return isTexts(value) && Object.entries(value ?? {}).every(([, text]) => isDurationText(text ?? null));
}

/** Milliseconds since 1970, or ISO 8601. */
function toDate(value: Json): Date | undefined {
  const date =
    typeof value === 'number' || typeof value === 'string' ? new Date(value) : new Date(Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function isTexts(value: Json): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((one) => typeof one === 'string')
  );
}

/** 'null' stands for no input at all: JSON has no other word for it. */
export function parseJson(text: string, name: string, isSecret: boolean): Json | undefined {
  try {
    return JSON.parse(text) ?? undefined;
  } catch (cause) {
    // What is secret in a text that cannot be read nobody can say, and the parser's own error quotes it.
    throw new CeleriacError('INVALID_INPUT', `${name} is no JSON`, isSecret ? {} : { value: text, cause });
  }
}

function toText(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}
