/** A delivery, and what can become of it. */
import type { Headers } from '../core/routing/headers.ts';
import type { Queue } from '../define/queue.ts';

/** A message as it was received. */
export interface Delivery {
  readonly messageId: string;
  readonly receipt: string;
  readonly body: string;
  /** How often it was received, this time included. */
  readonly receiveCount: number;
  /** When it was received for the first time, in milliseconds since the epoch. */
  readonly firstReceivedAt: number;
  /** When it was sent to its queue, in milliseconds since the epoch. */
  readonly sentAt?: number;
  /** SQS's message attributes, which senders that know nothing of envelopes use as headers. */
  readonly headers?: Headers;
  /** The message group on an ordered queue. */
  readonly group?: string;
}

/**
 * done: ack it. back: it comes back when its visibility ends. hold: it comes back, with its group, after
 * `seconds`.
 */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'back' }
  | { readonly kind: 'hold'; readonly seconds: number };

/** A run that has begun. */
export interface BegunRun {
  /** The message's. */
  readonly id: string;
  readonly attempt: number;
  /** The claim, where there is one. */
  readonly owner?: string | undefined;
  /** How long it may take. */
  readonly hardMs?: number | undefined;
}

/** Whoever can end a run from outside is told of each. */
export interface RunWatcher {
  begins(run: BegunRun): void;
  /** `isLeft`: its handler has outlasted the hard limit, and goes on. */
  ends(isLeft: boolean): void;
}

/** What holds for all deliveries of a batch. */
export interface Lease {
  readonly queue: Queue;
  /** `queueName` is that of the level, where the queue has priorities. */
  readonly batch: {
    readonly queueName: string;
    readonly deadline: number;
    readonly interrupted?: AbortSignal | undefined;
    readonly beatMs?: number | undefined;
    readonly watcher?: RunWatcher | undefined;
  };
  readonly signal: AbortSignal;
  /** Nothing that may be a suspect is started after this time. */
  readonly startBefore: number;
  /** A handler that still runs then is left behind: its message comes back. */
  readonly leaveAt: number;
}

export const DONE: Outcome = { kind: 'done' };
export const BACK: Outcome = { kind: 'back' };
