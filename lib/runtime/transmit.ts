/** One send, from the signature to the queue: telemetry around it, its key before it, hooks after it. */
import type { Queue } from '../define/queue.ts';
import type { TaskSignature as Signature } from '../define/signature.ts';
import type { AnyTask } from '../define/task.ts';
import type { Connection } from './client.ts';
import { type ComposeContext, type Composed, compose } from './compose.ts';
import { putOff } from './delayed.ts';
import { tell } from './hooks.ts';
import { countOf, type Reserved, reserveKey, type SendAs } from './once-send.ts';
import { watchedSend } from './watched-send.ts';

/** Set by the bundler to `false` where no task needs it; see serve.ts. */
declare const CELERIAC_LIMITS: boolean | undefined;

/** A run: the one that was sent, or the one that has its key. */
export interface Transmitted {
  readonly task: AnyTask;
  readonly id: string;
  /** It is another call's, which knows nothing of this one's address. */
  readonly isOthers?: true;
}

/** Sends a signature. */
export function transmit(
  shared: Connection,
  options: Pick<ComposeContext, 'hops' | 'address' | 'store'>,
  signature: Signature,
): Promise<Transmitted> {
  if (shared.app.telemetry.length === 0) return pass(shared, options, signature);
  const queue = shared.app.tasks.find(({ name }) => name === signature.task)?.queue.name ?? '';
  return watchedSend(shared.app, { task: signature.task, queue }, (headers) => {
    const all = { ...signature.options, headers: { ...headers, ...signature.options.headers } };
    return pass(shared, options, { ...signature, options: all });
  });
}

async function pass(
  shared: Connection,
  options: Pick<ComposeContext, 'hops' | 'address' | 'store'>,
  signature: Signature,
): Promise<Transmitted> {
  const { app, space, ports } = shared;
  const patient = shared.delays !== undefined;
  const task = app.tasks.find(({ name }) => name === signature.task);
  const now = ports.clock.now();
  const count =
    typeof CELERIAC_LIMITS === 'undefined' || CELERIAC_LIMITS ? countOf(shared, task, now) : undefined;
  const context = { app, space, now, count, chance: ports.chance, patient, ...options };
  const queue = task?.queue;
  if (queue?.ordered !== true) return hand(shared, context, signature);
  const prepare = async (): Promise<Composed> => {
    const composed = await compose(context, signature);
    await shared.room.check([queue], composed.id);
    return composed;
  };
  // In the order of the calls, whatever their schemas wait for; groups go side by side, so they share calls.
  const name = `queue ${queue.name} ${groupOf(queue, signature)}`;
  return shared.turns.take(name, prepare, (composed) => deliver(shared, composed, {}));
}

/** What `compose` will find, or none where it will refuse the signature. */
function groupOf(queue: Queue, { input, options }: Signature): string | undefined {
  try {
    // The queue's function takes the input of its tasks, which only the user's own types know.
    return options.group ?? queue.groupBy?.(input as never);
  } catch {
    return undefined;
  }
}

/** Sends to a queue without order, its key first. */
async function hand(shared: Connection, context: ComposeContext, signature: Signature): Promise<Transmitted> {
  const composed = await compose(context, signature);
  const { task, id } = composed;
  const again: SendAs = async (of, dueAt, staleAt) => {
    // Whether its result is wanted, the first call has said.
    const { delay: _, at: __, ignoreResult: ___, ...options } = signature.options;
    const copy = { ...signature, options: { ...options, at: new Date(dueAt) } };
    await put(shared, await compose({ ...context, again: { id: of, staleAt } }, copy));
  };
  const reserved: Reserved =
    (typeof CELERIAC_LIMITS === 'undefined' || CELERIAC_LIMITS) && task.once !== undefined
      ? await reserveKey(shared, composed, again)
      : {};
  if (reserved.by !== undefined) return { task, id: reserved.by, isOthers: true };
  if (task.queue.maxLength !== undefined)
    await shared.room.check([task.queue], id).catch(async (error) => {
      await reserved.failed?.();
      throw error;
    });
  return deliver(shared, composed, reserved);
}

async function deliver(shared: Connection, composed: Composed, reserved: Reserved): Promise<Transmitted> {
  const { task, id } = composed;
  try {
    await put(shared, composed);
  } catch (error) {
    await reserved.failed?.();
    throw error;
  }
  await reserved.sent?.();
  await tell(shared, 'onSend', composed, {});
  return { task, id };
}

async function put({ outbox, delays }: Connection, composed: Composed): Promise<void> {
  if (composed.dueAt === undefined) await outbox.send(composed.queueName, composed.outgoing);
  else await putOff(delays, composed.dueAt, composed);
}
