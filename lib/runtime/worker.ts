/**
 * The worker: works off one batch of deliveries and says which of them come back. What one message does must
 * not touch the others: a slow one is left behind when time runs out, and the finished ones stay finished.
 *
 * A message that has been received before may have killed its worker: a suspect. Suspects could run one
 * after the other at the end of the batch, but then the death of the first counts as a crash of all that
 * wait behind it, and a poisonous message would take innocent ones along into the dead-letter queue. So one
 * suspect runs, last and alone, and the others are first put off as copies, each to a second of its own. The
 * one that waits for the end of the batch may still be taken along by a fresh message that is poisonous; when
 * it has no crash left to spare, the fresh ones are put off in its stead. On an ordered queue, where copies
 * would lose their place, suspect groups do run one after the other: there the records count the crashes, and
 * only of what was started.
 */
import { BATCH_ENTRIES_MAX, VISIBILITY_MS_MAX } from '../core/limits.ts';
import type { App } from '../define/app.ts';
import type { Queue } from '../define/queue.ts';
import { queueName } from '../define/resource-name.ts';
import { DefinitionError } from '../errors.ts';
import { createConnection } from './client.ts';
import { createDeliveries, type Deliveries } from './delivery.ts';
import { BACK, type Delivery, type Outcome, type RunWatcher } from './outcome.ts';
import type { Ports } from './ports.ts';

/** What arrives at a worker at once. */
export interface Batch {
  readonly queueName: string;
  readonly deliveries: readonly Delivery[];
  /** When the worker's time is over, on its clock. */
  readonly deadline: number;
  /** Aborted when the worker is told to give up what runs: what throws then runs again, uncounted. */
  readonly interrupted?: AbortSignal | undefined;
  /** How often a run renews its claim, where that is not the default. */
  readonly beatMs?: number | undefined;
  readonly watcher?: RunWatcher | undefined;
}

export interface Worker {
  /** Works a batch off; resolves to the message ids of the deliveries that were not acked. */
  handle(batch: Batch): Promise<readonly string[]>;
}

/**
 * Tasks are told to stop so long before the deadline, and left behind at half of that: a fifth of the time,
 * at most 5 s.
 */
function marginMs(leftMs: number): number {
  return Math.min(5_000, leftMs / 5);
}

/** A worker for all queues of an app. */
export function createWorker(
  app: App,
  stage: string,
  ports: Ports,
  connection = createConnection(app, stage, ports),
): Worker {
  const queueOf = createQueueOf(app, stage);
  return {
    async handle(batch) {
      const queue = queueOf(batch.queueName);
      const controller = new AbortController();
      const interrupt = (): void => controller.abort(batch.interrupted?.reason);
      if (batch.interrupted?.aborted === true) interrupt();
      batch.interrupted?.addEventListener('abort', interrupt, { once: true });
      const margin = marginMs(batch.deadline - ports.clock.now());
      const { deadline } = batch;
      const lease = {
        ...{ queue, batch, signal: controller.signal },
        ...{ startBefore: deadline - 2 * margin, leaveAt: deadline - margin / 2 },
      };
      const run = createRun(ports, createDeliveries(connection, lease), batch, lease.leaveAt);
      const stop = watch(ports, controller, batch.deadline - margin, () => run.removeDone());
      try {
        await (queue.ordered ? run.ordered() : run.standard());
        // A send that a task did not wait for would stay behind in a frozen environment. One that hangs, of a
        // task left behind here or in an earlier batch, must not cost this batch its answer.
        await inTime(ports, deadline - margin / 4, connection.outbox.flush(), undefined);
        return run.back();
      } finally {
        stop();
        batch.interrupted?.removeEventListener('abort', interrupt);
      }
    },
  };
}

/** Finds the app's queues by their names at SQS. */
export function createQueueOf(app: App, stage: string): (name: string) => Queue {
  const queues = queuesByName(app, stage);
  return (name) => {
    const queue = queues.get(name);
    if (queue !== undefined) return queue;
    const message = `this worker's app '${app.name}' has no queue '${name}' in stage '${stage}'`;
    throw new DefinitionError('UNKNOWN_QUEUE', message, { value: name });
  };
}

/** The app's queues by their names at SQS; one with priorities has a name for each level. */
function queuesByName(app: App, stage: string): ReadonlyMap<string, Queue> {
  const levels = app.queues.flatMap((queue) =>
    Array.from({ length: queue.priorities }, (_, level) => ({ queue, level })),
  );
  return new Map(levels.map(({ queue, level }) => [queueName(app.name, stage, queue, level), queue]));
}

/** How long a message may have been on its way from SQS to its worker. */
const RECEIVE_TO_START_MS = 60_000;

interface Run {
  standard(): Promise<void>;
  ordered(): Promise<void>;
  removeDone(): Promise<void>;
  back(): readonly string[];
}

/** What of a batch is finished. */
interface Finished {
  add(delivery: Delivery): void;
  has(delivery: Delivery): boolean;
  /** Deletes what is finished now, so that whatever happens next cannot bring it back. */
  remove(): Promise<void>;
}

function createFinished(ports: Ports, batch: Batch, leaveAt: number): Finished {
  const done = new Set<Delivery>();
  const removed = new Set<Delivery>();
  return {
    add: (delivery) => void done.add(delivery),
    has: (delivery) => done.has(delivery),
    async remove() {
      const ready = [...done].filter((delivery) => !removed.has(delivery));
      for (const delivery of ready) removed.add(delivery);
      for (let start = 0; start < ready.length; start += BATCH_ENTRIES_MAX) {
        const batched = ready.slice(start, start + BATCH_ENTRIES_MAX);
        const receipts = batched.map((delivery) => delivery.receipt);
        // A failed delete is no harm: the batch's answer acks the message once more.
        const removing = ports.queues.remove(batch.queueName, receipts).catch(() => []);
        await inTime(ports, leaveAt, removing, []);
      }
    },
  };
}

/** One batch's progress. */
function createRun(ports: Ports, deliveries: Deliveries, batch: Batch, leaveAt: number): Run {
  const finished = createFinished(ports, batch, leaveAt);
  const startedAt = ports.clock.now();

  /** What becomes of a delivery; one that takes too long comes back. */
  async function outcomeOf(delivery: Delivery, work: Promise<Outcome>): Promise<Outcome> {
    const outcome = await inTime(ports, leaveAt, work, BACK);
    if (outcome.kind === 'done') finished.add(delivery);
    return outcome;
  }

  const settle = (delivery: Delivery): Promise<Outcome> => outcomeOf(delivery, deliveries.process(delivery));

  /** Sends messages on as copies; `secondsOf` says when each comes. */
  async function putOff(members: readonly Delivery[], secondsOf: (place: number) => number): Promise<void> {
    if (members.length === 0) return;
    await Promise.all(
      members.map((delivery, place) => outcomeOf(delivery, deliveries.putOff(delivery, secondsOf(place)))),
    );
    // Before anything runs that may kill the worker: what has been put off would come back beside its copy.
    await finished.remove();
  }

  /**
   * A message group, in its order: the first delivery that is not done stops it, and what is behind waits as
   * long.
   */
  async function group(members: readonly Delivery[]): Promise<void> {
    for (const [index, delivery] of members.entries()) {
      const outcome = await settle(delivery);
      if (outcome.kind === 'done') continue;
      if (outcome.kind === 'hold') {
        // SQS counts its 12 h from the receive, and some time has gone by since then.
        const gone = ports.clock.now() - startedAt + RECEIVE_TO_START_MS;
        const seconds = Math.min(outcome.seconds, Math.floor((VISIBILITY_MS_MAX - gone) / 1_000));
        const held = hold(ports, batch.queueName, members.slice(index), seconds);
        await inTime(ports, leaveAt, held, undefined);
      }
      return;
    }
  }

  return {
    standard: () => standard(batch, deliveries, { finished, settle, putOff }),
    async ordered() {
      const groups = [...grouped(batch.deliveries).values()];
      // On an ordered queue every retry is a receive, so a suspect group is often a harmless one; alone is
      // still safe.
      const suspects = groups.filter((members) => members.some((delivery) => deliveries.isSuspect(delivery)));
      await Promise.all(groups.filter((members) => !suspects.includes(members)).map(group));
      for (const members of suspects) {
        await finished.remove();
        await group(members);
      }
    },
    removeDone: () => finished.remove(),
    back: () =>
      batch.deliveries.filter((delivery) => !finished.has(delivery)).map((delivery) => delivery.messageId),
  };
}

/** The steps of a standard queue's batch. */
interface Steps {
  readonly finished: Finished;
  readonly settle: (delivery: Delivery) => Promise<Outcome>;
  readonly putOff: (members: readonly Delivery[], secondsOf: (place: number) => number) => Promise<void>;
}

async function standard(
  batch: Batch,
  deliveries: Deliveries,
  { finished, settle, putOff }: Steps,
): Promise<void> {
  const suspects = batch.deliveries.filter((delivery) => deliveries.isSuspect(delivery));
  const [alone, ...others] = suspects;
  const fresh =
    alone === undefined
      ? batch.deliveries
      : batch.deliveries.filter((delivery) => !suspects.includes(delivery));
  await putOff(others, (place) => place + 1);
  if (alone !== undefined && deliveries.isLastChance(alone)) await putOff(fresh, () => 1);
  else await Promise.all(fresh.map(settle));
  if (alone === undefined) return;
  await finished.remove();
  await settle(alone);
}

/** The head of a group and everything behind it become visible together, so their order holds. */
export async function hold(
  ports: Ports,
  name: string,
  members: readonly Delivery[],
  seconds: number,
): Promise<void> {
  const receipts = members.map((delivery) => delivery.receipt);
  const told = { level: 'warn', message: 'a message group could not be held', queue: name } as const;
  try {
    const failures = await ports.queues.hide(name, receipts, seconds);
    // They come back when the queue's own visibility ends: later than asked, but in order.
    for (const failure of failures) ports.log({ ...told, error: `${failure.code}: ${failure.message}` });
  } catch (error) {
    ports.log({ ...told, error: String(error) });
  }
}

function grouped(deliveries: readonly Delivery[]): ReadonlyMap<string, readonly Delivery[]> {
  const groups = new Map<string, Delivery[]>();
  for (const delivery of deliveries) {
    const members = groups.get(delivery.group ?? '');
    if (members === undefined) groups.set(delivery.group ?? '', [delivery]);
    else members.push(delivery);
  }
  return groups;
}

/**
 * Aborts the tasks' signal at `at`, and deletes what is finished: the function may be killed from then on.
 */
function watch(
  ports: Ports,
  controller: AbortController,
  at: number,
  removeDone: () => Promise<void>,
): () => void {
  return ports.clock.alarm(Math.max(0, at - ports.clock.now()), () => {
    controller.abort(new Error('the worker has no time left'));
    void removeDone();
  });
}

/** What work resolves to, or `otherwise` when it is not done by `at`. */
export function inTime<T>(ports: Ports, at: number, work: Promise<T>, otherwise: T): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = ports.clock.alarm(Math.max(0, at - ports.clock.now()), () => resolve(otherwise));
    work.then(
      (value) => {
        cancel();
        resolve(value);
      },
      (error) => {
        cancel();
        reject(error);
      },
    );
  });
}
