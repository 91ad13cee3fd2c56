/** One batch of a polling worker: it waits for a slot, runs, and is acked. */
import { VISIBILITY_MS_MAX } from '../core/limits.ts';
import type { Held } from './held.ts';
import type { Delivery } from './outcome.ts';
import type { Pause } from './pause.ts';
import type { Clock, Log, Queues } from './ports.ts';
import type { Removals } from './removals.ts';
import type { Slots } from './slots.ts';
import type { Batch } from './worker.ts';
import type { Receiver } from './worker-ports.ts';

/** What runs batches: the worker in this process, or a pool of others. */
export interface Runner {
  /** Resolves to the ids of the deliveries that were not acked. */
  handle(batch: Batch): Promise<readonly string[]>;
  /** Sends deliveries that were not started on as copies, or brings them back where order counts. */
  putOff(queueName: string, deliveries: readonly Delivery[]): Promise<readonly string[]>;
}

export interface PollerPorts {
  readonly clock: Clock;
  readonly chance: () => number;
  readonly queues: Queues;
  readonly receiver: Receiver;
  readonly log: Log;
  /** undefined where nothing can be paused. */
  readonly pause?: Pause | undefined;
}

/** A batch that has a slot. */
export interface RunningBatch {
  readonly queueName: string;
  readonly deliveries: readonly Delivery[];
  readonly since: number;
}

/** A queue's SQS queue: what is held of it, and what of it is to be deleted. */
export interface Level {
  readonly queueName: string;
  /** The higher, the sooner its messages get a slot. */
  readonly rank: number;
  readonly held: Held;
  readonly removals: Removals;
}

/** A batch under way. */
export interface Run {
  readonly level: Level;
  /** Once it has a slot. */
  batch?: RunningBatch;
}

/** What all queues of a poller share. */
export interface Shared {
  readonly slots: Slots;
  readonly stopping: AbortSignal;
}

export interface Around extends Shared {
  /** Told when the batch goes back because it found no slot. */
  readonly shed: () => void;
  readonly running: Map<readonly Delivery[], Run>;
  readonly acked: (count: number) => void;
  readonly receivedAt: number;
}

/** Waits for a slot, runs, and acks; never rejects. */
export async function runBatch(
  ports: PollerPorts,
  runner: Runner,
  level: Level,
  deliveries: readonly Delivery[],
  around: Around,
): Promise<void> {
  const { queueName } = level;
  const { slots, stopping, running } = around;
  const run: Run = { level };
  running.set(deliveries, run);
  const giveBack = await takeSlot(ports, level, around);
  try {
    if (!running.has(deliveries)) return;
    if (giveBack === undefined && !stopping.aborted) around.shed();
    if (giveBack === undefined || stopping.aborted || ports.pause?.has(queueName) === true) {
      ack(level, deliveries, await runner.putOff(queueName, deliveries), around);
      return;
    }
    const batch = { queueName, deliveries, since: ports.clock.now() };
    run.batch = batch;
    const deadline = around.receivedAt + VISIBILITY_MS_MAX - REST_MS;
    const back = await runner.handle({ queueName, deliveries, deadline });
    around.acked(ack(level, deliveries, back, around));
    slots.ran(ports.clock.now() - batch.since);
  } catch (error) {
    // The process or thread that ran it has died. It counts as a crash, as if this worker had died whole.
    ports.log({ level: 'error', message: 'a runner died', queue: queueName, error: String(error) });
    if (running.has(deliveries)) await level.held.handBack(deliveries);
  } finally {
    running.delete(deliveries);
    level.held.drop(deliveries);
    giveBack?.();
  }
}

/**
 * How long a batch waits for a slot, beyond what may wait as long as it takes. A worker asks all its queues
 * at once for what it has room for, and short tasks may be followed by long ones: what was received and does
 * not begin soon is for other workers, or for this one when it has room.
 */
const PATIENCE_MS = 2_000;

/** Resolves to what gives the slot back; undefined: the worker stops, or none was free for too long. */
async function takeSlot(
  { clock }: PollerPorts,
  { rank }: Level,
  { slots, stopping }: Around,
): Promise<(() => void) | undefined> {
  if (!slots.full) return slots.take(rank, stopping);
  const leaving = new AbortController();
  const leave = (): void => leaving.abort();
  stopping.addEventListener('abort', leave, { once: true });
  if (stopping.aborted) leave();
  const cancel = clock.alarm(PATIENCE_MS, () => {
    if (slots.excess === 0) return;
    // Else it would be received once more for as long as what runs goes on.
    slots.late();
    leave();
  });
  try {
    return await slots.take(rank, leaving.signal);
  } finally {
    cancel();
    stopping.removeEventListener('abort', leave);
  }
}

/** Acks what is done, and returns how many that are. */
function ack(
  { removals }: Level,
  deliveries: readonly Delivery[],
  back: readonly string[],
  { running }: Around,
): number {
  // What was handed back in the meantime must not be deleted: somebody else may have it.
  if (!running.has(deliveries)) return 0;
  const done = deliveries.filter(({ messageId }) => !back.includes(messageId));
  removals.add(done.map(({ receipt }) => receipt));
  return done.length;
}

/** What is left of SQS's 12 h when a task is told to stop. */
const REST_MS = 60_000;
