/** EventBridge Scheduler behind the wire: the real SDK client, in this process and over HTTP. */
import {
  ConflictException,
  CreateScheduleCommand,
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  DeleteScheduleGroupCommand,
  GetScheduleCommand,
  GetScheduleGroupCommand,
  ListScheduleGroupsCommand,
  ListSchedulesCommand,
  ListTagsForResourceCommand,
  paginateListSchedules,
  ResourceNotFoundException,
  SchedulerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateScheduleCommand,
  ValidationException,
} from '@aws-sdk/client-scheduler';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createEmulator, type VirtualEmulator } from '#lib/emulator';

const QUEUE_ARN = 'arn:aws:sqs:us-east-1:000000000000:inbox';
const Target = {
  Arn: QUEUE_ARN,
  RoleArn: 'arn:aws:iam::000000000000:role/scheduler',
  Input: '<aws.scheduler.scheduled-time>',
};
const FlexibleTimeWindow = { Mode: 'OFF' as const };
const START = new Date('2026-01-01T00:00:00Z');

interface World {
  readonly emulator: VirtualEmulator;
  readonly client: SchedulerClient;
  bodies(): readonly string[];
}

async function open(door: 'in this process' | 'over HTTP'): Promise<World> {
  const emulator = createEmulator({ clock: { virtual: START }, seed: 1 });
  await emulator.call('sqs', 'CreateQueue', { QueueName: 'inbox' });
  const client = new SchedulerClient({
    ...{ region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } },
    ...(door === 'over HTTP'
      ? { endpoint: (await emulator.listen()).url }
      : { requestHandler: emulator.requestHandler() }),
  });
  onTestFinished(async () => {
    client.destroy();
    await emulator.close();
  });
  const bodies = () =>
    emulator.services.sqs.snapshot().flatMap(({ messages }) => messages.map(({ body }) => body));
  return { emulator, client, bodies };
}

describe.each(['in this process', 'over HTTP'] as const)('%s', (door) => {
  test('a schedule is made, shown, changed, listed, and invokes its target until it is deleted', async () => {
    const { bodies, client, emulator } = await open(door);
    const EndDate = new Date('2026-02-01T00:00:00Z');
    const ScheduleExpressionTimezone = 'Europe/Oslo';
    const common = { Name: 'nightly', FlexibleTimeWindow, Target, ScheduleExpressionTimezone };

    const made = await client.send(
      new CreateScheduleCommand({ ...common, ScheduleExpression: 'cron(0 2 * * ? *)', EndDate }),
    );
    const shown = await client.send(new GetScheduleCommand({ Name: 'nightly' }));
    await emulator.advance(86_400_000);
    await client.send(new UpdateScheduleCommand({ ...common, ScheduleExpression: 'cron(0 3 * * ? *)' }));
    await emulator.advance(86_400_000);
    const { Schedules } = await client.send(new ListSchedulesCommand({ NamePrefix: 'night' }));
    await client.send(new DeleteScheduleCommand({ Name: 'nightly' }));
    await emulator.advance(86_400_000);

    expect(made.ScheduleArn).toBe('arn:aws:scheduler:us-east-1:000000000000:schedule/default/nightly');
    expect(shown).toMatchObject({ CreationDate: START, EndDate, GroupName: 'default', State: 'ENABLED' });
    expect(Schedules).toMatchObject([{ Name: 'nightly', CreationDate: START, Target: { Arn: QUEUE_ARN } }]);
    expect(bodies()).toEqual(['2026-01-01T01:00:00Z', '2026-01-02T02:00:00Z']);
  });

  test('groups and their tags go over the wire', async () => {
    const { client } = await open(door);
    const Tags = [{ Key: 'team', Value: 'a b' }];

    const { ScheduleGroupArn: ResourceArn } = await client.send(
      new CreateScheduleGroupCommand({ Name: 'jobs', Tags }),
    );
    await client.send(new TagResourceCommand({ ResourceArn, Tags: [{ Key: 'stage', Value: 'dev' }] }));
    await client.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['team'] }));
    const tags = await client.send(new ListTagsForResourceCommand({ ResourceArn }));
    const group = await client.send(new GetScheduleGroupCommand({ Name: 'jobs' }));
    await client.send(new DeleteScheduleGroupCommand({ Name: 'jobs' }));
    const { ScheduleGroups } = await client.send(new ListScheduleGroupsCommand({}));

    expect(tags.Tags).toEqual([{ Key: 'stage', Value: 'dev' }]);
    expect(group).toMatchObject({ Arn: ResourceArn, State: 'ACTIVE', CreationDate: START });
    expect(ScheduleGroups?.map(({ Name }) => Name)).toEqual(['default']);
  });

  test('refusals are the classes of the SDK, with status and text', async () => {
    const { client } = await open(door);
    const create = (Name: string, ScheduleExpression: string) =>
      client.send(new CreateScheduleCommand({ Name, ScheduleExpression, FlexibleTimeWindow, Target }));
    await create('s', 'rate(1 hour)');

    const [twice, wrong, absent] = await Promise.allSettled([
      create('s', 'rate(1 hour)'),
      create('t', 'rate(1 second)'),
      client.send(new GetScheduleCommand({ Name: 'x', GroupName: 'default' })),
    ]);

    const reasonOf = (result: PromiseSettledResult<unknown>) =>
      result.status === 'rejected' ? result.reason : undefined;
    expect(reasonOf(twice)).toBeInstanceOf(ConflictException);
    expect(reasonOf(twice).$metadata.httpStatusCode).toBe(409);
    expect(reasonOf(wrong)).toBeInstanceOf(ValidationException);
    expect(reasonOf(wrong).message).toBe('Invalid Schedule Expression rate(1 second).');
    expect(reasonOf(absent)).toBeInstanceOf(ResourceNotFoundException);
    expect(reasonOf(absent).message).toBe('Schedule x does not exist.');
    expect(reasonOf(absent).$metadata.httpStatusCode).toBe(404);
  });

  test('the paginator of the SDK reads every page once', async () => {
    const { client } = await open(door);
    await client.send(new CreateScheduleGroupCommand({ Name: 'jobs' }));
    for (let count = 1; count <= 7; count++) {
      const schedule = { Name: `s${count}`, GroupName: 'jobs', ScheduleExpression: 'rate(1 hour)' };
      await client.send(new CreateScheduleCommand({ ...schedule, FlexibleTimeWindow, Target }));
    }

    const names: (string | undefined)[] = [];
    for await (const page of paginateListSchedules({ client, pageSize: 3 }, { GroupName: 'jobs' })) {
      names.push(...(page.Schedules ?? []).map(({ Name }) => Name));
    }

    expect(names).toEqual(['s1', 's2', 's3', 's4', 's5', 's6', 's7']);
  });
});

test('after a lost answer the SDK asks again under the same client token, and is answered', async () => {
  const { client, emulator } = await open('over HTTP');
  emulator.faults.set({ faults: [{ fault: 'loseAnswer', rate: 1, service: 'scheduler', hitsMax: 1 }] });

  const schedule = { Name: 's', ScheduleExpression: 'rate(1 hour)', FlexibleTimeWindow, Target };
  const made = await client.send(new CreateScheduleCommand(schedule));

  expect(made.ScheduleArn).toContain('/default/s');
  expect(made.$metadata.attempts).toBe(2);
});

test('a precision of 0 invokes on time, any other within it', async () => {
  const firedAt = async (options: { readonly schedulerPrecisionMs?: number }) => {
    const emulator = createEmulator({ clock: { virtual: START }, seed: 7, ...options });
    onTestFinished(() => emulator.close());
    const schedule = { Name: 's', ScheduleExpression: 'cron(* * * * ? *)', FlexibleTimeWindow, Target };
    await emulator.call('scheduler', 'CreateSchedule', schedule);
    await emulator.advance(3_600_000);
    const fires = emulator.trace.entries({ service: 'scheduler', operation: 'fire' });
    return fires.map(({ at }) => at % 60_000);
  };

  const [exact, within, again] = [
    await firedAt({ schedulerPrecisionMs: 0 }),
    await firedAt({}),
    await firedAt({}),
  ];

  expect(new Set(exact)).toEqual(new Set([0]));
  expect(new Set(within).size).toBeGreaterThan(50);
  expect(again).toEqual(within);
});

test('universal targets reach the other services with the JSON of their APIs, and are counted', async () => {
  const { client, emulator } = await open('in this process');
  await emulator.call('s3', 'CreateBucket', { Bucket: 'reports' });
  await emulator.call('dynamodb', 'CreateTable', {
    ...{ TableName: 'runs', BillingMode: 'PAY_PER_REQUEST' },
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  });
  const Item = { id: { S: '<aws.scheduler.scheduled-time>' }, raw: { B: 'AQID' } };
  const nested = { ScheduleExpression: 'at(2026-01-01T00:05:00)', FlexibleTimeWindow, Target };
  const calls = {
    'dynamodb:putItem': { TableName: 'runs', Item },
    's3:putObject': { Bucket: 'reports', Key: 'a', Body: 'text' },
    'eventbridge:putEvents': { Entries: [{ Source: 'clock', DetailType: 'tick', Detail: '{}' }] },
    'scheduler:createSchedule': { Name: 'nested', ...nested, EndDate: '2027-01-01T00:00:00Z' },
  };
  for (const [call, input] of Object.entries(calls)) {
    const target = { Arn: `arn:aws:scheduler:::aws-sdk:${call}`, RoleArn: Target.RoleArn };
    const schedule = { Name: call.replace(':', '-'), ScheduleExpression: 'at(2026-01-01T00:01:00)' };
    const universal = { ...target, Input: JSON.stringify(input) };
    await client.send(new CreateScheduleCommand({ ...schedule, FlexibleTimeWindow, Target: universal }));
  }

  await emulator.advance(120_000);

  const drops = emulator.trace.entries({ service: 'scheduler', operation: 'drop' });
  expect(drops).toEqual([]);
  const { Items } = await emulator.call('dynamodb', 'Scan', { TableName: 'runs' });
  expect(Items).toEqual([{ id: { S: '2026-01-01T00:01:00Z' }, raw: { B: Uint8Array.of(1, 2, 3) } }]);
  const object = await emulator.call('s3', 'GetObject', { Bucket: 'reports', Key: 'a' });
  expect(Buffer.from(Object(object.Body)).toString()).toBe('text');
  const { EndDate } = await client.send(new GetScheduleCommand({ Name: 'nested' }));
  expect(EndDate).toEqual(new Date('2027-01-01T00:00:00Z'));
  const counted = emulator.calls('delivery').map(({ service, operation }) => `${service} ${operation}`);
  expect(counted).toEqual([
    'dynamodb PutItem',
    'eventbridge PutEvents',
    's3 PutObject',
    'scheduler CreateSchedule',
  ]);
});
