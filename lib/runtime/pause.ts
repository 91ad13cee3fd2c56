/**
 * Which queues a polling worker leaves alone for now. A pause stands in the table of runs, where it outlasts
 * every worker; each looks for it when it starts, before it takes anything, and at every beat. A call for
 * messages that is under way then is broken off, as when the worker stops.
 */
import type { Clock, Log } from './ports.ts';
import type { Pauses } from './worker-ports.ts';

export interface Pause {
  /** Whether a queue is to be left alone; all are, until it is known. */
  has(queueName: string): boolean;
  /** Resolves when one of these at least may be polled. */
  open(queueNames: readonly string[]): Promise<void>;
  /** Tells when one of these is paused; returns a function that ends it. */
  onPause(queueNames: readonly string[], told: () => void): () => void;
  /** Looks no more. */
  stop(): void;
}

export interface PausePorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly pauses: Pick<Pauses, 'paused'>;
}

/** A worker that cannot look does not start to work; it tries again after this, or after a beat. */
const AGAIN_MS = 1_000;

/** Looks after the pauses of these queues, now and every `beatMs`. */
export function createPause(ports: PausePorts, queueNames: readonly string[], beatMs: number): Pause {
  return new WatchedPause(ports, queueNames, beatMs);
}

interface Listener {
  readonly queueNames: readonly string[];
  readonly told: () => void;
}

class WatchedPause implements Pause {
  readonly #ports: PausePorts;
  readonly #queueNames: readonly string[];
  readonly #beatMs: number;
  readonly #listeners = new Set<Listener>();
  readonly #waiting = new Set<Listener>();
  #paused: ReadonlySet<string> | undefined;
  #stopped = false;
  #cancel = (): void => {};

  constructor(ports: PausePorts, queueNames: readonly string[], beatMs: number) {
    this.#ports = ports;
    this.#queueNames = queueNames;
    this.#beatMs = beatMs;
    void this.#look();
  }

  has(queueName: string): boolean {
    return this.#paused?.has(queueName) ?? true;
  }

  open(queueNames: readonly string[]): Promise<void> {
    if (this.#isOpen(queueNames)) return Promise.resolve();
    return new Promise((told) => this.#waiting.add({ queueNames, told }));
  }

  onPause(queueNames: readonly string[], told: () => void): () => void {
    const listener = { queueNames, told };
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  #isOpen(queueNames: readonly string[]): boolean {
    return queueNames.some((name) => !this.has(name));
  }

  async #look(): Promise<void> {
    const { clock, log, pauses } = this.#ports;
    try {
      const found = await pauses.paused(this.#queueNames);
      if (!this.#stopped) this.#change(found);
    } catch (error) {
      log({ level: 'warn', message: 'whether queues are paused was not read', error: String(error) });
    }
    if (this.#stopped) return;
    const waitMs = this.#paused === undefined ? AGAIN_MS : this.#beatMs;
    this.#cancel = clock.alarm(waitMs, () => void this.#look());
  }

  #change(found: ReadonlySet<string>): void {
    const before = this.#paused ?? new Set<string>();
    const begun = [...found].filter((name) => !before.has(name));
    const ended = [...before].filter((name) => !found.has(name));
    this.#paused = found;
    for (const queue of begun) this.#ports.log({ level: 'info', message: 'queue paused', queue });
    for (const queue of ended) this.#ports.log({ level: 'info', message: 'queue resumed', queue });
    for (const { queueNames, told } of this.#listeners)
      if (queueNames.some((name) => begun.includes(name))) told();
    for (const waiting of this.#waiting)
      if (this.#isOpen(waiting.queueNames)) {
        this.#waiting.delete(waiting);
        waiting.told();
      }
  }
}
