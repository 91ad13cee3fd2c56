/**
 * Where a polling worker runs its tasks. This pool is the worker's own process: as many at once as there are
 * slots, which suits tasks that mostly wait. A task that computes keeps the others waiting, and one that
 * brings the process down brings them down too; pools of threads and processes are in lib/aws.
 */
import type { Runner } from './poller.ts';
import type { Worker } from './worker.ts';

export interface Pool extends Runner {
  /** Tells what runs to stop: the signals of tasks are aborted. */
  interrupt(): void;
  /** Ends what can be ended at once. */
  kill(): void;
  /** Changes how many may run at once. */
  resize(limit: number): void;
  /** Lets go of everything when nothing runs any more. */
  close(): Promise<void>;
  /** The processes that it has started. */
  children(): readonly number[];
}

/** The reason that tasks find in their signal. */
export const STOPS = 'the worker stops';

export function createAsyncPool(worker: Worker, beatMs: number): Pool {
  const stopping = new AbortController();
  return {
    handle: (batch) => worker.handle({ ...batch, interrupted: stopping.signal, beatMs }),
    putOff: (queueName, deliveries) => worker.putOff(queueName, deliveries),
    isAlone: (queueName, deliveries) => worker.isLastChance(queueName, deliveries),
    interrupt: () => stopping.abort(new Error(STOPS)),
    kill: () => stopping.abort(new Error(STOPS)),
    resize: () => {},
    close: async () => {},
    children: () => [],
  };
}
