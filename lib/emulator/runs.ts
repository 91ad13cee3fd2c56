/**
 * The books on who is busy: which work a virtual clock has to wait for before it may move. A run belongs to
 * an asynchronous context, so whoever sleeps or waits is found without being passed along.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

/** Taken once: a test that fakes the timers of its process must not touch these books. */
const { setTimeout, clearTimeout, setImmediate, clearImmediate } = globalThis;
const realNow = performance.now.bind(performance);
const utilization = performance.eventLoopUtilization.bind(performance);

/** How many times its limit a run may be busy while this process has work to do. */
const WORKING_FACTOR = 12;

export interface Run {
  readonly name: string;
  /** Whose run it is: code may belong to runs of several clocks. */
  readonly books: Runs;
  /** How many things it waits for; -1 once it is over. */
  waits: number;
  /** Since when, on the machine's clock, it has waited for nothing. */
  busySinceMs: number;
}

/**
 * The runs to which code belongs, at most one of each clock. All clocks share it: Node (before 24) copies
 * every storage that was ever used along with every promise, so with one of its own each simulation of a
 * process would slow down all that come after it.
 */
const context = new AsyncLocalStorage<readonly Run[]>();

/** Counts the runs that wait for nothing, and tells when there are none. */
export class Runs {
  readonly #alive = new Set<Run>();
  readonly #busyLimitMs: number;
  #busy = 0;
  #idlers: (() => void)[] = [];

  constructor(busyLimitMs: number) {
    this.#busyLimitMs = busyLimitMs;
  }

  get busy(): number {
    return this.#busy;
  }

  /** The run to which the code that asks belongs. */
  current(): Run | undefined {
    const run = context.getStore()?.find(({ books }) => books === this);
    return run === undefined || run.waits < 0 ? undefined : run;
  }

  /** Calls `work` as belonging to no run. */
  outside(work: () => void): void {
    context.run(this.#others(), work);
  }

  async start<T>(name: string, work: () => Promise<T>): Promise<T> {
    const outer = this.current();
    const inner: Run = { name, books: this, waits: 0, busySinceMs: realNow() };
    this.#alive.add(inner);
    this.#busy += 1;
    this.wait(outer);
    try {
      return await context.run([inner, ...this.#others()], work);
    } finally {
      this.resume(outer);
      this.#alive.delete(inner);
      if (inner.waits === 0) this.#lessBusy();
      inner.waits = -1;
    }
  }

  /** The run begins to wait for one thing more. */
  wait(run: Run | undefined): void {
    if (run === undefined || run.waits < 0) return;
    run.waits += 1;
    if (run.waits === 1) this.#lessBusy();
  }

  /** One of the things that the run waited for is there. */
  resume(run: Run | undefined): void {
    if (run === undefined || run.waits < 0) return;
    run.waits -= 1;
    if (run.waits > 0) return;
    run.busySinceMs = realNow();
    this.#busy += 1;
  }

  /**
   * Resolves when no run is busy; rejects, with what `describe` makes of the name, when one is busy for too
   * long. Time counts while this process had nothing to do: on a machine that others keep busy, what would
   * end in a moment may take seconds, and is not stuck.
   */
  idle(describe: (name: string, limitMs: number) => string): Promise<void> {
    return new Promise((resolve, reject) => {
      let turn: NodeJS.Immediate | undefined;
      const before = utilization();
      // Node fires timers before it hears what has come from outside. When this process was kept from
      // listening for so long, the end of what seems busy may be here already: it is heard first.
      const checkIn = (ms: number) => setTimeout(() => (turn = setImmediate(check)), ms);
      const wake = () => {
        clearTimeout(timer);
        clearImmediate(turn);
        resolve();
      };
      const check = () => {
        const oldest = this.#longestBusy();
        const leftMs = this.#leftMs(oldest, utilization(before).idle);
        if (oldest === undefined || leftMs > 0) {
          timer = checkIn(Math.ceil(leftMs));
          return;
        }
        this.#idlers = this.#idlers.filter((each) => each !== wake);
        reject(new Error(describe(oldest.name, this.#busyLimitMs)));
      };
      let timer = checkIn(this.#busyLimitMs);
      this.#idlers.push(wake);
    });
  }

  /** For how long a run may still be busy, of which the clock has waited for `idleMs` with nothing to do. */
  #leftMs(run: Run | undefined, idleMs: number): number {
    if (run === undefined) return this.#busyLimitMs;
    const busyMs = realNow() - run.busySinceMs;
    if (busyMs >= WORKING_FACTOR * this.#busyLimitMs) return 0;
    return this.#busyLimitMs - Math.min(busyMs, idleMs);
  }

  /** The runs of other clocks to which the code that asks belongs; those that are over are let go. */
  #others(): readonly Run[] {
    return (context.getStore() ?? []).filter(({ books, waits }) => books !== this && waits >= 0);
  }

  #lessBusy(): void {
    this.#busy -= 1;
    if (this.#busy > 0 || this.#idlers.length === 0) return;
    const woken = this.#idlers;
    this.#idlers = [];
    for (const wake of woken) wake();
  }

  #longestBusy(): Run | undefined {
    let oldest: Run | undefined;
    for (const run of this.#alive) {
      if (run.waits === 0 && (oldest === undefined || run.busySinceMs < oldest.busySinceMs)) oldest = run;
    }
    return oldest;
  }
}
