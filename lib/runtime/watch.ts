/**
 * The watch over one attempt: its time limits, and a heartbeat that keeps what it holds and learns whether it
 * was revoked. The first beat comes after 15 s (5 s where it holds a key or a place), so a short run makes no
 * call more.
 */

import type { Message } from '../core/message.ts';
import { limitsOfRun } from '../core/time-limit.ts';
import type { AnyTask } from '../define/task.ts';
import { TaskError, TimeLimitError, toWireError } from '../errors.ts';
import type { Connection } from './client.ts';
import type { Pass } from './gated.ts';
import { BEAT_MS, leaseEnd, PASS_BEAT_MS } from './lease.ts';
import type { Lease } from './outcome.ts';
import { isRevokedBy } from './revocation.ts';

/** Set by the bundler to `false` where no task has keys or limits; see serve.ts. */
declare const CELERIAC_LIMITS: boolean | undefined;

export interface Watched {
  readonly connection: Connection;
  readonly task: AnyTask;
  readonly message: Message;
  readonly lease: Pick<Lease, 'batch' | 'signal'>;
  /** The claim, where there is one. */
  readonly owner?: string | undefined;
  readonly pass?: Pass | undefined;
}

export interface Watch {
  /** Aborted when the worker has no time left, at the soft limit, and when the run is told to stop. */
  readonly signal: AbortSignal;
  /** Rejects at the hard limit. */
  readonly overtime: Promise<never> | undefined;
  /** The hard limit. */
  readonly hardMs: number | undefined;
  /** Whether it was told to stop by a revoke. */
  isRevoked(): boolean;
  stop(): void;
}

export function createWatch(watched: Watched): Watch {
  const { connection, task, message, lease, owner } = watched;
  const { clock } = connection.ports;
  const { softMs, hardMs } = limitsOfRun(task.limits, message.timeLimit);
  const signal = createLateSignal(lease.signal);
  const cancels = new Set<() => void>();
  const after = (ms: number, ring: () => void): void => {
    const cancel = clock.alarm(ms, () => {
      cancels.delete(cancel);
      ring();
    });
    cancels.add(cancel);
  };
  if (softMs !== undefined) after(softMs, () => signal.abort(tooLong(task, softMs)));
  const overtime =
    hardMs === undefined
      ? undefined
      : new Promise<never>((_, reject) => {
          after(hardMs, () => {
            signal.abort(tooLong(task, hardMs));
            reject(tooLong(task, hardMs));
          });
        });
  // Nobody may be waiting for it yet when it rejects.
  overtime?.catch(() => {});
  const { beatMs: ownMs = BEAT_MS } = lease.batch;
  const beatMs = watched.pass === undefined ? ownMs : Math.min(ownMs, PASS_BEAT_MS);
  let revoked = false;
  let stopped = false;
  const beat = async (claim: string): Promise<void> => {
    const told = await look(watched, claim);
    // A run that outlasts its worker is left behind, and its claim has to lapse.
    if (stopped || clock.now() >= lease.batch.deadline) return;
    if (told !== undefined) {
      revoked = told.code === 'TASK_REVOKED';
      signal.abort(told);
    } else after(beatMs, () => void beat(claim));
  };
  if (owner !== undefined) after(beatMs, () => void beat(owner));
  return {
    get signal() {
      return signal.get();
    },
    overtime,
    hardMs,
    isRevoked: () => revoked,
    stop() {
      stopped = true;
      for (const cancel of cancels) cancel();
      signal.stop();
    },
  };
}

/** A signal that follows another one, made when somebody asks for it: few handlers look at theirs. */
function createLateSignal(outer: AbortSignal) {
  let controller: AbortController | undefined;
  let aborted: { readonly reason: unknown } | undefined;
  let stopped = false;
  const abort = (reason: unknown): void => {
    // What came first counts, also where nobody has looked yet.
    aborted ??= { reason: outer.aborted && !stopped ? outer.reason : reason };
    controller?.abort(aborted.reason);
  };
  const follow = (): void => abort(outer.reason);
  return {
    abort,
    get(): AbortSignal {
      if (controller !== undefined) return controller.signal;
      controller = new AbortController();
      if (aborted !== undefined || (outer.aborted && !stopped)) follow();
      else if (!stopped) outer.addEventListener('abort', follow, { once: true });
      return controller.signal;
    },
    /** From here on it does not follow any more. */
    stop(): void {
      if (outer.aborted) follow();
      stopped = true;
      if (controller !== undefined) outer.removeEventListener('abort', follow);
    },
  };
}

/** One beat: renews what the run holds; an error when it has to stop. Never rejects. */
async function look(
  { connection, message, task, lease, pass }: Watched,
  owner: string,
): Promise<TaskError | undefined> {
  const { clock, state, log } = connection.ports;
  const leaseUntil = leaseEnd(lease.batch.deadline, clock.now(), lease.batch.beatMs);
  try {
    const [claim, kept, byHeader] = await Promise.all([
      state?.control.extend(message.id, owner, leaseUntil),
      pass?.beat(),
      (typeof CELERIAC_LIMITS === 'undefined' || CELERIAC_LIMITS) &&
        isRevokedBy(connection, task, message, true),
    ]);
    const about = `task '${task.name}' (${message.id})`;
    if (claim === 'terminate' || byHeader) return new TaskError('TASK_REVOKED', `${about} was revoked`);
    if (claim === 'lost' || kept === false)
      return new TaskError(
        'CLAIM_LOST',
        `${about} has gone to another worker: no beat got through for too long`,
      );
  } catch (thrown) {
    // The next beat may get through; leases last for several.
    log({ level: 'warn', message: 'a heartbeat failed', id: message.id, error: toWireError(thrown, 0) });
  }
  return undefined;
}

/** What a run that has outlasted a limit ends with. */
export function tooLong({ name }: AnyTask, ms: number): TimeLimitError {
  return new TimeLimitError('TIME_LIMIT', `task '${name}' has run for its time limit of ${ms / 1_000} s`);
}
