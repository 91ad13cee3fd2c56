/**
 * `once` of a task: which of its runs exclude each other, from when to when, and what becomes of the
 * others.
 */
import { type Duration, isDuration, toMilliseconds } from '../core/duration.ts';
import type { Problem } from '../errors.ts';
import type { Queue } from './queue.ts';

/**
 * Makes a key of an input. Written as a method, so that one with a narrower input may stand where the input's
 * type is not known yet.
 */
export type KeyOf<Input> = { key(input: Input): unknown }['key'];

/** By what runs of a task exclude each other, from when to when, and what becomes of the others. */
export interface OnceOptions<Input> {
  /**
   * What runs exclude each other by, made of the input as the schema parses it: anything JSON can say.
   * @default the whole input; `() => null` makes the task a singleton
   */
  readonly key?: KeyOf<Input>;
  /**
   * How long a key stays taken without a sign of life: from the send (and its delay), and again from each
   * wait for a rate or a place, until the run starts, where `taken` or `keep` reserve it at send. A run that
   * has started keeps its key for as long as it runs, retries included; a crashed one loses it after 20 s.
   * With `keep` it is the window. @default '5m'
   */
  readonly for?: Duration;
  /** Until when a run keeps its key: its start, or its end. @default 'end' */
  readonly until?: 'start' | 'end';
  /**
   * What becomes of a call whose key is taken. 'wait': it runs afterwards. 'reject': `send` rejects with
   * ONCE_TAKEN (Celery Once's AlreadyQueued). 'return': `send` resolves to the handle of the run that has
   * the key, and `call` to its result, which is the default with `keep: 'first'`; while nothing is known of
   * that run but its key, its sender may have died, so this call is sent as that run, and one of both is run:
   * give the same key only to calls that may stand for each other. A part of a workflow, a fire, and a
   * message of an exchange reserve nothing: one whose key is taken as it begins is REVOKED as 'once'. So is a
   * call that was not met for longer than `for`; one that has begun, or whose worker has failed, is not.
   * @default 'wait'
   */
  readonly taken?: 'reject' | 'return' | 'wait';
  /**
   * 'first' (throttle): the first call of a key runs, and for `for` no other. 'last' (debounce): a call runs
   * after `for`, unless another of its key comes until then; at most a year (15 m without `longDelays`). It
   * is the send that looks at the window, so parts of workflows, fires of schedules and messages of exchanges
   * have none: they run when they come ('last': unless a later call was sent), and keep no other from it.
   */
  readonly keep?: 'first' | 'last';
}

/** `true`: runs with the same input exclude each other. A function: runs with the same key. */
export type OnceOption<Input> = true | KeyOf<Input> | OnceOptions<Input>;

/** `once`, complete. */
export interface Once {
  readonly key: (input: never) => unknown;
  readonly forMs: number;
  readonly until: 'start' | 'end';
  readonly taken: 'reject' | 'return' | 'wait';
  readonly keep: 'first' | 'last' | undefined;
}

/** The defaults of OnceOptions. */
export const ONCE_DEFAULTS = { for: '5m', until: 'end', taken: 'wait' } as const;

/** Completes the option. */
export function toOnce(option: OnceOption<never> | undefined): Once | undefined {
  if (option === undefined) return undefined;
  const given = option === true ? {} : typeof option === 'function' ? { key: option } : option;
  const length = given.for ?? ONCE_DEFAULTS.for;
  return Object.freeze({
    key: given.key ?? ((input: unknown) => input),
    forMs: isDuration(length) ? toMilliseconds(length) : Number.NaN,
    until: given.until ?? ONCE_DEFAULTS.until,
    taken: given.taken ?? (given.keep === 'first' ? 'return' : ONCE_DEFAULTS.taken),
    keep: given.keep,
  });
}

/** Whether a send writes the key: to reserve it, or to say which call is the last. */
export function reservesAtSend({ taken, keep }: Once): boolean {
  return taken !== 'wait' || keep !== undefined;
}

/** The option that makes this `once` again. */
export function fromOnce(once: Once | undefined): { readonly once?: OnceOptions<never> } {
  if (once === undefined) return {};
  const { key, forMs, until, taken, keep } = once;
  const all = { key, for: `${forMs}ms` as const, until, taken };
  return { once: keep === undefined ? all : { ...all, keep } };
}

/** What is wrong with a task's `once`. */
export function onceProblems(task: string, once: Once | undefined, queue: Queue): Problem[] {
  if (once === undefined) return [];
  const path = `tasks.${task}.once`;
  const problems: Problem[] = [];
  if (!(once.forMs > 0)) {
    const message = `task '${task}': once.for is no duration longer than 0; write it as '30s' or '1h'`;
    problems.push({ code: 'INVALID_DURATION', path: `${path}.for`, message });
  }
  if (once.keep === 'first' && once.taken === 'wait') {
    const message = `task '${task}': keep: 'first' drops what comes later; taken is 'return' or 'reject'`;
    problems.push({ code: 'ONCE_CANNOT_WAIT', path: `${path}.taken`, message });
  }
  if (queue.ordered) {
    const message =
      `task '${task}': queue '${queue.name}' is ordered, where a message that waits for a key holds up its ` +
      'group and is received again and again, which SQS counts; use a group of the queue as the key instead';
    problems.push({ code: 'ONCE_ON_ORDERED_QUEUE', path, message });
  }
  return problems;
}
