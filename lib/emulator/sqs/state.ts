/** All queues of all accounts, and what every operation gets: the state, the request, and the time. */
import type { Caller, Input } from '../service.ts';
import { requiredText } from './fields.ts';
import type { Keeper } from './keep.ts';
import type { MoveTask } from './move-task.ts';
import type { SqsFaults, SqsTraceEntry } from './options.ts';
import type { Queue } from './queue.ts';
import { arnOfUrl } from './queue-url.ts';
import { queueDoesNotExist } from './refusal.ts';

export interface State {
  /** By ARN. */
  readonly queues: Map<string, Queue>;
  /** When a queue of this ARN was deleted, for the 60 seconds of strict mode. */
  readonly deletedAt: Map<string, number>;
  /** Of every source queue, newest last; by task id. */
  readonly moveTasks: Map<string, MoveTask>;
  /** Queues that an operation has read or changed: whoever waits for them is looked after when it ends. */
  readonly touched: Set<Queue>;
  readonly random: () => number;
  readonly faults: SqsFaults;
  readonly trace: ((entry: SqsTraceEntry) => void) | undefined;
  readonly strict: boolean;
  /** Set where the state outlives the process. */
  keeper?: Keeper;
}

export interface Call {
  readonly state: State;
  readonly input: Input;
  readonly caller: Caller;
  readonly now: number;
}

/** The queue that the request's QueueUrl means. */
export function queueOf(call: Call): Queue {
  const url = requiredText(call.input, 'QueueUrl');
  const queue = call.state.queues.get(arnOfUrl(url, call.caller));
  if (queue === undefined) throw queueDoesNotExist();
  return current(call.state, queue, call.now);
}

/** Brings a queue up to the present: what is due becomes visible, what is too old goes. */
export function current(state: State, queue: Queue, now: number): Queue {
  state.touched.add(queue);
  for (const message of queue.store.olderThan(now - queue.settings.retentionMs)) {
    queue.store.remove(message);
    const { account, name, region } = queue;
    const what = { account, region, queue: name, messageId: message.id };
    state.trace?.({ at: now, service: 'sqs', operation: 'expire', ...what });
  }
  queue.store.advance(now);
  return queue;
}

const HEX = Buffer.from('0123456789abcdef');
/** Where the digits of a UUID are, around its dashes. */
const PLACES = Array.from({ length: 36 }, (_, place) => place).filter(
  (place) => ![8, 13, 18, 23].includes(place),
);
/** A UUID is written here first: a text put together from pieces would have to be copied to be looked up. */
const uuid = Buffer.alloc(36, '-');

/** A random UUID (version 4) from the given chance: four words of 32 bits. */
export function randomId(random: () => number): string {
  const word = () => Math.floor(random() * 0x1_0000_0000);
  const [first, second, third, last] = [word(), word(), word(), word()];
  writeHex(first, 0);
  writeHex((second & 0xffff0fff) | 0x4000, 8);
  writeHex((third & 0x3fffffff) | 0x80000000, 16);
  writeHex(last, 24);
  return uuid.toString('latin1');
}

/** Writes eight digits, of which the first is so many digits behind the start. */
function writeHex(bits: number, from: number): void {
  for (let digit = 0; digit < 8; digit += 1) {
    uuid[PLACES[from + digit] ?? 0] = HEX[(bits >>> (28 - 4 * digit)) & 15] ?? 0;
  }
}
