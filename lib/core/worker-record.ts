/** What a polling worker says of itself at each beat, and what it can be told to do. */

/** Where tasks run: in the worker's own process, in threads of it, or in processes beside it. */
export type PoolKind = 'async' | 'threads' | 'processes';

/**
 * warm: what runs is finished. soft: what runs is told to stop, and what does not is handed back after a
 * while. cold: everything is handed back at once.
 */
export type StopKind = 'warm' | 'soft' | 'cold';

/** Whether a worker takes messages, finishes what it has begun, or has ended. */
export type WorkerState = 'running' | 'stopping' | 'stopped';

/** A task that a worker runs. */
export interface RunningTask {
  readonly id: string;
  readonly task: string;
  /** The name of its queue at SQS. */
  readonly queue: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** A worker process. Times are milliseconds since the epoch. */
export interface WorkerRecord {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  /** The app's queues that it works off. */
  readonly queues: readonly string[];
  readonly pool: PoolKind;
  readonly concurrency: number;
  readonly state: WorkerState;
  /** How many messages it holds: those that run, and those that wait for a slot. */
  readonly held: number;
  /** What it runs; the first RUNNING_SHOWN of it. */
  readonly running: readonly RunningTask[];
  /** How many messages it has acked since it started. */
  readonly processed: number;
  /** The processes of its pool. */
  readonly children: readonly number[];
  readonly startedAt: number;
  readonly beatAt: number;
  /** How often it beats. */
  readonly beatMs: number;
}

/** What a worker can be told; it hears of it at its next beat. */
export type WorkerCommand =
  | { readonly kind: 'shutdown'; readonly how: StopKind }
  | { readonly kind: 'grow'; readonly by: number }
  | { readonly kind: 'shrink'; readonly by: number };

/** An item may hold 400 KB (DynamoDB), and nobody reads a longer list. */
export const RUNNING_SHOWN = 100;

/** A worker is lost when three of its beats are missing. */
const BEATS_MISSING = 3;

export function isLost({ state, beatAt, beatMs }: WorkerRecord, now: number): boolean {
  return state !== 'stopped' && now - beatAt > BEATS_MISSING * beatMs;
}

/** DynamoDB deletes expired records within days; a worker that has ended is of interest for so long. */
const STOPPED_SHOWN_MS = 5 * 60_000;
const LOST_SHOWN_MS = 24 * 3_600_000;

/** Until when a worker belongs into a list if it does not beat again. */
export function listedUntil({ state, beatAt }: WorkerRecord): number {
  return beatAt + (state === 'stopped' ? STOPPED_SHOWN_MS : LOST_SHOWN_MS);
}

/** Whether a worker belongs into a list: it works, stopped a short while ago, or was lost within a day. */
export function isListed(record: WorkerRecord, now: number): boolean {
  return now < listedUntil(record);
}
