/**
 * How fast triggers are: the next fire of cron expressions against croner's, and the simulation of a thousand
 * mixed schedules. Run alone with `npx tsx test/bench/trigger.ts`; ratios are against croner in the same run.
 */
import { Cron } from 'croner';
import { cron } from '../../lib/core/trigger/cron.ts';
import { every } from '../../lib/core/trigger/interval.ts';
import { nextFireTime, type Trigger, toNextFire } from '../../lib/core/trigger/trigger.ts';

/** One figure and the bound that it should keep. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly wanted: string;
  readonly ok: boolean;
}

const EXPRESSIONS = [
  ['*/5 * * * *', 'UTC'],
  ['0 2 * * *', 'Europe/Oslo'],
  ['30 9 * * 1-5', 'America/New_York'],
  ['0 0 1 * *', 'Asia/Tokyo'],
  ['15,45 8-18 * * 1-5', 'Europe/Berlin'],
  ['0 0 29 2 *', 'UTC'],
  ['*/10 * * * * *', 'Australia/Sydney'],
  ['0 12 * 6-8 6', 'America/Sao_Paulo'],
] as const;
const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 1);

/** Measures everything; each figure takes about a second. */
export function run(): readonly Figure[] {
  return [...EXPRESSIONS.map(([expression, timezone]) => nextRatio(expression, timezone)), mixedSchedules()];
}

function nextRatio(expression: string, timezone: string): Figure {
  const trigger = cron(expression, { timezone });
  const croner = new Cron(expression, { timezone });
  // Times spread over two years, the same ones for both.
  const times = Array.from(
    { length: 2_000 },
    (_, index) => new Date(START + ((index * 7_919_777_777) % (730 * DAY))),
  );
  const ours = fastest(() => {
    for (const time of times) nextFireTime(trigger, time);
  });
  const theirs = fastest(() => {
    for (const time of times) croner.nextRun(time);
  });
  const value = ours / theirs;
  const both = `${perCall(ours)} against croner's ${perCall(theirs)}`;
  const name = `nextFireTime '${expression}' ${timezone}: ${both}`;
  return { name, value, unit: "× croner's time", wanted: '≤ 0.2', ok: value <= 0.2 };
}

/** The shortest of several rounds, in milliseconds: what the machine does when nothing disturbs it. */
function fastest(work: () => void): number {
  work();
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 7; round++) {
    const begin = performance.now();
    work();
    best = Math.min(best, performance.now() - begin);
  }
  return best;
}

function perCall(ms: number): string {
  return `${((ms / 2_000) * 1_000).toFixed(2)} µs`;
}

function mixedSchedules(): Figure {
  const triggers = Array.from({ length: 1_000 }, (_, index) => mixed(index));
  simulate(triggers, 10);
  const begin = performance.now();
  const fires = simulate(triggers, 200);
  const value = 200 / ((performance.now() - begin) / 1_000);
  const name = `1,000 mixed schedules (${Math.round(fires / 200)} fires a day)`;
  return { name, value, unit: 'simulated days a second', wanted: '≥ 40', ok: value >= 40 };
}

/**
 * A spread of what applications schedule: mostly daily and hourly, one in a hundred by the minute, in several
 * zones.
 */
function mixed(index: number): Trigger {
  const zones = ['UTC', 'Europe/Oslo', 'America/New_York', 'Asia/Kolkata', 'Australia/Sydney'];
  const timezone = zones[index % zones.length] ?? 'UTC';
  const minute = (index * 7) % 60;
  const hour = (index * 5) % 24;
  const kinds: readonly (() => Trigger)[] = [
    () => cron(`${minute} ${hour} * * *`, { timezone }),
    () => cron(`${minute} * * * *`, { timezone }),
    () => cron(`*/15 8-18 * * mon-fri`, { timezone }),
    () => cron({ day: 'last fri', hour, minute }, { timezone }),
    () => every('5m'),
    () => every('7h', { start: '2026-01-01T00:00:00Z' }),
    () => cron(`${minute} ${hour} 1,15 * *`, { timezone }),
    () => cron(index % 100 === 7 ? '* * * * *' : `*/30 * * * *`, { timezone }),
    () => cron(`${minute} ${hour} * * ${index % 7}`, { timezone }),
    () => cron(`${minute} */6 * * *`, { timezone }),
  ];
  return (kinds[index % kinds.length] ?? (() => every('1h')))();
}

/** Fires everything in order of time, with a binary heap, as a scheduler does. */
function simulate(triggers: readonly Trigger[], days: number): number {
  const end = START + days * DAY;
  const nexts = triggers.map(toNextFire);
  const due = nexts.map((next) => next(START) ?? Number.POSITIVE_INFINITY);
  const heap = due.map((_, index) => index).sort((a, b) => (due[a] ?? 0) - (due[b] ?? 0));
  let fires = 0;
  for (;;) {
    const top = heap[0] ?? 0;
    const time = due[top] ?? Number.POSITIVE_INFINITY;
    if (time >= end) return fires;
    fires++;
    due[top] = nexts[top]?.(time + 1) ?? Number.POSITIVE_INFINITY;
    sink(heap, due);
  }
}

/** Lets the heap's first entry sink to its place. */
function sink(heap: number[], due: readonly number[]): void {
  const moved = heap[0] ?? 0;
  const key = due[moved] ?? 0;
  let place = 0;
  for (;;) {
    let child = 2 * place + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && (due[heap[child + 1] ?? 0] ?? 0) < (due[heap[child] ?? 0] ?? 0)) child++;
    if ((due[heap[child] ?? 0] ?? 0) >= key) break;
    heap[place] = heap[child] ?? 0;
    place = child;
  }
  heap[place] = moved;
}

if (process.argv[1] === import.meta.filename) {
  for (const { name, value, unit, wanted, ok } of run()) {
    console.log(`${ok ? 'ok  ' : 'MISS'} ${name}: ${value.toPrecision(3)} ${unit} (${wanted})`);
  }
}
