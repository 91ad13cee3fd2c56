/**
 * What the runtime asks of the world besides records, so that runs of one fleet keep out of each other's way:
 * keys that one run at a time may have, slots in time and in number, and what is known of running ones. All
 * of it lies in the table of runs.
 */
import type { LimitSettings, Places } from '../core/limit-settings.ts';

/** A run that wants a key. */
export interface LockRequest {
  readonly key: string;
  /** The message's id: its later attempts may have the key again. */
  readonly id: string;
  /** Grows with each attempt and generation of the message: an old copy does not get the key of a newer. */
  readonly turn: number;
  /** Known to this attempt alone: whoever lost the key cannot give it up for the one who has it now. */
  readonly token: string;
  readonly now: number;
  readonly until: number;
}

export type LockOutcome =
  | { readonly kind: 'taken' }
  /** The message `by` has it, at the latest until then. */
  | {
      readonly kind: 'held';
      readonly by: string;
      readonly untilMs: number;
      /** Whether a worker runs it. */
      readonly isRunning: boolean;
    };

/** A message that is about to be sent, and wants a key. */
export interface Reservation {
  readonly key: string;
  readonly id: string;
  readonly now: number;
  readonly until: number;
  /** When the message is to run at the earliest. */
  readonly dueAt: number;
  /** When it is too old to run; undefined: never. */
  readonly staleAt?: number | undefined;
}

export type Reserve =
  | { readonly kind: 'taken' }
  | {
      readonly kind: 'held';
      readonly by: string;
      readonly untilMs: number;
      /** Whether its message is certainly under way: a worker has it, or somebody has vouched for it. */
      readonly isSent: boolean;
      /** Whether a worker runs it. */
      readonly isRunning: boolean;
      readonly dueAt: number;
      readonly staleAt?: number;
    };

/** Keys that one run at a time may have. Deadlines stand in conditions, never in the TTL. */
export interface Locks {
  /** Takes a free key for a message that is about to be sent; its token is its id. */
  reserve(wanted: Reservation): Promise<Reserve>;
  /** Says that the message which has reserved a key is under way; false: the key is not its any more. */
  vouch(key: string, id: string): Promise<boolean>;
  /** Keeps a key for longer whose message waits before it begins, or between two attempts. */
  prolong(key: string, id: string, until: number): Promise<void>;
  /** Frees a key whose message has ended before it began, or between two attempts; false: it is otherwise. */
  free(key: string, id: string): Promise<boolean>;
  /** Gives a reserved key up: its message could not be sent. Not where somebody has vouched for that. */
  withdraw(key: string, id: string): Promise<void>;
  /** Takes a free key, or one that this message has reserved or parked. */
  take(request: LockRequest): Promise<LockOutcome>;
  /** Keeps a key for longer; false: somebody else has it. */
  extend(key: string, token: string, until: number): Promise<boolean>;
  /** Keeps a key for the message's attempt of that turn, which comes later. */
  park(key: string, token: string, turn: number, until: number): Promise<boolean>;
  /** Gives a key up, if it is still the token's. */
  release(key: string, token: string): Promise<void>;
  /** Remembers the last message that was sent under a key; `order` sorts by time. */
  announce(key: string, order: string, expiresAt: number): Promise<void>;
  /** The `order` of the last message that was sent under a key. */
  latest(key: string): Promise<string | undefined>;
}

/** A run that wants one of `max` slots. */
export interface SlotRequest {
  readonly key: string;
  readonly max: number;
  /** How many there were before there were fewer, where runs from then may still be in them. */
  readonly before?: Places | undefined;
  /** Known to this attempt alone. */
  readonly token: string;
  readonly now: number;
  readonly until: number;
  /** A number in [0, 1) that spreads who asks for which slot first. */
  readonly chance: number;
}

export type SlotOutcome =
  | { readonly kind: 'taken'; readonly slot: string }
  /** All are taken; how long runs took of late, where that is known. */
  | { readonly kind: 'full'; readonly tookMs: number | undefined };

/** Slots in time (rates) and in number (concurrency) for a whole fleet. */
export interface Limits {
  /**
   * Reserves slots one after the other, the first at `now` or as soon after as it is free; resolves to its
   * time. With `latest` nothing is reserved when that is later, which shows in the time.
   */
  reserve(key: string, lengthMs: number, now: number, latest?: number): Promise<number>;
  acquire(request: SlotRequest): Promise<SlotOutcome>;
  /** Keeps a slot for longer; false: somebody else has it. */
  extend(slot: string, token: string, until: number): Promise<boolean>;
  /** Gives a slot back, and says how long the run took. */
  free(slot: string, token: string, tookMs: number): Promise<void>;
  settings(task: string): Promise<LimitSettings | undefined>;
  /** Changes the settings of a task; `change` is asked again when somebody else was faster. */
  set(task: string, change: (old: LimitSettings | undefined) => LimitSettings): Promise<LimitSettings>;
}
