/**
 * The concurrency of a polling worker: so many messages run at once, and whoever has to wait goes by rank,
 * the highest first, then in the order of asking.
 */
import { BATCH_ENTRIES_MAX } from '../core/limits.ts';
import { createAhead } from './ahead.ts';

export interface Slots {
  /**
   * How many more may be received: those that are free, and those that may wait for one; below zero while too
   * many are taken after the limit was lowered.
   */
  readonly free: number;
  readonly limit: number;
  /** Whether who asks for a slot has to wait. */
  readonly full: boolean;
  /** How many wait for a slot beyond those that may for as long as it takes: as many as `prefetch` says. */
  readonly excess: number;
  /** Resolves when a slot is ours, to a function that gives it back; undefined: aborted before that. */
  take(rank: number, signal?: AbortSignal): Promise<(() => void) | undefined>;
  /** Resolves when a call for more is worth it: nobody waits for a slot, or there is room for many. */
  ready(): Promise<void>;
  /** Says how long a run took. */
  ran(ms: number): void;
  /** Says that somebody has waited for a slot too long. */
  late(): void;
  /** Changes how many there are; what runs goes on. */
  resize(limit: number): void;
}

interface Entry {
  readonly rank: number;
  readonly go: () => void;
}

/** `prefetch` is how many may wait for a slot besides those that run; undefined: by how long runs take. */
export function createSlots(initial: number, prefetch: number | undefined): Slots {
  const ahead = createAhead(prefetch);
  let limit = initial;
  let taken = 0;
  const waiting: Entry[] = [];
  const watching: (() => void)[] = [];

  const room = (): number => limit + ahead.count(limit);
  const free = (): number => room() - taken - waiting.length;

  function isReady(): boolean {
    const enough = waiting.length === 0 ? 1 : Math.min(BATCH_ENTRIES_MAX, Math.ceil(room() / 2));
    return free() >= enough;
  }

  function wake(): void {
    while (taken < limit && waiting.length > 0) {
      taken += 1;
      waiting.shift()?.go();
    }
    if (isReady()) for (const tell of watching.splice(0)) tell();
  }

  function giveBack(): void {
    taken -= 1;
    wake();
  }

  return {
    get free() {
      return free();
    },
    get limit() {
      return limit;
    },
    get full() {
      return taken >= limit;
    },
    get excess() {
      return Math.max(0, waiting.length - (prefetch ?? 0));
    },
    take(rank, signal) {
      if (signal?.aborted === true) return Promise.resolve(undefined);
      return new Promise((resolve) => {
        const abort = (): void => {
          waiting.splice(waiting.indexOf(entry), 1);
          resolve(undefined);
          wake();
        };
        const go = (): void => {
          signal?.removeEventListener('abort', abort);
          resolve(once(giveBack));
        };
        const entry: Entry = { rank, go };
        signal?.addEventListener('abort', abort, { once: true });
        insert(waiting, entry);
        wake();
      });
    },
    ready() {
      if (isReady()) return Promise.resolve();
      return new Promise((resolve) => watching.push(resolve));
    },
    ran: ahead.ran,
    late: ahead.late,
    resize(to) {
      limit = to;
      wake();
    },
  };
}

/** Behind all of its rank, before all of lower ones. */
function insert(waiting: Entry[], entry: Entry): void {
  const behind = waiting.findIndex((other) => other.rank < entry.rank);
  waiting.splice(behind < 0 ? waiting.length : behind, 0, entry);
}

/** What can be called twice, and has its effect once. */
function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    work();
  };
}
