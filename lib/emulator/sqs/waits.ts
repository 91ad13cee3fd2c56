/**
 * Who waits for messages: long polls, and watchers such as event source mappings. All of SQS's timers are
 * here.
 */
import type { Clock } from '../clock.ts';
import type { Output } from '../service.ts';
import { advanceMoves, nextMoveAt } from './move-task.ts';
import type { Queue } from './queue.ts';
import { queueDoesNotExist } from './refusal.ts';
import { current, type State } from './state.ts';

/** A long poll: looks for messages each time that there is news, until its time is up. */
export interface Poll {
  readonly waitMs: number;
  readonly signal: AbortSignal | undefined;
  look(now: number): Output | undefined;
}

interface Waiter {
  look(now: number): void;
  fail(error: Error): void;
}

/** All who wait for one queue, with the one timer that they share. */
interface Line {
  readonly waiters: Set<Waiter>;
  readonly watchers: Set<() => void>;
  /** The store's arrivals when the watchers were last called. */
  seen: number;
  timerAt: number | undefined;
  cancelTimer: () => void;
  /** Set while a wake is on its way. */
  cancelWake: (() => void) | undefined;
}

export class Waits {
  private readonly state: State;
  private readonly clock: Clock;
  private readonly lines = new Map<string, Line>();
  private moveTimerAt: number | undefined;
  private cancelMoveTimer: () => void = () => {};

  constructor(state: State, clock: Clock) {
    this.state = state;
    this.clock = clock;
  }

  /**
   * Ends with what a look finds, or with an empty answer; rejects when the caller goes away or the queue is
   * deleted.
   */
  poll(queue: Queue, poll: Poll): Promise<Output> {
    const line = this.lineOf(queue.arn);
    const answer = new Promise<Output>((resolve, reject) => {
      const end = () => {
        line.waiters.delete(waiter);
        poll.signal?.removeEventListener('abort', abort);
        cancelDeadline();
        this.forgetIfIdle(queue.arn, line);
      };
      const abort = () => {
        end();
        reject(poll.signal?.reason);
      };
      const waiter: Waiter = {
        look: (now) => {
          const found = poll.look(now);
          if (found === undefined) return;
          end();
          resolve(found);
        },
        fail: (error) => {
          end();
          reject(error);
        },
      };
      const cancelDeadline = this.clock.at(this.clock.now() + poll.waitMs, () => {
        this.settle(queue);
        if (!line.waiters.has(waiter)) return;
        end();
        resolve({});
      });
      line.waiters.add(waiter);
      poll.signal?.addEventListener('abort', abort, { once: true });
    });
    this.arm(queue, line);
    return this.clock.waiting(answer);
  }

  watch(arn: string, wake: () => void): () => void {
    const line = this.lineOf(arn);
    // A wrapper of its own, so that one function can watch twice.
    const watcher = () => wake();
    line.watchers.add(watcher);
    const queue = this.state.queues.get(arn);
    if (queue !== undefined) {
      line.seen = -1;
      this.settle(queue);
    }
    return () => {
      line.watchers.delete(watcher);
      this.forgetIfIdle(arn, line);
    };
  }

  /** Looks after everyone whose queue an operation has touched; called at the end of each. */
  settleTouched(): void {
    for (const queue of this.state.touched) {
      this.state.touched.delete(queue);
      this.serve(queue);
    }
    this.armMoves();
  }

  private settle(queue: Queue): void {
    this.state.touched.add(queue);
    this.settleTouched();
  }

  private serve(queue: Queue): void {
    const line = this.lines.get(queue.arn);
    if (line === undefined) return;
    if (this.state.queues.get(queue.arn) !== queue) {
      for (const waiter of [...line.waiters]) waiter.fail(queueDoesNotExist());
      line.cancelTimer();
      line.timerAt = undefined;
      line.seen = 0;
      return;
    }
    const now = this.clock.now();
    current(this.state, queue, now);
    this.state.touched.delete(queue);
    for (const waiter of line.waiters) {
      if (!queue.store.ready) break;
      waiter.look(now);
    }
    if (queue.store.ready && queue.store.arrivals !== line.seen) {
      line.seen = queue.store.arrivals;
      this.wake(queue.arn, line);
    }
    this.arm(queue, line);
  }

  // As a timer, since what a watcher starts is no part of the work whose call happened to wake it.
  private wake(arn: string, line: Line): void {
    if (line.watchers.size === 0) return;
    line.cancelWake ??= this.clock.at(this.clock.now(), () => {
      line.cancelWake = undefined;
      if (this.state.queues.get(arn)?.store.ready !== true) return;
      for (const watcher of [...line.watchers]) watcher();
    });
  }

  private arm(queue: Queue, line: Line): void {
    const wanted = line.waiters.size + line.watchers.size > 0 ? queue.store.nextDue() : undefined;
    if (wanted === line.timerAt) return;
    line.cancelTimer();
    line.timerAt = wanted;
    line.cancelTimer =
      wanted === undefined
        ? () => {}
        : this.clock.at(wanted, () => {
            line.timerAt = undefined;
            this.settle(queue);
          });
  }

  private armMoves(): void {
    const wanted = this.state.moveTasks.size === 0 ? undefined : nextMoveAt(this.state);
    if (wanted === this.moveTimerAt) return;
    this.cancelMoveTimer();
    this.moveTimerAt = wanted;
    if (wanted === undefined) return;
    this.cancelMoveTimer = this.clock.at(wanted, () => {
      this.moveTimerAt = undefined;
      advanceMoves(this.state, this.clock.now());
      this.settleTouched();
    });
  }

  private lineOf(arn: string): Line {
    const known = this.lines.get(arn);
    if (known !== undefined) return known;
    const line = {
      waiters: new Set<Waiter>(),
      watchers: new Set<() => void>(),
      seen: 0,
      timerAt: undefined,
      cancelTimer: () => {},
      cancelWake: undefined,
    };
    this.lines.set(arn, line);
    return line;
  }

  private forgetIfIdle(arn: string, line: Line): void {
    if (line.waiters.size > 0 || line.watchers.size > 0) return;
    line.cancelTimer();
    line.cancelWake?.();
    line.timerAt = undefined;
    if (this.lines.get(arn) === line) this.lines.delete(arn);
  }
}
