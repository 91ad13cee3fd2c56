/** An emulated SNS before an emulated SQS and Lambda on a clock that stands still. */
import type { Message } from '@aws-sdk/client-sqs';
import { createVirtualClock, type VirtualClock } from '../../../lib/emulator/clock.ts';
import { createLambda, type InlineContext, type Lambda } from '../../../lib/emulator/lambda/lambda.ts';
import { createRandom } from '../../../lib/emulator/seed.ts';
import type { Caller, Input, Output, Service } from '../../../lib/emulator/service.ts';
import { createSns, type Sns, type SnsOptions } from '../../../lib/emulator/sns/sns.ts';
import { createSqs, type Sqs } from '../../../lib/emulator/sqs/sqs.ts';

export const CALLER: Caller = {
  account: '123456789012',
  region: 'eu-north-1',
  endpoint: 'http://127.0.0.1:4566',
};

export const START = Date.UTC(2026, 0, 1);

export interface World {
  readonly clock: VirtualClock;
  readonly sqs: Sqs;
  readonly lambda: Lambda;
  readonly sns: Sns;
  /** Any operation of SNS. */
  call(operation: string, input?: Input): Output;
  topic(name: string, attributes?: Readonly<Record<string, string>>): string;
  queue(name: string, attributes?: Readonly<Record<string, string>>): string;
  deleteQueue(name: string): void;
  /** Makes a function of this process. */
  fn(name: string, handler: (event: unknown, context: InlineContext) => unknown): Promise<string>;
  subscribe(topic: string, queueArn: string, attributes?: Readonly<Record<string, string>>): string;
  publish(topic: string, message: string, more?: Input): Output;
  /** Every message of a queue, all attributes included, once everything has settled. */
  received(name: string): Promise<readonly Message[]>;
  bodies(name: string): Promise<readonly (string | undefined)[]>;
}

export interface WorldOptions {
  /** Stands around SQS, as a fault plan does. */
  readonly around?: (sqs: Service) => Service;
  readonly trace?: SnsOptions['trace'];
}

export function createWorld({ around = (sqs) => sqs, trace }: WorldOptions = {}): World {
  const clock = createVirtualClock(START);
  const sqs = createSqs({ clock, random: createRandom(1) });
  const lambda = createLambda({ clock, sqs, endpoint: () => undefined, random: createRandom(2) });
  const sns = createSns({
    ...{ clock, sqs: around(sqs), lambda, random: createRandom(3) },
    ...(trace === undefined ? {} : { trace }),
  });
  const call = (operation: string, input: Input = {}): Output => {
    const answer = sns.call(operation, input, CALLER);
    if (answer instanceof Promise) throw new Error(`${operation} waits`);
    return answer;
  };
  const sqsCall = (operation: string, input: Input) => sqs.call(operation, input, CALLER) as Output;
  const received = async (name: string) => {
    await clock.settled();
    const all: Message[] = [];
    for (;;) {
      const answer = sqsCall('ReceiveMessage', {
        QueueUrl: name,
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      });
      // What the emulator answers has the SDK's shape.
      const messages = (answer.Messages ?? []) as Message[];
      if (messages.length === 0) return all;
      all.push(...messages);
    }
  };
  return {
    ...{ clock, sqs, lambda, sns, call, received },
    topic: (name, attributes = {}) => {
      const fifo = name.endsWith('.fifo') ? { FifoTopic: 'true' } : {};
      return String(call('CreateTopic', { Name: name, Attributes: { ...fifo, ...attributes } }).TopicArn);
    },
    queue: (name, attributes = {}) => {
      const fifo = name.endsWith('.fifo') ? { FifoQueue: 'true' } : {};
      sqsCall('CreateQueue', { QueueName: name, Attributes: { ...fifo, ...attributes } });
      return queueArn(name);
    },
    deleteQueue: (name) => sqsCall('DeleteQueue', { QueueUrl: name }),
    async fn(name, handler) {
      lambda.registerInline(name, {
        start: () => ({ invoke: async (event, context) => handler(event, context) }),
      });
      const input = { FunctionName: name, Runtime: 'nodejs24.x', Handler: 'index.handler', Code: {} };
      const Role = 'arn:aws:iam::123456789012:role/worker';
      return String((await lambda.call('CreateFunction', { ...input, Role }, CALLER)).FunctionArn);
    },
    subscribe: (topic, endpoint, attributes = {}) => {
      const input = { TopicArn: topic, Protocol: 'sqs', Endpoint: endpoint, Attributes: attributes };
      return String(call('Subscribe', input).SubscriptionArn);
    },
    publish: (topic, message, more = {}) => call('Publish', { TopicArn: topic, Message: message, ...more }),
    bodies: async (name) => (await received(name)).map((message) => message.Body),
  };
}

export function queueArn(name: string): string {
  return `arn:aws:sqs:${CALLER.region}:${CALLER.account}:${name}`;
}

export function topicArn(name: string): string {
  return `arn:aws:sns:${CALLER.region}:${CALLER.account}:${name}`;
}

/** A message attribute of type String. */
export function text(value: string): Input {
  return { DataType: 'String', StringValue: value };
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
