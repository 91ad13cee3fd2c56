/**
 * The runs of the last hour, as the index by state has them: what an overview and the metrics count.
 * Bounded, since an hour may have millions of runs; of those the newest are counted, and what is older than
 * they is left out rather than shown too low.
 */
import { idStart } from '../../core/id.ts';
import { TASK_STATES, type TaskState } from '../../core/task-state.ts';
import type { IndexedRun } from '../../runtime/desk-ports.ts';
import type { DeskContext } from '../context.ts';
import { merged } from './newest.ts';
import { remembered } from './remembered.ts';

export const RECENT_MS = 3_600_000;
/** About 3 MB of an index: 400 read units a look on AWS. */
export const RECENT_MAX = 10_000;
const CHUNK = 250;
/** Pages look every few seconds, and several at once: one read serves them all. */
const FRESH_MS = 5_000;

export interface Recent {
  readonly rows: readonly IndexedRun[];
  /** From when on all runs are in `rows`. */
  readonly since: number;
}

export function readRecent(context: DeskContext): Promise<Recent> {
  return remembered(context, 'recent', FRESH_MS, () => read(context, context.ports.clock.now()));
}

async function read({ ports: { index } }: DeskContext, now: number): Promise<Recent> {
  const since = now - RECENT_MS;
  if (index === undefined) return { rows: [], since };
  const from = idStart(since);
  const partitions = TASK_STATES.flatMap((state: TaskState) =>
    Array.from(
      { length: index.shards },
      (_, shard) => (at: string | undefined, limit: number) =>
        index.byState(state, { shard, from, to: at ?? '~', newestFirst: true, limit }),
    ),
  );
  const rows: IndexedRun[] = [];
  for await (const row of merged(partitions, { newestFirst: true, chunk: CHUNK })) {
    rows.push(row);
    if (rows.length === RECENT_MAX) break;
  }
  const oldest = rows.length === RECENT_MAX ? rows.at(-1)?.sentAt : undefined;
  return { rows, since: oldest ?? since };
}
