/**
 * How fast triggers are: the next fire of cron expressions against croner's, and the simulation of a thousand
 * mixed schedules. Run alone with `npx tsx test/bench/trigger.ts`; ratios are against croner in the same run.
 */
import { Cron } from 'croner';
import { calendar } from '../../lib/core/trigger/calendar.ts';
import { allOf, anyOf } from '../../lib/core/trigger/combine.ts';
import { cron } from '../../lib/core/trigger/cron.ts';
import { every } from '../../lib/core/trigger/interval.ts';
import { solar } from '../../lib/core/trigger/solar.ts';
import { nextFireTime, type Trigger, toNextFire } from '../../lib/core/trigger/trigger.ts';
import type { Figure } from './run.ts';

/** One figure and the bound that it should keep. */
export const EXPRESSIONS = [
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
const ROUNDS = 5;
const STRETCH_DAYS = 60;

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
  simulate(triggers, START, 10);
  // Stretches one after the other, so that none finds what another has computed; the best one counts.
  const stretches = Array.from({ length: ROUNDS }, (_, round) => {
    const begin = performance.now();
    const fires = simulate(triggers, START + round * STRETCH_DAYS * DAY, STRETCH_DAYS);
    return { fires, seconds: (performance.now() - begin) / 1_000 };
  });
  const value = STRETCH_DAYS / Math.min(...stretches.map(({ seconds }) => seconds));
  const fires = stretches.reduce((sum, stretch) => sum + stretch.fires, 0);
  const perDay = Math.round(fires / ROUNDS / STRETCH_DAYS);
  const name = `1,000 mixed schedules (${MIX}; ${perDay} fires a day)`;
  return { name, value, unit: 'simulated days a second', wanted: '≥ 40', ok: value >= 40 };
}

const MIX =
  '300 daily to monthly crons, 300 crons of several fires a day, 100 of every 15 or 30 minutes, ' +
  '90 of every 5, 10 of every minute, 10 of every 30 seconds, 40 of every 7 hours, ' +
  '80 calendar intervals, 30 allOf, 30 anyOf, 10 solar';

/**
 * A spread of what applications schedule, every kind of trigger among it, in several zones; MIX says it in
 * words.
 */
function mixed(index: number): Trigger {
  const zones = ['UTC', 'Europe/Oslo', 'America/New_York', 'Asia/Kolkata', 'Australia/Sydney'];
  const timezone = zones[index % zones.length] ?? 'UTC';
  const minute = (index * 7) % 60;
  const hour = (index * 5) % 24;
  const place = Math.floor(index / 10) % 100;
  const weekdays = cron(`${minute} * * * mon-fri`, { timezone });
  switch (index % 10) {
    case 0:
      return cron(`${minute} ${hour} * * *`, { timezone });
    case 1:
      return cron({ day: 'last fri', hour, minute }, { timezone });
    case 2:
      return cron(`${minute} ${hour} ${place % 2 === 0 ? '1,15 * *' : `* * ${place % 7}`}`, { timezone });
    case 3:
      return cron(`${minute} * * * *`, { timezone });
    case 4:
      return cron(`*/15 8-18 * * mon-fri`, { timezone });
    case 5:
      return cron(`${minute} */6 * * *`, { timezone });
    case 6:
      return cron(place % 2 === 0 ? '*/15 * * * *' : '*/30 * * * *', { timezone });
    case 7:
      return place % 10 === 0 ? cron('* * * * *', { timezone }) : every('5m');
    case 8:
      if (place % 10 === 0) return cron('*/30 * * * * *', { timezone });
      if (place % 10 === 1) return solar('sunset', { latitude: 59.9 - place, longitude: 10.7 });
      if (place % 5 < 3) return every('7h', { start: '2026-01-01T00:00:00Z' });
      return calendar({ months: 1, days: 1, hour, timezone, start: '2025-01-31' });
    default:
      if (place % 5 < 2) return calendar({ days: 3, hour, minute, timezone });
      return place % 2 === 0
        ? allOf(weekdays, anyOf(cron('* 9 * * *', { timezone }), cron('* 17 * * *', { timezone })))
        : anyOf(weekdays, every('9h'));
  }
}

/** Fires everything in order of time, with a binary heap, as a scheduler does. */
function simulate(triggers: readonly Trigger[], start: number, days: number): number {
  const end = start + days * DAY;
  const nexts = triggers.map(toNextFire);
  const due = nexts.map((next) => next(start) ?? Number.POSITIVE_INFINITY);
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
