import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createEmulator, DataError, type Emulator, startEmulator } from '../../../lib/emulator/index.ts';
import { temporaryFolder, writeStack } from '../cloudformation/assembly.ts';

const RESOURCES = {
  Jobs: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'jobs' } },
  Runs: {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      TableName: 'runs',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    },
  },
};

const QueueUrl = 'http://127.0.0.1:4566/000000000000/jobs';

test('an app that was loaded is there again, and loading it once more changes nothing', async () => {
  const data = await temporaryFolder();
  const folder = await writeStack({ Resources: RESOURCES });
  const first = await startEmulator({ data, template: folder });
  await first.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'kept' });
  await first.call('dynamodb', 'PutItem', { TableName: 'runs', Item: { id: { S: 'a' } } });
  await first.close();

  const second = createEmulator({ data });
  onTestFinished(() => second.close());
  const report = await second.load(folder);

  expect(report.changes).toEqual([]);
  expect(report.resources.map(({ logicalId }) => logicalId).sort()).toEqual(['Jobs', 'Runs']);
  expect(second.services.sqs.snapshot()[0]?.messages.map(({ body }) => body)).toEqual(['kept']);
  expect((await second.call('dynamodb', 'Scan', { TableName: 'runs' })).Count).toBe(1);
});

test('what an app does not hold any more goes at the next load, also after a restart', async () => {
  const data = await temporaryFolder();
  const folder = await writeStack({ Resources: RESOURCES });
  await (await startEmulator({ data, template: folder })).close();
  await writeStack({ Resources: { Jobs: RESOURCES.Jobs } }, folder);

  const second = await startEmulator({ data, template: folder });
  onTestFinished(() => second.close());

  expect((await second.call('dynamodb', 'ListTables', {})).TableNames).toEqual([]);
});

test('a stack is described as before', async () => {
  const data = await temporaryFolder();
  const describe = (emulator: Emulator) => emulator.call('cloudformation', 'DescribeStacks', {});
  const first = await startEmulator({ data, template: await writeStack({ Resources: RESOURCES }) });
  const before = await describe(first);
  await first.close();

  const second = createEmulator({ data });
  onTestFinished(() => second.close());

  expect(await describe(second)).toEqual(before);
});

test('ids of a seeded emulator are not given out twice', async () => {
  const data = await temporaryFolder();
  const ids: unknown[] = [];
  for (let run = 0; run < 2; run++) {
    const emulator = createEmulator({ data, seed: 1 });
    await emulator.call('sqs', 'CreateQueue', { QueueName: 'jobs' });
    ids.push((await emulator.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'x' })).MessageId);
    await emulator.close();
  }

  expect(new Set(ids).size).toBe(2);
});

test('virtual time does not go back behind what was kept', async () => {
  const data = await temporaryFolder();
  const options = { data, clock: { virtual: '2026-01-01T00:00:00Z' } };
  const first = createEmulator(options);
  await first.advance(3_600_000);
  await first.call('sqs', 'CreateQueue', { QueueName: 'jobs' });
  await first.close();

  const second = createEmulator(options);
  onTestFinished(() => second.close());

  expect(new Date(second.clock.now()).toISOString()).toBe('2026-01-01T01:00:00.000Z');
});

test('a call is answered when what it did is in the file', async () => {
  const data = await temporaryFolder();
  const emulator = createEmulator({ data });
  onTestFinished(() => emulator.close());

  await emulator.call('sqs', 'CreateQueue', { QueueName: 'jobs' });

  expect(readFileSync(join(data, '00000001.log'), 'utf8')).toContain('"sqs.queue"');
});

test('a folder in use is refused in words', async () => {
  const data = await temporaryFolder();

  writeFileSync(join(data, 'lock'), String(process.ppid));

  expect(() => createEmulator({ data })).toThrow(DataError);
  expect(() => createEmulator({ data })).toThrow(/^DATA_LOCKED: .* is in use by the process \d+$/);
});
