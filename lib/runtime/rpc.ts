/**
 * RPC: a task is sent with the address of a reply queue, and its outcome comes back there. Inside Lambda,
 * whose frozen environments can neither beat nor close, the run's record is waited for instead; what comes of
 * a call is the same either way.
 */
import { type Duration, toMilliseconds } from '../core/duration.ts';
import type { Json } from '../core/json.ts';
import { RETENTION_MS } from '../core/limits.ts';
import type { AsyncResult, CallOptions, Sender } from '../define/client.ts';
import type { TaskSignature as Signature } from '../define/signature.ts';
import { SendError, TaskError, TimeoutError } from '../errors.ts';
import type { Connection } from './client.ts';
import type { Inbox, ReplyAddress } from './inbox.ts';
import { refuseOther } from './not-a-call.ts';
import type { Clock } from './ports.ts';

/** Set by the bundler to `false` in a worker, which has no reply queue. */
declare const CELERIAC_REPLIES: boolean | undefined;

export const CALL_TIMEOUT_DEFAULT = '30s';

/** Sends a signature; a reply is asked for where it has an address. */
export type SendCall = (signature: Signature, address?: ReplyAddress) => Promise<SentCall>;

/** A call that was sent, and whose run answers it. */
export interface SentCall {
  readonly result: AsyncResult<unknown>;
  /** Whether it is the run of another call, which has the same key: it does not reply to this one. */
  readonly isOthers: boolean;
}

/** `call` over what performs a signature. */
export function createCall(shared: Connection, send: SendCall): Sender['call'] {
  const { inbox } = shared;
  return async <Output>(signature: Signature<Output>, options: CallOptions = {}) => {
    refuseOther(signature, ['signature'], 'call takes task(input); send a workflow, and get its result');
    const timeout = checked(options.timeout ?? CALL_TIMEOUT_DEFAULT);
    options.signal?.throwIfAborted();
    const output =
      (typeof CELERIAC_REPLIES === 'undefined' || CELERIAC_REPLIES) && inbox !== undefined
        ? await byQueue(shared, inbox, send, signature, { ...options, timeout })
        : await byRecord(shared, send, signature, { ...options, timeout });
    // The signature was made by the task itself, whose output this is.
    return output as never;
  };
}

interface Waits extends CallOptions {
  readonly timeout: Duration;
}

async function byQueue(
  { ports: { clock } }: Connection,
  inbox: Inbox,
  send: SendCall,
  signature: Signature,
  { timeout, signal }: Waits,
): Promise<unknown> {
  const until = clock.now() + toMilliseconds(timeout);
  const givenUp = new AbortController();
  const answered = new AbortController();
  const abort = (): void => givenUp.abort(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  clock.sleep(toMilliseconds(timeout), answered.signal).then(
    () => givenUp.abort(timedOut(signature.task, timeout)),
    // Answered in time; or the process ends, and with it the wait.
    (error) => givenUp.abort(error),
  );
  try {
    return await inbox.ask(async (address) => {
      const { result, isOthers } = await send(signature, address);
      const waits = { timeout, signal: givenUp.signal };
      return isOthers ? () => outcomeOf(clock, signature, result, until, waits) : undefined;
    }, givenUp.signal);
  } finally {
    answered.abort();
    signal?.removeEventListener('abort', abort);
  }
}

async function byRecord(
  { app, ports }: Connection,
  send: SendCall,
  signature: Signature,
  { timeout, signal }: Waits,
): Promise<unknown> {
  const task = app.tasks.find(({ name }) => name === signature.task);
  // Before it is sent: nobody would ever hear of its outcome.
  if (task !== undefined && !task.result) {
    const text =
      `task '${task.name}' keeps no result (result: false), and inside Lambda a call waits for the result; ` +
      'remove that option, or send the task without waiting';
    throw new TaskError('RESULT_NOT_KEPT', text, { value: task.name });
  }
  if (task !== undefined && ports.runs === undefined) {
    const text =
      `the result of task '${task.name}' cannot be read here: no task of this worker's own queue keeps ` +
      'one, so it was built without DynamoDB; remove result: false from the task that calls';
    throw new TaskError('RESULT_NOT_READABLE', text, { value: task.name });
  }
  const until = ports.clock.now() + toMilliseconds(timeout);
  const { result } = await send(signature);
  return outcomeOf(
    ports.clock,
    signature,
    result,
    until,
    signal === undefined ? { timeout } : { timeout, signal },
  );
}

/** What the run's record says of its outcome, as a reply would say it. */
async function outcomeOf(
  clock: Clock,
  { task }: Signature,
  result: AsyncResult<unknown>,
  until: number,
  { timeout, signal }: Waits,
): Promise<Json | undefined> {
  const leftMs = Math.max(0, until - clock.now());
  try {
    const asked = { timeout: `${leftMs}ms`, ...(signal === undefined ? {} : { signal }) } as const;
    // A record keeps nothing else.
    return (await result.get(asked)) as Json | undefined;
  } catch (error) {
    if (error instanceof TimeoutError) throw timedOut(task, timeout);
    // What a reply would carry is the task's own error.
    if (error instanceof TaskError && error.code === 'TASK_FAILED') throw error.cause ?? error;
    throw error;
  }
}

function checked(timeout: Duration): Duration {
  if (toMilliseconds(timeout) <= RETENTION_MS) return timeout;
  const text = `a call's timeout is '${timeout}', but SQS keeps no message longer than '14d'; wait less`;
  throw new SendError('TIMEOUT_TOO_LONG', text, { value: timeout, allowed: '14d' });
}

function timedOut(task: string, timeout: string): TimeoutError {
  const text = `task '${task}' has not replied within ${timeout}; it goes on, its reply will be dropped`;
  return new TimeoutError('CALL_TIMEOUT', text, { value: timeout });
}
