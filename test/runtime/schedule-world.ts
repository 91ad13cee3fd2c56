/**
 * A small world for schedules on virtual time: the queue of `later`, a ticker that is called each minute,
 * native timers that are up to a minute late, and faults by chance. Runs are told apart by their ids, as the
 * claims of workers do.
 */

import { effectiveOf } from '../../lib/core/schedule/entry.ts';
import { toTimerInput } from '../../lib/core/schedule/fire.ts';
import { placementOf } from '../../lib/core/schedule/placement.ts';
import { revisionOf } from '../../lib/core/schedule/spec.ts';
import { fireTimes } from '../../lib/core/trigger/trigger.ts';
import type { App } from '../../lib/define/app.ts';
import type { Schedules } from '../../lib/define/schedules-client.ts';
import { createLater, type Later } from '../../lib/runtime/later.ts';
import { createMemoryScheduleStore } from '../../lib/runtime/memory-schedule-store.ts';
import type { Outbox } from '../../lib/runtime/outbox.ts';
import type { FireRun, Perform } from '../../lib/runtime/perform.ts';
import type { LogLine, RunRecord, Runs } from '../../lib/runtime/ports.ts';
import type { RecurringTimer, ScheduleStore, Timers } from '../../lib/runtime/schedule-ports.ts';
import { createSchedules } from '../../lib/runtime/schedules.ts';
import { createTicker } from '../../lib/runtime/ticker.ts';
import { createTestClock, type TestClock } from './test-clock.ts';

export const SPACE = { app: 'shop', stage: 'dev' };
const LATER = 'shop-dev-later';
const MINUTE = 60_000;

/** How often faults strike, from 0 to 1, and by how much. */
export interface ScheduleFaults {
  readonly lostTick?: number;
  readonly doubledTick?: number;
  /** A call to the record, the queue or a run dies before or after its effect. */
  readonly crash?: number;
  /** Whether whoever performs this fire dies before that, its record being written. */
  readonly dies?: (run: FireRun) => boolean;
  readonly doubledDelivery?: number;
  /** After so long a delivery that died comes back. @default 30000 */
  readonly backMs?: number;
  /** Deliveries come late by up to so much. */
  readonly deliveryMs?: number;
  /** Nothing runs in this stretch. */
  readonly outage?: readonly [from: number, to: number];
}

export interface Performed extends FireRun {
  readonly at: number;
  readonly input?: unknown;
}

export interface ScheduleWorld {
  readonly clock: TestClock;
  readonly store: ScheduleStore;
  readonly schedules: Schedules;
  readonly timers: ReadonlyMap<string, RecurringTimer>;
  /** The first performance of each run, in order of time. */
  readonly runs: readonly Performed[];
  /** The ids of all performances, those that were done again included. */
  readonly performances: readonly string[];
  readonly log: readonly LogLine[];
  /** What the records of runs say. */
  readonly records: Map<string, RunRecord['state']>;
  /** Bodies that went on from `later` to other queues. */
  readonly sent: readonly { readonly queueName: string; readonly body: string; readonly at: number }[];
  /** Puts a body into the queue of `later`. */
  put(body: string): void;
  advance(ms: number): Promise<void>;
}

export interface WorldOptions {
  readonly start: number;
  readonly random?: () => number;
  readonly faults?: ScheduleFaults;
  /** Whether the app has a ticker. @default true */
  readonly ticker?: boolean;
}

export function createScheduleWorld(app: App, options: WorldOptions): ScheduleWorld {
  const { start, random = () => 0.5, faults = {}, ticker: hasTicker = true } = options;
  const clock = createTestClock(start);
  const strikes = (chance = 0): boolean => chance > 0 && random() < chance;
  const isDown = (): boolean =>
    faults.outage !== undefined && clock.now() >= faults.outage[0] && clock.now() < faults.outage[1];
  const mortal = async <T>(work: () => Promise<T>): Promise<T> => {
    if (strikes(faults.crash)) throw new Error('died before');
    const done = await work();
    if (strikes(faults.crash)) throw new Error('died after');
    return done;
  };
  const memory = createMemoryScheduleStore();
  const store: ScheduleStore = {
    ...memory,
    putState: (...given) => mortal(() => memory.putState(...given)),
    advance: (...given) => mortal(() => memory.advance(...given)),
  };
  const log: LogLine[] = [];
  const sent: { queueName: string; body: string; at: number }[] = [];
  const performed = new Map<string, Performed>();
  const performances: string[] = [];
  const records = new Map<string, RunRecord['state']>();

  function deliver(body: string, at: number): void {
    clock.at(at + random() * (faults.deliveryMs ?? 0), async () => {
      // Nobody receives it: it stays where it is.
      if (isDown()) return deliver(body, faults.outage?.[1] ?? 0);
      if (strikes(faults.doubledDelivery)) deliver(body, clock.now() + random() * MINUTE);
      await later.take(body).catch(() => deliver(body, clock.now() + (faults.backMs ?? 30_000)));
    });
  }
  const outbox: Pick<Outbox, 'send' | 'flush'> = {
    send: (queueName, { body, delaySeconds = 0 }) =>
      mortal(async () => {
        if (queueName === LATER) deliver(body, clock.now() + delaySeconds * 1_000);
        else sent.push({ queueName, body, at: clock.now() });
      }),
    flush: async () => {},
  };
  const perform: Perform = (call, run) =>
    mortal(async () => {
      if (faults.dies?.(run) === true) throw new Error('died before');
      const input = call.kind === 'send' ? call.input : call.kind === 'publish' ? call.message : call.plan;
      performances.push(run.id);
      if (!performed.has(run.id)) performed.set(run.id, { ...run, at: clock.now(), input });
      return {};
    });
  const timers = new Map<string, RecurringTimer>();
  const once = new Set<string>();
  const service: Timers = {
    put: async (name, timer) => void timers.set(name, timer),
    remove: async (name) => void timers.delete(name),
    async once(name, at, input) {
      if (!once.has(name)) deliver(input, at + random() * MINUTE);
      once.add(name);
    },
    cancel: async () => {},
  };
  const runs: Runs = {
    ...NO_RUNS,
    // Of a record, only its state is looked at.
    read: async (ids) =>
      new Map(ids.flatMap((id) => (records.has(id) ? [[id, { state: records.get(id) } as RunRecord]] : []))),
  };
  const common = { clock, outbox, laterQueueName: LATER, timers: service, store, runs, perform };
  const ticks = createTicker(app, SPACE, { ...common, log: () => {} });
  const later: Later = createLater(app, SPACE, {
    ...common,
    publish: async (body) => void sent.push({ queueName: 'published', body, at: clock.now() }),
    ticker: ticks,
    sweep: undefined,
    log: (line) => log.push(line),
  });
  const schedules = createSchedules(app, SPACE, { ...common, ticker: hasTicker, chance: random });

  /** What the service does at a whole minute: the tick, and what native timers fire. */
  async function minute(nominal: number): Promise<void> {
    clock.at(nominal + MINUTE, () => minute(nominal + MINUTE));
    await fireTimers(nominal);
    if (!hasTicker || isDown() || strikes(faults.lostTick)) return;
    const times = strikes(faults.doubledTick) ? 2 : 1;
    const ticked = Array.from({ length: times }, () => ticks.tick(new Date(nominal)).catch(() => undefined));
    await Promise.all(ticked);
  }

  /** Timers of the template and of run time fire for this minute, up to a minute late. */
  async function fireTimers(nominal: number): Promise<void> {
    const natives = app.schedules.filter(({ spec }) => placementOf(spec).kind === 'native');
    for (const { name, spec } of natives) fireTimer(name, spec.trigger, toTimerInput(name, revisionOf(spec)));
    for (const [name, timer] of timers) {
      const entry = await memory.read(name);
      const trigger = entry && effectiveOf(undefined, { ...entry, source: 'runtime' })?.spec.trigger;
      if (trigger !== undefined) fireTimer(name, trigger, timer.input, timer);
    }
    function fireTimer(
      name: string,
      trigger: Parameters<typeof fireTimes>[0],
      input: string,
      timer?: RecurringTimer,
    ): void {
      for (const fire of fireTimes(trigger, new Date(nominal), new Date(nominal))) {
        const time = fire.toISOString();
        const late = nominal + random() * MINUTE;
        if (timer === undefined) deliver(input.replace('<aws.scheduler.scheduled-time>', time), late);
        else
          clock.at(late, () => {
            // What was removed or became another meanwhile brings nothing any more.
            const now = timers.get(name);
            if (now?.expression !== timer.expression) return;
            deliver(now.input.replace('<aws.scheduler.scheduled-time>', time), clock.now());
          });
      }
    }
  }
  clock.at(Math.ceil(start / MINUTE) * MINUTE, () => minute(Math.ceil(start / MINUTE) * MINUTE));

  return {
    clock,
    store,
    schedules,
    timers,
    get runs() {
      return [...performed.values()].sort((a, b) => a.at - b.at || a.scheduledAt - b.scheduledAt);
    },
    performances,
    log,
    records,
    sent,
    put: (body) => deliver(body, clock.now()),
    advance: (ms) => clock.advance(ms),
  };
}

const refused = async (): Promise<never> => {
  throw new Error('nobody asks this here');
};
const NO_RUNS: Runs = {
  claim: refused,
  complete: refused,
  release: refused,
  giveBack: refused,
  wait: refused,
  finish: refused,
  noteCopy: refused,
  settle: refused,
  read: refused,
};
