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
    state.trace?.({ at: now, service: 'sqs', operation: 'expire', queue: queue.name, messageId: message.id });
  }
  queue.store.advance(now);
  return queue;
}

const HEX = Buffer.from('0123456789abcdef');
const DASH = 0x2d;
/** Where the dashes of a UUID are. */
const DASHES: ReadonlySet<number> = new Set([8, 13, 18, 23]);
/** A UUID is written here first: a text put together from pieces would have to be copied to be looked up. */
const uuid = Buffer.alloc(36, DASH);

/** A random UUID (version 4) from the given chance: four words of 32 bits. */
export function randomId(random: () => number): string {
  const word = () => Math.floor(random() * 0x1_0000_0000);
  const [first, second, third, last] = [word(), word(), word(), word()];
  let place = writeHex(first, 0);
  place = writeHex((second & 0xffff0fff) | 0x4000, place);
  place = writeHex((third & 0x3fffffff) | 0x80000000, place);
  writeHex(last, place);
  return uuid.toString('latin1');
}

/** Writes eight digits from a place on, around the dashes; says where the next ones go. */
function writeHex(bits: number, from: number): number {
  let place = from;
  for (let shift = 28; shift >= 0; shift -= 4) {
    if (DASHES.has(place)) place += 1;
    uuid[place] = HEX[(bits >>> shift) & 15] ?? 0;
    place += 1;
  }
  return place;
}
