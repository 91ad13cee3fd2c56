/** The Query protocol by hand, as clients of SQS spoke it before JSON, and some still do. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ServiceError } from '../../../lib/emulator/error.ts';
import { escapeXml } from '../../../lib/emulator/wire/xml.ts';
import { ask, createStub, createStubRouter, type Stub, signedFor } from './stub-service.ts';

const NAMESPACE = 'xmlns="http://queue.amazonaws.com/doc/2012-11-05/"';
const METADATA = '<ResponseMetadata><RequestId>request-1</RequestId></ResponseMetadata>';

function send(stub: Stub, form: Readonly<Record<string, string>>, url = '/') {
  const headers = {
    host: 'emulator:4566',
    authorization: signedFor('sqs'),
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
  };
  const body = new URLSearchParams({ Version: '2012-11-05', ...form }).toString();
  return ask(createStubRouter(stub), { url, headers, body });
}

describe('SQS', () => {
  test('CreateQueue: flattened maps of attributes and tags in, the URL out', async () => {
    const stub = createStub();
    stub.answer = () => ({ QueueUrl: 'http://emulator:4566/000000000000/a&b' });

    const answer = await send(stub, {
      Action: 'CreateQueue',
      QueueName: 'orders',
      'Attribute.1.Name': 'VisibilityTimeout',
      'Attribute.1.Value': '40',
      'Attribute.2.Name': 'DelaySeconds',
      'Attribute.2.Value': '5',
      'Tag.1.Key': 'team',
      'Tag.1.Value': 'ø',
    });

    expect(stub.calls).toMatchObject([
      {
        operation: 'CreateQueue',
        input: {
          QueueName: 'orders',
          Attributes: { VisibilityTimeout: '40', DelaySeconds: '5' },
          tags: { team: 'ø' },
        },
        caller: { region: 'eu-north-1', account: '000000000000', endpoint: 'http://emulator:4566' },
      },
    ]);
    expect(answer.status).toBe(200);
    expect(answer.headers).toEqual({ 'content-type': 'text/xml', 'x-amzn-requestid': 'request-1' });
    expect(answer.text).toBe(
      `<?xml version="1.0"?><CreateQueueResponse ${NAMESPACE}><CreateQueueResult>` +
        '<QueueUrl>http://emulator:4566/000000000000/a&amp;b</QueueUrl>' +
        `</CreateQueueResult>${METADATA}</CreateQueueResponse>`,
    );
  });

  test('SendMessage: structures in a map, numbers and base64', async () => {
    const stub = createStub();
    stub.answer = () => ({ MessageId: 'm-1', MD5OfMessageBody: 'abc' });

    const answer = await send(stub, {
      Action: 'SendMessage',
      QueueUrl: 'http://emulator:4566/000000000000/orders',
      MessageBody: 'a=1&b=2',
      DelaySeconds: '3',
      'MessageAttribute.1.Name': 'count',
      'MessageAttribute.1.Value.DataType': 'Number',
      'MessageAttribute.1.Value.StringValue': '7',
      'MessageAttribute.2.Name': 'bytes',
      'MessageAttribute.2.Value.DataType': 'Binary',
      'MessageAttribute.2.Value.BinaryValue': 'AQID',
    });

    expect(stub.calls[0]?.input).toEqual({
      QueueUrl: 'http://emulator:4566/000000000000/orders',
      MessageBody: 'a=1&b=2',
      DelaySeconds: 3,
      MessageAttributes: {
        count: { DataType: 'Number', StringValue: '7' },
        bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2, 3]) },
      },
    });
    expect(answer.text).toContain(
      '<SendMessageResult><MD5OfMessageBody>abc</MD5OfMessageBody>' +
        '<MessageId>m-1</MessageId></SendMessageResult>',
    );
  });

  test('ReceiveMessage: flattened lists both ways, and maps in the answer', async () => {
    const stub = createStub();
    stub.answer = () => ({
      Messages: [
        {
          MessageId: 'm-1',
          Body: '<a>\r\n&',
          Attributes: { SentTimestamp: '1' },
          MessageAttributes: { bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2, 3]) } },
        },
        { MessageId: 'm-2', Body: '' },
      ],
    });

    const answer = await send(stub, {
      Action: 'ReceiveMessage',
      QueueUrl: 'q',
      'AttributeName.2': 'SentTimestamp',
      'AttributeName.10': 'SenderId',
      'AttributeName.1': 'All',
      MaxNumberOfMessages: '10',
    });

    expect(stub.calls[0]?.input).toEqual({
      QueueUrl: 'q',
      MaxNumberOfMessages: 10,
      AttributeNames: ['All', 'SentTimestamp', 'SenderId'],
      MessageSystemAttributeNames: ['All', 'SentTimestamp', 'SenderId'],
    });
    expect(answer.text).toBe(
      `<?xml version="1.0"?><ReceiveMessageResponse ${NAMESPACE}><ReceiveMessageResult>` +
        '<Message><MessageId>m-1</MessageId><Body>&lt;a&gt;&#xD;&#xA;&amp;</Body>' +
        '<Attribute><Name>SentTimestamp</Name><Value>1</Value></Attribute>' +
        '<MessageAttribute><Name>bytes</Name>' +
        '<Value><DataType>Binary</DataType><BinaryValue>AQID</BinaryValue></Value>' +
        '</MessageAttribute></Message>' +
        '<Message><MessageId>m-2</MessageId><Body/></Message>' +
        `</ReceiveMessageResult>${METADATA}</ReceiveMessageResponse>`,
    );
  });

  test('SendMessageBatch: entries of a flattened list, in the order of their numbers', async () => {
    const stub = createStub();

    await send(stub, {
      Action: 'SendMessageBatch',
      QueueUrl: 'q',
      'SendMessageBatchRequestEntry.2.Id': 'b',
      'SendMessageBatchRequestEntry.2.MessageBody': 'two',
      'SendMessageBatchRequestEntry.1.Id': 'a',
      'SendMessageBatchRequestEntry.1.MessageBody': 'one',
      'SendMessageBatchRequestEntry.1.DelaySeconds': '0',
    });

    expect(stub.calls[0]?.input.Entries).toEqual([
      { Id: 'a', MessageBody: 'one', DelaySeconds: 0 },
      { Id: 'b', MessageBody: 'two' },
    ]);
  });

  test('an operation without output has no result element', async () => {
    const answer = await send(createStub(), { Action: 'PurgeQueue', QueueUrl: 'q' });

    expect(answer.text).toBe(
      `<?xml version="1.0"?><PurgeQueueResponse ${NAMESPACE}>${METADATA}</PurgeQueueResponse>`,
    );
  });

  test('a list of one may leave its number out, and names of no parameter are passed over', async () => {
    const stub = createStub();

    await send(stub, {
      Action: 'SetQueueAttributes',
      QueueUrl: 'q',
      'Attribute.Name': 'DelaySeconds',
      'Attribute.Value': '5',
      ['Attribute'.concat('.x'.repeat(5000))]: 'x',
    });

    expect(stub.calls[0]?.input).toEqual({ QueueUrl: 'q', Attributes: { DelaySeconds: '5' } });
  });

  test('the queue may be named by the path alone', async () => {
    const stub = createStub();

    await send(stub, { Action: 'DeleteMessage', ReceiptHandle: 'r' }, '/000000000000/orders');

    expect(stub.calls[0]?.input).toEqual({
      QueueUrl: 'http://emulator:4566/000000000000/orders',
      ReceiptHandle: 'r',
    });
  });

  test('a request may be a GET with all in the query string, presigned or not signed at all', async () => {
    const stub = createStub();
    const router = createStubRouter(stub);
    const headers = { host: 'emulator:4566' };
    const credential = encodeURIComponent('123456789012/20260101/ap-south-1/sqs/aws4_request');

    const plain = await ask(router, {
      method: 'GET',
      headers,
      url: '/?Action=GetQueueUrl&QueueName=orders&Version=2012-11-05',
    });
    await ask(router, {
      method: 'GET',
      headers,
      url: `/?Action=GetQueueUrl&QueueName=orders&Version=2012-11-05&X-Amz-Credential=${credential}`,
    });

    expect(plain.text).toContain('<GetQueueUrlResult/>');
    expect(stub.calls).toMatchObject([
      { input: { QueueName: 'orders' }, caller: { account: '000000000000', region: 'us-east-1' } },
      { input: { QueueName: 'orders' }, caller: { account: '123456789012', region: 'ap-south-1' } },
    ]);
  });

  test('an error has the code and the status of the Query protocol', async () => {
    const stub = createStub();
    stub.answer = () => {
      throw new ServiceError('QueueDoesNotExist', 'no <queue>');
    };

    const answer = await send(stub, { Action: 'GetQueueUrl', QueueName: 'q' });

    expect(answer.status).toBe(400);
    expect(answer.text).toBe(
      `<?xml version="1.0"?><ErrorResponse ${NAMESPACE}><Error><Type>Sender</Type>` +
        '<Code>AWS.SimpleQueueService.NonExistentQueue</Code><Message>no &lt;queue&gt;</Message></Error>' +
        '<RequestId>request-1</RequestId></ErrorResponse>',
    );
  });

  test.each([
    [
      'an unknown action',
      { Action: 'Fly' },
      400,
      'InvalidAction',
      'The action Fly is not valid for this endpoint.',
    ],
    [
      'a number that is none',
      { Action: 'SendMessage', DelaySeconds: 'soon' },
      400,
      'MalformedInput',
      'STRING_VALUE cannot be converted to Integer',
    ],
  ])('%s is refused', async (_name, form, status, code, message) => {
    const answer = await send(createStub(), form);

    expect(answer.status).toBe(status);
    expect(answer.text).toContain(`<Code>${code}</Code><Message>${message}</Message>`);
  });

  test('a service that is not known is refused by its name, in XML', async () => {
    const headers = {
      authorization: signedFor('sts'),
      'content-type': 'application/x-www-form-urlencoded',
    };

    const answer = await ask(createStubRouter(createStub()), {
      headers,
      body: 'Action=GetCallerIdentity&Version=2011-06-15',
    });

    expect(answer.status).toBe(501);
    expect(answer.text).toContain('<Message>sts: GetCallerIdentity is not served by this emulator</Message>');
  });
});

const character = fc.constantFrom(
  'a',
  'ø',
  '&',
  '<',
  '>',
  '"',
  "'",
  '\r',
  '\n',
  '\t',
  '\u0085',
  '\u2028',
  '&lt;',
  ';',
);

test('escaped text holds nothing that an XML parser would read or change', () => {
  const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  fc.assert(
    fc.property(fc.string({ unit: character }), (text) => {
      const escaped = escapeXml(text);

      expect(escaped).not.toMatch(/[<>"'\r\n]/);
      const read = escaped.replace(
        /&(?:#x([0-9A-F]+)|(\w+));/g,
        (whole, code: string | undefined, name: string) =>
          code === undefined ? (named[name] ?? whole) : String.fromCharCode(Number.parseInt(code, 16)),
      );
      expect(read).toBe(text);
    }),
  );
});
