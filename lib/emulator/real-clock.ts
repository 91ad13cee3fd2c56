/**
 * The clock of the machine. All timers share one heap and one Node timer, that of the earliest.
 *
 * A timer set by `at` alone does not keep the process alive: a message's visibility of 12 hours must not
 * hold a finished script open. What somebody awaits does: a `sleep`, and whatever is passed to `waiting`.
 */
import type { Clock } from './clock.ts';
import { sleepUntil } from './sleep.ts';
import { type Timer, TimerHeap } from './timer-heap.ts';

/**
 * The Node timer is set anew at least once a minute, for two reasons: Node takes delays over 2^31 ms for 1
 * ms, and its timers stand still while a laptop sleeps, but `at` is given a time of day.
 */
const WAIT_MAX_MS = 60_000;

/** Makes a clock that follows the machine's. */
export function createRealClock(): Clock {
  return new RealClock();
}

class RealClock implements Clock {
  readonly #heap = new TimerHeap();
  #order = 0;
  #holders = 0;
  #timeout: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #armedFor = Number.POSITIVE_INFINITY;

  readonly now = Date.now;

  readonly at = (time: number, run: () => void): (() => void) => {
    if (Number.isNaN(time)) throw new RangeError('a timer needs a time, not NaN');
    const timer: Timer = { time, order: this.#order++, run, index: -1 };
    this.#heap.add(timer);
    this.#arm();
    return () => this.#heap.remove(timer);
  };

  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    sleepUntil(this.at, Date.now() + ms, signal, this.#hold, this.#release);

  readonly run = async <T>(_name: string, work: () => Promise<T>): Promise<T> => work();

  readonly waiting = <T>(promise: Promise<T>): Promise<T> => {
    this.#hold();
    promise.then(this.#release, this.#release);
    return promise;
  };

  #arm(): void {
    const first = this.#heap.peek();
    if (first === undefined || first.time >= this.#armedFor) return;
    this.#disarm();
    this.#armedFor = first.time;
    const wait = first.time - Date.now();
    if (wait <= 0) this.#immediate = setImmediate(this.#fire);
    else this.#timeout = setTimeout(this.#fire, Math.min(wait, WAIT_MAX_MS));
    if (this.#holders === 0) this.#letGo();
  }

  #disarm(): void {
    clearTimeout(this.#timeout);
    clearImmediate(this.#immediate);
    this.#timeout = undefined;
    this.#immediate = undefined;
    this.#armedFor = Number.POSITIVE_INFINITY;
  }

  readonly #fire = (): void => {
    this.#disarm();
    const now = Date.now();
    // Timers that are set from here on wait for the next turn, so that one which sets itself again starves
    // nobody.
    const end = this.#order;
    try {
      for (let timer = this.#heap.peek(); timer !== undefined; timer = this.#heap.peek()) {
        if (timer.time > now || timer.order >= end) break;
        this.#heap.remove(timer);
        timer.run();
      }
    } finally {
      this.#arm();
    }
  };

  readonly #hold = (): void => {
    this.#holders += 1;
    if (this.#holders > 1) return;
    this.#timeout?.ref();
  };

  readonly #release = (): void => {
    this.#holders -= 1;
    if (this.#holders === 0) this.#letGo();
  };

  #letGo(): void {
    // Not the immediate: without a reference Node runs it only when something else wakes the loop.
    this.#timeout?.unref();
  }
}
