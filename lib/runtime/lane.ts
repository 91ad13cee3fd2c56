/**
 * The way to one target (a queue, a topic, a bus, the bucket): entries handed in during one tick share calls,
 * up to the target's limits; entries that fail are sent again alone; each caller's promise settles by its own
 * entry. A call that fails as a whole may have taken effect: its entries are sent again all the same, since a
 * message too much is dropped by its claim and a message too few is lost.
 *
 * Order: of each group at most one entry is under way, and the next goes when it was taken or given up. A
 * call with several entries of a group could be taken in part, and what stands behind the failed entry would
 * have overtaken it for good: no repetition can put it back (deduplication makes a repetition harmless, it
 * does not move it). The price is one call for each entry of a group, one after the other; up to ten groups
 * share a call, and none waits for another. The loser was a call with whole groups, ten times cheaper for a
 * single group, and out of order exactly when something goes wrong.
 */
import { SendError } from '../errors.ts';
import type { Chance, Clock, EntryFailure } from './ports.ts';

/** What is sent to, and what one call to it may hold. */
export interface Target<Entry> {
  /** What it is called in messages: "queue 'shop-dev-work'". */
  readonly title: string;
  readonly entriesMax: number;
  readonly bytesMax: number;
  sizeOf(entry: Entry): number;
  /** The group whose order is kept; undefined: none. */
  groupOf(entry: Entry): string | undefined;
  submit(entries: readonly Entry[]): Promise<readonly EntryFailure[]>;
}

export interface Lane<Entry> {
  /**
   * Resolves when the target has taken the entry.
   * @throws SendError SEND_FAILED with the service's code and message, after its tries.
   */
  hand(entry: Entry): Promise<void>;
}

export interface LanePorts {
  readonly clock: Clock;
  readonly chance: Chance;
}

/**
 * How often an entry is tried, and how the waits in between grow (full jitter). The SDK below retries calls
 * by itself.
 */
const TRIES_MAX = 4;
const WAIT_MS = 100;

interface Waiting<Entry> {
  readonly entry: Entry;
  readonly group: string | undefined;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Makes the way to a target. */
export function createLane<Entry>(ports: LanePorts, target: Target<Entry>): Lane<Entry> {
  const groups = createGroups<Waiting<Entry>>();
  let unordered: Waiting<Entry>[] = [];
  let due = false;

  function schedule(): void {
    if (due) return;
    due = true;
    // After the microtasks of this tick: everything that the caller sends in one go is there by then.
    queueMicrotask(() => queueMicrotask(dispatch));
  }

  function dispatch(): void {
    due = false;
    const ready = [...unordered, ...groups.next()];
    unordered = [];
    for (const batch of cut(target, ready)) void send(batch);
  }

  function settle(waiting: Waiting<Entry>, failure: Error | undefined): void {
    if (failure === undefined) waiting.resolve();
    else waiting.reject(failure);
    if (waiting.group !== undefined && groups.release(waiting.group)) schedule();
  }

  async function send(batch: readonly Waiting<Entry>[]): Promise<void> {
    let left = batch;
    for (let tries = 1; left.length > 0; tries++) {
      const answer = await attempt(target, left);
      if (answer.kind === 'suspect' && left.length > 1) {
        // One wrong entry refuses them all: alone, each gets its own answer.
        for (const waiting of left) void send([waiting]);
        return;
      }
      const again: Waiting<Entry>[] = [];
      for (const [index, waiting] of left.entries()) {
        const failure = answer.failures.get(index);
        if (failure?.retryable === true && tries < TRIES_MAX) again.push(waiting);
        else settle(waiting, failure === undefined ? undefined : refused(target.title, failure));
      }
      const cause = again.length > 0 ? await pause(ports, tries) : undefined;
      // Whoever cuts the wait short (a process that ends) tells it to every entry left.
      if (cause !== undefined) for (const waiting of again) settle(waiting, cause);
      left = cause === undefined ? again : [];
    }
  }

  return {
    hand: (entry) =>
      new Promise<void>((resolve, reject) => {
        const waiting = { entry, group: target.groupOf(entry), resolve, reject };
        if (waiting.group === undefined) unordered.push(waiting);
        else groups.add(waiting.group, waiting);
        schedule();
      }),
  };
}

/** Entries that wait by group; of each group the first goes, and the next when it is released. */
function createGroups<T>() {
  const waiting = new Map<string, T[]>();
  const underWay = new Set<string>();
  const startable = new Set<string>();
  return {
    add(group: string, entry: T): void {
      const list = waiting.get(group);
      if (list === undefined) waiting.set(group, [entry]);
      else list.push(entry);
      if (!underWay.has(group)) startable.add(group);
    },
    /** The first of each group of which none is under way. */
    next(): readonly T[] {
      const heads = [...startable].flatMap((group) => {
        underWay.add(group);
        return waiting.get(group)?.splice(0, 1) ?? [];
      });
      startable.clear();
      return heads;
    },
    /** The one that was under way has ended; tells whether another one waits. */
    release(group: string): boolean {
      underWay.delete(group);
      const more = (waiting.get(group)?.length ?? 0) > 0;
      if (more) startable.add(group);
      else waiting.delete(group);
      return more;
    },
  };
}

/** Cuts a list into calls of at most so many entries and bytes, keeping its order. */
function cut<Entry>(target: Target<Entry>, list: readonly Waiting<Entry>[]): Waiting<Entry>[][] {
  const calls: Waiting<Entry>[][] = [];
  let bytes = 0;
  for (const waiting of list) {
    const size = target.sizeOf(waiting.entry);
    const last = calls.at(-1);
    if (last === undefined || last.length >= target.entriesMax || bytes + size > target.bytesMax) {
      calls.push([waiting]);
      bytes = size;
    } else {
      last.push(waiting);
      bytes += size;
    }
  }
  return calls;
}

interface Answer {
  /** 'suspect': the call was refused for good, and one of its entries may be the reason. */
  readonly kind: 'answered' | 'suspect';
  readonly failures: ReadonlyMap<number, EntryFailure>;
}

async function attempt<Entry>(target: Target<Entry>, batch: readonly Waiting<Entry>[]): Promise<Answer> {
  try {
    const failures = await target.submit(batch.map(({ entry }) => entry));
    return { kind: 'answered', failures: new Map(failures.map((failure) => [failure.index, failure])) };
  } catch (error) {
    const { code, message, retryable, entryFault } = described(error);
    const failures = batch.map((_, index) => [index, { index, code, message, retryable }] as const);
    return { kind: entryFault ? 'suspect' : 'answered', failures: new Map(failures) };
  }
}

/** What an adapter's exception says; only what names itself as final is not tried again. */
function described(error: unknown): Omit<EntryFailure, 'index'> & { readonly entryFault: boolean } {
  if (!(error instanceof Error))
    return { code: 'UNKNOWN', message: String(error), retryable: true, entryFault: false };
  const retryable = !('retryable' in error && error.retryable === false);
  const entryFault = 'entryFault' in error && error.entryFault === true;
  return { code: error.name, message: error.message, retryable, entryFault };
}

/** Waits before the next try; what cut the wait short, if something did. */
async function pause({ clock, chance }: LanePorts, tries: number): Promise<Error | undefined> {
  try {
    await clock.sleep(chance() * WAIT_MS * 2 ** tries);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function refused(title: string, failure: EntryFailure): SendError {
  const message = `${title} refused the message: ${failure.code}: ${failure.message}`;
  return new SendError('SEND_FAILED', message, { value: failure.code });
}
