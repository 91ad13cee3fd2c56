/**
 * Results. All handles that wait share one poll: ids are read together, up to 100 a call, at growing
 * intervals, so that waiting for a thousand results costs ten calls a round and not a thousand.
 */
import { toMilliseconds } from '../core/duration.ts';
import { type IdSpace, sentAtOf } from '../core/id.ts';
import { isFinal } from '../core/task-state.ts';
import type { AsyncResult, GetOptions } from '../define/client.ts';
import type { RunState } from '../define/control.ts';
import { type AnyTask, keepsRecord } from '../define/task.ts';
import { fromWireError, TaskError, TimeoutError } from '../errors.ts';
import { createHandle, progressOf } from './handle.ts';
import type { Blobs, Clock, Ending, RunRecord, Runs, State } from './ports.ts';
import { isOurs, refuse } from './readable.ts';
import { createReader, type Read } from './record-reader.ts';
import type { Scheduling } from './schedule-ports.ts';

/** Set by the bundler to `false` for a worker whose tasks keep no records; see serve.ts. */
declare const CELERIAC_STATE: boolean | undefined;

export const GET_TIMEOUT_DEFAULT = '5m';

/**
 * How far apart the looks at a record are: the first ones come soon. Each is a part of the last, where all
 * meet.
 */
const POLL_MS = [50, 100, 200, 500, 1_000] as const;
const POLL_MAX_MS = 1_000;

/**
 * How long after its send a run is looked at for the first time: before that hardly any is over, and a look
 * too soon costs a call and the wait for the second one.
 */
const FIRST_LOOK_MS = 10;

export interface ResultContext {
  readonly space: IdSpace;
  readonly clock: Clock;
  readonly runs: Runs | undefined;
  readonly state?: State | undefined;
  readonly blobs?: Blobs | undefined;
  readonly scheduling?: Pick<Scheduling, 'timers'> | undefined;
}

export interface Results {
  /** The handle of a run of `task`. */
  handle(task: AnyTask, id: string): AsyncResult<unknown>;
  /** What all handles share, those of workflows too. */
  readonly poll: Poll;
}

/** The shared poll. */
export interface Poll {
  /** Reads a record, together with what others read in the same tick. */
  readonly read: Read;
  /** Waits for the first look at what was sent then; at what was sent some time ago it may look at once. */
  first(sentAt: number | undefined, waiting: Waiting): Promise<void>;
  /**
   * Waits for the next look, of which there were `looks`. Rejects with RESULT_TIMEOUT when it was too late
   * already, and with the signal's reason.
   */
  next(looks: number, waiting: Waiting): Promise<void>;
}

/** Somebody who waits. */
export interface Waiting {
  readonly until: number;
  readonly signal: AbortSignal | undefined;
  /** What the timeout says. */
  readonly late: () => TimeoutError;
}

/** Handles over one shared poll. */
export function createResults(context: ResultContext): Results {
  const read = createReader(context.runs);
  const poll = { read, ...createWaits(context.clock) };
  return {
    poll,
    handle: (task, id) => ({
      id,
      get: (options) => get(context, poll, task, id, options),
      state: () => state(context, read, task, id),
      ...(typeof CELERIAC_STATE === 'undefined' || CELERIAC_STATE
        ? createHandle(context, read, task, id)
        : unreadable(task, id)),
    }),
  };
}

/** A handle in a worker that cannot reach the records at all. */
function unreadable(
  { name }: AnyTask,
  id: string,
): Pick<AsyncResult<unknown>, 'progress' | 'revoke' | 'forget'> {
  const refused = async (): Promise<never> => {
    const text = `run '${id}' of task '${name}' cannot be reached: this worker was built without DynamoDB`;
    throw new TaskError('RESULT_NOT_READABLE', text, { value: id });
  };
  return { progress: refused, revoke: refused, forget: refused };
}

async function get(
  context: ResultContext,
  poll: Poll,
  task: AnyTask,
  id: string,
  options: GetOptions = {},
): Promise<unknown> {
  refuse(context, task, id);
  const about = { title: `task '${task.name}' (${id})`, again: 'result(task, id)' };
  return outcome(context, await follow(context, poll, id, about, options));
}

/** Waits for a run's end. `about` says what it is, and how to ask for it again. */
export async function follow(
  { clock, space }: Pick<ResultContext, 'clock' | 'space'>,
  poll: Poll,
  id: string,
  about: About,
  options: GetOptions = {},
): Promise<RunRecord> {
  const waiting = toWaiting(clock, about, options);
  await poll.first(sentAtOf(space, id), waiting);
  for (let looks = 0; ; looks++) {
    const record = await clock.waiting(poll.read(id));
    if (record !== undefined && isFinal(record.state)) return record;
    await poll.next(looks, waiting);
  }
}

export interface About {
  readonly title: string;
  readonly again: string;
}

/** Somebody who begins to wait now, for as long as the options say. */
export function toWaiting(
  clock: Pick<Clock, 'now'>,
  { title, again }: About,
  { timeout = GET_TIMEOUT_DEFAULT, signal }: GetOptions,
): Waiting {
  signal?.throwIfAborted();
  const text = `${title} has no result after ${timeout}; it goes on, ask again with ${again}`;
  const late = (): TimeoutError => new TimeoutError('RESULT_TIMEOUT', text, { value: timeout });
  return { until: clock.now() + toMilliseconds(timeout), signal, late };
}

async function state(context: ResultContext, read: Read, task: AnyTask, id: string): Promise<RunState> {
  if (!isOurs(context, id)) return 'UNKNOWN';
  if (context.runs === undefined || !keepsRecord(task)) return 'UNKNOWN';
  const record = await read(id);
  // A state of the task's own stands for STARTED, and for nothing that comes after it.
  return (record?.state === 'STARTED' ? progressOf(record)?.state : undefined) ?? record?.state ?? 'PENDING';
}

/** What a run that is over has brought. */
export async function outcome(
  { blobs, clock }: Pick<ResultContext, 'blobs'> & { readonly clock: Pick<Clock, 'now'> },
  record: RunRecord,
): Promise<unknown> {
  if (record.state !== 'SUCCESS') throw endError(record);
  if (record.resultUntil !== undefined && record.resultUntil <= clock.now()) throw expired(record);
  if (record.forgotten === true) throw forgotten(record);
  if (record.blob === undefined) return record.result === undefined ? undefined : JSON.parse(record.result);
  const text = await blobs?.get(record.blob);
  // A run has the result of what has replaced it, and a workflow that of its last step: it lies there once.
  if (text === '') throw forgotten(record);
  if (text !== undefined) return JSON.parse(text);
  const why = blobs === undefined ? 'this worker was not given that' : 'it is not there any more';
  const lost = `the result of task '${record.task}' (${record.id}) lies in the app's bucket, and ${why}`;
  throw new TaskError('RESULT_NOT_READABLE', lost, { value: record.blob });
}

function forgotten({ task, id }: RunRecord): TaskError {
  return new TaskError('RESULT_FORGOTTEN', `the result of task '${task}' (${id}) was forgotten`, {
    value: id,
  });
}

function expired({ task, id }: RunRecord): TaskError {
  const text = `the result of task '${task}' (${id}) was kept for as long as its resultExpires says`;
  return new TaskError('RESULT_EXPIRED', text, { value: id });
}

/** What whoever waits is told of a run that ended without a result. */
export function endError(
  run: Pick<RunRecord, 'id' | 'task' | 'state'> & Pick<Ending, 'error' | 'reason'>,
  title = `task '${run.task}'`,
): TaskError {
  const cause = run.error === undefined ? {} : { cause: fromWireError(run.error) };
  if (run.state === 'REVOKED') {
    const text = `${title} (${run.id}) did not run: ${run.reason ?? 'revoked'}`;
    return new TaskError('TASK_REVOKED', text, cause);
  }
  const why = run.error === undefined ? '' : `: ${run.error.name}: ${run.error.message}`;
  const text = `${title} (${run.id}) failed (${run.reason ?? 'error'})${why}`;
  return new TaskError('TASK_FAILED', text, cause);
}

/**
 * Waits between looks. They end at times that lie a step apart: those who wait for the same time share one
 * sleep, since timers of their own would fire one by one, and what each then reads would be a call of its
 * own. The times count from the first wait, so that many processes do not read in step.
 */
function createWaits(clock: Clock): Pick<Poll, 'first' | 'next'> {
  const sleeps = new Map<number, Promise<void>>();
  let origin: number | undefined;
  const wait = async (due: number, signal: AbortSignal | undefined): Promise<void> => {
    const sleep = sleeps.get(due) ?? clock.sleep(due - clock.now()).finally(() => sleeps.delete(due));
    sleeps.set(due, sleep);
    await clock.waiting(unlessAborted(sleep, signal));
    signal?.throwIfAborted();
  };
  return {
    async first(sentAt = Number.NEGATIVE_INFINITY, { until, signal }) {
      const now = clock.now();
      origin ??= now;
      const due = sentAt + FIRST_LOOK_MS;
      // Not later than that by this machine's clock either: the sender's may be ahead of it.
      if (due > now && due <= Math.min(now + FIRST_LOOK_MS, until)) await wait(due, signal);
    },
    async next(looks, { until, signal, late }) {
      const now = clock.now();
      if (now >= until) throw late();
      origin ??= now;
      const stepMs = POLL_MS[looks] ?? POLL_MAX_MS;
      await wait(Math.min(origin + (Math.floor((now - origin) / stepMs) + 1) * stepMs, until), signal);
    },
  };
}

/** The same number of steps for all, with or without a signal, so that they stay together. */
function unlessAborted(sleep: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal?.reason);
    const end = (settle: () => void): void => {
      signal?.removeEventListener('abort', abort);
      settle();
    };
    signal?.addEventListener('abort', abort, { once: true });
    sleep.then(
      () => end(resolve),
      (error) => end(() => reject(error)),
    );
    if (signal?.aborted === true) abort();
  });
}
