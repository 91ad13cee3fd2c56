/** Accounts and regions side by side: the same names in each, and nothing of one is seen in another. */
import { expect, onTestFinished, test } from 'vitest';
import { createEmulator, type VirtualEmulator } from '../../lib/emulator/index.ts';
import type { Input, Output } from '../../lib/emulator/service.ts';
import { queue, template } from './cloudformation/api.ts';

/** Two accounts in one region, and one of them in another region too. */
const PLACES = [
  { account: '111111111111', region: 'eu-west-1' },
  { account: '222222222222', region: 'eu-west-1' },
  { account: '111111111111', region: 'us-west-2' },
] as const;
type Place = (typeof PLACES)[number];

function start(): VirtualEmulator {
  const emulator = createEmulator({ clock: { virtual: '2026-01-01T00:00:00Z' }, seed: 1 });
  onTestFinished(() => emulator.close());
  return emulator;
}

const TABLE = {
  TableName: 'same',
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  BillingMode: 'PAY_PER_REQUEST',
};
const FUNCTION = { FunctionName: 'same', Runtime: 'nodejs24.x', Handler: 'index.handler', Code: {} };
const ALARM = { AlarmName: 'same', Namespace: 'N', MetricName: 'M', Statistic: 'Sum', Period: 60 };
const QUEUE_URL = ({ account }: Place) => `http://127.0.0.1/${account}/same`;

/** How each service makes something called 'same', how it lists what there is, and where its ARN stands. */
const SERVICES: Readonly<Record<string, readonly [string, string, Input, string, Input?]>> = {
  queues: ['sqs', 'CreateQueue', { QueueName: 'same' }, 'ListQueues'],
  tables: ['dynamodb', 'CreateTable', TABLE, 'ListTables'],
  topics: ['sns', 'CreateTopic', { Name: 'same' }, 'ListTopics'],
  buses: ['eventbridge', 'CreateEventBus', { Name: 'same' }, 'ListEventBuses', { NamePrefix: 'same' }],
  rules: ['eventbridge', 'PutRule', { Name: 'same', ScheduleExpression: 'rate(1 day)' }, 'ListRules'],
  functions: ['lambda', 'CreateFunction', FUNCTION, 'ListFunctions'],
  parameters: ['ssm', 'PutParameter', { Name: 'same', Value: 'v', Type: 'String' }, 'DescribeParameters'],
  secrets: ['secretsmanager', 'CreateSecret', { Name: 'same', SecretString: 's' }, 'ListSecrets'],
  'log groups': ['logs', 'CreateLogGroup', { logGroupName: 'same' }, 'DescribeLogGroups'],
  alarms: [
    ...(['cloudwatch', 'PutMetricAlarm'] as const),
    { ...ALARM, EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: 'GreaterThanThreshold' },
    'DescribeAlarms',
  ],
  metrics: [
    ...(['cloudwatch', 'PutMetricData'] as const),
    { Namespace: 'same', MetricData: [{ MetricName: 'm', Value: 1 }] },
    'ListMetrics',
  ],
  stacks: [
    ...(['cloudformation', 'CreateStack'] as const),
    { StackName: 'same', TemplateBody: template({ Jobs: queue({ QueueName: 'same-stack' }) }) },
    'DescribeStacks',
  ],
};

test.each(Object.entries(SERVICES))('%s of an account in a region are its own', async (_title, how) => {
  const [service, create, input, list, listInput = {}] = how;
  const emulator = start();
  emulator.services.lambda.registerInline('same', { start: () => ({ invoke: async () => 'ok' }) });
  const role = ({ account }: Place) =>
    service === 'lambda' ? { Role: `arn:aws:iam::${account}:role/r` } : {};
  const entriesIn = async (place: Place): Promise<string> =>
    JSON.stringify(await emulator.call(service, list, listInput, place));

  const before: string[] = [];
  for (const place of PLACES) {
    before.push(await entriesIn(place));
    await emulator.call(service, create, { ...input, ...role(place) }, place);
    await emulator.settled();
  }

  for (const each of before) expect(each).not.toContain('same');
  for (const place of PLACES) {
    const entries = await entriesIn(place);
    expect(entries).toContain('same');
    // Whatever shows an ARN or a URL shows that of this place.
    for (const [, region, account] of entries.matchAll(/arn:aws:\w+:([\w-]+):(\d{12}):/g))
      expect({ account, region }).toEqual(place);
  }
});

test('messages, events and items stay in their place, and so do their subscribers', async () => {
  const emulator = start();
  const call = (place: Place, service: string, operation: string, input: Input): Promise<Output> =>
    emulator.call(service, operation, input, place);
  for (const place of PLACES) {
    const arn = (service: string, what: string) =>
      `arn:aws:${service}:${place.region}:${place.account}:${what}`;
    await call(place, 'sqs', 'CreateQueue', { QueueName: 'same' });
    await call(place, 'dynamodb', 'CreateTable', TABLE);
    await call(place, 'sns', 'CreateTopic', { Name: 'same' });
    await call(place, 'sns', 'Subscribe', {
      ...{ TopicArn: arn('sns', 'same'), Protocol: 'sqs', Endpoint: arn('sqs', 'same') },
      Attributes: { RawMessageDelivery: 'true' },
    });
    await call(place, 'eventbridge', 'PutRule', { Name: 'same', EventPattern: '{"source":["a"]}' });
    const Targets = [{ Id: 'q', Arn: arn('sqs', 'same'), InputPath: '$.detail' }];
    await call(place, 'eventbridge', 'PutTargets', { Rule: 'same', Targets });
  }

  for (const place of PLACES) {
    const text = `${place.account} ${place.region}`;
    const TopicArn = `arn:aws:sns:${place.region}:${place.account}:same`;
    await call(place, 'sqs', 'SendMessage', { QueueUrl: QUEUE_URL(place), MessageBody: text });
    await call(place, 'sns', 'Publish', { TopicArn, Message: text });
    const entry = { Source: 'a', DetailType: 't', Detail: JSON.stringify({ text }) };
    await call(place, 'eventbridge', 'PutEvents', { Entries: [entry] });
    await call(place, 'dynamodb', 'PutItem', { TableName: 'same', Item: { id: { S: text } } });
  }
  await emulator.settled();

  for (const place of PLACES) {
    const text = `${place.account} ${place.region}`;
    const asked = { QueueUrl: QUEUE_URL(place), MaxNumberOfMessages: 10 };
    const { Messages } = await call(place, 'sqs', 'ReceiveMessage', asked);
    // ReceiveMessage answers with a list of these.
    const bodies = (Messages as readonly { readonly Body: string }[]).map(({ Body }) => Body);
    expect(bodies.sort()).toEqual([JSON.stringify({ text }), text, text].sort());
    const { Items } = await call(place, 'dynamodb', 'Scan', { TableName: 'same' });
    expect(Items).toEqual([{ id: { S: text } }]);
  }
});

test('names of buckets belong to one account only, and roles to an account in all its regions', async () => {
  const emulator = start();
  const [first, second, third] = PLACES;
  const bucket = { Bucket: 'same', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } };
  await emulator.call('s3', 'CreateBucket', bucket, first);
  await emulator.call('iam', 'CreateRole', { RoleName: 'same', AssumeRolePolicyDocument: '{}' }, first);

  const taken = emulator.call('s3', 'CreateBucket', bucket, second);
  const stranger = emulator.call('iam', 'GetRole', { RoleName: 'same' }, second);

  await expect(taken).rejects.toThrow(/^The requested bucket name is not available\./);
  await expect(stranger).rejects.toThrow('The role with name same cannot be found.');
  expect((await emulator.call('s3', 'ListBuckets', {}, second)).Buckets).toEqual([]);
  expect((await emulator.call('s3', 'ListBuckets', {}, third)).Buckets).toHaveLength(1);
  const { Role } = await emulator.call('iam', 'GetRole', { RoleName: 'same' }, third);
  expect(Role).toMatchObject({ Arn: 'arn:aws:iam::111111111111:role/same' });
});

test('the trace says of each entry where it happened, and shows those of one place', async () => {
  const emulator = start();
  emulator.services.lambda.registerInline('same', { start: () => ({ invoke: async () => 'ok' }) });
  for (const place of PLACES) {
    const call = (service: string, operation: string, input: Input) =>
      emulator.call(service, operation, input, place);
    const arn = `arn:aws:sqs:${place.region}:${place.account}:same`;
    await call('sqs', 'CreateQueue', { QueueName: 'same' });
    await call('dynamodb', 'CreateTable', TABLE);
    await call('sns', 'CreateTopic', { Name: 'same' });
    const TopicArn = `arn:aws:sns:${place.region}:${place.account}:same`;
    await call('sns', 'Subscribe', { TopicArn, Protocol: 'sqs', Endpoint: arn });
    await call('lambda', 'CreateFunction', { ...FUNCTION, Role: `arn:aws:iam::${place.account}:role/r` });
    await call('lambda', 'CreateEventSourceMapping', { FunctionName: 'same', EventSourceArn: arn });
    await call('sns', 'Publish', { TopicArn, Message: 'm' });
    await call('eventbridge', 'PutEvents', { Entries: [{ Source: 'a', DetailType: 't', Detail: '{}' }] });
    await call('dynamodb', 'PutItem', { TableName: 'same', Item: { id: { S: 'a' } } });
  }
  await emulator.settled();

  const all = emulator.trace.entries();
  const shown = PLACES.map((place) => emulator.trace.entries(place));
  const what = shown.map((entries) => entries.map((each) => `${each.service} ${each.operation}`).sort());
  expect(what[0]).toEqual([
    ...['dynamodb CreateTable', 'dynamodb PutItem', 'eventbridge event', 'lambda answer', 'lambda batch'],
    ...['lambda invoke', 'sns deliver', 'sns publish', 'sqs delete', 'sqs receive', 'sqs send'],
  ]);
  expect(what[1]).toEqual(what[0]);
  expect(what[2]).toEqual(what[0]);
  expect(shown.flat()).toHaveLength(all.length);
  expect(emulator.trace.entries({ region: 'us-west-2' })).toEqual(shown[2]);
});
