/** An emulated SQS on a clock that stands still, with the calls that most tests make. */
import type { Message } from '@aws-sdk/client-sqs';
import { createVirtualClock, type VirtualClock } from '../../../lib/emulator/clock.ts';
import type { Caller, Input, Output } from '../../../lib/emulator/service.ts';
import { createSqs, type Sqs, type SqsOptions } from '../../../lib/emulator/sqs/sqs.ts';

export const CALLER: Caller = {
  account: '123456789012',
  region: 'eu-north-1',
  endpoint: 'http://127.0.0.1:4566',
};

export const START = Date.UTC(2026, 0, 1);

export interface World {
  readonly clock: VirtualClock;
  readonly sqs: Sqs;
  /** Any operation that answers at once. */
  call(operation: string, input?: Input): Output;
  createQueue(name: string, attributes?: Readonly<Record<string, string>>): string;
  send(url: string, body: string, more?: Input): string;
  /** A short poll for up to ten messages, all attributes included. */
  receive(url: string, more?: Input): readonly Message[];
  bodies(url: string, more?: Input): readonly (string | undefined)[];
  delete(url: string, message: Message | undefined): Output;
  changeVisibility(url: string, message: Message | undefined, seconds: number): Output;
  /** Visible, in flight and delayed, as GetQueueAttributes shows them. */
  counts(url: string): readonly [number, number, number];
}

export function createWorld(options: Partial<SqsOptions> = {}): World {
  const clock = createVirtualClock(START);
  const sqs = createSqs({ clock, random: createRandom(1), ...options });
  const call = (operation: string, input: Input = {}): Output => {
    const answer = sqs.call(operation, input, CALLER);
    if (answer instanceof Promise) throw new Error(`${operation} waits`);
    return answer;
  };
  const receive = (url: string, more: Input = {}) => {
    const answer = call('ReceiveMessage', {
      QueueUrl: url,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
      ...more,
    });
    return toMessages(answer);
  };
  return {
    clock,
    sqs,
    call,
    createQueue: (name, attributes = {}) => {
      const fifo = name.endsWith('.fifo') ? { FifoQueue: 'true' } : {};
      const input = { QueueName: name, Attributes: { ...fifo, ...attributes } };
      return String(call('CreateQueue', input).QueueUrl);
    },
    send: (url, body, more = {}) =>
      String(call('SendMessage', { QueueUrl: url, MessageBody: body, ...more }).MessageId),
    receive,
    bodies: (url, more) => receive(url, more).map((message) => message.Body),
    delete: (url, message) => call('DeleteMessage', { QueueUrl: url, ReceiptHandle: message?.ReceiptHandle }),
    changeVisibility: (url, message, seconds) =>
      call('ChangeMessageVisibility', {
        QueueUrl: url,
        ReceiptHandle: message?.ReceiptHandle,
        VisibilityTimeout: seconds,
      }),
    counts: (url) => {
      const answer = call('GetQueueAttributes', { QueueUrl: url, AttributeNames: ['All'] });
      // GetQueueAttributes answers a map of texts.
      const attributes = answer.Attributes as Record<string, string>;
      const count = (suffix: string) => Number(attributes[`ApproximateNumberOfMessages${suffix}`]);
      return [count(''), count('NotVisible'), count('Delayed')];
    },
  };
}

/** The messages of a ReceiveMessage answer. */
export function toMessages(answer: Output): readonly Message[] {
  // What the emulator answers has the SDK's shape; that it does is what the tests look at.
  return (answer.Messages ?? []) as Message[];
}

/** The ARN of a queue of the tests' account. */
export function arnOf(name: string): string {
  return `arn:aws:sqs:${CALLER.region}:${CALLER.account}:${name}`;
}

/** A small generator of chance (mulberry32), so that every run of a test is the same. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** What a call that must be refused was refused with. */
export function refusal(work: () => unknown): { name: string; message: string; status: number } {
  try {
    work();
  } catch (error) {
    // Refusals are ServiceErrors; anything else fails the expectation that follows.
    const { name, message, status } = error as { name: string; message: string; status: number };
    return { name, message, status };
  }
  throw new Error('the call was not refused');
}
