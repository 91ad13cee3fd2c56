/** `sqs-consumer`, the most used consumer for SQS in Node, unmodified: over HTTP and in this process. */
import { SQSClient } from '@aws-sdk/client-sqs';
import { Consumer, type ConsumerOptions } from 'sqs-consumer';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createEmulator, type Emulator } from '../../lib/emulator/index.ts';

const KEYS = { accessKeyId: 'test', secretAccessKey: 'test' };

describe.each(['http', 'in-process'] as const)('%s', (door) => {
  test('consumes thirty messages one by one and deletes them', async () => {
    const queue = await openQueue(door);
    const handled: (string | undefined)[] = [];

    queue.send(Array.from({ length: 30 }, (_, index) => `m${index}`));
    await queue.consume(
      {
        handleMessage: async (message) => {
          handled.push(message.Body);
          return message;
        },
      },
      () => handled.length === 30 && queue.counts().inFlight === 0,
    );

    expect(handled.sort()).toEqual(Array.from({ length: 30 }, (_, index) => `m${index}`).sort());
    expect(queue.counts()).toEqual({ visible: 0, inFlight: 0 });
  });

  test('takes batches of ten, and leaves what a handler does not give back', async () => {
    const queue = await openQueue(door, { VisibilityTimeout: '600' });
    const sizes: number[] = [];

    queue.send(['keep', ...Array.from({ length: 19 }, (_, index) => `m${index}`)]);
    await queue.consume(
      {
        batchSize: 10,
        handleMessageBatch: async (messages) => {
          sizes.push(messages.length);
          return messages.filter(({ Body }) => Body !== 'keep');
        },
      },
      () => queue.counts().inFlight === 1 && sizes.length === 2,
    );

    expect(sizes).toEqual([10, 10]);
    expect(queue.counts()).toEqual({ visible: 0, inFlight: 1 });
  });

  test('gives a failed message back at once, with its receive count', async () => {
    const queue = await openQueue(door, { VisibilityTimeout: '600' });
    const counts: (string | undefined)[] = [];
    const errors: string[] = [];

    queue.send(['m']);
    await queue.consume(
      {
        terminateVisibilityTimeout: true,
        messageSystemAttributeNames: ['ApproximateReceiveCount'],
        handleMessage: async (message) => {
          counts.push(message.Attributes?.ApproximateReceiveCount);
          if (counts.length < 3) throw new Error('not yet');
          return message;
        },
      },
      () => counts.length === 3 && queue.counts().inFlight === 0,
      (consumer) => consumer.on('processing_error', (error) => errors.push(error.message)),
    );

    expect(counts).toEqual(['1', '2', '3']);
    expect(errors).toHaveLength(2);
    expect(errors[0]).toContain('not yet');
  });

  test('keeps a message hidden by heartbeats while its handler takes longer than the timeout', async () => {
    const queue = await openQueue(door);
    let runs = 0;

    queue.send(['long']);
    await queue.consume(
      {
        visibilityTimeout: 4,
        heartbeatInterval: 1,
        handleMessage: async (message) => {
          runs += 1;
          await new Promise((resolve) => setTimeout(resolve, 5_500));
          return message;
        },
      },
      () => runs > 0 && queue.counts().inFlight === 0,
    );

    expect(runs).toBe(1);
    expect(queue.counts()).toEqual({ visible: 0, inFlight: 0 });
    expect(queue.started('ChangeMessageVisibility')).toBeGreaterThanOrEqual(2);
  });

  test('aborts its long poll when it is stopped, and the next message is not lost', async () => {
    const queue = await openQueue(door);
    const handled: unknown[] = [];

    await queue.consume(
      {
        handleMessage: async (message) => {
          handled.push(message);
          return message;
        },
      },
      () => queue.started('ReceiveMessage') === 1,
      undefined,
      { abort: true },
    );
    // That a connection was closed takes a moment to arrive.
    await expect.poll(() => queue.ended('ReceiveMessage')).toBe(queue.started('ReceiveMessage'));
    queue.send(['after']);

    expect(handled).toEqual([]);
    expect(queue.counts()).toEqual({ visible: 1, inFlight: 0 });
  });

  test('reports a queue that is not there as the error that it is', async () => {
    const queue = await openQueue(door);
    const errors: unknown[] = [];

    await queue.consume(
      { queueUrl: queue.url.replace('jobs', 'none'), handleMessage: async (message) => message },
      () => errors.length > 0,
      (consumer) => consumer.on('error', (error) => errors.push(error)),
    );

    expect(errors[0]).toMatchObject({
      name: 'SQSError',
      code: 'QueueDoesNotExist',
      message: 'SQS receive message failed: The specified queue does not exist.',
      statusCode: 400,
    });
  });
});

interface OpenQueue {
  readonly url: string;
  send(bodies: readonly string[]): void;
  counts(): { readonly visible: number; readonly inFlight: number };
  /** How many calls of an operation have begun. */
  started(operation: string): number;
  /** How many have ended, in whatever way. */
  ended(operation: string): number;
  /** Runs a consumer until the condition holds, stops it, and waits until it is at rest. */
  consume(
    options: Partial<ConsumerOptions>,
    until: () => boolean,
    prepare?: (consumer: Consumer) => unknown,
    stop?: { readonly abort: boolean },
  ): Promise<void>;
}

async function openQueue(
  door: 'http' | 'in-process',
  Attributes: Readonly<Record<string, string>> = {},
): Promise<OpenQueue> {
  const started: string[] = [];
  const ended: string[] = [];
  const emulator = createEmulator({
    onCall: ({ operation }, proceed) => {
      started.push(operation);
      return proceed().finally(() => ended.push(operation));
    },
  });
  onTestFinished(() => emulator.close());
  const { client, endpoint } = await connect(emulator, door);
  onTestFinished(() => client.destroy());
  const { sqs } = emulator.services;
  const caller = { account: '000000000000', region: 'us-east-1', endpoint };
  await sqs.call('CreateQueue', { QueueName: 'jobs', Attributes }, caller);
  const url = `${endpoint}/000000000000/jobs`;
  return {
    url,
    send(bodies) {
      for (const MessageBody of bodies) void sqs.call('SendMessage', { QueueUrl: url, MessageBody }, caller);
    },
    counts() {
      const [queue] = sqs.snapshot();
      return { visible: queue?.visible ?? 0, inFlight: queue?.inFlight ?? 0 };
    },
    started: (operation) => started.filter((each) => each === operation).length,
    ended: (operation) => ended.filter((each) => each === operation).length,
    async consume(options, until, prepare, stop = { abort: true }) {
      const consumer = Consumer.create({ sqs: client, queueUrl: url, waitTimeSeconds: 20, ...options });
      prepare?.(consumer);
      if (consumer.listenerCount('error') === 0) consumer.on('error', () => undefined);
      consumer.start();
      await expect.poll(until, { timeout: 60_000, interval: 10 }).toBe(true);
      consumer.stop(stop);
      await expect.poll(() => consumer.status.isPolling, { timeout: 60_000, interval: 10 }).toBe(false);
    },
  };
}

async function connect(emulator: Emulator, door: 'http' | 'in-process') {
  const common = { region: 'us-east-1', credentials: KEYS };
  if (door === 'http') {
    const { url: endpoint } = await emulator.listen();
    return { endpoint, client: new SQSClient({ ...common, endpoint }) };
  }
  const endpoint = 'http://emulator:4566';
  return {
    endpoint,
    client: new SQSClient({ ...common, endpoint, requestHandler: emulator.requestHandler() }),
  };
}
