/** What a worker and a child of its pool say to each other. A child has one batch at a time. */
import type { MessagePort } from 'node:worker_threads';
import type { BegunRun } from '../runtime/outcome.ts';
import type { Batch } from '../runtime/worker.ts';
import type { SdkOptions } from './sdk.ts';

/** What a child has to know once. */
export interface ChildSettings {
  /** URL of the module that exports the app. */
  readonly entry: string;
  readonly app: string;
  readonly stage: string;
  readonly place: Omit<SdkOptions, 'requestHandler'>;
  /** Whether it runs what schedules send, which has neither queue nor record. */
  readonly inline?: boolean;
}

/** One batch for a child. */
export interface ChildBatch {
  readonly settings: ChildSettings;
  readonly batch: Omit<Batch, 'interrupted' | 'watcher'>;
  /** Where a thread speaks; a process has a channel of its own. */
  readonly port?: MessagePort;
}

export interface BatchDone {
  /** The ids of what was not acked. */
  readonly back: readonly string[];
  /** What the child needs after the batch, in bytes: all of a process, the heap of a thread. */
  readonly memoryBytes: number;
}

/** What a run holds until it is given back, or not renewed for a while. */
export type Holding =
  /** `name` is the message's id, the token that of its owner. */
  | { readonly what: 'claim'; readonly name: string; readonly token: string }
  | { readonly what: 'key'; readonly name: string; readonly token: string; readonly turn: number }
  | { readonly what: 'place'; readonly name: string; readonly token: string };

/**
 * What a child says while it works. begun: from here on its death counts as a crash. holds and drops: what
 * is its own, and is no more. beaten: it has renewed all of it. runs and ran: a handler begins, and has
 * ended, or was left behind by its hard time limit.
 */
export type FromChild =
  | { readonly kind: 'begun'; readonly pid: number }
  | { readonly kind: 'holds' | 'drops'; readonly holding: Holding }
  | { readonly kind: 'beaten' }
  | { readonly kind: 'runs'; readonly run: BegunRun }
  | { readonly kind: 'ran'; readonly isLeft: boolean };

/** What a child is told: to stop what it runs. */
export type ToChild = { readonly kind: 'interrupt' };
