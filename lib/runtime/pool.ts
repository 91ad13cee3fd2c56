/**
 * Where a polling worker runs its tasks. This pool is the worker's own process: as many at once as there are
 * slots, which suits tasks that mostly wait. A task that computes keeps the others waiting, and one that
 * brings the process down takes the others with it; pools of threads and processes are in lib/aws.
 *
 * Of those that it has taken along twice none must end as crashed for it. So a message that has one crash
 * left, by default the third, runs in a process of its own, where that can be had: who is to blame dies there
 * alone. The other way, to run it when nothing else does, would stop a whole machine for one message.
 */
import { setMaxListeners } from 'node:events';
import type { Runner } from './batch-run.ts';
import type { MachineWorker } from './machine-worker.ts';
import type { Batch } from './worker.ts';

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
  /** Why what it is given does not run for now; undefined: it does. */
  problem(): string | undefined;
}

/** The reason that tasks find in their signal. */
export const STOPS = 'the worker stops';

export function createAsyncPool(worker: MachineWorker, beatMs: number): Pool {
  const stopping = new AbortController();
  // As many wait for it as messages run.
  setMaxListeners(0, stopping.signal);
  return {
    handle: (batch) => worker.handle({ ...batch, interrupted: stopping.signal, beatMs }),
    putOff: (queueName, deliveries) => worker.putOff(queueName, deliveries),
    interrupt: () => stopping.abort(new Error(STOPS)),
    // Nothing ends a task of this process but its end, which follows. To tell them would bring copies of what
    // was handed back.
    kill: () => {},
    resize: () => {},
    close: async () => {},
    children: () => [],
    problem: () => undefined,
  };
}

/** A pool that has `apart` run what has one crash left. */
export function withIsolation(pool: Pool, apart: Pool, worker: Pick<MachineWorker, 'isLastChance'>): Pool {
  const isApart = ({ queueName, deliveries }: Batch): boolean => worker.isLastChance(queueName, deliveries);
  const both = [pool, apart];
  return {
    ...pool,
    handle: (batch) => (isApart(batch) ? apart : pool).handle(batch),
    interrupt: () => both.map((one) => one.interrupt()),
    kill: () => both.map((one) => one.kill()),
    close: async () => {
      await Promise.all(both.map((one) => one.close()));
    },
    children: () => both.flatMap((one) => one.children()),
    problem: () => pool.problem() ?? apart.problem(),
  };
}
