/**
 * Tasks per second and the median of one task, next to Celery and BullMQ in the same run, where they are
 * installed. All add one to a number and bring the result back to a client in a process of its own (but for
 * the row in one process).
 *
 * What the figures do not compare: SQS and DynamoDB, for which a development emulator stands here, in memory
 * as Redis does; RabbitMQ writes persistent messages to disk. Celery acknowledges before the run by default,
 * Celeriac after it, with a claim in DynamoDB; both do more than the peers do. Celery's and BullMQ's clients
 * are told of results, `get` looks for them 10 ms after the send and at growing intervals from then on, which
 * is the most of our median; `client.call` is told, too. Celery has two processes, the emulator's Lambda two
 * environments with batches of ten, BullMQ one process with 50 slots.
 *
 * Where the processor time of a burst over HTTP goes, roughly: half into the SDK and Node's HTTP client, in
 * functions and client (signing, headers, a system call a request), a quarter into the emulator, and the rest
 * into garbage and code of ours. Redis takes a command in microseconds, without HTTP and signatures.
 */
import { startBullMq } from './bullmq.ts';
import { startCelery } from './celery.ts';
import { type Contender, startInProcess, startOverHttp } from './contender.ts';
import type { Figure } from './run.ts';

interface Measured {
  readonly name: string;
  readonly perSecond: number;
  readonly ms: number;
  /** Infinity where nobody is told besides. */
  readonly toldMs: number;
}

const TASKS = 2_000;
const ONE_BY_ONE = 50;
const ROUNDS = 3;

/** Measures all by turns, so that a busy moment of the machine strikes none alone. */
export async function comparePeers(): Promise<readonly Figure[]> {
  const started: Contender[] = [];
  try {
    for (const start of [startOverHttp, startInProcess, startCelery, startBullMq]) {
      const contender = await start();
      if (contender === undefined) console.log(`     tasks: skipped, since not installed: ${start.name}`);
      else started.push(contender);
    }
    const [http, inside, ...peers] = await measureAll(started);
    if (http === undefined || inside === undefined) return [];
    if (peers.length === 0) return [http, inside].flatMap(alone);
    return peers.flatMap((peer) => [...against(http, peer), ...against(inside, peer)]);
  } finally {
    await Promise.all(started.map((contender) => contender.stop()));
  }
}

/** The best round of each; the first is for compilers and connections. */
async function measureAll(contenders: readonly Contender[]): Promise<readonly Measured[]> {
  const never = Number.POSITIVE_INFINITY;
  const best = contenders.map(({ name }) => ({ name, burstMs: never, ms: never, toldMs: never }));
  for (let round = 0; round <= ROUNDS; round++)
    for (const [index, contender] of contenders.entries()) {
      const burstMs = await contender.burstMs(TASKS);
      const ms = await contender.onceMs(ONE_BY_ONE);
      const toldMs = (await contender.toldMs?.(ONE_BY_ONE)) ?? never;
      const one = best[index];
      if (round === 0 || one === undefined) continue;
      one.burstMs = Math.min(one.burstMs, burstMs);
      one.ms = Math.min(one.ms, ms);
      one.toldMs = Math.min(one.toldMs, toldMs);
    }
  return best.map(({ name, burstMs, ms, toldMs }) => ({
    name,
    ms,
    toldMs,
    perSecond: (TASKS / burstMs) * 1_000,
  }));
}

/** How much slower a development emulator may be than a broker. */
const SHARE_MIN = 0.02;
const TIMES_MAX = 200;

function against(ours: Measured, peer: Measured): readonly Figure[] {
  const share = ours.perSecond / peer.perSecond;
  const times = ours.ms / peer.ms;
  return [
    {
      name: `${ours.name}, ${rate(ours)} against ${rate(peer)} of ${peer.name}`,
      value: share,
      unit: '× as many',
      wanted: `≥ ${SHARE_MIN}`,
      ok: share >= SHARE_MIN,
    },
    {
      name:
        `${ours.name}, median of one ${ours.ms.toFixed(1)} ms by get, ${ours.toldMs.toFixed(1)} by call, ` +
        `against ${peer.ms.toFixed(1)} ms`,
      value: times,
      unit: `× as long by get as ${peer.name}`,
      wanted: `≤ ${TIMES_MAX}`,
      ok: times <= TIMES_MAX,
    },
  ];
}

function alone({ name, perSecond, ms }: Measured): readonly Figure[] {
  return [
    { name, value: perSecond, unit: 'tasks/s', wanted: 'to be told', ok: true },
    { name: `${name}, median of one`, value: ms, unit: 'ms', wanted: 'to be told', ok: true },
  ];
}

function rate({ perSecond }: Measured): string {
  return `${Math.round(perSecond).toLocaleString('en')} tasks/s`;
}
