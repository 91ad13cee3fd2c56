/**
 * What a queue's order decides: which visible message a receive gets next. Standard and FIFO queues have one
 * each.
 */
import type { Message } from './message.ts';

/**
 * One receive's walk through the order. The caller takes or removes each message before it asks for the next.
 */
export interface Picker {
  next(): Message | undefined;
}

/** Chooses one of `count` for a reordering fault; undefined keeps the order. */
export type Shuffle = (count: number) => number | undefined;

/** The store sets a message's state first and then tells the order. */
export interface Order {
  /** Whether a receive would find something. */
  readonly ready: boolean;
  /** Grows each time a message becomes receivable, so that watchers can tell news from leftovers. */
  arrivals: number;
  /** The message has come into the queue, in any state. */
  enter(message: Message): void;
  /** The message has left the queue. */
  leave(message: Message): void;
  show(message: Message): void;
  hide(message: Message): void;
  /** The message has gone in flight (+1) or come back or ended (-1). */
  fly(message: Message, by: 1 | -1): void;
  pick(shuffle: Shuffle | undefined): Picker;
}
