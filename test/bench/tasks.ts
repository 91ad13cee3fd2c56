/**
 * What a task costs beside the calls of AWS that it consists of: the simulation against the emulator's
 * models called bare, and client and worker over the SDK against the SDK called bare, in one process and
 * without sockets; and tasks per second next to Celery and BullMQ (peers.ts). Run alone with
 * `npx tsx test/bench/tasks.ts`.
 */
import { type App, defineApp, defineTask, topology } from '#lib';
import { connect } from '#lib/aws';
import { createEmulator, type Emulator } from '#lib/emulator';
import { simulate } from '#lib/testing';
import type { Call } from '../../lib/aws/call.ts';
import { MACHINE_CHANCE, MACHINE_CLOCK, QUIET_LOG } from '../../lib/aws/machine.ts';
import { createQueues } from '../../lib/aws/queues.ts';
import { createRuns } from '../../lib/aws/runs.ts';
import { createSdk, type SdkOptions } from '../../lib/aws/sdk.ts';
import { type LambdaContext, type SqsEvent, toHandler } from '../../lib/aws/serve.ts';
import { createWorker } from '../../lib/runtime/worker.ts';
import { provision } from '../../lib/testing/provision.ts';
import { comparePeers } from './peers.ts';
import type { Figure } from './run.ts';

/** One figure and the bound that it should keep. */
export const TASKS = 2_000;
const ROUNDS = 4;
const BATCH = 10;
const LANES = 5;
const INPUT = { id: 'o1', total: 40, card: '4242' };
const CREDENTIALS = { accessKeyId: 'bench', secretAccessKey: 'bench' };
const TABLE = 'bench-dev-runs';
const QUEUE_URL = 'https://sqs.us-east-1.amazonaws.com/000000000000/bench-dev-default';

const kept = defineTask('kept', { run: (order: typeof INPUT) => ({ paid: order.total }) });
const plain = defineTask('plain', { result: false, run: (order: typeof INPUT) => ({ paid: order.total }) });
/**
 * What both kinds of tasks are, and what they may take beside the floors: nearly all of a task without
 * results is ours.
 */
const apps = {
  'with results': { app: defineApp('bench', { tasks: [kept] }), task: kept, writes: 2, atMost: [6, 2.5] },
  'without results': { app: defineApp('bench', { tasks: [plain] }), task: plain, writes: 0, atMost: [20, 4] },
};

/** Measures everything; takes some ten seconds, and a minute with the peers. */
export async function run(): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const [kind, one] of Object.entries(apps)) {
    const models = await fastest(() => bareModels(one.app, one.writes));
    const simulated = await fastest(() => runSimulated(one.app, one.task));
    figures.push(toFigure(`simulate, ${kind}`, simulated, models, 'the bare models', one.atMost[0]));
    const sdk = await fastest(() => bareSdk(one.app, one.writes));
    const worked = await fastest(() => overSdk(one.app, one.task));
    figures.push(
      toFigure(`client and worker over the SDK, ${kind}`, worked, sdk, 'the bare SDK', one.atMost[1]),
    );
  }
  return [...figures, ...(await comparePeers())];
}

type AnyOf = typeof kept | typeof plain;

/** Milliseconds of the calls alone, straight on the models. */
async function bareModels(app: App, writes: number): Promise<number> {
  const emulator = createEmulator({ clock: { virtual: '2026-01-01T00:00:00Z' }, seed: 1 });
  await provisionIdle(emulator, app);
  const call = (service: string, operation: string, input: object) =>
    emulator.call(service, operation, { ...input });
  // The models take and give the SDK's shapes.
  const ms = await bareCalls(emulator, call as Call, writes);
  await emulator.close();
  return ms;
}

/** Milliseconds of the calls alone, those that a client or a worker makes through the SDK. */
async function bareSdk(app: App, writes: number): Promise<number> {
  const emulator = createEmulator({ seed: 1 });
  await provisionIdle(emulator, app);
  const sdk = createSdk(toSdkOptions(emulator));
  const ms = await bareCalls(emulator, sdk.call, writes);
  sdk.close();
  await emulator.close();
  return ms;
}

/** The calls alone, as many batches at once as Lambda begins with. */
async function bareCalls(emulator: Emulator, call: Call, writes: number): Promise<number> {
  const begin = performance.now();
  let left = TASKS / BATCH;
  const lane = async (): Promise<void> => {
    while (left-- > 0) await bareBatch(emulator, call, writes);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return performance.now() - begin;
}

/** What ten tasks consist of; receive and delete are Lambda's own, so they never go through the SDK. */
async function bareBatch(emulator: Emulator, call: Call, writes: number): Promise<void> {
  const body = JSON.stringify({ celeriac: 1, id: '0'.repeat(30), task: 'kept', input: INPUT, sentAt: 1 });
  const Entries = Array.from({ length: BATCH }, (_, entry) => ({ Id: `${entry}`, MessageBody: body }));
  await call('sqs', 'SendMessageBatch', { QueueUrl: QUEUE_URL, Entries });
  const asked = { QueueUrl: QUEUE_URL, MaxNumberOfMessages: BATCH };
  const received = await emulator.call('sqs', 'ReceiveMessage', asked);
  // The model answers as ReceiveMessage does.
  const messages = received.Messages as { readonly MessageId: string; readonly ReceiptHandle: string }[];
  for (let write = 0; write < writes; write++) {
    await Promise.all(messages.map(({ MessageId }) => writeRun(call, MessageId, write)));
  }
  await emulator.call('sqs', 'DeleteMessageBatch', {
    QueueUrl: QUEUE_URL,
    Entries: messages.map(({ MessageId, ReceiptHandle }) => ({ Id: MessageId, ReceiptHandle })),
  });
}

/** A write of the size and shape of a claim's or a completion's. */
async function writeRun(call: Call, id: string, write: number): Promise<void> {
  const names = ['state', 'stateShard', 'taskShard', 'id', 'task', 'owner'];
  await call('dynamodb', 'UpdateItem', {
    TableName: TABLE,
    Key: { pk: { S: `run#${id}` }, sk: { S: 'run' } },
    UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}, #starts = :one`,
    ConditionExpression: 'attribute_not_exists(#starts) OR #starts = :one',
    ExpressionAttributeNames: Object.fromEntries([...names, 'starts'].map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: {
      ...Object.fromEntries(
        names.map((name) => [`:${name}`, { S: name === 'id' ? id : `${name}-${write}` }]),
      ),
      ':one': { N: '1' },
    },
    ReturnValues: 'UPDATED_NEW',
  });
}

async function runSimulated(app: App, task: AnyOf): Promise<number> {
  const sim = simulate(app);
  await sim.settle();
  const begin = performance.now();
  await sim.sendMany(Array.from({ length: TASKS }, () => task(INPUT)));
  await sim.advance('1m');
  const ms = performance.now() - begin;
  const done = sim.attempts(task).length;
  if (done !== TASKS) throw new Error(`${done} of ${TASKS} tasks ran`);
  await sim.close();
  return ms;
}

/** Client and worker as on AWS, on a real clock, with the emulator behind the SDK's request handler. */
async function overSdk(app: App, task: AnyOf): Promise<number> {
  const emulator = createEmulator({ seed: 1 });
  const sdk = createSdk(toSdkOptions(emulator));
  const runs = task.result ? createRuns(sdk.call, TABLE) : undefined;
  const queues = createQueues(sdk.call);
  const ports = { clock: MACHINE_CLOCK, chance: MACHINE_CHANCE, log: QUIET_LOG, queues, runs };
  const handler = toHandler(createWorker(app, 'dev', ports), ports);
  let left = TASKS;
  let finish: () => void = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  await provision(emulator, topology(app), () => ({
    start: () => ({
      async invoke(event, context) {
        // The emulator's mapping makes the events of SQS, and its context has what a worker reads.
        const answer = await handler(event as SqsEvent, context as LambdaContext);
        left -= (event as SqsEvent).Records.length;
        if (left <= 0) finish();
        return answer;
      },
      kill: () => {},
    }),
  }));
  const client = connect(app, toSdkOptions(emulator));
  const begin = performance.now();
  await client.sendMany(Array.from({ length: TASKS }, () => task(INPUT)));
  // The emulator's timers do not keep a process alive, and without a socket nothing else does.
  const alive = setInterval(() => {}, 1_000);
  await finished;
  clearInterval(alive);
  const ms = performance.now() - begin;
  await client.close();
  sdk.close();
  await emulator.close();
  return ms;
}

/** Queues and tables without anybody who works on them. */
function provisionIdle(emulator: Emulator, app: App): Promise<void> {
  return provision(emulator, { ...topology(app), workers: [] }, () => {
    throw new Error('there are no workers here');
  });
}

function toSdkOptions(emulator: Emulator): SdkOptions {
  // The emulator does not import the SDK, so its handler has the handler's shape but not its type.
  const requestHandler = emulator.requestHandler() as NonNullable<SdkOptions['requestHandler']>;
  return { region: 'us-east-1', credentials: CREDENTIALS, requestHandler };
}

/** The shortest of several rounds, in milliseconds: what the machine does when nothing disturbs it. */
async function fastest(work: () => Promise<number>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) best = Math.min(best, await work());
  return best;
}

function toFigure(name: string, ms: number, floorMs: number, floor: string, atMost = 1): Figure {
  const rate = (of: number) => Math.round((TASKS / of) * 1_000).toLocaleString('en');
  const value = ms / floorMs;
  const unit = `× ${floor}'s time (${rate(ms)} tasks/s against ${rate(floorMs)})`;
  return { name, value, unit, wanted: `≤ ${atMost}`, ok: value <= atMost };
}

if (process.argv[1] === import.meta.filename) {
  for (const { name, value, unit, wanted, ok } of await run()) {
    console.log(`${ok ? 'ok  ' : 'MISS'} ${name}: ${value.toPrecision(3)} ${unit}, wanted ${wanted}`);
  }
}
