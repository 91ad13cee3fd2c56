/** An emulated Lambda and an emulated SQS on a virtual clock, and the calls that tests repeat. */
import { expect } from 'vitest';
import { ServiceError } from '../../../lib/emulator/error.ts';
import {
  createLambda,
  type InlineContext,
  type InlineEnvironment,
  type Lambda,
  type LambdaOptions,
} from '../../../lib/emulator/lambda/lambda.ts';
import type { Caller, Input, Output } from '../../../lib/emulator/service.ts';
import { createSqs, type Sqs } from '../../../lib/emulator/sqs/sqs.ts';
import { createVirtualClock } from '../../../lib/emulator/virtual-clock.ts';

/** Who calls in these tests. */
export const caller: Caller = {
  account: '123456789012',
  region: 'eu-west-1',
  endpoint: 'http://127.0.0.1:4566',
};
/** When virtual time starts. */
export const START = Date.parse('2026-01-01T00:00:00Z');

/** A function's handler; each test knows what its events look like. */
export type Handler = (event: never, context: InlineContext) => unknown;

/** Clock, services and short ways to call them. */
export interface Rig {
  readonly clock: ReturnType<typeof createVirtualClock>;
  readonly sqs: Sqs;
  readonly lambda: Lambda;
  /** Calls Lambda as the one caller of these tests. */
  call(operation: string, input: Input): Promise<Output>;
  /** Makes a function of this process. */
  fn(name: string, handler: Handler, settings?: Input): Promise<void>;
  /** Makes a function whose environments are given whole. */
  environment(name: string, start: () => InlineEnvironment, settings?: Input): Promise<void>;
  invoke(name: string, event?: unknown, more?: Input): Promise<Output>;
  queue(name: string, attributes?: Readonly<Record<string, string>>): Promise<void>;
  /** Sends a body; a FIFO queue takes the group too. */
  send(queue: string, body: string, more?: Input): Promise<void>;
  map(fn: string, queue: string, more?: Input): Promise<string>;
  /** Seconds since the start. */
  seconds(): number;
}

/** Chance that is the same in each run. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Makes services without resources. */
export function createRig(options: Partial<LambdaOptions> = {}): Rig {
  const clock = createVirtualClock(START);
  const sqs = createSqs({ clock, random: seededRandom(1) });
  const lambda = createLambda({ clock, sqs, endpoint: () => undefined, random: seededRandom(2), ...options });
  const call = async (operation: string, input: Input) => lambda.call(operation, input, caller);
  const environment: Rig['environment'] = async (name, start, settings = {}) => {
    lambda.registerInline(name, { start });
    await call('CreateFunction', functionInput(name, { ...settings, Code: {} }));
  };
  return {
    clock,
    sqs,
    lambda,
    call,
    environment,
    fn: (name, handler, settings) =>
      // The handlers of these tests know what their events look like.
      environment(
        name,
        () => ({ invoke: async (event, context) => handler(event as never, context) }),
        settings,
      ),
    invoke: (name, event, more = {}) =>
      call('Invoke', {
        FunctionName: name,
        ...(event === undefined ? {} : { Payload: encode(event) }),
        ...more,
      }),
    async queue(name, attributes = {}) {
      await sqs.call('CreateQueue', { QueueName: name, Attributes: attributes }, caller);
    },
    async send(queue, body, more = {}) {
      await sqs.call('SendMessage', { QueueUrl: queueUrl(queue), MessageBody: body, ...more }, caller);
    },
    async map(fn, queue, more = {}) {
      const input = { FunctionName: fn, EventSourceArn: queueArn(queue), ...more };
      return String((await call('CreateEventSourceMapping', input)).UUID);
    },
    seconds: () => (clock.now() - START) / 1000,
  };
}

/** The least that CreateFunction takes. */
export function functionInput(name: string, more: Input = {}): Input {
  return {
    FunctionName: name,
    Runtime: 'nodejs24.x',
    Role: 'arn:aws:iam::123456789012:role/worker',
    Handler: 'index.handler',
    ...more,
  };
}

/** The ARN of a function of the caller. */
export function functionArn(name: string): string {
  return `arn:aws:lambda:eu-west-1:123456789012:function:${name}`;
}

/** The ARN of a queue of the caller. */
export function queueArn(name: string): string {
  return `arn:aws:sqs:eu-west-1:123456789012:${name}`;
}

/** The URL of a queue of the caller. */
export function queueUrl(name: string): string {
  return `http://127.0.0.1:4566/123456789012/${name}`;
}

/** A payload. */
export function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** The payload of an Invoke answer. */
export function payloadOf(output: Output): unknown {
  expect(output.Payload).toBeInstanceOf(Uint8Array);
  // Checked in the line above.
  return JSON.parse(new TextDecoder().decode(output.Payload as Uint8Array));
}

/** A message in an event. */
export interface SqsRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: Readonly<Record<string, unknown>>;
}

/** The event of a batch. */
export interface SqsEvent {
  readonly Records: readonly SqsRecord[];
}

/** The bodies of a batch, in order. */
export function bodies(event: SqsEvent): readonly string[] {
  return event.Records.map(({ body }) => body);
}

/** A batch that a function got, and when, in seconds since the start. */
export interface CollectedBatch {
  readonly at: number;
  readonly bodies: readonly string[];
}

/** A function that keeps each batch it gets, and answers by `answer`. */
export async function collector(
  rig: Rig,
  answer: (event: SqsEvent) => unknown = () => undefined,
): Promise<readonly CollectedBatch[]> {
  const batches: CollectedBatch[] = [];
  const handler = (event: SqsEvent) => {
    batches.push({ at: rig.seconds(), bodies: bodies(event) });
    return answer(event);
  };
  await rig.fn('worker', handler);
  return batches;
}

/** Visible and hidden messages of a queue. */
export function counts(sqs: Sqs, queue: string): { readonly visible: number; readonly inFlight: number } {
  const found = sqs.snapshot().find(({ name }) => name === queue);
  return { visible: found?.visible ?? 0, inFlight: found?.inFlight ?? 0 };
}

/** The text of a ValidationException. */
export function constraintText(value: string, path: string, rule: string): string {
  const found = `1 validation error detected: Value ${value} at '${path}'`;
  return `${found} failed to satisfy constraint: Member must ${rule}`;
}

/** The name and text of the refusal that the work ends in. */
export async function refusal(
  work: () => unknown,
): Promise<{ name: string; message: string; status: number }> {
  try {
    await work();
  } catch (error) {
    expect(error).toBeInstanceOf(ServiceError);
    // Checked in the line above.
    const { name, message, status } = error as ServiceError;
    return { name, message, status };
  }
  throw new Error('it was not refused');
}
