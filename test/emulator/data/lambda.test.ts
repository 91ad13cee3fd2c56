import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Input } from '../../../lib/emulator/service.ts';
import { createFolder, open, queueUrl, START, type World } from './world.ts';

let folder: ReturnType<typeof createFolder>;
let world: World;

beforeEach(() => {
  folder = createFolder();
  world = open(folder.path);
});

afterEach(async () => {
  await world.close();
  folder.remove();
});

async function restart(now?: number): Promise<void> {
  await world.close();
  world = open(folder.path, {}, now);
}

const call = (operation: string, input: Input) => world.call('lambda', operation, input);

function createWorker(more: Input = {}): Promise<unknown> {
  return call('CreateFunction', {
    ...{ FunctionName: 'worker', Runtime: 'nodejs24.x', Handler: 'index.handler', Code: {} },
    ...{ Role: 'arn:aws:iam::123456789012:role/r', ...more },
  });
}

/** Gives the worker code of this process, which keeps what it gets. */
function registerWorker(answer: () => unknown = () => undefined): readonly unknown[] {
  const events: unknown[] = [];
  const invoke = async (event: unknown) => {
    events.push(event);
    return answer();
  };
  world.lambda.registerInline('worker', { start: () => ({ invoke }) });
  return events;
}

test('a function keeps its configuration, tags, policy, URL and settings', async () => {
  registerWorker();
  await createWorker({ Environment: { Variables: { A: '1' } }, Tags: { team: 'a' }, Timeout: 7 });
  await call('PutFunctionConcurrency', { FunctionName: 'worker', ReservedConcurrentExecutions: 3 });
  await call('PutFunctionEventInvokeConfig', { FunctionName: 'worker', MaximumRetryAttempts: 1 });
  await call('CreateFunctionUrlConfig', { FunctionName: 'worker', AuthType: 'NONE' });
  await call('AddPermission', {
    ...{ FunctionName: 'worker', StatementId: 's', Action: 'lambda:InvokeFunction', Principal: '*' },
  });
  const look = async () => [
    await call('GetFunction', { FunctionName: 'worker' }),
    await call('GetFunctionEventInvokeConfig', { FunctionName: 'worker' }),
    await call('GetFunctionUrlConfig', { FunctionName: 'worker' }),
    await call('GetPolicy', { FunctionName: 'worker' }),
  ];
  const before = await look();

  await restart();

  expect(await look()).toEqual(before);
});

test('a function has its code although the folder that it came from is gone', async () => {
  const source = join(folder.path, 'source');
  mkdirSync(source);
  writeFileSync(join(source, 'index.js'), 'exports.handler = async () => "kept";');
  await createWorker({ Code: { Folder: source } });
  rmSync(source, { recursive: true });

  await restart();
  const answer = await call('Invoke', { FunctionName: 'worker' });

  expect(Buffer.from(Object(answer.Payload)).toString()).toBe('"kept"');
});

test('code that no function has any more is removed at the next start', async () => {
  const source = join(folder.path, 'source');
  mkdirSync(source);
  for (const version of [1, 2]) {
    writeFileSync(join(source, 'index.js'), `exports.handler = async () => ${version};`);
    if (version === 1) await createWorker({ Code: { Folder: source } });
    else await call('UpdateFunctionCode', { FunctionName: 'worker', Folder: source });
  }
  const before = readdirSync(join(folder.path, 'code')).length;

  await restart();

  expect([before, readdirSync(join(folder.path, 'code')).length]).toEqual([2, 1]);
});

test('a function and a mapping that were deleted stay deleted', async () => {
  registerWorker();
  await createWorker();
  await world.call('sqs', 'CreateQueue', { QueueName: 'jobs' });
  const EventSourceArn = 'arn:aws:sqs:eu-west-1:123456789012:jobs';
  const { UUID } = await call('CreateEventSourceMapping', { FunctionName: 'worker', EventSourceArn });
  await call('DeleteEventSourceMapping', { UUID });
  await call('DeleteFunction', { FunctionName: 'worker' });

  await restart();

  expect([world.lambda.functions(), world.lambda.mappings()]).toEqual([[], []]);
});

test('a mapping goes on with the messages that came meanwhile, once functions may run', async () => {
  registerWorker();
  await createWorker();
  await world.call('sqs', 'CreateQueue', { QueueName: 'jobs' });
  const EventSourceArn = 'arn:aws:sqs:eu-west-1:123456789012:jobs';
  await call('CreateEventSourceMapping', { FunctionName: 'worker', EventSourceArn });
  await world.clock.settled();
  // Sent in the same turn as the end: no poll comes between.
  await Promise.all([
    world.call('sqs', 'SendMessage', { QueueUrl: queueUrl('jobs'), MessageBody: 'late' }),
    world.lambda.close(),
  ]);

  await restart(START + 60_000);
  const events = registerWorker();
  await world.clock.settled();
  const before = events.length;
  world.lambda.resume();
  await world.clock.settled();

  expect(before).toBe(0);
  expect(events).toEqual([{ Records: [expect.objectContaining({ body: 'late' })] }]);
});

test('a mapping of a stream goes on where it was', async () => {
  registerWorker();
  await createWorker();
  const { TableDescription } = await world.call('dynamodb', 'CreateTable', {
    TableName: 'runs',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
  });
  const put = (id: string) =>
    world.call('dynamodb', 'PutItem', { TableName: 'runs', Item: { id: { S: id } } });
  const EventSourceArn = Object(TableDescription).LatestStreamArn;
  const StartingPosition = 'TRIM_HORIZON';
  await call('CreateEventSourceMapping', { FunctionName: 'worker', EventSourceArn, StartingPosition });
  await put('done');
  await world.clock.settled();

  await restart();
  const events = registerWorker();
  await put('next');
  world.lambda.resume();
  await world.clock.settled();

  const keys = { id: { S: 'next' } };
  expect(events).toEqual([
    { Records: [expect.objectContaining({ dynamodb: expect.objectContaining({ Keys: keys }) })] },
  ]);
});

test('an asynchronous event that was accepted is tried again, and one that is done is not', async () => {
  let fails = true;
  registerWorker(() => {
    if (fails) throw new Error('no');
  });
  await createWorker();
  const invoke = (Payload: string) =>
    call('Invoke', { FunctionName: 'worker', InvocationType: 'Event', Payload: Buffer.from(Payload) });
  await invoke('"again"');
  await world.clock.settled();
  fails = false;
  await invoke('"done"');
  await world.clock.settled();

  await restart(START + 30_000);
  const events = registerWorker();
  world.lambda.resume();
  await world.clock.advance(29_000);
  const early = [...events];
  await world.clock.advance(1000);

  expect(early).toEqual([]);
  expect(events).toEqual(['again']);
  expect(world.lambda.pendingEvents()).toBe(0);
});
