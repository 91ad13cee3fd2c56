/**
 * Time in the emulator: one timer heap for everything that waits. A real clock follows the machine; a
 * virtual one stands still until `advance` moves it from timer to timer, and never while some code is
 * running that does not itself wait on it.
 */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * Calls `run` once the clock reaches `time` (at the next turn when that is past). Returns a function that
   * cancels it.
   */
  at(time: number, run: () => void): () => void;
  /** Resolves after `ms` on this clock; rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /**
   * Runs work which virtual time has to wait for, such as a function's handler, under a name for the error
   * message.
   */
  run<T>(name: string, work: () => Promise<T>): Promise<T>;
  /**
   * Says that the surrounding `run` waits on the clock (a long poll, a slow answer) until the promise
   * settles.
   */
  waiting<T>(promise: Promise<T>): Promise<T>;
}

/** A clock that stands still until it is moved. */
export interface VirtualClock extends Clock {
  /**
   * Moves time forward, firing every timer on its way at its own time and letting all work finish in
   * between.
   */
  advance(ms: number): Promise<void>;
  /**
   * Resolves when nothing runs but what waits on the clock; rejects by name when some work is busy for 5
   * real seconds.
   */
  settled(): Promise<void>;
  /** When the next timer is due, if there is one. */
  next(): number | undefined;
}

export { createRealClock } from './real-clock.ts';
export { createVirtualClock, type VirtualClockOptions } from './virtual-clock.ts';
