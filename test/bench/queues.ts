/**
 * Messages a second through the emulated SQS, against fauxqs over the same protocol and against RabbitMQ
 * with persistent messages and confirms, all in one run: `npx tsx test/bench/queues.ts`. Each server is a
 * process of its own, used over eight connections at once with batches of ten.
 */
import { consumeAll, publishAll, type RabbitMq, startRabbitMq } from './rabbitmq.ts';
import type { Figure } from './run.ts';
import { build, type ServerProcess, startEmulatorProcess, startScript } from './server-process.ts';
import { openQueue, receiveAll, sendAll } from './sqs-load.ts';

/** One figure and the bound that it should keep. */
export /** Seconds that one contender took for all messages, in one round. */
interface Times {
  readonly send: number;
  /** Receive and delete. */
  readonly take: number;
}

type Contender = () => Promise<Times>;

const CONNECTIONS = 8;
const MESSAGES = 20_000;
/** Odd, so that there is one in the middle. */
const ROUNDS = 9;
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
    const ours = await startEmulatorProcess(built.command);
    servers.push(ours);
    const fauxqs = await startScript(FAUXQS);
    servers.push(fauxqs);
    const [our = [], faux = [], rabbits = []] = await takeTurns([
      () => sqsRound(ours.url),
      () => sqsRound(fauxqs.url),
      ...(rabbit === undefined ? [] : [() => rabbitRound(rabbit)]),
    ]);
    return [
      ...against(our, 'fauxqs 1.9', faux, 1),
      ...(rabbit === undefined
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

/** The times of each contender by round. Who begins changes, so that none always follows the same other. */
async function takeTurns(contenders: readonly Contender[]): Promise<readonly (readonly Times[])[]> {
  const times: Times[][] = contenders.map(() => []);
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (let turn = 0; turn < contenders.length; turn += 1) {
      const index = (round + turn) % contenders.length;
      const taken = await contenders[index]?.();
      // The first round is for the compilers of both sides.
      if (taken !== undefined && round > 0) times[index]?.push(taken);
    }
  }
  return times;
}

async function sqsRound(url: string): Promise<Times> {
  const queue = await openQueue(url, CONNECTIONS);
  const send = await timed(() => sendAll(queue, MESSAGES, BODY));
  const take = await timed(() => receiveAll(queue, MESSAGES, true));
  queue.close();
  return { send, take };
}

async function rabbitRound(rabbit: RabbitMq): Promise<Times> {
  const send = await timed(() => publishAll(rabbit, 'bench', MESSAGES, Buffer.from(BODY), CONNECTIONS));
  const take = await timed(() => consumeAll(rabbit, 'bench', MESSAGES, CONNECTIONS));
  return { send, take };
}

/** Compares round by round, since the machine is another in each; the middle of the ratios counts. */
function against(
  ours: readonly Times[],
  peer: string,
  theirs: readonly Times[],
  wanted: number,
): readonly Figure[] {
  const figure = (what: string, secondsOf: (times: Times) => number): Figure => {
    const [our, their] = [ours.map(secondsOf), theirs.map(secondsOf)];
    const value = median(our.map((seconds, round) => (their[round] ?? Number.NaN) / seconds));
    const speed = (seconds: readonly number[]) => Math.round(MESSAGES / median(seconds));
    return {
      name: `${what}: ${speed(our)} messages/s against ${speed(their)} of ${peer}`,
      ...{ value, unit: '× as many', wanted: `≥ ${wanted}`, ok: value >= wanted },
    };
  };
  return [
    figure('send', ({ send }) => send),
    figure('receive and delete', ({ take }) => take),
    figure('all three', ({ send, take }) => send + take),
  ];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Seconds. */
async function timed(work: () => Promise<void>): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1_000;
}

if (process.argv[1] === import.meta.filename) {
  for (const { name, value, unit, wanted, ok } of await run()) {
    console.log(`${ok ? 'ok  ' : 'MISS'} ${name}: ${value.toPrecision(3)} ${unit} (${wanted})`);
  }
}
