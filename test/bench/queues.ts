/**
 * Messages a second through the emulated SQS, against fauxqs over the same protocol and against RabbitMQ
 * with persistent messages and confirms, all in one run: `npx tsx test/bench/queues.ts`. Each server is a
 * process of its own, used over eight connections at once with batches of ten.
 */
import { consumeAll, publishAll, startRabbitMq } from './rabbitmq.ts';
import { build, type ServerProcess, startEmulatorProcess, startScript } from './server-process.ts';
import { openQueue, receiveAll, sendAll } from './sqs-load.ts';

/** One figure and the bound that it should keep. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly wanted: string;
  readonly ok: boolean;
}

/** Messages a second of one contender. */
interface Speed {
  readonly send: number;
  /** Receive and delete. */
  readonly take: number;
}

const CONNECTIONS = 8;
const MESSAGES = 20_000;
const ROUNDS = 5;
const BODY = JSON.stringify({ task: 'bench', input: 'x'.repeat(200) });

const FAUXQS = `
  const { startFauxqs } = await import('fauxqs');
  const server = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false });
  console.log('listening http://127.0.0.1:' + server.port);
  process.once('SIGTERM', () => process.exit(0));
`;

/** Measures all contenders in turns, so that a busy moment of the machine strikes none alone. */
export async function run(): Promise<readonly Figure[]> {
  const built = build();
  const servers: ServerProcess[] = [];
  const rabbit = await startRabbitMq();
  try {
    servers.push(await startEmulatorProcess(built.command), await startScript(FAUXQS));
    const [ours, fauxqs] = servers.map(
      ({ url }) =>
        () =>
          sqsRound(url),
    );
    const contenders = [ours, fauxqs, rabbit === undefined ? undefined : () => rabbitRound(rabbit)];
    const [our, their, rabbits] = await fastest(contenders);
    if (our === undefined) throw new Error('the emulator was not measured');
    return [
      ...(their === undefined ? [] : against(our, 'fauxqs 1.9', their, 1)),
      ...(rabbit === undefined || rabbits === undefined
        ? []
        : against(our, `RabbitMQ ${rabbit.version}, persistent, confirmed`, rabbits, 1.5)),
    ];
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    await rabbit?.stop();
    built.remove();
    if (rabbit === undefined)
      console.log('     queues: RabbitMQ is not installed here, so it is not measured');
  }
}

async function fastest(
  contenders: readonly ((() => Promise<Speed>) | undefined)[],
): Promise<readonly (Speed | undefined)[]> {
  const best: (Speed | undefined)[] = contenders.map(() => undefined);
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [index, contender] of contenders.entries()) {
      const speed = await contender?.();
      const before = best[index];
      // The first round is for the compilers of both sides.
      if (speed === undefined || round === 0) continue;
      best[index] = {
        send: Math.max(before?.send ?? 0, speed.send),
        take: Math.max(before?.take ?? 0, speed.take),
      };
    }
  }
  return best;
}

async function sqsRound(url: string): Promise<Speed> {
  const queue = await openQueue(url, CONNECTIONS);
  const sendMs = await timed(() => sendAll(queue, MESSAGES, BODY));
  const takeMs = await timed(() => receiveAll(queue, MESSAGES, true));
  queue.close();
  return speedOf(sendMs, takeMs);
}

async function rabbitRound(rabbit: NonNullable<Awaited<ReturnType<typeof startRabbitMq>>>): Promise<Speed> {
  const sendMs = await timed(() => publishAll(rabbit, 'bench', MESSAGES, Buffer.from(BODY), CONNECTIONS));
  const takeMs = await timed(() => consumeAll(rabbit, 'bench', MESSAGES, CONNECTIONS));
  return speedOf(sendMs, takeMs);
}

function speedOf(sendMs: number, takeMs: number): Speed {
  return { send: (MESSAGES / sendMs) * 1_000, take: (MESSAGES / takeMs) * 1_000 };
}

function against(our: Speed, peer: string, their: Speed, wanted: number): readonly Figure[] {
  const whole = (speed: Speed) => 1 / (1 / speed.send + 1 / speed.take);
  const figure = (what: string, ours: number, theirs: number): Figure => ({
    name: `${what}: ${Math.round(ours)} messages/s against ${Math.round(theirs)} of ${peer}`,
    value: ours / theirs,
    unit: '× as many',
    wanted: `≥ ${wanted}`,
    ok: ours / theirs >= wanted,
  });
  return [
    figure('send', our.send, their.send),
    figure('receive and delete', our.take, their.take),
    figure('all three', whole(our), whole(their)),
  ];
}

async function timed(work: () => Promise<void>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

if (process.argv[1] === import.meta.filename) {
  for (const { name, value, unit, wanted, ok } of await run()) {
    console.log(`${ok ? 'ok  ' : 'MISS'} ${name}: ${value.toPrecision(3)} ${unit} (${wanted})`);
  }
}
