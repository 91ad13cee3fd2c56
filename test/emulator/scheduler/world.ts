/** An emulated EventBridge Scheduler before the services that it invokes, on a clock that stands still. */
import type { Message } from '@aws-sdk/client-sqs';
import { createVirtualClock, type VirtualClock } from '../../../lib/emulator/clock.ts';
import { createEventbridge, type Eventbridge } from '../../../lib/emulator/eventbridge/eventbridge.ts';
import { createLambda, type Lambda } from '../../../lib/emulator/lambda/lambda.ts';
import {
  createScheduler,
  type Scheduler,
  type SchedulerOptions,
  type SchedulerTraceEntry,
} from '../../../lib/emulator/scheduler/scheduler.ts';
import { createRandom } from '../../../lib/emulator/seed.ts';
import type { Caller, Input, Output, Service } from '../../../lib/emulator/service.ts';
import { createSns, type Sns } from '../../../lib/emulator/sns/sns.ts';
import { createSqs, type Sqs } from '../../../lib/emulator/sqs/sqs.ts';
import { createUniversal } from '../../../lib/emulator/universal.ts';

export const CALLER: Caller = {
  account: '123456789012',
  region: 'eu-north-1',
  endpoint: 'http://127.0.0.1:4566',
};

export const START = Date.UTC(2026, 0, 1);
export const ROLE = 'arn:aws:iam::123456789012:role/scheduler';
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export interface World {
  readonly clock: VirtualClock;
  readonly sqs: Sqs;
  readonly sns: Sns;
  readonly lambda: Lambda;
  readonly eventbridge: Eventbridge;
  readonly scheduler: Scheduler;
  readonly trace: readonly SchedulerTraceEntry[];
  /** Any operation of EventBridge Scheduler. */
  call(operation: string, input?: Input): Output;
  /** Makes a queue and gives its ARN. */
  queue(name: string, attributes?: Readonly<Record<string, string>>): string;
  /** Makes a function of this process, which keeps what it gets. */
  fn(name: string, answer?: () => unknown): Promise<{ readonly arn: string; readonly events: unknown[] }>;
  /** Makes a schedule for the queue 'q' with the attributes of its time as the input. */
  schedule(expression: string, more?: Input): void;
  /** When the target of a schedule was invoked, and for which time. */
  fires(name?: string): readonly { readonly at: string; readonly for: string }[];
  /** For which times a schedule has fired. */
  times(name?: string): readonly string[];
  /** Every message of a queue, once everything has settled. */
  received(name: string): Promise<readonly Message[]>;
  bodies(name: string): Promise<readonly string[]>;
}

export interface WorldOptions extends Partial<Pick<SchedulerOptions, 'faults' | 'schedulesMax' | 'journal'>> {
  /** @default 0, so that times are exact */
  readonly precisionMs?: number;
  readonly seed?: number;
  readonly start?: number;
  /** Stands around SQS, as a fault plan does. */
  readonly around?: (sqs: Service) => Service;
}

export function createWorld(options: WorldOptions = {}): World {
  const { around = (sqs) => sqs, precisionMs = 0, seed = 1, start = START, ...more } = options;
  const clock = createVirtualClock(start);
  const random = createRandom(seed);
  const sqs = createSqs({ clock, random });
  const lambda = createLambda({ clock, sqs, endpoint: () => undefined, random });
  const sns = createSns({ clock, sqs, lambda, random });
  const eventbridge = createEventbridge({ clock, sqs, lambda, sns, random });
  const trace: SchedulerTraceEntry[] = [];
  const services = { sqs: around(sqs), sns, lambda, eventbridge };
  const scheduler = createScheduler({
    ...{ clock, ...services, precisionMs, ...more, random: createRandom(seed + 1) },
    universal: createUniversal(
      () => services,
      (_name, service) => service,
    ),
    trace: (entry) => trace.push(entry),
  });
  const call = (operation: string, input: Input = {}): Output => {
    const answer = scheduler.call(operation, input, CALLER);
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
  const fires = (name = 's') =>
    trace
      .filter(({ operation, target }) => operation === 'fire' && target === name)
      .map(({ at, scheduledFor }) => ({ at: minuteOf(at), for: minuteOf(Number(scheduledFor)) }));
  return {
    ...{ clock, sqs, sns, lambda, eventbridge, scheduler, trace, call, received, fires },
    times: (name) => fires(name).map((fire) => fire.for),
    bodies: async (name) => (await received(name)).map(({ Body }) => Body ?? ''),
    queue(name, attributes = {}) {
      const fifo = name.endsWith('.fifo') ? { FifoQueue: 'true' } : {};
      sqs.call('CreateQueue', { QueueName: name, Attributes: { ...fifo, ...attributes } }, CALLER);
      return queueArn(name);
    },
    async fn(name, answer = () => undefined) {
      const events: unknown[] = [];
      const invoke = async (event: unknown) => {
        events.push(event);
        return answer();
      };
      lambda.registerInline(name, { start: () => ({ invoke }) });
      const input = { FunctionName: name, Runtime: 'nodejs24.x', Handler: 'index.handler', Code: {} };
      const { FunctionArn } = await lambda.call('CreateFunction', { ...input, Role: ROLE }, CALLER);
      return { arn: String(FunctionArn), events };
    },
    schedule: (expression, rest = {}) => {
      call('CreateSchedule', { ...toSchedule(expression), ...rest });
    },
  };
}

/** The least that a schedule needs. */
export function toSchedule(ScheduleExpression: string): Input {
  return {
    ...{ Name: 's', ScheduleExpression, FlexibleTimeWindow: { Mode: 'OFF' } },
    Target: toTarget(queueArn('q'), { Input: '<aws.scheduler.scheduled-time>' }),
  };
}

export function toTarget(Arn: string, more: Input = {}): Input {
  return { Arn, RoleArn: ROLE, ...more };
}

export function queueArn(name: string): string {
  return `arn:aws:sqs:${CALLER.region}:${CALLER.account}:${name}`;
}

export function scheduleArn(name: string, group = 'default'): string {
  return `arn:aws:scheduler:${CALLER.region}:${CALLER.account}:schedule/${group}/${name}`;
}

/** `2026-01-01T00:00` of a time; with seconds where it is between two minutes. */
export function minuteOf(time: number | string): string {
  return new Date(time).toISOString().replace(/(:00)?\.000Z$/, '');
}

/** What the attributes of a dead letter say. */
export function attributesOf(message: Message | undefined): Readonly<Record<string, string | undefined>> {
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
