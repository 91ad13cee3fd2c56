/**
 * The polling of a long-running worker: receives what there is room for, highest level first, keeps it hidden
 * while it runs, and acks it afterwards. What a message does is the worker's matter (worker.ts), the same as
 * on Lambda; here each message is a batch of its own, since none has to wait for another, but for the
 * messages of a group on an ordered queue, which are one batch.
 *
 * An ack is a delete, and deletes of a short while share their calls. Whoever stops the poller while it waits
 * for messages breaks a call off that may have brought some; those come back after the queue's visibility,
 * and count as received once more. The other way, to wait up to 20 s for the call, would leave an idle worker
 * too little of the 30 s that container services give it to stop.
 */
import { setMaxListeners } from 'node:events';
import { BATCH_ENTRIES_MAX } from '../core/limits.ts';
import {
  type Level,
  type PollerPorts,
  type Run,
  type Runner,
  type RunningBatch,
  runBatch,
  type Shared,
} from './batch-run.ts';
import { createHeld } from './held.ts';
import type { Delivery } from './outcome.ts';
import { receive } from './receive.ts';
import { createRemovals } from './removals.ts';
import type { Slots } from './slots.ts';

/** A queue to poll. */
export interface Source {
  /** Its SQS queues, the highest priority first; one where it has no priorities. */
  readonly queueNames: readonly string[];
  readonly visibilityMs: number;
  readonly ordered: boolean;
}

export interface Poller {
  /** Resolves when polling has stopped and what was started is done. */
  readonly done: Promise<void>;
  /** How many messages run, or wait for a slot. */
  count(): number;
  /** What runs now. */
  running(): readonly RunningBatch[];
  /** How many messages were acked. */
  processed(): number;
  /** When a call for messages was last answered; undefined: none yet. */
  answeredAt(): number | undefined;
  /** Whether the last look at a queue brought as much as was asked for. */
  busy(): boolean;
  /** Receives nothing more; what waits for a slot goes back at once, what runs is finished. */
  stop(): void;
  /** Brings everything back that runs, without waiting for it. */
  abandon(): Promise<void>;
}

const FIRST_WAIT_SECONDS = 1;
/** After a call that failed: full jitter below these, so that a fleet does not come back at once. */
const PAUSE_MS = 500;
const PAUSE_MS_MAX = 30_000;

export function createPoller(
  ports: PollerPorts,
  runner: Runner,
  sources: readonly Source[],
  slots: Slots,
): Poller {
  const stopping = new AbortController();
  // As many wait for it as messages run.
  setMaxListeners(0, stopping.signal);
  const shared = { slots, stopping: stopping.signal };
  const pulls = sources.map((source) => createPull(ports, runner, source, shared));
  return {
    done: Promise.all(pulls.map((pull) => pull.done)).then(() => {}),
    count: () => pulls.reduce((sum, pull) => sum + pull.count(), 0),
    running: () => pulls.flatMap((pull) => pull.running()),
    processed: () => pulls.reduce((sum, pull) => sum + pull.processed(), 0),
    answeredAt() {
      const times = pulls.flatMap((pull) => pull.answeredAt() ?? []);
      // The queue that has been out of reach longest is the one to know of.
      return times.length < pulls.length ? undefined : Math.min(...times);
    },
    busy: () => pulls.some((pull) => pull.busy()),
    stop: () => stopping.abort(new Error('the worker stops')),
    async abandon() {
      stopping.abort(new Error('the worker stops at once'));
      await Promise.all(pulls.map((pull) => pull.abandon()));
    },
  };
}

interface Pull {
  readonly done: Promise<void>;
  count(): number;
  running(): readonly RunningBatch[];
  processed(): number;
  answeredAt(): number | undefined;
  busy(): boolean;
  abandon(): Promise<void>;
}

function createPull(ports: PollerPorts, runner: Runner, source: Source, shared: Shared): Pull {
  const { slots, stopping } = shared;
  const levels = source.queueNames.map((queueName, index) => ({
    queueName,
    rank: source.queueNames.length - index,
    held: createHeld(ports, queueName, source.visibilityMs),
    removals: createRemovals(ports, queueName),
  }));
  const running = new Map<readonly Delivery[], Run>();
  const work = new Set<Promise<void>>();
  let busy = false;
  let processed = 0;
  let answeredAt: number | undefined;
  const acked = (count: number): void => {
    processed += count;
  };

  const isPaused = (): boolean => levels.every(({ queueName }) => ports.pause?.has(queueName) === true);

  function start(level: Level, deliveries: readonly Delivery[]): void {
    level.held.add(deliveries);
    for (const batch of source.ordered ? groups(deliveries) : deliveries.map((delivery) => [delivery])) {
      const receivedAt = ports.clock.now();
      const around = { ...shared, running, acked, receivedAt };
      const ran = runBatch(ports, runner, level, batch, around).finally(() => work.delete(ran));
      work.add(ran);
    }
  }

  async function look(signal: AbortSignal): Promise<void> {
    const open = levels.filter(({ queueName }) => ports.pause?.has(queueName) !== true);
    const free = Math.max(1, slots.free);
    const wanted = busy ? free : Math.min(free, BATCH_ENTRIES_MAX);
    // The first answer says that the queue is in reach, and is not waited for long.
    const first = answeredAt === undefined ? { waitSeconds: FIRST_WAIT_SECONDS } : {};
    const found = await receive(ports.receiver, open, { wanted, ...first }, signal);
    busy = found !== undefined && found.deliveries.length >= Math.min(free, BATCH_ENTRIES_MAX);
    answeredAt = ports.clock.now();
    if (found !== undefined) start(found.level, found.deliveries);
  }

  async function finish(): Promise<void> {
    await poll(ports, source, slots, stopping, look);
    while (work.size > 0) await Promise.all(work);
    await Promise.all(levels.map((level) => level.removals.flush()));
    for (const level of levels) level.held.stop();
  }

  return {
    done: finish(),
    count: () => levels.reduce((sum, level) => sum + level.held.count, 0),
    running: () => [...running.values()].flatMap((run) => run.batch ?? []),
    processed: () => processed,
    // Whoever asks for nothing is not out of reach.
    answeredAt: () => (isPaused() ? ports.clock.now() : answeredAt),
    busy: () => busy && !isPaused(),
    async abandon() {
      const left = [...running];
      running.clear();
      await Promise.all(left.map(([deliveries, { level }]) => level.held.handBack(deliveries)));
      await Promise.all(levels.map((level) => level.removals.flush()));
      for (const level of levels) level.held.stop();
    },
  };
}

/** Looks again and again while there is room and no pause, until it is told to stop. */
async function poll(
  { clock, chance, log, pause }: PollerPorts,
  { queueNames }: Source,
  slots: Slots,
  stopping: AbortSignal,
  look: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const [queue] = queueNames;
  let failures = 0;
  while (!stopping.aborted) {
    await untilAborted(slots.ready(), stopping);
    if (pause !== undefined) await untilAborted(pause.open(queueNames), stopping);
    if (stopping.aborted) return;
    const looking = new AbortController();
    const leave = (): void => looking.abort(new Error('what is polled has changed'));
    stopping.addEventListener('abort', leave, { once: true });
    const forget = pause?.onPause(queueNames, leave);
    try {
      await look(looking.signal);
      failures = 0;
    } catch (error) {
      if (stopping.aborted) return;
      if (looking.signal.aborted) continue;
      failures += 1;
      log({ level: 'warn', message: 'receiving failed', queue, error: String(error) });
      const longest = Math.min(PAUSE_MS_MAX, PAUSE_MS * 2 ** Math.min(failures, 10));
      await clock.sleep(chance() * longest, stopping).catch(() => {});
    } finally {
      stopping.removeEventListener('abort', leave);
      forget?.();
    }
  }
}

function groups(deliveries: readonly Delivery[]): readonly (readonly Delivery[])[] {
  const byGroup = new Map<string, Delivery[]>();
  for (const delivery of deliveries) {
    const members = byGroup.get(delivery.group ?? '');
    if (members === undefined) byGroup.set(delivery.group ?? '', [delivery]);
    else members.push(delivery);
  }
  return [...byGroup.values()];
}

function untilAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const abort = (): void => resolve();
    signal.addEventListener('abort', abort, { once: true });
    void promise.then(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
  });
}
