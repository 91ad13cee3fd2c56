/** AWS JSON by hand: what clients that check nothing before they send get to see. */
import { describe, expect, test } from 'vitest';
import { ServiceError } from '../../../lib/emulator/error.ts';
import { ask, createStub, createStubRouter, json } from './stub-service.ts';

const DYNAMODB = 'com.amazonaws.dynamodb.v20120810';
const VALUES = `java.util.Map<java.lang.String, ${DYNAMODB}.AttributeValue>`;
const NO_STRUCTURE = 'Start of structure or map found where not expected';

describe('reading', () => {
  test('the input arrives with bytes for base64 and without nulls and unknown members', async () => {
    const stub = createStub();

    await ask(
      createStubRouter(stub),
      json('DynamoDB_20120810.PutItem', {
        TableName: 'orders',
        ReturnValues: null,
        Surprise: 1,
        Item: {
          id: { S: 'ø' },
          data: { B: 'AQID' },
          list: { L: [{ N: '1' }, null] },
          nothing: { NULL: true },
        },
      }),
    );

    expect(stub.calls.map(({ operation, input }) => ({ operation, input }))).toEqual([
      {
        operation: 'PutItem',
        input: {
          TableName: 'orders',
          Item: {
            id: { S: 'ø' },
            data: { B: new Uint8Array([1, 2, 3]) },
            list: { L: [{ N: '1' }] },
            nothing: { NULL: true },
          },
        },
      },
    ]);
  });

  test('an attribute may be called __proto__', async () => {
    const stub = createStub();
    const body = '{"TableName":"t","Item":{"__proto__":{"S":"mine"}}}';
    stub.answer = () => ({ Attributes: JSON.parse('{"__proto__":{"S":"mine"}}') });

    const answer = await ask(createStubRouter(stub), json('DynamoDB_20120810.PutItem', body));

    const item: unknown = stub.calls[0]?.input.Item;
    expect(Object.entries(item ?? {})).toEqual([['__proto__', { S: 'mine' }]]);
    expect(Object.getPrototypeOf(item)).toBe(Object.prototype);
    expect(answer.text).toBe('{"Attributes":{"__proto__":{"S":"mine"}}}');
  });

  test('an empty body is an empty input', async () => {
    const stub = createStub();

    const answer = await ask(createStubRouter(stub), json('AmazonSQS.ListQueues', ''));

    expect(answer.status).toBe(200);
    expect(stub.calls[0]?.input).toEqual({});
  });

  test('SQS takes numbers and truth values for text', async () => {
    const stub = createStub();

    await ask(
      createStubRouter(stub),
      json('AmazonSQS.CreateQueue', { QueueName: 'q', Attributes: { DelaySeconds: 5, FifoQueue: false } }),
    );

    expect(stub.calls[0]?.input).toEqual({
      QueueName: 'q',
      Attributes: { DelaySeconds: '5', FifoQueue: 'false' },
    });
  });

  test.each([
    ['text for a number', { Limit: '1' }, 'STRING_VALUE cannot be converted to Integer'],
    ['a truth value for a number', { Limit: true }, 'TRUE_VALUE cannot be converted to Integer'],
    ['a number for text', { TableName: 1 }, 'NUMBER_VALUE cannot be converted to String'],
    ['a fraction for text', { TableName: 1.5 }, 'DECIMAL_VALUE cannot be converted to String'],
    ['a list for text', { TableName: [] }, 'Unrecognized collection type class java.lang.String'],
    ['a structure for text', { TableName: {} }, NO_STRUCTURE],
    ['text for a truth value', { ConsistentRead: 'true' }, 'Unexpected token received from parser'],
    ['a number for a truth value', { ConsistentRead: 1 }, 'NUMBER_VALUE cannot be converted to Boolean'],
    ['text for a list', { AttributesToGet: 'a' }, 'Unexpected field type'],
    ['a structure for a list', { AttributesToGet: {} }, NO_STRUCTURE],
    ['text for a map', { ExclusiveStartKey: 'a' }, 'Unexpected field type'],
    ['a list for a map', { ExclusiveStartKey: [] }, `Unrecognized collection type ${VALUES}`],
    ['text in a map of structures', { ExclusiveStartKey: { id: 'a' } }, 'Unexpected value type in payload'],
    [
      'a list in a map of structures',
      { ExclusiveStartKey: { id: [] } },
      `Unrecognized collection type class ${DYNAMODB}.AttributeValue`,
    ],
    [
      'a list for a blob',
      { ExclusiveStartKey: { id: { B: [] } } },
      'Unrecognized collection type class java.nio.ByteBuffer',
    ],
    [
      'cut base64',
      { ExclusiveStartKey: { id: { B: '23456' } } },
      'Base64 encoded length is expected a multiple of 4 bytes but found: 5',
    ],
    [
      'wrong base64',
      { ExclusiveStartKey: { id: { B: '=+/=' } } },
      'Invalid last non-pad Base64 character dectected',
    ],
    ['what is no JSON', '{"TableName":', 'The request body is not JSON'],
    ['JSON that is no structure', '[]', `Unrecognized collection type class ${DYNAMODB}.ScanInput`],
  ])('%s is a SerializationException', async (_name, body, text) => {
    const stub = createStub();

    const answer = await ask(createStubRouter(stub), json('DynamoDB_20120810.Scan', body));

    expect(answer.status).toBe(400);
    expect(answer.json()).toEqual({
      __type: 'com.amazon.coral.service#SerializationException',
      message: text,
    });
    expect(stub.calls).toEqual([]);
  });
});

describe('writing', () => {
  test('times are seconds, bytes are base64, and what the shape does not have is left out', async () => {
    const stub = createStub();
    stub.answer = () => ({
      Table: {
        TableName: 't',
        CreationDateTime: new Date(1_767_225_600_500),
        Secret: 1,
        KeySchema: undefined,
      },
    });

    const answer = await ask(
      createStubRouter(stub),
      json('DynamoDB_20120810.DescribeTable', { TableName: 't' }),
    );

    expect(answer.status).toBe(200);
    expect(answer.headers).toEqual({
      'content-type': 'application/x-amz-json-1.0',
      'x-amzn-requestid': 'request-1',
    });
    expect(answer.json()).toEqual({ Table: { TableName: 't', CreationDateTime: 1_767_225_600.5 } });
  });

  test('an operation without output answers with an empty body', async () => {
    const answer = await ask(createStubRouter(createStub()), json('AmazonSQS.PurgeQueue', { QueueUrl: 'q' }));

    expect(answer).toMatchObject({ status: 200, text: '' });
  });
});

describe('errors', () => {
  test('a modelled error has its own members, encoded by its shape, and no others', async () => {
    const stub = createStub();
    stub.answer = () => {
      throw new ServiceError('ConditionalCheckFailedException', 'The conditional request failed', {
        fields: { Item: { data: { B: new Uint8Array([1, 2, 3]) } }, Secret: 1 },
      });
    };

    const answer = await ask(createStubRouter(stub), json('DynamoDB_20120810.GetItem', {}));

    expect(answer.status).toBe(400);
    expect(answer.json()).toEqual({
      __type: `${DYNAMODB}#ConditionalCheckFailedException`,
      message: 'The conditional request failed',
      Item: { data: { B: 'AQID' } },
    });
    expect(answer.headers['x-amzn-query-error']).toBeUndefined();
  });

  test.each([
    ['QueueDoesNotExist', 400, 'com.amazonaws.sqs', 'AWS.SimpleQueueService.NonExistentQueue;Sender'],
    ['InvalidAddress', 404, 'com.amazonaws.sqs', 'InvalidAddress;Sender'],
    ['InvalidParameterValue', 400, 'com.amazon.coral.service', 'InvalidParameterValue;Sender'],
  ])('SQS sends the Query code of %s in a header', async (name, status, namespace, header) => {
    const stub = createStub();
    stub.answer = () => {
      throw new ServiceError(name, 'no');
    };

    const answer = await ask(createStubRouter(stub), json('AmazonSQS.ListQueues', {}));

    expect(answer.status).toBe(status);
    expect(answer.json()).toEqual({ __type: `${namespace}#${name}`, message: 'no' });
    expect(answer.headers['x-amzn-query-error']).toBe(header);
  });

  test("a server's error has a server's status, whatever the model says", async () => {
    const stub = createStub();
    stub.answer = () => {
      throw new ServiceError('InternalServerError', 'try again');
    };

    const answer = await ask(createStubRouter(stub), json('DynamoDB_20120810.GetItem', {}));

    expect(answer.status).toBe(500);
    expect(answer.json()).toEqual({ __type: `${DYNAMODB}#InternalServerError`, message: 'try again' });
  });

  test('what is no ServiceError is an InternalFailure that is reported', async () => {
    const { createRouter } = await import('../../../lib/emulator/wire/router.ts');
    const reported: unknown[] = [];
    const broken = {
      call() {
        throw new TypeError('a mistake in the model');
      },
    };
    const router = createRouter({
      services: { sqs: broken },
      report: (error, what) => reported.push([what, error]),
    });

    const answer = await ask(router, json('AmazonSQS.ListQueues', {}));

    expect(answer.status).toBe(500);
    expect(answer.json()).toEqual({
      __type: 'com.amazon.coral.service#InternalFailure',
      message: 'TypeError: a mistake in the model',
    });
    expect(reported).toEqual([['POST /', new TypeError('a mistake in the model')]]);
  });

  test.each([
    [
      'DynamoDB_20120810.FlyToTheMoon',
      400,
      'UnknownOperationException',
      "dynamodb has no operation 'FlyToTheMoon'",
    ],
    [
      'DynamoDB_20120810.constructor',
      400,
      'UnknownOperationException',
      "dynamodb has no operation 'constructor'",
    ],
    [
      'Kinesis_20131202.PutRecord',
      501,
      'NotImplemented',
      'Kinesis_20131202.PutRecord is not served by this emulator',
    ],
  ])('%s is refused by its name', async (target, status, name, message) => {
    const answer = await ask(createStubRouter(createStub()), json(target, {}));

    expect(answer.status).toBe(status);
    expect(answer.json()).toEqual({ __type: `com.amazon.coral.service#${name}`, message });
  });

  test('a known service that is not there is refused by the name of the operation', async () => {
    const { createRouter } = await import('../../../lib/emulator/wire/router.ts');

    const answer = await ask(createRouter({ services: {} }), json('AmazonSQS.SendMessage', {}));

    expect(answer.status).toBe(501);
    expect(answer.text).toContain('sqs: SendMessage is not served by this emulator');
  });
});
