/**
 * The ticker: a function that EventBridge Scheduler calls each minute with the time for which it does. It
 * hands the fires of the next five minutes to `later`, then moves the watermark. In this order: a ticker
 * that dies in between hands the same fires on again, under the same ids.
 */
import type { IdSpace } from '../core/id.ts';
import { DELAY_MS_MAX } from '../core/limits.ts';
import { definitionsOf, type EffectiveSchedule } from '../core/schedule/entry.ts';
import { encodeLater, type Fire } from '../core/schedule/fire.ts';
import { isMisfire } from '../core/schedule/misfire.ts';
import { isOver, isTicked, tick, type Watermark } from '../core/schedule/tick.ts';
import type { App } from '../define/app.ts';
import type { Outbox } from './outbox.ts';
import type { Clock, Log } from './ports.ts';
import type { ScheduleStore } from './schedule-ports.ts';
import { loadSchedules, tellUnread } from './schedule-view.ts';

/** Hands messages to the queue of `later`. */
export interface HandOn {
  readonly clock: Clock;
  readonly outbox: Pick<Outbox, 'send' | 'flush'>;
  /** The name of the queue of `later`. */
  readonly laterQueueName: string;
}

export interface TickerPorts extends HandOn {
  readonly store: ScheduleStore;
  readonly log: Log;
}

/** What a tick did. */
export interface Ticked {
  readonly fires: number;
  /** false: another tick was there first, and handed the same fires on. */
  readonly advanced: boolean;
}

export interface Ticker {
  /** @param nominal the time for which the service scheduled this tick, whatever the clock says. */
  tick(nominal: Date): Promise<Ticked>;
}

export function createTicker(app: App, space: IdSpace, ports: TickerPorts): Ticker {
  return {
    async tick(nominal) {
      const { store, log } = ports;
      const known = await store.watermark();
      const watermark = known ?? (await begin(app, store, nominal.getTime()));
      const { schedules: all, unread } = await loadSchedules(app, store);
      tellUnread(log, unread);
      const definitions = definitionsOf(app.schedules);
      const schedules = all.filter(isTicked);
      const request = { space, watermark, nominal: nominal.getTime(), schedules, unread, definitions };
      const decided = tick(request);
      const fires = known === undefined ? ofNow(decided.fires, schedules, ports.clock.now()) : decided.fires;
      await handOn(ports, fires);
      const advanced = await store.advance(decided.watermark, watermark);
      await sweep(store, all, nominal.getTime());
      const ticked = { fires: fires.length, advanced };
      log({ level: 'info', message: 'ticked', nominal: nominal.toISOString(), ...ticked });
      return ticked;
    },
  };
}

/**
 * Before the very first tick: from here on nothing is left out, also if this tick dies half-way.
 */
async function begin(app: App, store: ScheduleStore, nominal: number): Promise<Watermark | undefined> {
  await store.advance({ at: nominal - 1, definitions: definitionsOf(app.schedules) }, undefined);
  return store.watermark();
}

/** For the way to `later` and out of it again. */
const ON_ITS_WAY_MS = 2_000;

/**
 * The service calls up to a minute after the time for which it does. Later ticks have handed that minute on
 * long before; of the very first one it is the app's past, in which nobody has missed anything: what would
 * be a misfire is left out. What has no grace, such as a date in that minute, runs all the same.
 */
function ofNow(
  fires: readonly Fire[],
  schedules: readonly EffectiveSchedule[],
  now: number,
): readonly Fire[] {
  const specs = new Map(schedules.map(({ name, spec }) => [name, spec]));
  return fires.filter(({ schedule, scheduledAt, dueAt = scheduledAt }) => {
    const spec = specs.get(schedule);
    return spec === undefined || !isMisfire(dueAt, now + ON_ITS_WAY_MS, spec);
  });
}

/** Removes what was added at run time and fires no more; its timer, if it had one, is gone by itself. */
async function sweep(
  store: ScheduleStore,
  all: readonly EffectiveSchedule[],
  nominal: number,
): Promise<void> {
  for (const schedule of all) {
    if (schedule.entry !== undefined && isOver(schedule, nominal))
      await store.remove(schedule.name, schedule.entry.revision);
  }
}

/** Puts fires into the queue of `later`, each with the delay after which it is due. */
export async function handOn(ports: HandOn, fires: readonly Fire[]): Promise<void> {
  const now = ports.clock.now();
  await Promise.all(
    fires.map((fire) =>
      ports.outbox.send(ports.laterQueueName, {
        body: encodeLater({ kind: 'fire', fire }),
        ...delayUntil(fire.dueAt ?? fire.scheduledAt, now),
      }),
    ),
  );
}

/** SQS delays for 15 minutes at most; what must wait longer, `later` looks at then. */
function delayUntil(dueAt: number, now: number): { readonly delaySeconds?: number } {
  const seconds = Math.ceil((dueAt - now) / 1_000);
  return seconds > 0 ? { delaySeconds: Math.min(seconds, DELAY_MS_MAX / 1_000) } : {};
}
