/** `celeriac runs`: lists of runs and single ones. */
import type { RunDetail, RunsQuery } from '../dashboard/row.ts';
import type { ErrorCode } from '../errors.ts';
import type { Answer } from './answer.ts';
import { readCount, readState, readTime } from './given.ts';
import type { Session } from './over-desk.ts';
import { bold, dim, paintState, red } from './paint.ts';
import { runColumns, sayLength, sayTime, sayWhen } from './say.ts';
import { pretty } from './send.ts';
import { toList, toTable } from './table.ts';

export interface RunsListOptions {
  readonly state?: string;
  readonly task?: string;
  readonly queue?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit: string;
  readonly after?: string;
  readonly oldest?: boolean;
}

const LIMIT_MAX = 500;

/** Lists runs, the newest first; words are looked for. */
export async function listRuns(session: Session, options: RunsListOptions, search?: string): Promise<Answer> {
  const now = session.now();
  const query = toQuery(options, search, now);
  const { rows, next } = await session.desk.runs(query);
  const more = next === undefined ? [] : [dim(`more: --after ${next}`)];
  const text = [toTable(rows, runColumns(now), 'no runs'), ...more].join('\n');
  return { value: { rows, ...(next === undefined ? {} : { next }) }, text };
}

/** Everything that is known of a run; of one that has no record yet, what may keep it from running. */
export async function showRun({ desk, now }: Session, _: unknown, id: string): Promise<Answer> {
  try {
    const run = await desk.run(id);
    return { value: run, text: sayRun(run, now()) };
  } catch (error) {
    const waiting = isNotFound(error) ? await desk.waiting(id) : undefined;
    if (waiting === undefined) throw error;
    return { value: { id, waiting }, text: toList({ id, waiting: waiting.sentence }) };
  }
}

/** By its code, not by its class: the desk may be another one, behind HTTP. */
function isNotFound(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === ('NOT_FOUND' satisfies ErrorCode);
}

function toQuery(options: RunsListOptions, search: string | undefined, now: number): RunsQuery {
  const { state, task, queue, from, to, limit, after, oldest = false } = options;
  return {
    ...(state === undefined ? {} : { state: readState(state) }),
    ...(task === undefined ? {} : { task }),
    ...(queue === undefined ? {} : { queue }),
    ...(from === undefined ? {} : { from: readTime('--from', from, now) }),
    ...(to === undefined ? {} : { to: readTime('--to', to, now) }),
    ...(search === undefined ? {} : { search }),
    ...(after === undefined ? {} : { after }),
    sort: oldest ? 'sentAt' : '-sentAt',
    limit: readCount('--limit', limit, 1, LIMIT_MAX),
  };
}

function sayRun(run: RunDetail, now: number): string {
  const { errorDetail, waiting, attempts, workflow } = run;
  const facts = toList({
    id: run.id,
    task: bold(run.task),
    state: paintState(run.state) + (run.customState === undefined ? '' : dim(` ${run.customState}`)),
    reason: run.reason,
    waiting: waiting?.sentence,
    queue: run.queue,
    sent: `${sayTime(run.sentAt)}  ${dim(sayWhen(run.sentAt, now) ?? '')}`,
    started: run.startedAt === undefined ? undefined : sayTime(run.startedAt),
    ended: run.endedAt === undefined ? undefined : sayTime(run.endedAt),
    took: run.runtime === undefined ? undefined : sayLength(run.runtime),
    retries: run.retries,
    progress: run.progress === undefined ? undefined : JSON.stringify(run.progress),
    input: run.input === undefined ? undefined : pretty(run.input),
    result: run.result === undefined ? undefined : pretty(run.result),
    error:
      errorDetail === undefined
        ? run.error
        : red(errorDetail.stack ?? `${errorDetail.name}: ${errorDetail.message}`),
    headers: run.headers === undefined ? undefined : JSON.stringify(run.headers),
    workflow: workflow === undefined ? undefined : `${workflow.id} ${workflow.path}`,
    'dead letter': run.deadLetter,
    logs: run.logsUrl,
  });
  if (attempts.length === 0) return facts;
  const table = toTable(attempts, {
    attempt: ({ attempt }) => attempt,
    at: ({ at }) => sayTime(at),
    outcome: ({ outcome }) => outcome,
    error: ({ error }) => (error === undefined ? undefined : `${error.name}: ${error.message}`),
  });
  return `${facts}\n\n${table}`;
}
