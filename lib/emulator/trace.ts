/**
 * What happened in the emulator, for tests and inspectors: a bounded ring of entries (each send, receive,
 * invoke, write, fault), and counters of the calls that clients made. The counters never forget, the ring
 * forgets its oldest entries.
 */

/** One thing that happened. */
export interface TraceEntry {
  /**
   * 1 for the first entry of this emulator; without gaps, so a reader can go on after the last one it has
   * seen.
   */
  readonly sequence: number;
  /** Milliseconds since the epoch on the emulator's clock. */
  readonly at: number;
  readonly service: string;
  readonly operation: string;
  /** Where it happened; empty for what belongs to no account, such as a fault of any queue of a name. */
  readonly account: string;
  readonly region: string;
  /** The queue, table, function or stack that it happened to. */
  readonly target: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Which entries to read; what is absent does not limit. */
export interface TraceFilter {
  /** Only entries with a higher sequence number. */
  readonly after?: number;
  /** Only entries at or after this time of the emulator's clock. */
  readonly since?: number;
  readonly service?: string;
  readonly operation?: string;
  readonly target?: string;
  readonly account?: string;
  readonly region?: string;
  /** The newest so many of what is left. */
  readonly limit?: number;
}

/** What has happened in an emulator, the newest entries of it. */
export interface Trace {
  /** Oldest first. */
  entries(filter?: TraceFilter): readonly TraceEntry[];
  /** How many entries the ring has dropped. */
  readonly dropped: number;
  /** Forgets the entries; sequence numbers go on. */
  clear(): void;
}

type RawEntry = Parameters<TraceRing['add']>[0];

/** What the services call with an entry of their own shape, which they do not change afterwards. */
export interface TraceRing extends Trace {
  add(entry: {
    readonly at: number;
    readonly service: string;
    readonly operation: string;
    readonly [detail: string]: unknown;
  }): void;
}

// The member of a service's entry that says what it happened to, by the services' own words.
const TARGETS = ['target', 'queue', 'table', 'function', 'functionName', 'mapping', 'stack'] as const;

/** Makes a ring of at most `entriesMax` entries: memory stays flat however long the emulator runs. */
export function createTrace(entriesMax: number): TraceRing {
  const size = Math.max(0, Math.floor(entriesMax));
  // As they came: most are never read, so they are shaped when they are.
  let ring: RawEntry[] = [];
  let oldest = 0;
  let sequence = 0;
  let dropped = 0;
  return {
    add(raw) {
      sequence += 1;
      if (size === 0) {
        dropped += 1;
      } else if (ring.length < size) {
        ring.push(raw);
      } else {
        ring[oldest] = raw;
        oldest = (oldest + 1) % size;
        dropped += 1;
      }
    },
    entries(filter = {}) {
      const first = sequence - ring.length + 1;
      const found = [...ring.slice(oldest), ...ring.slice(0, oldest)]
        .map((raw, index) => toEntry(first + index, raw))
        .filter((entry) => fits(entry, filter));
      return filter.limit === undefined ? found : found.slice(Math.max(0, found.length - filter.limit));
    },
    get dropped() {
      return dropped;
    },
    clear() {
      ring = [];
      oldest = 0;
    },
  };
}

/** The calls of one operation since the emulator was made. */
export interface CallCount {
  readonly service: string;
  readonly operation: string;
  readonly calls: number;
  /** Calls that ended in an error, a fault's included. */
  readonly errors: number;
  /** Receives that brought no message: they cost money on AWS but say nothing about an app. */
  readonly empty: number;
  /** Messages, entries or actions in the calls: 10 for one full SendMessageBatch. */
  readonly items: number;
}

/**
 * Who made a call: a client over one of the doors, Lambda itself for an event source mapping or a
 * destination, or SNS and EventBridge to deliver.
 */
export type CallSource = 'client' | 'lambda' | 'delivery';

export interface Counters {
  count(
    source: CallSource,
    service: string,
    operation: string,
    result: Omit<CallCount, 'service' | 'operation' | 'calls'>,
  ): void;
  /** Sorted by service and operation. @default source 'client' */
  read(source?: CallSource): readonly CallCount[];
}

type Count = { -readonly [member in keyof CallCount]: CallCount[member] };

/** Makes counters that stand at zero. */
export function createCounters(): Counters {
  const sources = new Map<CallSource, Map<string, Count>>();
  const countsOf = (source: CallSource): Map<string, Count> => {
    const known = sources.get(source) ?? new Map<string, Count>();
    sources.set(source, known);
    return known;
  };
  return {
    count(source, service, operation, result) {
      const key = `${service} ${operation}`;
      const counts = countsOf(source);
      let count = counts.get(key);
      if (count === undefined) {
        count = { service, operation, calls: 0, errors: 0, empty: 0, items: 0 };
        counts.set(key, count);
      }
      count.calls += 1;
      count.errors += result.errors;
      count.empty += result.empty;
      count.items += result.items;
    },
    read(source = 'client') {
      return [...countsOf(source)]
        .sort(([left], [right]) => (left < right ? -1 : 1))
        .map(([, count]) => ({ ...count }));
    },
  };
}

function toEntry(sequence: number, raw: RawEntry): TraceEntry {
  const { at, service, operation, account = '', region = '', ...rest } = raw;
  const head = { sequence, at, service, operation, account: String(account), region: String(region) };
  const member = TARGETS.find((name) => typeof rest[name] === 'string');
  if (member === undefined) return { ...head, target: '', details: rest };
  const { [member]: target, ...details } = rest;
  return { ...head, target: String(target), details };
}

function fits(entry: TraceEntry, filter: TraceFilter): boolean {
  return (
    (filter.after === undefined || entry.sequence > filter.after) &&
    (filter.since === undefined || entry.at >= filter.since) &&
    (filter.service === undefined || entry.service === filter.service) &&
    (filter.operation === undefined || entry.operation === filter.operation) &&
    (filter.target === undefined || entry.target === filter.target) &&
    (filter.account === undefined || entry.account === filter.account) &&
    (filter.region === undefined || entry.region === filter.region)
  );
}
