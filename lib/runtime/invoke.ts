/** One attempt: the handler with its context. */
import { toMilliseconds } from '../core/duration.ts';
import type { Message } from '../core/message.ts';
import type { Consumer } from '../define/consumer.ts';
import type { Context, TaskLog } from '../define/context.ts';
import type { AnySignature } from '../define/signature.ts';
import type { AnyTask } from '../define/task.ts';
import { CeleriacError, type WireError } from '../errors.ts';
import { createAdder } from './added.ts';
import { type Connection, createSender, settled } from './client.ts';
import { toConsumed } from './consumer-run.ts';
import { runEach } from './each.ts';
import type { Pass } from './gated.ts';
import type { Delivery, Lease } from './outcome.ts';
import type { LogLine } from './ports.ts';
import { createProgress } from './progress.ts';
import { Replacement } from './replacement.ts';
import { shownError, wireOf } from './secrets.ts';
import { createWatch, type Watch } from './watch.ts';
import { keepTrace } from './watched-send.ts';

/** Set by the bundler to `false` for an app of tasks alone. */
declare const CELERIAC_MESSAGING: boolean | undefined;
declare const CELERIAC_STATE: boolean | undefined;
declare const CELERIAC_TELEMETRY: boolean | undefined;
declare const CELERIAC_WORKFLOWS: boolean | undefined;

export type Ran =
  | { readonly kind: 'returned'; readonly value: unknown }
  | { readonly kind: 'threw'; readonly thrown: unknown }
  /** It was told to stop by a revoke, and did. */
  | { readonly kind: 'revoked' };

export interface Invocation {
  readonly connection: Connection;
  readonly task: AnyTask;
  readonly message: Message;
  readonly lease: Pick<Lease, 'queue' | 'batch' | 'signal'>;
  readonly delivery: Delivery;
  /** Where it is no task that runs. */
  readonly consumer?: Consumer | undefined;
  /** The claim, and what else the run holds. */
  readonly owner?: string | undefined;
  readonly pass?: Pass | undefined;
}

/** Runs the handler once; whatever it throws is a value here. */
export async function invoke(invocation: Invocation, input: unknown, attempt: number): Promise<Ran> {
  const { connection, task } = invocation;
  const startedAt = connection.ports.clock.now();
  // The sends of this attempt alone: others of the same process may take longer.
  const sends = new Set<Promise<unknown>>();
  const watch = createWatch(invocation);
  invocation.lease.batch.watcher?.begins({
    ...{ id: invocation.message.id, attempt, owner: invocation.owner, hardMs: watch.hardMs },
  });
  const context = toContext({ ...invocation, connection: { ...connection, sends } }, attempt, watch);
  const work = async (): Promise<Ran> => {
    const ended = await guarded(invocation, taken(invocation, input, attempt), context, watch);
    // A send that the handler did not wait for would stay behind in a frozen environment.
    await settled(sends);
    return ended;
  };
  const ran = await connection.ports.clock.run(task.name, () => observed(invocation, attempt, work));
  watch.stop();
  const durationMs = connection.ports.clock.now() - startedAt;
  const line = { task: task.name, id: invocation.message.id, attempt, durationMs };
  if (ran.kind === 'returned') connection.ports.log({ level: 'info', message: 'ran', ...line });
  else if (ran.kind === 'revoked') connection.ports.log({ level: 'warn', message: 'terminated', ...line });
  else
    connection.ports.log({
      level: 'warn',
      message: 'threw',
      ...line,
      error: toText(wireOf(connection, ran.thrown)),
    });
  return ran;
}

/** A task takes the input as its schema has parsed it, a consumer the delivery around it. */
function taken({ consumer, message, delivery, lease }: Invocation, body: unknown, attempt: number): unknown {
  return (typeof CELERIAC_MESSAGING === 'undefined' || CELERIAC_MESSAGING) && consumer !== undefined
    ? toConsumed({ message, delivery, body }, lease.queue, attempt)
    : body;
}

async function guarded(invocation: Invocation, input: unknown, context: Context, watch: Watch): Promise<Ran> {
  let isLeft = true;
  try {
    // The schema has parsed the input into what this handler takes; without a schema the caller's types vouch
    // for it.
    const running = (async () => {
      try {
        return isMapped(invocation, input)
          ? await runEach(invocation, input, context)
          : // As above.
            await invocation.task.run?.(input as never, context);
      } finally {
        isLeft = false;
      }
    })();
    // A handler that outlasts its hard limit is left behind: nothing here can end it.
    const value = await (watch.overtime === undefined ? running : Promise.race([running, watch.overtime]));
    return { kind: 'returned', value };
  } catch (thrown) {
    return watch.isRevoked() ? { kind: 'revoked' } : { kind: 'threw', thrown };
  } finally {
    invocation.lease.batch.watcher?.ends(isLeft);
  }
}

/** Whether the handler runs for each of a list, as a workflow has asked. */
function isMapped({ message }: Invocation, input: unknown): input is readonly unknown[] {
  return (
    (typeof CELERIAC_WORKFLOWS === 'undefined' || CELERIAC_WORKFLOWS) &&
    message.workflow?.each === true &&
    Array.isArray(input)
  );
}

/** The attempt as telemetry sees it: a throw is one there, and a value again here. */
async function observed(
  { connection, message, task, lease }: Invocation,
  attempt: number,
  work: () => Promise<Ran>,
): Promise<Ran> {
  if (!(typeof CELERIAC_TELEMETRY === 'undefined' || CELERIAC_TELEMETRY)) return work();
  const around = connection.app.telemetry.flatMap((one) => one.run ?? []);
  if (around.length === 0) return work();
  const about = {
    task: task.name,
    id: message.id,
    queue: lease.queue.name,
    attempt,
    headers: message.headers,
  };
  let ran: Ran | undefined;
  const step = async (index: number, headers?: Message['headers']): Promise<void> => {
    const next = around[index];
    if (next !== undefined) return next(about, (more) => step(index + 1, { ...headers, ...more }));
    keepTrace(message, headers);
    ran = await work();
    if (ran.kind === 'threw') throw shownError(connection, ran.thrown);
  };
  await step(0).catch(() => {});
  // Telemetry that fails before it begins the run must not keep it from being made.
  return ran ?? work();
}

/**
 * Every attempt has one, so it is put together member by member: of spreads Node makes objects ten times as
 * slowly. The signal is made for those who ask for it.
 */
function toContext(invocation: Invocation, attempt: number, watch: Watch): Context {
  const { connection, message, lease, task } = invocation;
  const { clock, log } = connection.ports;
  const sender = createSender(connection, message.hops + 1);
  return {
    send: sender.send,
    newId: sender.newId,
    publish: sender.publish,
    publishMany: sender.publishMany,
    call: sender.call,
    sendMany: sender.sendMany,
    result: sender.result,
    id: message.id,
    attempt,
    headers: message.headers,
    get signal() {
      return watch.signal;
    },
    progress: typeof CELERIAC_STATE === 'undefined' || CELERIAC_STATE ? createProgress(invocation) : () => {},
    replace: typeof CELERIAC_WORKFLOWS === 'undefined' || CELERIAC_WORKFLOWS ? replace : unplanned,
    addToChord:
      typeof CELERIAC_WORKFLOWS === 'undefined' || CELERIAC_WORKFLOWS ? createAdder(invocation) : unplanned,
    deadline: new Date(lease.batch.deadline),
    log: toTaskLog(log, { task: task.name, id: message.id, attempt }),
    now: () => new Date(clock.now()),
    sleep: (duration) => clock.sleep(toMilliseconds(duration), watch.signal),
  };
}

function replace(signature: AnySignature): never {
  throw new Replacement(signature);
}

function unplanned(): never {
  const text =
    'this worker carries no workflows on: no task of its own queue keeps a result, or its app has ' +
    'workflows: false';
  throw new CeleriacError('NO_WORKFLOWS', text);
}

function toTaskLog(log: (line: LogLine) => void, about: Readonly<Record<string, unknown>>): TaskLog {
  const write =
    (level: LogLine['level']) =>
    (message: string, details: Readonly<Record<string, unknown>> = {}): void =>
      log({ ...details, ...about, level, message });
  return { info: write('info'), warn: write('warn'), error: write('error') };
}

function toText({ name, message }: WireError): string {
  return `${name}: ${message}`;
}
