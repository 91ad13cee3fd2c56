/** How the app is: states, rates by the minute, queues. */
import type { TaskState } from '../../core/task-state.ts';
import type { IndexedRun } from '../../runtime/desk-ports.ts';
import type { DeskContext } from '../context.ts';
import type { Overview } from '../row.ts';
import { listQueues } from './queues.ts';
import { RECENT_MS, type Recent, readRecent } from './recent.ts';

const MINUTE_MS = 60_000;

export async function readOverview(context: DeskContext): Promise<Overview> {
  const [queues, recent] = await Promise.all([listQueues(context), readRecent(context)]);
  const now = context.ports.clock.now();
  return {
    app: context.app.name,
    stage: context.stage,
    now,
    readOnly: context.readOnly,
    keepsRuns: context.ports.index !== undefined,
    states: countStates(recent.rows),
    series: toSeries(recent, now),
    queues,
    deadLetters: queues
      .filter(({ kind }) => kind === 'dead-letter')
      .reduce((sum, { ready, inFlight, delayed }) => sum + ready + inFlight + delayed, 0),
  };
}

function countStates(rows: readonly IndexedRun[]): Overview['states'] {
  const counts: Partial<Record<TaskState, number>> = {};
  for (const { state } of rows) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

interface Minute {
  sent: number;
  succeeded: number;
  failed: number;
  retried: number;
  readonly waits: number[];
  readonly runtimes: number[];
}

/** By the minute, the oldest first; minutes of which not all runs were read are left out. */
function toSeries({ rows, since }: Recent, now: number): Overview['series'] {
  const first = Math.ceil(Math.max(since, now - RECENT_MS) / MINUTE_MS);
  const last = Math.floor(now / MINUTE_MS);
  const minutes = new Map<number, Minute>();
  for (let at = first; at <= last; at++)
    minutes.set(at, { sent: 0, succeeded: 0, failed: 0, retried: 0, waits: [], runtimes: [] });
  const at = (time: number): Minute | undefined => minutes.get(Math.floor(time / MINUTE_MS));
  for (const row of rows) count(row, at);
  return [...minutes].map(([minute, { waits, runtimes, ...counts }]) => ({
    at: minute * MINUTE_MS,
    ...counts,
    ...(waits.length === 0 ? {} : { wait: mean(waits) }),
    ...(runtimes.length === 0 ? {} : { runtime: mean(runtimes) }),
  }));
}

function count(row: IndexedRun, at: (time: number) => Minute | undefined): void {
  const { state, sentAt, startedAt, endedAt, retries } = row;
  const sent = at(sentAt);
  if (sent !== undefined) sent.sent++;
  const ended = endedAt === undefined ? undefined : at(endedAt);
  if (ended !== undefined && state === 'SUCCESS') ended.succeeded++;
  if (ended !== undefined && state === 'FAILURE') ended.failed++;
  const retried = at(endedAt ?? startedAt ?? sentAt);
  if (retried !== undefined) retried.retried += retries;
  // The last attempt's: those before it are not in the index.
  if (startedAt !== undefined && retries === 0) at(startedAt)?.waits.push(Math.max(0, startedAt - sentAt));
  if (startedAt !== undefined && endedAt !== undefined && endedAt >= startedAt)
    ended?.runtimes.push(endedAt - startedAt);
}

function mean(values: readonly number[]): number {
  return Math.round(values.reduce((sum, value) => sum + value, 0) / values.length);
}
