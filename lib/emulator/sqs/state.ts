/** All queues of all accounts, and what every operation gets: the state, the request, and the time. */
import { ServiceError } from '../error.ts';
import type { Caller, Input } from '../service.ts';
import { requiredText } from './fields.ts';
import type { MoveTask } from './move-task.ts';
import type { SqsFaults, SqsTraceEntry } from './options.ts';
import { type Queue, toArn } from './queue.ts';
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
}

export interface Call {
  readonly state: State;
  readonly input: Input;
  readonly caller: Caller;
  readonly now: number;
}

/** The queue that the request's QueueUrl means; AWS takes a bare name too. The host is ignored. */
export function queueOf(call: Call): Queue {
  const url = requiredText(call.input, 'QueueUrl');
  const queue = call.state.queues.get(toArn({ ...parseUrl(url, call.caller), region: call.caller.region }));
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

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** A random UUID (version 4) from the given chance: four words of 32 bits. */
export function randomId(random: () => number): string {
  const word = () => Math.floor(random() * 0x1_0000_0000);
  const [first, second, third, last] = [word(), word(), word(), word()];
  const version = (second & 0xffff0fff) | 0x4000;
  const variant = (third & 0x3fffffff) | 0x80000000;
  const middle = `${hex16(version >>> 16)}-${hex16(version)}-${hex16(variant >>> 16)}-${hex16(variant)}`;
  return `${hex16(first >>> 16)}${hex16(first)}-${middle}${hex16(last >>> 16)}${hex16(last)}`;
}

function hex16(bits: number): string {
  return `${HEX[(bits >>> 8) & 255]}${HEX[bits & 255]}`;
}

function parseUrl(url: string, caller: Caller): { account: string; name: string } {
  if (!url.includes('/')) return { account: caller.account, name: url };
  const segments = url
    .replace(/^[a-z]+:\/\/[^/]*/, '')
    .split('/')
    .filter(Boolean);
  const [account, name] = segments.slice(-2);
  if (account === undefined || name === undefined || !/^\d{12}$/.test(account)) {
    throw new ServiceError('InvalidAddress', `The address ${url} is not valid for this endpoint.`, {
      status: 404,
    });
  }
  return { account, name };
}
