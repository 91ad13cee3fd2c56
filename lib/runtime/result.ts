/**
 * Results. All handles that wait share one poll: ids are read together, up to 100 a call, at growing
 * intervals, so that waiting for a thousand results costs ten calls a round and not a thousand.
 */
import { toMilliseconds } from '../core/duration.ts';
import { type IdSpace, sentAtOf } from '../core/id.ts';
import { RECORD_MS } from '../core/limits.ts';
import { isFinal } from '../core/task-state.ts';
import type { AsyncResult, GetOptions } from '../define/client.ts';
import type { RunState } from '../define/control.ts';
import { type AnyTask, keepsRecord } from '../define/task.ts';
import { fromWireError, TaskError, TimeoutError } from '../errors.ts';
import { createHandle, progressOf } from './handle.ts';
import type { Blobs, Clock, Ending, RunRecord, Runs, State } from './ports.ts';
import { UNTIMED } from './taken.ts';

/** Set by the bundler to `false` for a worker whose tasks keep no records; see serve.ts. */
declare const CELERIAC_STATE: boolean | undefined;

export const GET_TIMEOUT_DEFAULT = '5m';

const READ_MAX = 100;
/**
 * How far apart the looks at a record are: the first ones come soon. Each is a part of the last, where all
 * meet.
 */
const POLL_MS = [50, 100, 200, 500, 1_000] as const;
const POLL_MAX_MS = 1_000;

export interface ResultContext {
  readonly space: IdSpace;
  readonly clock: Clock;
  readonly runs: Runs | undefined;
  readonly state?: State | undefined;
  readonly blobs?: Blobs | undefined;
}

export interface Results {
  /** The handle of a run of `task`. */
  handle(task: AnyTask, id: string): AsyncResult<unknown>;
}

/** Handles over one shared poll. */
export function createResults(context: ResultContext): Results {
  const read = createReader(context);
  const wait = createWait(context.clock);
  return {
    handle: (task, id) => ({
      id,
      get: (options) => get(context, { read, wait }, task, id, options),
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

export type Read = (id: string) => Promise<RunRecord | undefined>;
type Wait = (stepMs: number, until: number, signal: AbortSignal | undefined) => Promise<void>;

async function get(
  context: ResultContext,
  { read, wait }: { readonly read: Read; readonly wait: Wait },
  task: AnyTask,
  id: string,
  options: GetOptions = {},
): Promise<unknown> {
  const { clock } = context;
  refuse(context, task, id);
  const timeout = options.timeout ?? GET_TIMEOUT_DEFAULT;
  const until = clock.now() + toMilliseconds(timeout);
  for (let looks = 0; ; looks++) {
    options.signal?.throwIfAborted();
    const record = await clock.waiting(read(id));
    if (record !== undefined && isFinal(record.state)) return outcome(context, record);
    if (clock.now() >= until) {
      const text =
        `task '${task.name}' (${id}) has no result after ${timeout}; it goes on, ask again ` +
        'with result(task, id)';
      throw new TimeoutError('RESULT_TIMEOUT', text, { value: timeout });
    }
    await clock.waiting(wait(POLL_MS[looks] ?? POLL_MAX_MS, until, options.signal));
  }
}

async function state(context: ResultContext, read: Read, task: AnyTask, id: string): Promise<RunState> {
  if (!isOurs(context, id)) return 'UNKNOWN';
  if (context.runs === undefined || !keepsRecord(task)) return 'UNKNOWN';
  const record = await read(id);
  // A state of the task's own stands for STARTED, and for nothing that comes after it.
  return (record?.state === 'STARTED' ? progressOf(record)?.state : undefined) ?? record?.state ?? 'PENDING';
}

/** Refuses what has no record to look at. */
export function refuse(context: ResultContext, task: AnyTask, id: string): void {
  if (!isOurs(context, id)) {
    const text =
      `'${id}' is no task id of app '${context.space.app}' in stage '${context.space.stage}', ` +
      'or it is older than its record';
    throw new TaskError('RESULT_UNKNOWN', text, { value: id });
  }
  if (!keepsRecord(task)) {
    const text = `task '${task.name}' keeps no result (result: false); remove that option to wait for it`;
    throw new TaskError('RESULT_NOT_KEPT', text, { value: id });
  }
  if (context.runs === undefined) {
    const text =
      `task '${task.name}' keeps its result, but this worker cannot read it: no task of its own queue ` +
      'keeps one, so it was built without DynamoDB; remove result: false from the task that waits';
    throw new TaskError('RESULT_NOT_READABLE', text, { value: id });
  }
}

function isOurs(context: ResultContext, id: string): boolean {
  const sentAt = sentAtOf(context.space, id);
  return sentAt !== undefined && (sentAt === UNTIMED || sentAt > context.clock.now() - RECORD_MS);
}

async function outcome({ blobs, clock }: ResultContext, record: RunRecord): Promise<unknown> {
  if (record.state !== 'SUCCESS') throw endError(record);
  if (record.resultUntil !== undefined && record.resultUntil <= clock.now()) throw expired(record);
  if (record.forgotten === true) {
    const text = `the result of task '${record.task}' (${record.id}) was forgotten`;
    throw new TaskError('RESULT_FORGOTTEN', text, { value: record.id });
  }
  if (record.blob === undefined) return record.result === undefined ? undefined : JSON.parse(record.result);
  const text = await blobs?.get(record.blob);
  if (text !== undefined) return JSON.parse(text);
  const why = blobs === undefined ? 'this worker was not given that' : 'it is not there any more';
  const lost = `the result of task '${record.task}' (${record.id}) lies in the app's bucket, and ${why}`;
  throw new TaskError('RESULT_NOT_READABLE', lost, { value: record.blob });
}

function expired({ task, id }: RunRecord): TaskError {
  const text = `the result of task '${task}' (${id}) was kept for as long as its resultExpires says`;
  return new TaskError('RESULT_EXPIRED', text, { value: id });
}

/** What whoever waits is told of a run that ended without a result. */
export function endError(
  run: Pick<RunRecord, 'id' | 'task' | 'state'> & Pick<Ending, 'error' | 'reason'>,
): TaskError {
  const cause = run.error === undefined ? {} : { cause: fromWireError(run.error) };
  if (run.state === 'REVOKED') {
    const text = `task '${run.task}' (${run.id}) did not run: ${run.reason ?? 'revoked'}`;
    return new TaskError('TASK_REVOKED', text, cause);
  }
  const why = run.error === undefined ? '' : `: ${run.error.name}: ${run.error.message}`;
  const text = `task '${run.task}' (${run.id}) failed (${run.reason ?? 'error'})${why}`;
  return new TaskError('TASK_FAILED', text, cause);
}

/**
 * Waits until the next of the times that lie `stepMs` apart, or `until` if that comes first. Those who wait
 * for the same time share one sleep: timers of their own would fire one by one, and what each then reads
 * would be a call of its own. The times count from the first wait, so that many processes do not read in
 * step.
 */
function createWait(clock: Clock): Wait {
  const sleeps = new Map<number, Promise<void>>();
  let origin: number | undefined;
  return (stepMs, until, signal) => {
    const now = clock.now();
    origin ??= now;
    const next = origin + (Math.floor((now - origin) / stepMs) + 1) * stepMs;
    const due = Math.min(next, until);
    const sleep = sleeps.get(due) ?? clock.sleep(due - now).finally(() => sleeps.delete(due));
    sleeps.set(due, sleep);
    return unlessAborted(sleep, signal);
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

/** Joins the reads of one tick; each id is read once however many wait for it. */
function createReader(context: ResultContext): Read {
  let pending = new Map<string, { promise: Promise<RunRecord | undefined>; settle: Settle }>();
  return (id) => {
    const same = pending.get(id);
    if (same !== undefined) return same.promise;
    if (pending.size === 0) {
      queueMicrotask(() =>
        queueMicrotask(() => {
          const batch = pending;
          pending = new Map();
          void readAll(context, batch);
        }),
      );
    }
    const entry = deferred();
    pending.set(id, entry);
    return entry.promise;
  };
}

interface Settle {
  resolve(record: RunRecord | undefined): void;
  reject(error: unknown): void;
}

function deferred(): { promise: Promise<RunRecord | undefined>; settle: Settle } {
  let settle: Settle | undefined;
  const promise = new Promise<RunRecord | undefined>((resolve, reject) => {
    settle = { resolve, reject };
  });
  // The executor has run by now: promises call it at once.
  return { promise, settle: settle as unknown as Settle };
}

async function readAll(
  context: ResultContext,
  batch: ReadonlyMap<string, { readonly settle: Settle }>,
): Promise<void> {
  const ids = [...batch.keys()];
  const cuts = Array.from({ length: Math.ceil(ids.length / READ_MAX) }, (_, index) =>
    ids.slice(index * READ_MAX, (index + 1) * READ_MAX),
  );
  await Promise.all(
    cuts.map(async (cut) => {
      try {
        const records = (await context.runs?.read(cut)) ?? new Map<string, RunRecord>();
        for (const id of cut) batch.get(id)?.settle.resolve(records.get(id));
      } catch (error) {
        for (const id of cut) batch.get(id)?.settle.reject(error);
      }
    }),
  );
}
