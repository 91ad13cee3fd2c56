/** The real SDK clients through both doors, HTTP and in-process, on a service that only notes and answers. */
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  GetFunctionCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda';
import { QueueDoesNotExist, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ServiceError } from '../../../lib/emulator/error.ts';
import { type HttpListener, listen } from '../../../lib/emulator/wire/http.ts';
import { toRequestHandler } from '../../../lib/emulator/wire/request-handler.ts';
import { createStub, createStubRouter } from './stub-service.ts';

const stub = createStub();
const router = createStubRouter(stub);
const common = {
  region: 'eu-north-1',
  credentials: { accessKeyId: '123456789012', secretAccessKey: 'secret' },
  md5: false as const,
};
let listener: HttpListener;

beforeAll(async () => {
  listener = await listen(router);
});

afterAll(async () => {
  await listener.close();
});

beforeEach(() => {
  stub.calls.length = 0;
  stub.answer = () => ({});
});

describe.each(['http', 'in-process'] as const)('%s', (door) => {
  const config = () => {
    if (door === 'http') return { ...common, endpoint: listener.url };
    return { ...common, endpoint: 'http://emulator:4566', requestHandler: toRequestHandler(router) };
  };

  test("inputs and outputs have the SDK's own shapes", async () => {
    const sqs = new SQSClient(config());
    stub.answer = () => ({ MessageId: 'm-1', MD5OfMessageBody: 'abc', SequenceNumber: undefined });

    const output = await sqs.send(
      new SendMessageCommand({
        QueueUrl: `${door === 'http' ? listener.url : 'http://emulator:4566'}/000000000000/orders`,
        MessageBody: 'ø',
        DelaySeconds: 3,
        MessageAttributes: { bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2, 3]) } },
      }),
    );

    expect(stub.calls).toMatchObject([
      {
        operation: 'SendMessage',
        input: {
          MessageBody: 'ø',
          DelaySeconds: 3,
          MessageAttributes: { bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2, 3]) } },
        },
        caller: {
          account: '123456789012',
          region: 'eu-north-1',
          endpoint: door === 'http' ? listener.url : 'http://emulator:4566',
        },
      },
    ]);
    expect(output).toMatchObject({
      MessageId: 'm-1',
      MD5OfMessageBody: 'abc',
      $metadata: { httpStatusCode: 200, requestId: 'request-1', attempts: 1 },
    });
  });

  test('an error of SQS is its class, with the code of the Query protocol beside it', async () => {
    const sqs = new SQSClient(config());
    stub.answer = () => {
      throw new ServiceError('QueueDoesNotExist', 'The specified queue does not exist.');
    };

    const error = await sqs
      .send(new ReceiveMessageCommand({ QueueUrl: 'q' }))
      .catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(QueueDoesNotExist);
    expect(error).toMatchObject({
      name: 'QueueDoesNotExist',
      message: 'The specified queue does not exist.',
      Code: 'AWS.SimpleQueueService.NonExistentQueue',
      $fault: 'client',
      $metadata: { httpStatusCode: 400, attempts: 1 },
    });
  });

  test('an error that the schema does not have keeps its name', async () => {
    const sqs = new SQSClient(config());
    stub.answer = () => {
      throw new ServiceError('InvalidParameterValue', 'Value 11 for parameter X is invalid.');
    };

    const error = await sqs
      .send(new ReceiveMessageCommand({ QueueUrl: 'q' }))
      .catch((reason: unknown) => reason);

    expect(error).toMatchObject({
      name: 'InvalidParameterValue',
      message: 'Value 11 for parameter X is invalid.',
    });
  });

  test('items with bytes go there and back, also inside an error', async () => {
    const dynamodb = new DynamoDBClient(config());
    const item = {
      id: { S: 'a' },
      data: { B: new Uint8Array([255, 0]) },
      sets: { BS: [new Uint8Array([7])] },
    };
    stub.answer = ({ operation, input }) => {
      if (operation === 'GetItem') return { Item: item };
      throw new ServiceError('ConditionalCheckFailedException', 'The conditional request failed', {
        fields: { Item: input.Item },
      });
    };

    const { Item } = await dynamodb.send(new GetItemCommand({ TableName: 't', Key: { id: { S: 'a' } } }));
    const error = await dynamodb
      .send(new PutItemCommand({ TableName: 't', Item: item }))
      .catch((reason: unknown) => reason);

    expect(Item).toEqual(item);
    expect(error).toBeInstanceOf(ConditionalCheckFailedException);
    expect(error).toMatchObject({ Item: item, $metadata: { httpStatusCode: 400 } });
  });

  test('Lambda: path, query string, headers, payload and status', async () => {
    const lambda = new LambdaClient(config());
    const arn = 'arn:aws:lambda:eu-north-1:123456789012:function:charge';
    stub.answer = () => ({
      StatusCode: 200,
      FunctionError: 'Unhandled',
      Payload: new TextEncoder().encode('{"a":1}'),
    });

    const invoked = await lambda.send(
      new InvokeCommand({ FunctionName: arn, InvocationType: 'RequestResponse', Payload: '{"b":2}' }),
    );
    stub.answer = () => ({ Functions: [{ FunctionName: 'charge' }] });
    const listed = await lambda.send(new ListFunctionsCommand({ MaxItems: 5 }));

    expect(invoked).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
    expect(invoked.Payload?.transformToString()).toBe('{"a":1}');
    expect(listed.Functions).toEqual([{ FunctionName: 'charge' }]);
    expect(stub.calls).toMatchObject([
      { operation: 'Invoke', input: { FunctionName: arn, InvocationType: 'RequestResponse' } },
      { operation: 'ListFunctions', input: { MaxItems: 5 } },
    ]);
    expect(Buffer.from(Object(stub.calls[0]?.input.Payload)).toString()).toBe('{"b":2}');
  });

  test("Lambda's errors have their class, status and members", async () => {
    const lambda = new LambdaClient(config());
    stub.answer = () => {
      throw new ServiceError('ResourceNotFoundException', 'Function not found: charge');
    };

    const error = await lambda
      .send(new GetFunctionCommand({ FunctionName: 'charge' }))
      .catch((reason: unknown) => reason);

    expect(error).toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Function not found: charge',
      Type: 'User',
      $metadata: { httpStatusCode: 404 },
    });
  });

  test('an aborted request reaches the service as an aborted signal', async () => {
    const sqs = new SQSClient(config());
    const controller = new AbortController();
    const seen = new Promise<void>((resolve) => {
      // A signal that is aborted already fires no event.
      stub.answer = ({ caller }) =>
        new Promise((answer) => {
          const end = () => {
            resolve();
            answer({});
          };
          if (caller.signal?.aborted === true) end();
          else caller.signal?.addEventListener('abort', end);
          controller.abort();
        });
    });

    const poll = sqs.send(new ReceiveMessageCommand({ QueueUrl: 'q', WaitTimeSeconds: 20 }), {
      abortSignal: controller.signal,
    });

    await expect(poll).rejects.toMatchObject({ name: 'AbortError' });
    await seen;
    expect(stub.calls).toHaveLength(1);
  });
});

test('a request that was aborted before it was sent reaches nobody', async () => {
  const handler = toRequestHandler(router);
  const request = { method: 'POST', protocol: 'http:', hostname: 'emulator', path: '/', headers: {} };

  const attempt = handler.handle(request, { abortSignal: AbortSignal.abort() });

  await expect(attempt).rejects.toMatchObject({ name: 'AbortError', message: 'Request aborted' });
  expect(stub.calls).toEqual([]);
});

test.each([
  ['text', 'x'],
  ['bytes', new TextEncoder().encode('x')],
  ['an ArrayBuffer', new TextEncoder().encode('x').buffer],
  ['a stream of bytes', new Blob(['x']).stream()],
])('a body of the SDK may be %s', async (_name, body) => {
  const handler = toRequestHandler(router);

  await handler.handle({
    method: 'POST',
    protocol: 'https:',
    hostname: 'lambda.eu-north-1.amazonaws.com',
    path: '/2015-03-31/functions/f/invocations',
    query: { Qualifier: 'live', empty: null },
    headers: {},
    body,
  });

  expect(stub.calls).toMatchObject([
    {
      operation: 'Invoke',
      input: { FunctionName: 'f', Qualifier: 'live' },
      caller: { endpoint: 'https://lambda.eu-north-1.amazonaws.com' },
    },
  ]);
  expect(Buffer.from(Object(stub.calls[0]?.input.Payload)).toString()).toBe('x');
});
