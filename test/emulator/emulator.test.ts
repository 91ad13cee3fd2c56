import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListQueuesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  createEmulator,
  type Emulator,
  type EmulatorOptions,
  ServiceError,
  startEmulator,
  TemplateError,
  type VirtualEmulator,
} from '../../lib/emulator/index.ts';

import { openEmulator, writeStack } from './cloudformation/assembly.ts';

const START = '2026-01-01T00:00:00.000Z';
const KEYS = { accessKeyId: 'test', secretAccessKey: 'test' };

function openVirtual(options: EmulatorOptions = {}): VirtualEmulator {
  const emulator = createEmulator({ ...options, clock: { virtual: START } });
  onTestFinished(() => emulator.close());
  return emulator;
}

async function createQueue(emulator: Emulator, QueueName = 'jobs'): Promise<unknown> {
  const { QueueUrl } = await emulator.call('sqs', 'CreateQueue', { QueueName });
  return QueueUrl;
}

describe('the doors', () => {
  test('all lead to the same models', async () => {
    const emulator = openEmulator();
    await createQueue(emulator);
    const { url } = await emulator.listen();
    const region = 'us-east-1';
    const inProcess = new SQSClient({
      ...{ region, credentials: KEYS, endpoint: 'http://127.0.0.1:1' },
      requestHandler: emulator.requestHandler(),
    });
    const overHttp = new SQSClient({ region, credentials: KEYS, endpoint: url });
    onTestFinished(() => overHttp.destroy());

    const answers = await Promise.all([
      inProcess.send(new ListQueuesCommand({})),
      overHttp.send(new ListQueuesCommand({})),
    ]);

    expect(answers.map((answer) => answer.QueueUrls)).toEqual([
      ['http://127.0.0.1:1/000000000000/jobs'],
      [`${url}/000000000000/jobs`],
    ]);
  });

  test('keep accounts and regions apart', async () => {
    const emulator = openEmulator();
    await createQueue(emulator);
    const elsewhere = { account: '111111111111', region: 'eu-west-1' };

    const mine = await emulator.call('sqs', 'ListQueues', {});
    const others = await emulator.call('sqs', 'ListQueues', {}, elsewhere);

    expect(mine.QueueUrls).toHaveLength(1);
    expect(others.QueueUrls).toBeUndefined();
  });

  test('refuse a service that is not served, by its name', async () => {
    const emulator = openEmulator();

    const call = emulator.call('kinesis', 'ListStreams', {});

    await expect(call).rejects.toThrow(
      /^the emulator does not serve 'kinesis'; served: sqs, dynamodb, lambda, /,
    );
    await expect(call).rejects.toMatchObject({ name: 'NotImplementedException', status: 501 });
  });

  test('close with the emulator', async () => {
    const emulator = createEmulator();
    const { url } = await emulator.listen();

    await emulator.close();
    await emulator.close();

    await expect(fetch(`${url}/_celeriac/health`)).rejects.toThrow('fetch failed');
  });
});

describe('counters', () => {
  test('count calls, items, errors and empty receives of all doors', async () => {
    const emulator = openEmulator();
    const QueueUrl = await createQueue(emulator);
    const Entries = ['a', 'b', 'c'].map((Id) => ({ Id, MessageBody: Id }));
    const dynamodb = new DynamoDBClient({
      ...{ region: 'us-east-1', credentials: KEYS, endpoint: 'http://127.0.0.1:1' },
      requestHandler: emulator.requestHandler(),
    });

    await emulator.call('sqs', 'SendMessageBatch', { QueueUrl, Entries });
    await emulator.call('sqs', 'ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10 });
    await emulator.call('sqs', 'ReceiveMessage', { QueueUrl });
    await emulator.call('sqs', 'SendMessage', { QueueUrl }).catch(() => undefined);
    await dynamodb.send(new ListTablesCommand({}));

    expect(emulator.calls()).toEqual([
      { service: 'dynamodb', operation: 'ListTables', calls: 1, errors: 0, empty: 0, items: 1 },
      { service: 'sqs', operation: 'CreateQueue', calls: 1, errors: 0, empty: 0, items: 1 },
      { service: 'sqs', operation: 'ReceiveMessage', calls: 2, errors: 0, empty: 1, items: 3 },
      { service: 'sqs', operation: 'SendMessage', calls: 1, errors: 1, empty: 0, items: 1 },
      { service: 'sqs', operation: 'SendMessageBatch', calls: 1, errors: 0, empty: 0, items: 3 },
    ]);
    expect(emulator.calls('lambda')).toEqual([]);
  });

  test('do not count what a load does, and no fault strikes it', async () => {
    const emulator = openEmulator({ onCall: () => Promise.reject(new ServiceError('Throttled', 'no')) });
    const folder = await writeStack({ Resources: { Jobs: { Type: 'AWS::SQS::Queue' } } });

    await emulator.load(folder);

    expect(emulator.calls()).toEqual([]);
  });
});

describe('the hook around calls', () => {
  test('sees every call, and can let it pass', async () => {
    const seen: unknown[] = [];
    const emulator = openEmulator({
      onCall: ({ service, operation, input, caller, source }, proceed) => {
        seen.push([source, service, operation, input, caller.region]);
        return proceed();
      },
    });

    const url = await createQueue(emulator);

    expect(url).toBe('http://127.0.0.1:4566/000000000000/jobs');
    expect(seen).toEqual([['client', 'sqs', 'CreateQueue', { QueueName: 'jobs' }, 'us-east-1']]);
  });

  test('can refuse instead of calling, and the client sees the error', async () => {
    const refusal = new ServiceError('RequestThrottled', 'slow down', { status: 403 });
    const emulator = openEmulator({ onCall: () => Promise.reject(refusal) });
    const client = new SQSClient({
      ...{ region: 'us-east-1', credentials: KEYS, endpoint: 'http://127.0.0.1:1', maxAttempts: 1 },
      requestHandler: emulator.requestHandler(),
    });

    const call = client.send(new ListQueuesCommand({}));

    await expect(call).rejects.toMatchObject({ name: 'RequestThrottled', message: 'slow down' });
    expect(emulator.calls()).toMatchObject([{ operation: 'ListQueues', calls: 1, errors: 1 }]);
    expect(emulator.services.sqs.snapshot()).toEqual([]);
  });

  test('can lose an answer: the call has happened', async () => {
    const emulator = openEmulator({
      onCall: async ({ operation }, proceed) => {
        const output = await proceed();
        if (operation === 'CreateQueue') throw new ServiceError('InternalFailure', 'lost', { status: 500 });
        return output;
      },
    });

    const call = createQueue(emulator);

    await expect(call).rejects.toMatchObject({ name: 'InternalFailure', message: 'lost' });
    expect(emulator.services.sqs.snapshot()).toHaveLength(1);
  });
});

describe('virtual time', () => {
  test('stands still until it is moved, and wakes a long poll of the SDK', async () => {
    const emulator = openVirtual();
    const QueueUrl = await createQueue(emulator);
    await emulator.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'later', DelaySeconds: 10 });
    const client = new SQSClient({
      ...{ region: 'us-east-1', credentials: KEYS, endpoint: 'http://127.0.0.1:4566' },
      requestHandler: emulator.requestHandler(),
    });
    const polled = client.send(
      new ReceiveMessageCommand({ QueueUrl: String(QueueUrl), WaitTimeSeconds: 20 }),
    );
    await emulator.settled();

    await emulator.advance(10_000);

    const { Messages } = await polled;
    expect(Messages?.map((message) => message.Body)).toEqual(['later']);
    expect(new Date(emulator.clock.now()).toISOString()).toBe('2026-01-01T00:00:10.000Z');
  });

  test.each([[START], [new Date(START)], [Date.parse(START)]])('starts at %s', (virtual) => {
    const emulator = createEmulator({ clock: { virtual } });

    expect(emulator.clock.now()).toBe(Date.parse(START));
  });

  test('starts at a time', () => {
    expect(() => createEmulator({ clock: { virtual: 'soon' } })).toThrow(
      "clock.virtual is 'soon', which is no time",
    );
  });

  test('with the same seed repeats every id', async () => {
    const send = async (seed: number): Promise<unknown> => {
      const emulator = openVirtual({ seed });
      const QueueUrl = await createQueue(emulator);
      return (await emulator.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'x' })).MessageId;
    };

    const [one, again, other] = [await send(1), await send(1), await send(2)];

    expect(again).toBe(one);
    expect(other).not.toBe(one);
  });
});

test('the trace tells of all services and of loads', async () => {
  const emulator = openVirtual();
  await emulator.load(await writeStack({ Resources: { Jobs: { Type: 'AWS::SQS::Queue' } } }));
  const QueueUrl = await createQueue(emulator);
  await emulator.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'x' });

  const entries = emulator.trace.entries();

  expect(entries.map((entry) => [entry.service, entry.operation, entry.target])).toEqual([
    ['cloudformation', 'created', 'Jobs'],
    ['sqs', 'send', 'jobs'],
  ]);
  expect(entries[0]?.at).toBe(Date.parse(START));
});

describe('startEmulator', () => {
  test('gives an emulator with the app in it', async () => {
    const template = await writeStack({
      Parameters: { Name: { Type: 'String' } },
      Resources: { Jobs: { Type: 'AWS::SQS::Queue', Properties: { QueueName: { Ref: 'Name' } } } },
    });

    const emulator = await startEmulator({
      clock: { virtual: START },
      template,
      parameters: { Name: 'work' },
    });
    onTestFinished(() => emulator.close());

    expect(emulator.services.sqs.snapshot().map((queue) => queue.name)).toEqual(['work']);
    expect(emulator.clock.next()).toBeUndefined();
  });

  test('rejects when the app is wrong', async () => {
    const template = await writeStack({ Resources: { Site: { Type: 'AWS::IoT::Thing' } } });

    const start = startEmulator({ template });

    await expect(start).rejects.toBeInstanceOf(TemplateError);
    await expect(start).rejects.toThrow('the emulator does not know this resource type');
  });
});
