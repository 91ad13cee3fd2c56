/** A fleet of workers under a rate and a number, and what it made of them. */
import { type AnyTask, defineApp, defineQueue, defineTask } from '#lib';
import { type FaultRates, type SimulateOptions, type Simulation, simulate } from '#lib/testing';

export interface FleetOptions {
  readonly seed: number;
  readonly tasks: number;
  readonly rateLimit?: string;
  readonly concurrency?: number;
  /** How long a run takes. */
  readonly tookMs: number;
  readonly faults?: FaultRates;
  /** Messages an invocation takes. */
  readonly batch?: number;
  readonly onCall?: SimulateOptions['onCall'];
}

/**
 * What a fleet under load has to live with and still use what it may: a few crashes and failures in a hundred
 * runs, beyond what the SDK repeats by itself.
 */
export const FLEET_FAULTS: FaultRates = {
  duplicate: 0.02,
  reorder: 0.1,
  loseAck: 0.01,
  crashBeforeRun: 0.001,
  crashAfterRun: 0.001,
  crashBeforeWrite: 0.001,
  crashAfterWrite: 0.001,
  crashBeforeSend: 0.001,
  crashAfterSend: 0.001,
  throttle: 0.002,
  fail: 0.002,
  loseAnswer: 0.002,
};

export interface Interval {
  readonly from: number;
  to: number;
}

export interface Fleet {
  readonly sim: Simulation;
  readonly task: AnyTask;
  /** When each handler began and ended, in milliseconds since the start. */
  readonly runs: Interval[];
  /** What is still on its way, and dead letters by their reasons. */
  left(): number;
  dead(): readonly string[];
  /** Which runs have ended. */
  readonly ended: ReadonlySet<string>;
  /** How many sends were refused, as the client says. */
  readonly refused: number;
}

/** Twenty workers, a queue full of messages. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const queue = defineQueue('work', { visibility: '2m', deadLetter: { after: 8 } });
  const runs: Interval[] = [];
  const ended = new Set<string>();
  const task = defineTask('task', {
    queue,
    retry: { attempts: 10 },
    ...(options.rateLimit === undefined ? {} : { rateLimit: options.rateLimit }),
    ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
    async run(_input: number, { now, sleep, id }) {
      const run: Interval = { from: now().getTime(), to: Number.POSITIVE_INFINITY };
      runs.push(run);
      try {
        if (options.tookMs > 0) await sleep(`${options.tookMs}ms`);
        ended.add(id);
      } finally {
        run.to = now().getTime();
      }
    },
  });
  const sim = simulate(defineApp('fleet', { tasks: [task] }), {
    seed: options.seed,
    faults: options.faults ?? {},
    workers: { work: { concurrency: 20, batch: options.batch ?? 5 } },
    ...(options.onCall === undefined ? {} : { onCall: options.onCall }),
  });
  const outcomes = await sim.sendMany(Array.from({ length: options.tasks }, (_, index) => task(index)));
  const lying = (name: string): number =>
    sim.emulator.services.sqs.snapshot().find((one) => one.name === name)?.messages.length ?? 0;
  return {
    sim,
    task,
    runs,
    left: () => lying('fleet-dev-work'),
    dead: () => sim.deadLetters(queue).map(({ dead }) => dead?.reason ?? 'no reason'),
    ended,
    refused: outcomes.filter(({ status }) => status === 'failed').length,
  };
}

/** Time goes on until nothing is on its way. */
export async function finish({ sim, left }: Fleet): Promise<void> {
  for (let hours = 0; hours < 12 && left() > 0; hours++) await sim.advance('1h');
}

/** The most starts that any half-open window of this length holds. */
export function mostStarts(runs: readonly Interval[], windowMs: number): number {
  const starts = runs.map(({ from }) => from).sort((left, right) => left - right);
  let most = 0;
  let first = 0;
  for (const [index, start] of starts.entries()) {
    while (start - (starts[first] ?? start) >= windowMs) first++;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

/** The most that ran at any time; a worker that died ran until then. */
export function mostAtOnce(runs: readonly Interval[]): number {
  const edges = runs
    .flatMap(({ from, to }) => [
      { at: from, step: 1 },
      { at: to, step: -1 },
    ])
    // Who ends makes room for who begins at the same time.
    .sort((left, right) => left.at - right.at || left.step - right.step);
  let now = 0;
  let most = 0;
  for (const { step } of edges) {
    now += step;
    most = Math.max(most, now);
  }
  return most;
}
