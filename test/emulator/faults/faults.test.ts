import { describe, expect, onTestFinished, test } from 'vitest';
import {
  createEmulator,
  type Emulator,
  type FaultPlan,
  type FaultRule,
  type VirtualEmulator,
} from '../../../lib/emulator/index.ts';

const START = Date.parse('2026-01-01T00:00:00Z');

function open(...faults: readonly FaultRule[]): VirtualEmulator {
  return openPlan({ seed: 1, faults });
}

function openPlan(faults: FaultPlan, log: (line: string) => void = () => {}): VirtualEmulator {
  const emulator = createEmulator({ clock: { virtual: START }, seed: 1, faults, log });
  onTestFinished(() => emulator.close());
  return emulator;
}

async function createQueue(emulator: Emulator, name = 'jobs'): Promise<string> {
  const { QueueUrl } = await emulator.call('sqs', 'CreateQueue', { QueueName: name });
  return String(QueueUrl);
}

const send = (emulator: Emulator, QueueUrl: string, MessageBody = 'x') =>
  emulator.call('sqs', 'SendMessage', { QueueUrl, MessageBody });

/** How a call ended: 'ok', or the name of its error. */
async function outcome(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return 'ok';
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

async function outcomes(count: number, work: () => Promise<unknown>): Promise<readonly string[]> {
  const all: string[] = [];
  for (let index = 0; index < count; index++) all.push(await outcome(work));
  return all;
}

const visible = (emulator: Emulator) => emulator.services.sqs.snapshot()[0]?.visible;

describe('a fault of calls', () => {
  test.each<[string, FaultRule['fault'], string, string, string]>([
    ['an error of SQS', 'error', 'sqs', 'ListQueues', 'InternalFailure'],
    ['an error of DynamoDB', 'error', 'dynamodb', 'ListTables', 'InternalServerError'],
    ['an error of Lambda', 'error', 'lambda', 'ListFunctions', 'ServiceException'],
    ['a throttle of SQS', 'throttle', 'sqs', 'ListQueues', 'RequestThrottled'],
    ['a throttle of DynamoDB', 'throttle', 'dynamodb', 'ListTables', 'ThrottlingException'],
    ['a throttle of Lambda', 'throttle', 'lambda', 'ListFunctions', 'TooManyRequestsException'],
    // Publish in the SNS API reference; "Error best practices" in the Amazon S3 user guide.
    ['an error of SNS', 'error', 'sns', 'ListTopics', 'InternalErrorException'],
    ['an error of S3', 'error', 's3', 'ListBuckets', 'InternalError'],
    ['an error of EventBridge', 'error', 'eventbridge', 'ListRules', 'InternalException'],
    ['a throttle of SNS', 'throttle', 'sns', 'ListTopics', 'ThrottledException'],
    ['a throttle of S3', 'throttle', 's3', 'ListBuckets', 'SlowDown'],
    ['a throttle of another service', 'throttle', 'ssm', 'DescribeParameters', 'ThrottlingException'],
    ['a lost answer', 'loseAnswer', 'sqs', 'ListQueues', 'LostAnswer'],
  ])('can be %s', async (_title, fault, service, operation, name) => {
    const emulator = open({ fault, rate: 1 });

    expect(await outcome(() => emulator.call(service, operation, {}))).toBe(name);
  });

  test('can be an error of the plan, with its own words', async () => {
    const emulator = open({ fault: 'error', rate: 1, code: 'OverLimit', message: 'too much', status: 403 });

    const refused = emulator.call('sqs', 'ListQueues', {});

    await expect(refused).rejects.toMatchObject({ name: 'OverLimit', message: 'too much', status: 403 });
  });

  test('refuses before anything is done, and loses an answer after everything is', async () => {
    const emulator = open();
    const url = await createQueue(emulator);

    emulator.faults.set({ faults: [{ fault: 'error', rate: 1 }] });
    await outcome(() => send(emulator, url));
    const afterError = visible(emulator);
    emulator.faults.set({ faults: [{ fault: 'loseAnswer', rate: 1 }] });
    await outcome(() => send(emulator, url));

    expect([afterError, visible(emulator)]).toEqual([0, 1]);
  });

  test('holds a call back on the clock of the emulator', async () => {
    const emulator = open({ fault: 'latency', rate: 1, ms: [200, 300] });
    let done = false;
    const call = emulator.call('sqs', 'ListQueues', {}).then(() => {
      done = true;
    });

    await emulator.advance(199);
    const early = done;
    await emulator.advance(101);
    await call;

    expect(early).toBe(false);
  });

  test.each<[string, Partial<FaultRule>, readonly string[]]>([
    ['a service', { service: 'dynamodb' }, ['ListTables']],
    ['an operation', { operation: 'SendMessage' }, ['SendMessage jobs', 'SendMessage more']],
    ['several operations', { operation: ['ListTables', 'ListQueues'] }, ['ListQueues', 'ListTables']],
    ['a queue', { queue: 'more' }, ['SendMessage more']],
    ['calls of Lambda', { source: 'lambda' }, []],
  ])('strikes only what the rule fits: %s', async (_title, limits, struck) => {
    const emulator = open();
    const [jobs, more] = [await createQueue(emulator), await createQueue(emulator, 'more')];
    emulator.faults.set({ faults: [{ fault: 'error', rate: 1, ...limits }] });
    const calls: Readonly<Record<string, () => Promise<unknown>>> = {
      ListQueues: () => emulator.call('sqs', 'ListQueues', {}),
      'SendMessage jobs': () => send(emulator, jobs),
      'SendMessage more': () => send(emulator, more),
      ListTables: () => emulator.call('dynamodb', 'ListTables', {}),
    };

    const hit: string[] = [];
    for (const [name, call] of Object.entries(calls)) if ((await outcome(call)) !== 'ok') hit.push(name);

    expect(hit).toEqual(struck);
  });

  test.each<[string, Partial<FaultRule>]>([
    ['in milliseconds from the start', { from: 1000, until: 2000 }],
    ['as times', { from: '2026-01-01T00:00:01Z', until: '2026-01-01T00:00:02Z' }],
  ])('strikes only within its window, given %s', async (_title, window) => {
    const emulator = open({ fault: 'error', rate: 1, ...window });
    const at: string[] = [];

    for (const ms of [0, 999, 1, 999, 1]) {
      await emulator.advance(ms);
      at.push(await outcome(() => emulator.call('sqs', 'ListQueues', {})));
    }

    expect(at).toEqual(['ok', 'ok', 'InternalFailure', 'InternalFailure', 'ok']);
  });

  test('strikes at most as often as the rule says', async () => {
    const emulator = open({ fault: 'error', rate: 1, hitsMax: 2 });

    const all = await outcomes(4, () => emulator.call('sqs', 'ListQueues', {}));

    expect(all).toEqual(['InternalFailure', 'InternalFailure', 'ok', 'ok']);
  });
});

describe('the seed', () => {
  const rule: FaultRule = { fault: 'error', rate: 0.5 };
  const list = (emulator: Emulator) => outcomes(40, () => emulator.call('sqs', 'ListQueues', {}));

  test('strikes the same calls again, and another seed others', async () => {
    const first = await list(openPlan({ seed: 7, faults: [rule] }));
    const again = await list(openPlan({ seed: 7, faults: [rule] }));
    const other = await list(openPlan({ seed: 8, faults: [rule] }));

    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    expect(first.filter((each) => each === 'ok').length).toBeGreaterThan(5);
    expect(first.filter((each) => each !== 'ok').length).toBeGreaterThan(5);
  });

  test('strikes the same calls when a rule for others is added', async () => {
    const alone = await list(openPlan({ seed: 7, faults: [rule] }));

    const beside = await list(
      openPlan({ seed: 7, faults: [rule, { fault: 'throttle', rate: 0.5, service: 'dynamodb' }] }),
    );

    expect(beside).toEqual(alone);
  });
});

describe('a fault of queues', () => {
  const receive = async (emulator: Emulator, QueueUrl: string) => {
    const answer = await emulator.call('sqs', 'ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10 });
    // ReceiveMessage answers with a list of these.
    return (answer.Messages ?? []) as readonly { readonly Body: string; readonly ReceiptHandle: string }[];
  };

  test('delivers a message twice', async () => {
    const emulator = open({ fault: 'duplicate', rate: 1, queue: 'jobs', hitsMax: 1 });
    const url = await createQueue(emulator);
    await send(emulator, url);

    const counts = [await receive(emulator, url), await receive(emulator, url), await receive(emulator, url)];

    expect(counts.map(({ length }) => length)).toEqual([1, 1, 0]);
  });

  test('takes a later message first', async () => {
    const emulator = open({ fault: 'reorder', rate: 1 });
    const url = await createQueue(emulator);
    const sent = Array.from({ length: 10 }, (_, index) => `m${index}`);
    for (const body of sent) await send(emulator, url, body);

    const got = (await receive(emulator, url)).map(({ Body }) => Body);

    expect([...got].sort()).toEqual(sent);
    expect(got).not.toEqual(sent);
  });

  test('loses a delete of one queue, and not of another', async () => {
    const emulator = open({ fault: 'loseDelete', rate: 1, queue: 'jobs' });
    const left: unknown[] = [];
    for (const name of ['jobs', 'more']) {
      const QueueUrl = await createQueue(emulator, name);
      await send(emulator, QueueUrl);
      const [message] = await receive(emulator, QueueUrl);
      await emulator.call('sqs', 'DeleteMessage', { QueueUrl, ReceiptHandle: message?.ReceiptHandle });
      await emulator.advance(30_000);
      left.push((await receive(emulator, QueueUrl)).length);
    }

    expect(left).toEqual([1, 0]);
  });
});

test('a function is killed while it runs', async () => {
  const emulator = open({ fault: 'kill', rate: 1, function: 'worker', hitsMax: 1 });
  let release: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  emulator.services.lambda.registerInline('worker', { start: () => ({ invoke: () => held }) });
  const Role = 'arn:aws:iam::000000000000:role/r';
  const input = { FunctionName: 'worker', Runtime: 'nodejs24.x', Role, Handler: 'i.h', Code: {} };
  await emulator.call('lambda', 'CreateFunction', input);

  const first = await emulator.call('lambda', 'Invoke', { FunctionName: 'worker' });
  release();
  const second = await emulator.call('lambda', 'Invoke', { FunctionName: 'worker' });

  expect([first.FunctionError, second.FunctionError]).toEqual(['Unhandled', undefined]);
});

test('each hit is in the trace, in the log, and in the counts of its rule', async () => {
  const lines: string[] = [];
  const emulator = openPlan({ faults: [{ fault: 'throttle', rate: 1, operation: 'SendMessage' }] }, (line) =>
    lines.push(line),
  );
  const url = await createQueue(emulator);

  await outcome(() => send(emulator, url));

  expect(emulator.trace.entries({ service: 'faults' })).toEqual([
    expect.objectContaining({
      ...{ at: START, operation: 'throttle', target: 'jobs' },
      details: { rule: 0, of: 'sqs', call: 'SendMessage', source: 'client' },
    }),
  ]);
  expect(lines).toEqual(['fault: throttle | sqs SendMessage jobs']);
  expect(emulator.faults.read()?.faults[0]?.hits).toBe(1);
});
