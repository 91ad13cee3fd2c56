/**
 * How long one call takes: over HTTP through the emulator, its Lambda and the real bundle of a worker, next
 * to RPC by amqplib through RabbitMQ with a server process of its own, all in one run. Run alone with
 * `npx tsx test/bench/rpc.ts`. One call waits at a time; what is told is the median.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib/core';
import { Broker } from '#infra';
import { connect } from '#lib/aws';
import { type RabbitMq, startRabbitMq } from './rabbitmq.ts';
import { app, plain, recorded } from './rpc-worker.ts';
import type { Figure } from './run.ts';
import { build, type ServerProcess, startEmulatorProcess, startScript } from './server-process.ts';

/** One figure and the bound that it should keep. */
export /** Performs one call and checks its answer. */
type CallOnce = (input: number) => Promise<number>;

const CALLS = 300;
const ROUNDS = 5;
const QUEUE = 'bench-rpc';
/** How many times as long as RabbitMQ's a call may take: it is many HTTP requests and an invocation. */
const TIMES_MAX = 20;
const CREDENTIALS = { accessKeyId: 'bench', secretAccessKey: 'bench' };

/** The tutorial's server, in a process of its own. */
const toServer = (url: string) => `
  const { connect } = await import('amqplib');
  const channel = await (await connect(${JSON.stringify(url)}, { noDelay: true })).createChannel();
  await channel.assertQueue('${QUEUE}', { durable: false });
  await channel.prefetch(1);
  await channel.consume('${QUEUE}', (message) => {
    const { replyTo, correlationId } = message.properties;
    channel.sendToQueue(replyTo, Buffer.from(String(Number(message.content) + 1)), { correlationId });
    channel.ack(message);
  });
  console.log('listening http://rabbit');
  process.once('SIGTERM', () => process.exit(0));
`;

/** Measures all in turns, so that a busy moment of the machine strikes none alone. */
export async function run(): Promise<readonly Figure[]> {
  const built = build();
  const folder = synthesize();
  const servers: ServerProcess[] = [];
  const rabbit = await startRabbitMq();
  try {
    const emulator = await startEmulatorProcess(built.command, { template: folder });
    servers.push(emulator);
    if (rabbit !== undefined) servers.push(await startScript(toServer(rabbit.url)));
    const place = { endpoint: emulator.url, region: 'us-east-1', credentials: CREDENTIALS };
    await using client = connect(app, place);
    const calls: CallOnce[] = [(input) => client.call(plain(input)), (input) => client.call(recorded(input))];
    if (rabbit !== undefined) calls.push(await createRabbitCall(rabbit));
    const [ours = 0, kept = 0, theirs] = await medians(calls);
    if (rabbit === undefined || theirs === undefined) return [alone(ours), alone(kept)];
    const peer = `${theirs.toFixed(2)} ms of amqplib and RabbitMQ ${rabbit.version}`;
    return [
      against('a call without records', ours, theirs, peer),
      against('a call with records', kept, theirs, peer),
    ];
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    await rabbit?.stop();
    built.remove();
    rmSync(folder, { recursive: true, force: true });
    if (rabbit === undefined) console.log('     rpc: RabbitMQ is not installed here, so it is not measured');
  }
}

/** The app's template with the bundles of its workers. */
function synthesize(): string {
  const folder = mkdtempSync(join(tmpdir(), 'celeriac-rpc-'));
  const { context } = JSON.parse(readFileSync('cdk.json', 'utf8'));
  const cdk = new App({ outdir: folder, context });
  new Broker(new Stack(cdk, 'Bench'), 'Broker', { app, entry: 'test/bench/rpc-worker.ts' });
  cdk.synth();
  return folder;
}

/** The tutorial's client: a reply queue of its own and correlation ids. */
async function createRabbitCall(rabbit: RabbitMq): Promise<CallOnce> {
  const channel = await rabbit.connection.createChannel();
  const { queue: replyTo } = await channel.assertQueue('', { exclusive: true });
  const waiting = new Map<string, (answer: number) => void>();
  await channel.consume(
    replyTo,
    (message) => {
      if (message === null) return;
      const id = String(message.properties.correlationId);
      waiting.get(id)?.(Number(message.content));
      waiting.delete(id);
    },
    { noAck: true },
  );
  return (input) =>
    new Promise((resolve) => {
      const correlationId = randomUUID();
      waiting.set(correlationId, resolve);
      channel.sendToQueue(QUEUE, Buffer.from(String(input)), { correlationId, replyTo });
    });
}

/** The median of each in its best round; the first round is for compilers and connections. */
async function medians(calls: readonly CallOnce[]): Promise<readonly number[]> {
  const best = calls.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [index, call] of calls.entries()) {
      const median = await medianOf(call);
      if (round > 0) best[index] = Math.min(best[index] ?? median, median);
    }
  }
  return best;
}

async function medianOf(call: CallOnce): Promise<number> {
  const times: number[] = [];
  for (let input = 0; input < CALLS; input += 1) {
    const begin = performance.now();
    const answer = await call(input);
    times.push(performance.now() - begin);
    if (answer !== input + 1) throw new Error(`the answer to ${input} is ${answer}`);
  }
  return times.sort((a, b) => a - b)[CALLS / 2] ?? 0;
}

function against(what: string, ours: number, theirs: number, peer: string): Figure {
  const value = ours / theirs;
  return {
    name: `${what}, median: ${ours.toFixed(2)} ms against ${peer}`,
    value,
    unit: '× as long',
    wanted: `≤ ${TIMES_MAX}`,
    ok: value <= TIMES_MAX,
  };
}

function alone(ms: number): Figure {
  return { name: 'a call, median', value: ms, unit: 'ms', wanted: 'to be told', ok: true };
}

if (process.argv[1] === import.meta.filename) {
  for (const { name, value, unit, wanted, ok } of await run()) {
    console.log(`${ok ? 'ok  ' : 'MISS'} ${name}: ${value.toPrecision(3)} ${unit} (${wanted})`);
  }
}
