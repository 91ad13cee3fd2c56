/**
 * Two stretches of virtual time, for the test that counts what they did and the benchmark that times them: a
 * consumer that polls for five hours, and ten thousand invocations.
 */
import { join } from 'node:path';
import {
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { createEmulator, type VirtualEmulator } from '../../lib/emulator/index.ts';

const START = '2026-01-01T00:00:00.000Z';
const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const ARNS = 'arn:aws:sqs:us-east-1:000000000000:';
const FUNCTION = join(import.meta.dirname, 'virtual-function');

export interface PolledHours {
  /** ReceiveMessage calls of the consumer. */
  readonly polls: number;
  /** Seconds after the start at which the message was delivered, and which delivery it was. */
  readonly deliveries: readonly (readonly [seconds: number, receiveCount: string | undefined])[];
  /** What happened to the message, by the emulator's trace. */
  readonly traced: readonly string[];
}

/**
 * Five virtual hours of 20-second long polls by the real SDK. One message is delayed by 900 s, fails two
 * deliveries of an hour each, goes to the dead-letter queue, is moved back after four hours, and is deleted.
 */
export async function pollFiveHours(): Promise<PolledHours> {
  await using emulator = createEmulator({ clock: { virtual: START }, seed: 1 });
  const client = createClient(emulator);
  const redrive = { deadLetterTargetArn: `${ARNS}dead`, maxReceiveCount: 2 };
  await emulator.call('sqs', 'CreateQueue', { QueueName: 'dead' });
  const { QueueUrl } = await emulator.call('sqs', 'CreateQueue', {
    QueueName: 'jobs',
    Attributes: { VisibilityTimeout: '3600', RedrivePolicy: JSON.stringify(redrive) },
  });
  const queue = { QueueUrl: String(QueueUrl) };
  await client.send(new SendMessageCommand({ ...queue, MessageBody: 'slow', DelaySeconds: 900 }));

  const begin = emulator.clock.now();
  const deliveries: [number, string | undefined][] = [];
  let polls = 0;
  const consumer = emulator.clock.run('consumer', async () => {
    while (emulator.clock.now() < begin + 5 * HOUR) {
      polls += 1;
      const received = await client.send(
        new ReceiveMessageCommand({
          ...queue,
          WaitTimeSeconds: 20,
          MessageSystemAttributeNames: ['ApproximateReceiveCount'],
        }),
      );
      for (const { Attributes, ReceiptHandle } of received.Messages ?? []) {
        deliveries.push([(emulator.clock.now() - begin) / SECOND, Attributes?.ApproximateReceiveCount]);
        if (deliveries.length > 2) await client.send(new DeleteMessageCommand({ ...queue, ReceiptHandle }));
      }
    }
  });
  await emulator.advance(4 * HOUR);
  await client.send(new StartMessageMoveTaskCommand({ SourceArn: `${ARNS}dead` }));
  // And the last poll, which the move has shifted by a second, to its end.
  await emulator.advance(HOUR + 20 * SECOND);
  await consumer;
  const traced = emulator.trace
    .entries({ service: 'sqs' })
    .map(({ operation, target, at }) => `${(at - begin) / SECOND} ${operation} ${target}`);
  return { polls, deliveries, traced };
}

export interface Invoked {
  readonly invocations: number;
  readonly errors: number;
  readonly coldStarts: number;
  /** Virtual seconds that it took. */
  readonly seconds: number;
}

/**
 * Ten thousand synchronous invocations, so many at a time. A function of this process works for a virtual
 * second; one in a thread answers at once, since timers are real in there.
 */
export async function invokeTenThousand(kind: 'inline' | 'thread', atOnce: number): Promise<Invoked> {
  await using emulator = createEmulator({ clock: { virtual: START }, seed: 1 });
  const { clock, services } = emulator;
  if (kind === 'inline') {
    services.lambda.registerInline('work', { start: () => ({ invoke: () => clock.sleep(SECOND) }) });
  }
  await createFunction(emulator, kind === 'inline' ? {} : { Folder: FUNCTION });
  const begin = clock.now();
  let ended = begin;
  const invoke = () =>
    emulator.call('lambda', 'Invoke', { FunctionName: 'work', Payload: Buffer.from('{}') });
  const all = clock.run('caller', async () => {
    for (let done = 0; done < 10_000; done += atOnce) {
      await Promise.all(Array.from({ length: atOnce }, invoke));
    }
    ended = clock.now();
  });
  await emulator.advance((10_000 / atOnce) * SECOND);
  await all;
  const [counts] = Object.values(services.lambda.stats());
  const { invocations = 0, errors = 0, coldStarts = 0 } = counts ?? {};
  return { invocations, errors, coldStarts, seconds: (ended - begin) / SECOND };
}

/** Ten thousand messages through an event source mapping, one an invocation, each of a virtual second. */
export async function consumeTenThousand(): Promise<Invoked & { readonly left: number }> {
  await using emulator = createEmulator({ clock: { virtual: START }, seed: 1 });
  const { clock, services } = emulator;
  services.lambda.registerInline('work', { start: () => ({ invoke: () => clock.sleep(SECOND) }) });
  await createFunction(emulator, {});
  const { QueueUrl } = await emulator.call('sqs', 'CreateQueue', { QueueName: 'jobs' });
  for (let batch = 0; batch < 1_000; batch += 1) {
    const Entries = Array.from({ length: 10 }, (_, index) => ({ Id: `${index}`, MessageBody: `${batch}` }));
    await emulator.call('sqs', 'SendMessageBatch', { QueueUrl, Entries });
  }
  const begin = clock.now();
  await emulator.call('lambda', 'CreateEventSourceMapping', {
    ...{ FunctionName: 'work', EventSourceArn: `${ARNS}jobs`, BatchSize: 1 },
  });
  await emulator.advance(HOUR);
  const invokes = emulator.trace.entries({ service: 'lambda', operation: 'invoke' });
  const [counts] = Object.values(services.lambda.stats());
  const { invocations = 0, errors = 0, coldStarts = 0 } = counts ?? {};
  const [queue] = services.sqs.snapshot();
  const left = (queue?.visible ?? 0) + (queue?.inFlight ?? 0);
  return { invocations, errors, coldStarts, left, seconds: ((invokes.at(-1)?.at ?? begin) - begin) / SECOND };
}

async function createFunction(emulator: VirtualEmulator, Code: object): Promise<void> {
  await emulator.call('lambda', 'CreateFunction', {
    ...{ FunctionName: 'work', Role: 'arn:aws:iam::000000000000:role/work', Runtime: 'nodejs24.x' },
    ...{ Handler: 'index.handler', Code },
  });
  await emulator.settled();
}

function createClient(emulator: VirtualEmulator): SQSClient {
  return new SQSClient({
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:4566',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: emulator.requestHandler(),
  });
}
