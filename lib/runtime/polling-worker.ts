/**
 * The life of a worker that polls: it takes messages of its queues into its pool, says of itself how it is,
 * and stops in one of three ways. Whoever stops it again, stops it harder.
 */
import type { Autoscale } from '../core/autoscale.ts';
import {
  RUNNING_SHOWN,
  type RunningTask,
  type StopKind,
  type WorkerCommand,
  type WorkerRecord,
  type WorkerState,
} from '../core/worker-record.ts';
import { startAutoscaler } from './autoscaler.ts';
import type { PollerPorts, RunningBatch } from './batch-run.ts';
import { parseDelivery } from './dead-letter.ts';
import { createPause } from './pause.ts';
import { createPoller, type Poller, type Source } from './poller.ts';
import type { Pool } from './pool.ts';
import { createRegistration } from './registration.ts';
import { createSlots } from './slots.ts';
import type { Pauses, Workers } from './worker-ports.ts';

export interface PollingPorts extends Omit<PollerPorts, 'pause'> {
  /** undefined where there is no table of runs. */
  readonly workers: Workers | undefined;
  /** Likewise: then no queue can be paused. */
  readonly pauses?: Pick<Pauses, 'paused'> | undefined;
}

export interface PollingOptions {
  readonly about: Pick<WorkerRecord, 'id' | 'host' | 'pid' | 'pool' | 'queues'>;
  readonly sources: readonly Source[];
  readonly concurrency: number;
  /** How many messages may wait for a slot besides; undefined: by how long they take. */
  readonly prefetch: number | undefined;
  readonly autoscale: Autoscale | undefined;
  /** How often the worker beats, and each of its runs. */
  readonly beatMs: number;
  /** How long a soft stop waits for tasks that were told to stop. */
  readonly softMs: number;
}

export interface PollingWorker {
  /** Resolves when it has stopped. */
  readonly done: Promise<void>;
  record(): WorkerRecord;
  /** How many messages it has: those that run, and those that wait for a slot. */
  held(): number;
  /** When a call for messages was last answered, or none was needed, and when a beat last got through. */
  answeredAt(): number | undefined;
  beatenAt(): number | undefined;
  /** Why what it receives does not run for now; undefined: it does. */
  problem(): string | undefined;
  stop(how: StopKind): void;
  /** Changes the concurrency, at least 1. */
  resize(concurrency: number): void;
}

const KINDS: readonly StopKind[] = ['warm', 'soft', 'cold'];

export function createPollingWorker(ports: PollingPorts, pool: Pool, options: PollingOptions): PollingWorker {
  const { clock, log, workers } = ports;
  const { about, beatMs } = options;
  const slots = createSlots(options.concurrency, options.prefetch);
  const pause = createPauseOf(ports, options);
  const poller = createPoller({ ...ports, pause }, pool, options.sources, slots);
  const startedAt = clock.now();
  let state: WorkerState = 'running';

  const record = (): WorkerRecord => ({
    ...about,
    ...{ concurrency: slots.limit, state, held: poller.count(), running: toRunning(poller.running()) },
    ...{ processed: poller.processed(), children: pool.children() },
    ...{ startedAt, beatAt: clock.now(), beatMs },
  });
  const resize = (limit: number): void => {
    const to = Math.max(1, Math.floor(limit));
    log({ level: 'info', message: 'concurrency', from: slots.limit, to });
    pool.resize(to);
    slots.resize(to);
  };
  const stops = createStops(ports, poller, pool, options.softMs, () => {
    state = 'stopping';
    void registration?.beat();
  });
  const obey = (command: WorkerCommand): void => {
    switch (command.kind) {
      case 'shutdown':
        stops.stop(command.how);
        break;
      case 'grow':
        resize(slots.limit + command.by);
        break;
      case 'shrink':
        resize(slots.limit - command.by);
        break;
    }
  };
  const registration = workers && createRegistration({ clock, log, workers }, beatMs, record, obey);
  const measure = () => ({
    ...{ limit: slots.limit, running: poller.running().length, busy: poller.busy() },
  });
  const stopScaling = options.autoscale && startAutoscaler(clock, options.autoscale, measure, resize);

  async function live(): Promise<void> {
    await Promise.race([poller.done, stops.left]);
    stopScaling?.();
    stops.end();
    pause?.stop();
    await pool.close();
    state = 'stopped';
    await registration?.end();
  }

  return {
    done: live(),
    record,
    held: () => poller.count(),
    answeredAt: () => poller.answeredAt(),
    beatenAt: () => registration?.beatAt(),
    problem: () => pool.problem(),
    stop: stops.stop,
    resize,
  };
}

function createPauseOf({ clock, log, pauses }: PollingPorts, { sources, beatMs }: PollingOptions) {
  const names = sources.flatMap(({ queueNames }) => queueNames);
  return pauses && createPause({ clock, log, pauses }, names, beatMs);
}

interface Stops {
  /** Resolves when a cold stop has handed everything back. */
  readonly left: Promise<void>;
  readonly stop: (how: StopKind) => void;
  end(): void;
}

function createStops(
  { clock, log }: PollingPorts,
  poller: Poller,
  pool: Pool,
  softMs: number,
  told: () => void,
): Stops {
  let reached = -1;
  let cancel = (): void => {};
  let leave = (): void => {};
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const stop = (how: StopKind): void => {
    const level = KINDS.indexOf(how);
    if (level <= reached) return;
    reached = level;
    log({ level: 'info', message: 'stops', how, held: poller.count() });
    poller.stop();
    told();
    if (how === 'warm') return;
    cancel();
    if (how === 'soft') {
      pool.interrupt();
      cancel = clock.alarm(softMs, () => stop('cold'));
      return;
    }
    // It takes note of what runs before the pool's end makes of that one death each.
    const abandoned = poller.abandon();
    pool.kill();
    void abandoned.then(leave);
  };
  return { left, stop, end: () => cancel() };
}

function toRunning(batches: readonly RunningBatch[]): readonly RunningTask[] {
  return batches.slice(0, RUNNING_SHOWN).flatMap(({ queueName: queue, deliveries, since }) =>
    deliveries.map(({ body, messageId }) => {
      const parsed = parseDelivery(body);
      const { id, task } = parsed.kind === 'message' ? parsed.message : { id: messageId, task: '' };
      return { id, task, queue, since };
    }),
  );
}
