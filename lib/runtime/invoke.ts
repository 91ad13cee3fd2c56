/** One attempt: the handler with its context. */
import { toMilliseconds } from '../core/duration.ts';
import type { Message } from '../core/message.ts';
import type { Consumer } from '../define/consumer.ts';
import type { Context, TaskLog } from '../define/context.ts';
import type { AnyTask } from '../define/task.ts';
import { toWireError, type WireError } from '../errors.ts';
import { type Connection, createSender, settled } from './client.ts';
import { toConsumed } from './consumer-run.ts';
import type { Delivery, Lease } from './outcome.ts';
import type { LogLine } from './ports.ts';

export type Ran =
  | { readonly kind: 'returned'; readonly value: unknown }
  | { readonly kind: 'threw'; readonly thrown: unknown };

export interface Invocation {
  readonly connection: Connection;
  readonly task: AnyTask;
  readonly message: Message;
  readonly lease: Pick<Lease, 'queue' | 'batch' | 'signal'>;
  readonly delivery: Delivery;
  /** Where it is no task that runs. */
  readonly consumer?: Consumer | undefined;
}

/** Runs the handler once; whatever it throws is a value here. */
export async function invoke(invocation: Invocation, input: unknown, attempt: number): Promise<Ran> {
  const { connection, task } = invocation;
  const startedAt = connection.ports.clock.now();
  // The sends of this attempt alone: others of the same process may take longer.
  const sends = new Set<Promise<unknown>>();
  const context = toContext({ ...invocation, connection: { ...connection, sends } }, attempt);
  const ran = await connection.ports.clock.run(task.name, async () => {
    const ended = await guarded(invocation, taken(invocation, input, attempt), context);
    // A send that the handler did not wait for would stay behind in a frozen environment.
    await settled(sends);
    return ended;
  });
  const durationMs = connection.ports.clock.now() - startedAt;
  const line = { task: task.name, id: invocation.message.id, attempt, durationMs };
  if (ran.kind === 'returned') connection.ports.log({ level: 'info', message: 'ran', ...line });
  else
    connection.ports.log({
      level: 'warn',
      message: 'threw',
      ...line,
      error: toText(toWireError(ran.thrown, 0)),
    });
  return ran;
}

/** A task takes the input as its schema has parsed it, a consumer the delivery around it. */
function taken({ consumer, message, delivery, lease }: Invocation, body: unknown, attempt: number): unknown {
  return consumer === undefined ? body : toConsumed({ message, delivery, body }, lease.queue, attempt);
}

async function guarded(invocation: Invocation, input: unknown, context: Context): Promise<Ran> {
  try {
    // The schema has parsed the input into what this handler takes; without a schema the caller's types vouch
    // for it.
    return { kind: 'returned', value: await invocation.task.run?.(input as never, context) };
  } catch (thrown) {
    return { kind: 'threw', thrown };
  }
}

function toContext(invocation: Invocation, attempt: number): Context {
  const { connection, message, lease, task } = invocation;
  const { clock, log } = connection.ports;
  const about = { task: task.name, id: message.id, attempt };
  return {
    ...createSender(connection, message.hops + 1),
    id: message.id,
    attempt,
    headers: message.headers,
    signal: lease.signal,
    deadline: new Date(lease.batch.deadline),
    log: toTaskLog(log, about),
    now: () => new Date(clock.now()),
    sleep: (duration) => clock.sleep(toMilliseconds(duration), lease.signal),
  };
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
