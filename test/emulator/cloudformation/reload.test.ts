import { describe, expect, test } from 'vitest';
import { type Emulator, TemplateError, toChangeLines } from '../../../lib/emulator/index.ts';
import { openEmulator, queue, reload, resources, writeAssembly, writeStack } from './assembly.ts';

async function send(emulator: Emulator, name: string): Promise<void> {
  const { QueueUrl } = await emulator.call('sqs', 'GetQueueUrl', { QueueName: name });
  await emulator.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'x' });
}

function visible(emulator: Emulator): readonly (readonly [string, number])[] {
  return emulator.services.sqs.snapshot().map((one) => [one.name, one.visible]);
}

describe('loading again', () => {
  test('changes nothing when nothing differs', async () => {
    const emulator = openEmulator();
    const resources = { Jobs: queue({ QueueName: 'jobs' }), Role: { Type: 'AWS::IAM::Role' } };
    const folder = await writeStack({ Resources: resources });
    await emulator.load(folder);
    await send(emulator, 'jobs');

    const report = await emulator.load(folder);

    expect(report.changes).toEqual([]);
    expect(visible(emulator)).toEqual([['jobs', 1]]);
  });

  test('updates what differs and keeps its messages', async () => {
    const emulator = openEmulator();
    const folder = await writeStack({
      Resources: { Jobs: queue({ QueueName: 'jobs', DelaySeconds: 0, VisibilityTimeout: 5 }) },
    });
    await emulator.load(folder);
    await send(emulator, 'jobs');
    const tags = [{ Key: 'a', Value: 'b' }];
    await writeStack(
      { Resources: { Jobs: queue({ QueueName: 'jobs', DelaySeconds: 9, Tags: tags }) } },
      folder,
    );

    const report = await emulator.load(folder);

    expect(toChangeLines(report)).toEqual(['~ queue Jobs: DelaySeconds, Tags, VisibilityTimeout']);
    const [jobs] = emulator.services.sqs.snapshot();
    expect(jobs).toMatchObject({ visible: 1, tags: { a: 'b' } });
    // A property that left the template is back at SQS's own default.
    expect(jobs?.attributes).toMatchObject({ DelaySeconds: '9', VisibilityTimeout: '30' });
  });

  test('creates what is new and deletes what is gone', async () => {
    const emulator = openEmulator();

    const report = await reload(
      emulator,
      {
        Old: queue({ QueueName: 'old' }),
        Kept: queue({ QueueName: 'kept' }, { DeletionPolicy: 'Retain' }),
        Data: queue({ QueueName: 'data' }, { DeletionPolicy: 'RetainExceptOnCreate' }),
      },
      { New: queue({ QueueName: 'new' }) },
    );

    expect(toChangeLines(report)).toEqual([
      '+ queue New',
      '- queue Data (its DeletionPolicy is RetainExceptOnCreate: AWS would keep it)',
      '- queue Kept (its DeletionPolicy is Retain: AWS would keep it)',
      '- queue Old',
    ]);
    expect(visible(emulator)).toEqual([['new', 0]]);
  });

  test('replaces what cannot be changed, and updates what refers to it', async () => {
    const emulator = openEmulator();
    const redrive = {
      RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 2 },
    };
    const fifo = { FifoQueue: true };

    const report = await reload(
      emulator,
      {
        Dead: queue({ QueueName: 'dead-one' }),
        Jobs: queue({ QueueName: 'jobs', ...redrive }),
        Auto: queue(),
      },
      {
        Dead: queue({ QueueName: 'dead-two' }),
        Jobs: queue({ QueueName: 'jobs', ...redrive }),
        Auto: queue(fifo),
      },
    );

    expect(toChangeLines(report)).toEqual([
      '± queue Dead: QueueName',
      '~ queue Jobs: RedrivePolicy',
      '± queue Auto: FifoQueue',
    ]);
    const names = emulator.services.sqs.snapshot().map((one) => one.name);
    expect(names).toEqual(['jobs', 'dead-two', expect.stringMatching(/^App-Auto-\w{12}\.fifo$/)]);
  });

  test('replaces what keeps its name too, and says that AWS would not', async () => {
    const emulator = openEmulator();
    const table = (name: string): object => ({
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        ...{ TableName: 'runs', BillingMode: 'PAY_PER_REQUEST' },
        AttributeDefinitions: [{ AttributeName: name, AttributeType: 'S' }],
        KeySchema: [{ AttributeName: name, KeyType: 'HASH' }],
      },
    });

    const report = await reload(emulator, { Runs: table('a') }, { Runs: table('b') });

    expect(toChangeLines(report)).toEqual([
      '± table Runs: AttributeDefinitions, KeySchema (AWS refuses to replace a resource that keeps its name)',
    ]);
    const { Table } = await emulator.call('dynamodb', 'DescribeTable', { TableName: 'runs' });
    expect(Table).toMatchObject({ KeySchema: [{ AttributeName: 'b', KeyType: 'HASH' }] });
  });

  test('moves what has the same name under another logical id, with its messages', async () => {
    const emulator = openEmulator();
    const folder = await writeStack({ Resources: { Jobs: queue({ QueueName: 'jobs' }) } });
    await emulator.load(folder);
    await send(emulator, 'jobs');
    await writeStack({ Resources: { Work: queue({ QueueName: 'jobs', DelaySeconds: 1 }) } }, folder);

    const report = await emulator.load(folder);

    expect(toChangeLines(report)).toEqual([
      '> queue Work (was App/Jobs; AWS refuses this without a refactoring)',
      '~ queue Work: DelaySeconds',
    ]);
    expect(visible(emulator)).toEqual([['jobs', 1]]);
  });

  test('deletes the stacks that left their folder, and no others', async () => {
    const emulator = openEmulator();
    const stack = (name: string): { template: object } => ({
      template: { Resources: { Q: queue({ QueueName: name }) } },
    });
    await emulator.load(await writeAssembly({ Elsewhere: stack('elsewhere') }));
    const folder = await writeAssembly({ A: stack('a'), B: stack('b') });
    await emulator.load(folder);
    await writeAssembly({ A: stack('a') }, folder);

    const report = await emulator.load(folder);

    expect(report.changes.map((change) => [change.kind, change.stack])).toEqual([['deleted', 'B']]);
    expect(visible(emulator).map(([name]) => name)).toEqual(['elsewhere', 'a']);
  });

  test('with a mistake touches nothing', async () => {
    const emulator = openEmulator();
    const folder = await writeStack({ Resources: { Jobs: queue({ QueueName: 'jobs' }) } });
    await emulator.load(folder);
    await writeStack({ Resources: { New: queue({ QueueName: 'new' }), Bad: queue({ Color: 1 }) } }, folder);

    const error = await emulator.load(folder).catch((reason: unknown) => reason);

    expect(error).toMatchObject({ name: 'TemplateError', applied: false });
    expect(visible(emulator)).toEqual([['jobs', 0]]);
  });

  test('goes on where a service refused something', async () => {
    const emulator = openEmulator();
    const folder = await writeStack({
      Resources: { Old: queue({ QueueName: 'old' }), Jobs: queue({ QueueName: 'jobs' }) },
    });
    await emulator.load(folder);
    const jobs = (DelaySeconds: number): object => queue({ QueueName: 'jobs', DelaySeconds });
    const other = { Other: queue({ QueueName: 'other' }) };
    await writeStack({ Resources: { Jobs: jobs(1000), ...other } }, folder);

    const failure = await emulator.load(folder).catch((reason: unknown) => reason);
    const afterFailure = visible(emulator).map(([name]) => name);
    await writeStack({ Resources: { Jobs: jobs(100), ...other } }, folder);
    const report = await emulator.load(folder);

    expect(failure).toBeInstanceOf(TemplateError);
    expect(failure).toMatchObject({
      applied: true,
      problems: [{ code: 'SERVICE_REFUSED', logicalId: 'Jobs' }],
    });
    expect(afterFailure).toEqual(['old', 'jobs', 'other']);
    expect(toChangeLines(report)).toEqual(['~ queue Jobs: DelaySeconds', '- queue Old']);
  });

  test('waits for the load before it', async () => {
    const emulator = openEmulator();
    const folder = await writeStack({ Resources: { Jobs: queue({ QueueName: 'jobs' }) } });

    const [first, second] = await Promise.all([emulator.load(folder), emulator.load(folder)]);

    expect(toChangeLines(first)).toEqual(['+ queue Jobs']);
    expect(toChangeLines(second)).toEqual([]);
  });

  test('takes it that somebody else has deleted what is to be deleted', async () => {
    const emulator = openEmulator();
    const folder = await writeStack(resources({ Jobs: queue({ QueueName: 'jobs' }) }));
    await emulator.load(folder);
    const { QueueUrl } = await emulator.call('sqs', 'GetQueueUrl', { QueueName: 'jobs' });
    await emulator.call('sqs', 'DeleteQueue', { QueueUrl });
    await writeStack(resources({}), folder);

    const report = await emulator.load(folder);

    expect(toChangeLines(report)).toEqual(['- queue Jobs']);
  });

  test('changes the type of a resource, and says that AWS would not', async () => {
    const emulator = openEmulator();
    const table = {
      ...{ TableName: 'runs', BillingMode: 'PAY_PER_REQUEST' },
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    };
    const Replicas = [{ Region: 'us-east-1' }];

    const report = await reload(
      emulator,
      { Runs: { Type: 'AWS::DynamoDB::Table', Properties: table } },
      { Runs: { Type: 'AWS::DynamoDB::GlobalTable', Properties: { ...table, Replicas } } },
    );

    expect(toChangeLines(report)).toEqual([
      '± global table Runs (AWS refuses to change the type of a resource)',
    ]);
  });

  test('makes again what a failed replacement took away', async () => {
    const emulator = openEmulator();
    const table = (type: string): object => ({
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        ...{ TableName: 'runs', BillingMode: 'PAY_PER_REQUEST' },
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: type, KeyType: 'HASH' }],
      },
    });
    const folder = await writeStack(resources({ Runs: table('pk') }));
    await emulator.load(folder);
    await writeStack(resources({ Runs: table('undefined') }), folder);

    const failure = await emulator.load(folder).catch((reason: unknown) => reason);
    await writeStack(resources({ Runs: table('pk') }), folder);
    const report = await emulator.load(folder);

    expect(failure).toMatchObject({ problems: [{ code: 'SERVICE_REFUSED', logicalId: 'Runs' }] });
    expect(toChangeLines(report)).toEqual(['+ table Runs']);
  });

  test('does not touch a stack whose needed stack failed', async () => {
    const emulator = openEmulator();
    const stacks = (delay: number): Parameters<typeof writeAssembly>[0] => ({
      Base: { template: resources({ Q: queue({ QueueName: 'base', DelaySeconds: delay }) }) },
      Next: { template: resources({ Q: queue({ QueueName: 'next' }) }), needs: ['Base'] },
      Apart: { template: resources({ Q: queue({ QueueName: 'apart' }) }) },
    });
    const folder = await writeAssembly(stacks(1000));

    const failure = await emulator.load(folder).catch((reason: unknown) => reason);
    const afterFailure = visible(emulator).map(([name]) => name);
    await writeAssembly(stacks(10), folder);
    await emulator.load(folder);

    expect(failure).toMatchObject({ problems: [{ stack: 'Base', logicalId: 'Q' }] });
    expect(afterFailure).toEqual(['apart']);
    expect(visible(emulator).map(([name]) => name)).toEqual(['apart', 'base', 'next']);
  });
});
