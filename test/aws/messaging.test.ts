/** What the adapters of messaging ask of AWS, beyond what their ports promise. */
import { expect, test } from 'vitest';
import { createBuses } from '../../lib/aws/buses.ts';
import type { Call } from '../../lib/aws/call.ts';
import { createMessaging } from '../../lib/aws/messaging.ts';
import { arnOf, createPlace } from '../../lib/aws/place.ts';
import { createTopics } from '../../lib/aws/topics.ts';
import { defineApp, defineQueue } from '../../lib/index.ts';

const app = defineApp('Shop_1', { queues: [defineQueue('inbox')] });
const ALL = { topics: true, bus: true, blobs: true, depths: true };
const PLACE = { partition: 'aws', region: 'eu-north-1', account: '123456789012' };

/** A call that tells what was asked, and answers as the test says. */
function createCall(answer: (operation: string) => unknown = () => ({})) {
  const asked: { readonly operation: string; readonly input: Readonly<Record<string, unknown>> }[] = [];
  const call = async (_service: string, operation: string, input: Readonly<Record<string, unknown>>) => {
    asked.push({ operation, input });
    if (operation !== 'GetQueueUrl') return answer(operation);
    return { QueueUrl: `https://sqs.eu-north-1.amazonaws.com/123456789012/${input.QueueName}` };
  };
  // The adapters read no more of an answer than the test gives.
  return { call: call as unknown as Call, asked };
}

test('account and names follow from the URL of one queue, which is asked for once', async () => {
  const { call, asked } = createCall();
  const wired = { call, region: async () => 'eu-north-1' };
  const { topics, blobs } = createMessaging(wired, { app, stage: 'dev' }, ALL);

  await topics?.publish('Shop_1-dev-news', [{ body: '1', attributes: {} }]);
  await blobs?.put('m1', '{}');

  expect(
    asked.map(({ operation, input }) => [operation, input.TopicArn ?? input.Bucket ?? input.QueueName]),
  ).toEqual([
    ['GetQueueUrl', 'Shop_1-dev-inbox'],
    ['PublishBatch', 'arn:aws:sns:eu-north-1:123456789012:Shop_1-dev-news'],
    ['PutObject', 'shop-1-dev-blobs-123456789012-eu-north-1'],
  ]);
});

test('an app has the ports that it needs, and no others', () => {
  const { call } = createCall();
  const wired = { call, region: async () => 'eu-north-1' };
  const none = { topics: false, bus: false, blobs: false, depths: false };

  expect(Object.values(createMessaging(wired, { app, stage: 'dev' }, none))).toEqual(
    Array(4).fill(undefined),
  );
  expect(Object.values(createMessaging(wired, { app, stage: 'dev' }, ALL))).not.toContain(undefined);
});

test.each([
  ['cn-north-1', 'arn:aws-cn:sns:cn-north-1:1:t'],
  ['us-gov-west-1', 'arn:aws-us-gov:sns:us-gov-west-1:1:t'],
  ['eu-north-1', 'arn:aws:sns:eu-north-1:1:t'],
])('the Region %s tells the partition', async (region, expected) => {
  const place = createPlace(
    async () => `https://sqs.${region}.example/1/any`,
    async () => region,
    'any',
  );

  expect(arnOf(await place(), 'sns', 't')).toBe(expected);
});

test('a place that could not be found is looked for again', async () => {
  let asked = 0;
  const url = async (): Promise<string> => {
    if (++asked === 1) throw new Error('throttled');
    return 'https://sqs.eu-north-1.amazonaws.com/123456789012/any';
  };
  const place = createPlace(url, async () => 'eu-north-1', 'any');

  await expect(place()).rejects.toThrow('throttled');
  expect(await place()).toEqual(PLACE);
  await place();

  expect(asked).toBe(2);
});

test('SNS and EventBridge say which entries are worth another try', async () => {
  const Failed = [
    { Id: '1', Code: 'InternalError', Message: 'try again', SenderFault: false },
    { Id: '0', Code: 'InvalidParameter', Message: 'never', SenderFault: true },
  ];
  const Entries = [
    { EventId: 'e1' },
    { ErrorCode: 'ThrottlingException', ErrorMessage: 'slower' },
    { ErrorCode: 'InternalFailure' },
    { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'never' },
  ];
  const { call } = createCall((operation) => (operation === 'PublishBatch' ? { Failed } : { Entries }));
  const event = { source: 's', detail: '{}' };

  const refused = await createTopics(call, async () => PLACE).publish('t', [
    { body: '1', attributes: {} },
    { body: '2', attributes: {} },
  ]);
  const unput = await createBuses(call, async () => PLACE).put('b', [event, event, event, event]);

  expect(refused.map(({ index, retryable }) => [index, retryable])).toEqual([
    [1, true],
    [0, false],
  ]);
  expect(unput).toEqual([
    { index: 1, code: 'ThrottlingException', message: 'slower', retryable: true },
    { index: 2, code: 'InternalFailure', message: '', retryable: true },
    { index: 3, code: 'NotAuthorizedForSourceException', message: 'never', retryable: false },
  ]);
});

test.each(['AuthorizationErrorException', 'InvalidClientTokenId', 'CredentialsProviderError'])(
  '%s is not mended by trying again',
  async (name) => {
    const { call } = createCall(() => {
      throw Object.assign(new Error('no'), { name });
    });

    const publishing = createTopics(call, async () => PLACE).publish('t', [{ body: '1', attributes: {} }]);

    await expect(publishing).rejects.toMatchObject({ name, retryable: false });
  },
);

test('all rules of a queue are replayed to, page by page', async () => {
  const pages = [{ RuleNames: ['r1'], NextToken: 'more' }, { RuleNames: ['r2'] }];
  const { call, asked } = createCall((operation) => (operation === 'StartReplay' ? {} : pages.shift()));
  const [from, to] = [new Date(0), new Date(1)];

  await createBuses(call, async () => PLACE).replay({
    ...{ busName: 'shop-dev', archiveName: 'shop-dev-a', replayName: 'r', from, to },
    queueNames: ['shop-dev-q'],
  });

  expect(asked.map(({ input }) => input.NextToken)).toEqual([undefined, 'more', undefined]);
  expect(asked[0]?.input.TargetArn).toBe('arn:aws:sqs:eu-north-1:123456789012:shop-dev-q');
  expect(asked.at(-1)?.input).toMatchObject({
    EventSourceArn: 'arn:aws:events:eu-north-1:123456789012:archive/shop-dev-a',
    Destination: {
      Arn: 'arn:aws:events:eu-north-1:123456789012:event-bus/shop-dev',
      FilterArns: [
        'arn:aws:events:eu-north-1:123456789012:rule/shop-dev/r1',
        'arn:aws:events:eu-north-1:123456789012:rule/shop-dev/r2',
      ],
    },
  });
});
