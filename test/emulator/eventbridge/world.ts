/** An emulated EventBridge before an emulated SQS and Lambda on a clock that stands still. */
import type { Message } from '@aws-sdk/client-sqs';
import { createVirtualClock, type VirtualClock } from '../../../lib/emulator/clock.ts';
import {
  createEventbridge,
  type Eventbridge,
  type EventbridgeOptions,
} from '../../../lib/emulator/eventbridge/eventbridge.ts';
import { createLambda, type InlineContext, type Lambda } from '../../../lib/emulator/lambda/lambda.ts';
import { createRandom } from '../../../lib/emulator/seed.ts';
import type { Caller, Input, Output, Service } from '../../../lib/emulator/service.ts';
import { createSns, type Sns } from '../../../lib/emulator/sns/sns.ts';
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
  readonly eventbridge: Eventbridge;
  /** Any operation of EventBridge. */
  call(operation: string, input?: Input): Output;
  bus(name: string): string;
  queue(name: string, attributes?: Readonly<Record<string, string>>): string;
  /** Makes a function of this process. */
  fn(name: string, handler: (event: unknown, context: InlineContext) => unknown): Promise<string>;
  /** Makes a rule on a bus with targets. */
  rule(bus: string, name: string, pattern: unknown, ...targets: readonly Input[]): string;
  /** Puts one event of the source 'shop'. */
  put(bus: string, detail: unknown, more?: Input): Output;
  /** Every message of a queue, once everything has settled. */
  received(name: string): Promise<readonly Message[]>;
  /** The same, the bodies parsed. */
  events(name: string): Promise<readonly Record<string, unknown>[]>;
}

export interface WorldOptions {
  /** Stands around SQS, as a fault plan does. */
  readonly around?: (sqs: Service) => Service;
  readonly trace?: EventbridgeOptions['trace'];
}

export function createWorld({ around = (sqs) => sqs, trace }: WorldOptions = {}): World {
  const clock = createVirtualClock(START);
  const sqs = createSqs({ clock, random: createRandom(1) });
  const lambda = createLambda({ clock, sqs, endpoint: () => undefined, random: createRandom(2) });
  const sns = createSns({ clock, sqs, lambda, random: createRandom(4) });
  const eventbridge = createEventbridge({
    ...{ clock, sqs: around(sqs), lambda, sns, random: createRandom(3) },
    ...(trace === undefined ? {} : { trace }),
  });
  const call = (operation: string, input: Input = {}): Output => {
    const answer = eventbridge.call(operation, input, CALLER);
    if (answer instanceof Promise) throw new Error(`${operation} waits`);
    return answer;
  };
  const received = async (name: string) => {
    await clock.settled();
    const all: Message[] = [];
    for (;;) {
      const input = { QueueUrl: name, MaxNumberOfMessages: 10 };
      const names = { MessageSystemAttributeNames: ['All'], MessageAttributeNames: ['All'] };
      const answer = await sqs.call('ReceiveMessage', { ...input, ...names }, CALLER);
      // What the emulator answers has the SDK's shape.
      const messages = (answer.Messages ?? []) as Message[];
      if (messages.length === 0) return all;
      all.push(...messages);
    }
  };
  return {
    ...{ clock, sqs, lambda, sns, eventbridge, call, received },
    bus: (name) => String(call('CreateEventBus', { Name: name }).EventBusArn),
    queue: (name, attributes = {}) => {
      const fifo = name.endsWith('.fifo') ? { FifoQueue: 'true' } : {};
      sqs.call('CreateQueue', { QueueName: name, Attributes: { ...fifo, ...attributes } }, CALLER);
      return queueArn(name);
    },
    async fn(name, handler) {
      const invoke = async (event: unknown, context: InlineContext) => handler(event, context);
      lambda.registerInline(name, { start: () => ({ invoke }) });
      const input = { FunctionName: name, Runtime: 'nodejs24.x', Handler: 'index.handler', Code: {} };
      const Role = 'arn:aws:iam::123456789012:role/worker';
      return String((await lambda.call('CreateFunction', { ...input, Role }, CALLER)).FunctionArn);
    },
    rule: (bus, name, pattern, ...targets) => {
      const input = { Name: name, EventBusName: bus, EventPattern: JSON.stringify(pattern) };
      const { RuleArn } = call('PutRule', input);
      if (targets.length > 0) call('PutTargets', { Rule: name, EventBusName: bus, Targets: targets });
      return String(RuleArn);
    },
    put: (bus, detail, more = {}) =>
      call('PutEvents', {
        Entries: [
          { EventBusName: bus, Source: 'shop', DetailType: 'order', Detail: JSON.stringify(detail), ...more },
        ],
      }),
    events: async (name) => (await received(name)).map(({ Body }) => JSON.parse(Body ?? '')),
  };
}

export function queueArn(name: string): string {
  return `arn:aws:sqs:${CALLER.region}:${CALLER.account}:${name}`;
}

export function topicArn(name: string): string {
  return `arn:aws:sns:${CALLER.region}:${CALLER.account}:${name}`;
}

export function busArn(name: string): string {
  return `arn:aws:events:${CALLER.region}:${CALLER.account}:event-bus/${name}`;
}

/** What the attributes of a dead letter say. */
export function reasons(message: Message | undefined): Readonly<Record<string, string | undefined>> {
  const entries = Object.entries(message?.MessageAttributes ?? {});
  return Object.fromEntries(entries.map(([name, { StringValue }]) => [name, StringValue]));
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
