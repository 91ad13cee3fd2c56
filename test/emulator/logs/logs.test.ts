/** CloudWatch Logs with the real client. Source: Amazon CloudWatch Logs API reference. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../cloudformation/assembly.ts';
import { createWorld, refusal } from '../surroundings.ts';

const logGroupName = '/shop';
const logStreamName = 'one';

async function createStream() {
  const { config, emulator } = createWorld();
  const logs = new CloudWatchLogsClient(config);
  await logs.send(new CreateLogGroupCommand({ logGroupName }));
  await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
  const put = (...messages: string[]) => {
    const timestamp = emulator.clock.now();
    const logEvents = messages.map((message) => ({ message, timestamp }));
    return logs.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
  };
  return { logs, emulator, put };
}

test('events of a stream are read from a place on, and a reader waits at the end', async () => {
  const { logs, put } = await createStream();
  await put('a', 'b', 'c');
  const of = { logGroupName, logStreamName };

  const first = await logs.send(new GetLogEventsCommand({ ...of, limit: 2, startFromHead: true }));
  const second = await logs.send(new GetLogEventsCommand({ ...of, nextToken: first.nextForwardToken }));
  const nothing = await logs.send(new GetLogEventsCommand({ ...of, nextToken: second.nextForwardToken }));
  await put('d');
  const more = await logs.send(new GetLogEventsCommand({ ...of, nextToken: nothing.nextForwardToken }));
  const last = await logs.send(new GetLogEventsCommand({ ...of, limit: 1 }));

  const read = [first, second, nothing, more, last].map(({ events = [] }) =>
    events.map((each) => each.message),
  );
  expect(read).toEqual([['a', 'b'], ['c'], [], ['d'], ['d']]);
  expect(nothing.nextForwardToken).toBe(second.nextForwardToken);
});

test.each([
  ['ERROR', ['ERROR one', 'warn ERROR two']],
  ['ERROR warn', ['warn ERROR two']],
  ['ERROR -warn', ['ERROR one']],
  ['?one ?nothing', ['ERROR one']],
  ['"ERROR two"', ['warn ERROR two']],
  ['', ['ERROR one', 'warn ERROR two', 'fine']],
])('the pattern %j finds %j', async (filterPattern, messages) => {
  const { logs, put } = await createStream();
  await put('ERROR one', 'warn ERROR two', 'fine');

  const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName, filterPattern }));

  expect(events.map(({ message }) => message)).toEqual(messages);
});

test('a retention ends events by their age', async () => {
  const { logs, emulator, put } = await createStream();
  await logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 1 }));
  await put('old');
  await emulator.advance(86_400_001);
  await put('new');

  const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName }));
  const wrong = await refusal(logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 2 })));

  expect(events.map(({ message }) => message)).toEqual(['new']);
  expect(wrong[0]).toBe('InvalidParameterException');
  expect(wrong[1]).toContain("Value '2' at 'retentionInDays'");
});

// PutLogEvents: more than 14 days in the past, older than the retention, more than 2 hours in the future.
test.each([
  [undefined, { tooOldLogEventEndIndex: 1, tooNewLogEventStartIndex: 4 }, ['week', 'now', 'soon']],
  [
    3,
    { tooOldLogEventEndIndex: 1, expiredLogEventEndIndex: 2, tooNewLogEventStartIndex: 4 },
    ['now', 'soon'],
  ],
])('with a retention of %s days events of other times are rejected', async (days, info, messages) => {
  const { logs, emulator } = await createStream();
  const now = emulator.clock.now();
  const hour = 3_600_000;
  const times = {
    old: -14 * 24 * hour - 1,
    week: -7 * 24 * hour,
    now: 0,
    soon: 2 * hour,
    late: 2 * hour + 1,
  };
  const logEvents = Object.entries(times).map(([message, ms]) => ({ message, timestamp: now + ms }));
  if (days !== undefined)
    await logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: days }));

  const put = await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
  const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName }));

  expect(put.rejectedLogEventsInfo).toEqual(info);
  expect(events.map(({ message }) => message)).toEqual(messages);
});

test('what a function prints is in its group, in the stream that its environment names', async () => {
  const { config, emulator } = createWorld();
  const logs = new CloudWatchLogsClient(config);
  const folder = join(await temporaryFolder(), 'code');
  await mkdir(folder);
  const code =
    'exports.handler = async () => { console.log("hello"); return process.env.AWS_LAMBDA_LOG_STREAM_NAME; };';
  await writeFile(join(folder, 'index.js'), code);
  const place = { account: '111111111111', region: 'eu-north-1' };
  const configuration = {
    Runtime: 'nodejs24.x',
    Role: 'arn:aws:iam::111111111111:role/r',
    Handler: 'index.handler',
  };
  const input = { FunctionName: 'greet', Code: { Folder: folder }, ...configuration };
  await emulator.call('lambda', 'CreateFunction', input, place);

  const { Payload } = await emulator.call('lambda', 'Invoke', { FunctionName: 'greet' }, place);

  const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName: '/aws/lambda/greet' }));
  expect(events.map(({ message }) => message?.trim().split('\t').at(-1))).toEqual(['hello']);
  expect(JSON.stringify(events[0]?.logStreamName)).toBe(Buffer.from(Object(Payload)).toString());
});

test('groups and streams are listed, and gone when their group is deleted', async () => {
  const { logs } = await createStream();

  const groups = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/s' }));
  const streams = await logs.send(new DescribeLogStreamsCommand({ logGroupName }));
  await logs.send(new DeleteLogGroupCommand({ logGroupName }));
  const gone = await refusal(logs.send(new DescribeLogStreamsCommand({ logGroupName })));

  expect(groups.logGroups?.map((group) => group.arn)).toEqual([
    'arn:aws:logs:eu-north-1:111111111111:log-group:/shop:*',
  ]);
  expect(streams.logStreams?.map((stream) => stream.logStreamName)).toEqual([logStreamName]);
  expect(gone).toEqual(['ResourceNotFoundException', 'The specified log group does not exist.']);
});

test.each([
  ['a group twice', 'CreateLogGroup', {}, 'ResourceAlreadyExistsException', 'log group already exists'],
  [
    'a stream twice',
    'CreateLogStream',
    { logStreamName },
    'ResourceAlreadyExistsException',
    'stream already exists',
  ],
  [
    'a pattern of JSON',
    'FilterLogEvents',
    { filterPattern: '{ $.a = 1 }' },
    'NotImplementedException',
    '{ $.a = 1 }',
  ],
  [
    'events out of order',
    'PutLogEvents',
    {
      logStreamName,
      logEvents: [
        { message: 'a', timestamp: 2 },
        { message: 'b', timestamp: 1 },
      ],
    },
    'InvalidParameterException',
    'chronological order',
  ],
])('%s is refused', async (_title, operation, input, name, message) => {
  const { emulator } = await createStream();
  const place = { account: '111111111111', region: 'eu-north-1' };

  const refused = await refusal(emulator.call('logs', operation, { logGroupName, ...input }, place));

  expect(refused).toEqual([name, expect.stringContaining(message)]);
});
