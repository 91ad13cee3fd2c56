import { afterEach, describe, expect, test, vi } from 'vitest';
import { defineApp, defineQueue, defineTask } from '#lib';
import { connect, type SqsEvent, serve } from '#lib/aws';
import { createEmulator } from '#lib/emulator';
import { toHandler } from '../../lib/aws/serve.ts';
import { topology } from '../../lib/define/topology.ts';
import type { Batch } from '../../lib/runtime/worker.ts';
import { provision } from '../../lib/testing/provision.ts';
import { patientClock } from '../runtime/world.ts';

const ledger = defineQueue('ledger', { ordered: true });
const double = defineTask('double', { run: (input: number) => input * 2 });
const fail = defineTask('fail', {
  queue: ledger,
  run: () => {
    throw new Error('not yet');
  },
});
const shop = defineApp('shop', { tasks: [double, fail] });

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

function record(
  messageId: string,
  more: Partial<SqsEvent['Records'][number]> = {},
): SqsEvent['Records'][number] {
  return {
    messageId,
    receiptHandle: `receipt of ${messageId}`,
    body: `body of ${messageId}`,
    eventSourceARN: 'arn:aws:sqs:eu-north-1:123456789012:shop-dev-ledger.fifo',
    attributes: { ApproximateReceiveCount: '1', ApproximateFirstReceiveTimestamp: '1767225600000' },
    ...more,
  };
}

const inSeconds = (seconds: number) => ({ getRemainingTimeInMillis: () => seconds * 1_000 });

describe('an event of SQS', () => {
  test('is a batch of its queue, with the time that is left', async () => {
    const clock = patientClock();
    const batches: Batch[] = [];
    const worker = {
      async handle(batch: Batch) {
        batches.push(batch);
        return ['m2'];
      },
    };
    const attributes = {
      ApproximateReceiveCount: '3',
      ApproximateFirstReceiveTimestamp: '1767225600123',
      MessageGroupId: 'g',
    };

    const answer = await toHandler(worker, { clock })(
      { Records: [record('m1'), record('m2', { attributes })] },
      inSeconds(30),
    );

    expect(batches).toEqual([
      {
        queueName: 'shop-dev-ledger.fifo',
        deadline: clock.now() + 30_000,
        deliveries: [
          {
            messageId: 'm1',
            receipt: 'receipt of m1',
            body: 'body of m1',
            receiveCount: 1,
            firstReceivedAt: 1_767_225_600_000,
          },
          {
            messageId: 'm2',
            receipt: 'receipt of m2',
            body: 'body of m2',
            receiveCount: 3,
            firstReceivedAt: 1_767_225_600_123,
            group: 'g',
          },
        ],
      },
    ]);
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm2' }] });
  });

  test('without records is answered without work', async () => {
    const worker = { handle: vi.fn() };

    const answer = await toHandler(worker, { clock: patientClock() })({ Records: [] }, inSeconds(30));

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(worker.handle).not.toHaveBeenCalled();
  });

  test('of a queue that the app does not have is refused as a whole, so all of it comes back', async () => {
    const eventSourceARN = 'arn:aws:sqs:eu-north-1:123456789012:shop-prod-ledger.fifo';
    const handler = serve(shop);

    await expect(
      handler({ Records: [record('m1', { eventSourceARN })] }, inSeconds(30)),
    ).rejects.toMatchObject({
      name: 'DefinitionError',
      code: 'UNKNOWN_QUEUE',
      message: "this worker's app 'shop' has no queue 'shop-prod-ledger.fifo' in stage 'dev'",
    });
  });
});

test('a function that was deployed for another app says so when it starts', () => {
  vi.stubEnv('CELERIAC_APP', 'bank');

  expect(() => serve(shop)).toThrow(
    expect.objectContaining({
      name: 'DefinitionError',
      code: 'WRONG_APP',
      message:
        "this function was deployed for app 'bank', but its entry serves 'shop'; " +
        "let 'entry' of Broker serve the same app",
    }),
  );
});

test('a served app works off what a client has sent, over the SDK and HTTP, and logs JSON', async () => {
  await using emulator = createEmulator();
  const endpoint = (await emulator.listen()).url;
  const resources = { ...topology(shop, { stage: 'prod' }), workers: [] };
  await provision(emulator, resources, () => {
    throw new Error('the test is the worker here');
  });
  vi.stubEnv('CELERIAC_APP', 'shop');
  vi.stubEnv('CELERIAC_STAGE', 'prod');
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  vi.stubEnv('AWS_ENDPOINT_URL', endpoint);
  const lines: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
  await using client = connect(shop);
  const sent = await client.send(double(21));
  await client.send(fail());

  const handler = serve(shop);
  const answers = [
    await handler(await receive('shop-prod-default'), inSeconds(30)),
    await handler(await receive('shop-prod-ledger.fifo'), inSeconds(30)),
  ];

  expect(answers[0]).toEqual({ batchItemFailures: [] });
  expect(answers[1]?.batchItemFailures).toHaveLength(1);
  expect(await sent.get()).toBe(42);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 'info', message: 'ran', task: 'double', id: sent.id, attempt: 1 },
    { level: 'warn', message: 'threw', task: 'fail', attempt: 1, error: 'Error: not yet' },
  ]);

  /** What Lambda would make of a receive. */
  async function receive(queueName: string): Promise<SqsEvent> {
    const { QueueUrl } = await emulator.call('sqs', 'GetQueueUrl', { QueueName: queueName });
    const answer = await emulator.call('sqs', 'ReceiveMessage', {
      QueueUrl,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ['All'],
    });
    const messages = answer.Messages as {
      MessageId: string;
      ReceiptHandle: string;
      Body: string;
      Attributes: SqsEvent['Records'][number]['attributes'];
    }[];
    const eventSourceARN = `arn:aws:sqs:us-east-1:000000000000:${queueName}`;
    return {
      Records: messages.map(({ MessageId, ReceiptHandle, Body, Attributes }) => ({
        messageId: MessageId,
        receiptHandle: ReceiptHandle,
        body: Body,
        attributes: Attributes,
        eventSourceARN,
      })),
    };
  }
});
