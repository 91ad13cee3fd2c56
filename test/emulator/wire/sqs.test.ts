/**
 * The real SDK client on the model of SQS, through both doors, on a virtual clock; and the Query protocol
 * written by hand.
 */
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createVirtualClock, type VirtualClock } from '../../../lib/emulator/clock.ts';
import { createSqs } from '../../../lib/emulator/sqs/sqs.ts';
import { type HttpListener, listen } from '../../../lib/emulator/wire/http.ts';
import { toRequestHandler } from '../../../lib/emulator/wire/request-handler.ts';
import { createRouter, type Router } from '../../../lib/emulator/wire/router.ts';
import { ask, signedFor } from './stub-service.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
const common = { region: 'eu-north-1', credentials: { accessKeyId: 'none', secretAccessKey: 'none' } };
let clock: VirtualClock;
let router: Router;
let listener: HttpListener | undefined;

beforeEach(() => {
  clock = createVirtualClock(START);
  router = createRouter({ services: { sqs: createSqs({ clock }) } });
});

afterEach(async () => {
  await listener?.close();
  listener = undefined;
});

async function configure(door: 'http' | 'in-process') {
  if (door === 'in-process') {
    return { ...common, endpoint: 'http://emulator:4566', requestHandler: toRequestHandler(router) };
  }
  listener = await listen(router);
  return { ...common, endpoint: listener.url };
}

describe.each(['http', 'in-process'] as const)('SQS over %s', (door) => {
  const connect = async () => new SQSClient(await configure(door));

  test('a message is sent, received with what belongs to it, and deleted', async () => {
    const sqs = await connect();
    const { QueueUrl } = await sqs.send(
      new CreateQueueCommand({ QueueName: 'orders', Attributes: { VisibilityTimeout: '40' } }),
    );
    const sent = await sqs.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: 'ø & <å>',
        MessageAttributes: {
          kind: { DataType: 'String', StringValue: 'new' },
          bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2, 3]) },
        },
      }),
    );

    // The SDK compares the checksums of bodies by itself, so this is also a test of those.
    const received = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      }),
    );
    const [message] = received.Messages ?? [];
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl,
        AttributeNames: ['VisibilityTimeout', 'ApproximateNumberOfMessages'],
      }),
    );

    expect(message).toMatchObject({
      MessageId: sent.MessageId,
      Body: 'ø & <å>',
      Attributes: { ApproximateReceiveCount: '1' },
      MessageAttributes: {
        kind: { DataType: 'String', StringValue: 'new' },
        bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2, 3]) },
      },
    });
    expect(Attributes).toEqual({ VisibilityTimeout: '40', ApproximateNumberOfMessages: '0' });
  });

  test('a batch says for each entry how it went', async () => {
    const sqs = await connect();
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'orders' }));

    const { Successful, Failed } = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: 'good', MessageBody: 'x' },
          { Id: 'bad', MessageBody: 'x', DelaySeconds: 901 },
        ],
      }),
    );

    expect(Successful?.map((entry) => entry.Id)).toEqual(['good']);
    expect(Failed).toMatchObject([{ Id: 'bad', SenderFault: true, Code: 'InvalidParameterValue' }]);
  });

  test.each([
    [
      'QueueDoesNotExist',
      'The specified queue does not exist.',
      400,
      (sqs: SQSClient) => sqs.send(new GetQueueUrlCommand({ QueueName: 'nothing' })),
    ],
    [
      'ReceiptHandleIsInvalid',
      'The input receipt handle "x" is not a valid receipt handle.',
      404,
      (sqs: SQSClient, QueueUrl: string | undefined) =>
        sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: 'x', VisibilityTimeout: 0 })),
    ],
  ])('%s keeps its name, its text and its status', async (name, message, status, send) => {
    const sqs = await connect();
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'orders' }));

    const error = await send(sqs, QueueUrl).catch((reason: unknown) => reason);

    expect(error).toMatchObject({ name, $metadata: { httpStatusCode: status } });
    expect(String(error)).toContain(message);
  });

  test('an aborted long poll gives up its place: the next message goes to the next receiver', async () => {
    const sqs = await connect();
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'orders' }));
    const controller = new AbortController();
    const poll = sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }), {
      abortSignal: controller.signal,
    });
    const aborted = poll.catch((error: unknown) => error);
    // The poll waits once its timer stands on the clock; its end takes the timer away.
    await expect.poll(() => clock.next()).toBe(START + 20_000);

    controller.abort();
    await aborted;
    await expect.poll(() => clock.next()).not.toBe(START + 20_000);
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));

    await expect(aborted).resolves.toMatchObject({ name: 'AbortError' });
    expect(Messages).toMatchObject([{ Body: 'x' }]);
  });
});

test('a queue made by the Query protocol is used by it from end to end', async () => {
  const call = async (form: Readonly<Record<string, string>>) => {
    const headers = {
      host: 'emulator:4566',
      authorization: signedFor('sqs'),
      'content-type': 'application/x-www-form-urlencoded',
    };
    const { text } = await ask(router, { headers, body: new URLSearchParams(form).toString() });
    return (name: string) =>
      new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1] ?? `no ${name} in ${text}`;
  };
  const created = await call({
    Action: 'CreateQueue',
    QueueName: 'orders',
    'Attribute.1.Name': 'VisibilityTimeout',
    'Attribute.1.Value': '40',
  });
  const QueueUrl = created('QueueUrl');

  const sent = await call({
    Action: 'SendMessage',
    QueueUrl,
    MessageBody: 'a&b',
    'MessageAttribute.1.Name': 'kind',
    'MessageAttribute.1.Value.DataType': 'String',
    'MessageAttribute.1.Value.StringValue': 'new',
  });
  const received = await call({
    Action: 'ReceiveMessage',
    QueueUrl,
    'AttributeName.1': 'All',
    'MessageAttributeName.1': 'kind',
  });
  const deleted = await call({ Action: 'DeleteMessage', QueueUrl, ReceiptHandle: received('ReceiptHandle') });
  const missing = await call({ Action: 'GetQueueUrl', QueueName: 'nothing' });

  expect(QueueUrl).toBe('http://emulator:4566/000000000000/orders');
  expect(received('MessageId')).toBe(sent('MessageId'));
  expect(received('Body')).toBe('a&amp;b');
  expect(received('MD5OfMessageAttributes')).toBe(sent('MD5OfMessageAttributes'));
  expect(received('StringValue')).toBe('new');
  expect(deleted('RequestId')).toMatch(/^[0-9a-f-]{36}$/);
  expect(missing('Code')).toBe('AWS.SimpleQueueService.NonExistentQueue');
});
