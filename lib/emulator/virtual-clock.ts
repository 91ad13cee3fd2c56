/**
 * A clock that stands still until it is moved. Time goes from timer to timer, and at each of them waits for
 * what the timer set off: first for one turn of the event loop, which drains promises, then for every `run`
 * that is not itself waiting.
 *
 * A `run` is waiting while it sleeps, while a promise that it passed to `waiting` is open, and while a
 * `run` that was started inside it is: a function that calls another one does not hold up the clock on
 * which the other one sleeps. Which `run` some code belongs to is told by its asynchronous context; the
 * callback of a timer belongs to none, so `at(now(), …)` is how background work leaves the `run` that
 * happens to set it off.
 */
import type { VirtualClock } from './clock.ts';
import { Runs } from './runs.ts';
import { sleepUntil } from './sleep.ts';
import { isBefore, type Timer, TimerHeap } from './timer-heap.ts';

/** Taken once: a test that fakes the timers of its process must not stop this clock. */
const nextTurn = setImmediate;

/**
 * How long, in real time in which this process has nothing to do, the clock waits for one run before it gives
 * up and names it. Work that keeps the process busy may take twelve times as long.
 */
export const BUSY_LIMIT_MS = 5_000;

export interface VirtualClockOptions {
  /** Real milliseconds with nothing to do after which a busy `run` is reported. @default 5000 */
  readonly busyLimitMs?: number;
}

/** Makes a clock that shows `start`, in milliseconds since the epoch, until it is advanced. */
export function createVirtualClock(start: number, options: VirtualClockOptions = {}): VirtualClock {
  if (!Number.isFinite(start)) throw new RangeError(`a virtual clock needs a finite start, not ${start}`);
  return new SteppingClock(start, options.busyLimitMs ?? BUSY_LIMIT_MS);
}

class SteppingClock implements VirtualClock {
  readonly #runs: Runs;
  /** Timers for a time to come; moving the clock fires them. */
  readonly #later = new TimerHeap();
  /** Timers that were due when they were set; they need nobody to move the clock. */
  readonly #dueNow = new TimerHeap();
  #now: number;
  #order = 0;
  #drivers = 0;
  #turnIsSet = false;
  #lastMove: Promise<unknown> = Promise.resolve();

  constructor(start: number, busyLimitMs: number) {
    this.#now = start;
    this.#runs = new Runs(busyLimitMs);
  }

  readonly now = (): number => this.#now;

  readonly at = (time: number, run: () => void): (() => void) => {
    if (Number.isNaN(time)) throw new RangeError('a timer needs a time, not NaN');
    const heap = time > this.#now ? this.#later : this.#dueNow;
    const timer: Timer = { time: Math.max(time, this.#now), order: this.#order++, run, index: -1 };
    heap.add(timer);
    if (heap === this.#dueNow) this.#setTurn();
    return () => heap.remove(timer);
  };

  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
    const run = this.#runs.current();
    return sleepUntil(
      this.at,
      this.#now + ms,
      signal,
      () => this.#runs.wait(run),
      () => this.#runs.resume(run),
    );
  };

  readonly run = <T>(name: string, work: () => Promise<T>): Promise<T> => this.#runs.start(name, work);

  readonly waiting = async <T>(promise: Promise<T>): Promise<T> => {
    const run = this.#runs.current();
    if (run === undefined) return promise;
    this.#runs.wait(run);
    try {
      return await promise;
    } finally {
      this.#runs.resume(run);
    }
  };

  readonly advance = async (ms: number): Promise<void> => {
    if (!(ms >= 0 && Number.isFinite(ms))) throw new RangeError(`a clock cannot be advanced by ${ms} ms`);
    this.#refuseInside('advance');
    const moved = this.#lastMove.then(() => this.#move(ms));
    // Two callers who advance at once move the clock one after the other, and the error of one is not the
    // other's.
    this.#lastMove = moved.catch(() => undefined);
    return moved;
  };

  readonly settled = async (): Promise<void> => {
    this.#refuseInside('settled');
    // The first turn is for work that is only about to call run: an SDK's middleware, an event from a stream.
    await eventLoopTurn();
    return this.#settle();
  };

  readonly next = (): number | undefined => this.#dueNow.peek()?.time ?? this.#later.peek()?.time;

  async #move(ms: number): Promise<void> {
    const target = this.#now + ms;
    for (;;) {
      await this.#settle();
      const first = this.#later.peek();
      if (first === undefined || first.time > target) break;
      this.#now = first.time;
      this.#popDue()?.run();
    }
    this.#now = target;
  }

  async #settle(): Promise<void> {
    this.#drivers += 1;
    try {
      for (;;) {
        await eventLoopTurn();
        if (this.#runs.busy > 0) {
          await this.#runs.idle(this.#busyMessage);
          continue;
        }
        const timer = this.#popDue();
        if (timer === undefined) return;
        timer.run();
      }
    } finally {
      this.#drivers -= 1;
      if (this.#dueNow.size > 0) this.#setTurn();
    }
  }

  #popDue(): Timer | undefined {
    const set = this.#dueNow.peek();
    const reached = this.#later.peek();
    if (reached === undefined || reached.time > this.#now) return this.#dueNow.pop();
    return set !== undefined && isBefore(set, reached) ? this.#dueNow.pop() : this.#later.pop();
  }

  #setTurn(): void {
    if (this.#turnIsSet) return;
    this.#turnIsSet = true;
    this.#runs.outside(() => nextTurn(this.#takeTurn));
  }

  readonly #takeTurn = (): void => {
    this.#turnIsSet = false;
    // A driver fires in order by itself, but not while it waits for a run, which may be waiting for just
    // this timer.
    const timer = this.#drivers > 0 && this.#runs.busy === 0 ? undefined : this.#dueNow.pop();
    if (this.#dueNow.size > 0) this.#setTurn();
    timer?.run();
  };

  #refuseInside(what: string): void {
    const run = this.#runs.current();
    if (run === undefined) return;
    throw new Error(`${what} was called inside '${run.name}', for which the clock itself waits; sleep there`);
  }

  readonly #busyMessage = (name: string, limitMs: number): string => {
    const at = new Date(this.#now).toISOString();
    return (
      `'${name}' has been busy for ${limitMs / 1000} s of real time at virtual ${at}; ` +
      'virtual time stands still until it ends, sleeps on the clock or passes what it waits for to waiting()'
    );
  };
}

function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => nextTurn(resolve));
}
