/** What a worker sees of the gate (gate.ts), which is in the bundle only where there are records. */
import type { Message } from '../core/message.ts';
import { onceKey } from '../core/once-key.ts';
import type { RevokedReason } from '../core/task-state.ts';
import type { Wait } from '../core/wait.ts';
import type { AnyTask } from '../define/task.ts';
import { CeleriacError } from '../errors.ts';

/** A message that wants to run. */
export interface Entry {
  readonly task: AnyTask;
  readonly message: Message;
  /** The input as the task's schema has parsed it. */
  readonly input: unknown;
  /** When its worker's time is over. */
  readonly deadline: number;
  /** Known to this attempt alone. */
  readonly token: string;
  /** How many deliveries of it had no outcome, as far as is known. */
  readonly crashes: number;
}

/** A message that has to wait. */
export interface Waiting {
  readonly kind: 'wait';
  readonly wait: Wait;
  readonly seconds: number;
}

export type Entered =
  | { readonly kind: 'in'; readonly pass: Pass }
  | Waiting
  /** Another call of its key runs in its place. */
  | { readonly kind: 'drop'; readonly reason: RevokedReason & ('once' | 'debounced') };

/** What a run holds. None of its methods rejects but `start`. */
export interface Pass {
  /** Waits for the slot, right before the run; the message waits on if it has been missed. */
  start(): Promise<Waiting | undefined>;
  /** Keeps everything for longer; false: it has gone to somebody else. */
  beat(): Promise<boolean>;
  /** Keeps the key for the next attempt, or for this one once more (0). */
  park(seconds: number, attempts?: number): Promise<void>;
  /** The same for this attempt, where the key was reserved at send; else others may have it meanwhile. */
  putOff(seconds: number): Promise<void>;
  /** Gives everything back. */
  leave(): Promise<void>;
}

export interface Gate {
  enter(entry: Entry): Promise<Entered>;
}

/** Whether runs of a task need more than a claim. */
export function isGated({ once, limits }: AnyTask): boolean {
  return once !== undefined || limits.rate !== undefined || limits.slots !== undefined;
}

/** What a key function makes of the input, as part of a name. */
export function onceKeyOf(
  task: AnyTask,
  by: ((input: never) => unknown) | undefined,
  input: unknown,
): string {
  if (by === undefined) return task.name;
  try {
    // The function takes what the task's own schema gives, which only the user's types know.
    return onceKey(task.name, by(input as never));
  } catch (cause) {
    throw new CeleriacError('KEY_FAILED', `task '${task.name}': a key could not be made of its input`, {
      cause,
    });
  }
}
