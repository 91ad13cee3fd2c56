/**
 * The same schedules inside a plain Node process (APScheduler's schedulers): no ticker and no `later`, but a
 * loop that sleeps until the next fire. Several processes over one record fire each run once: whoever moves a
 * schedule on in the record takes its fires under a lease, performs them, and gives the lease back; a process
 * that dies in between is followed by another, which performs the same fires under the same ids.
 */
import type { IdSpace } from '../core/id.ts';
import {
  type EffectiveSchedule,
  epochOf,
  fireIdOf,
  firesFromOf,
  type Pause,
} from '../core/schedule/entry.ts';
import { dueTime } from '../core/schedule/fire.ts';
import { holding, type Instance } from '../core/schedule/instances.ts';
import { decideLook, dueFires, nextDue } from '../core/schedule/look.ts';
import { isFire, nextFire, type ScheduledCall, type ScheduleSpec } from '../core/schedule/spec.ts';
import { type FireOutcome, NEW_STATE, type ScheduleState } from '../core/schedule/state.ts';
import type { App } from '../define/app.ts';
import { toWireError } from '../errors.ts';
import type { Perform } from './perform.ts';
import type { Chance, Clock, Log, Runs } from './ports.ts';
import type { ScheduleStore } from './schedule-ports.ts';
import { loadSchedules, loadStates, tellUnread } from './schedule-view.ts';

export interface SchedulerOptions {
  /** The record: in memory for this process alone, or in DynamoDB for several. */
  readonly store: ScheduleStore;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly space: IdSpace;
  /** What a fire does: sends through a client, or whatever a process without AWS wants. */
  readonly perform: Perform;
  /** Says which runs of a call have ended, for maxInstances, where `perform` does not. */
  readonly runsOf?: (call: ScheduledCall) => Runs | undefined;
  readonly log: Log;
  /**
   * How long it sleeps at most before it looks at the record again, which other processes may have changed.
   * Milliseconds. @default 10000
   */
  readonly lookMs?: number;
}

/** A scheduler that runs. */
export interface RunningScheduler {
  /** Looks at once, for example after a change in this process. */
  wakeup(): void;
  /** Stops, after what it has begun to perform; fires that come meanwhile are made up for by the next one. */
  stop(): Promise<void>;
  /** Resolves when it has stopped: await it to block. */
  readonly done: Promise<void>;
}

/** The default of `lookMs`. */
export const LOOK_MS = 10_000;
/** How long one process may take to hand over the fires that it took. */
const TAKEN_MS = 60_000;
/** After a look that failed: the record could not be reached, a fire could not be handed over. */
const PAUSE_MS = 1_000;

/** Starts a scheduler in this process. */
export function runScheduler(app: App, options: SchedulerOptions): RunningScheduler {
  const { clock, chance, log, lookMs = LOOK_MS } = options;
  const owner = `${clock.now().toString(36)}-${chance().toString(36).slice(2)}`;
  const stopped = new AbortController();
  let nap = new AbortController();
  const loop: Loop = { ...options, app, owner, startedAt: clock.now(), ...known() };

  async function run(): Promise<void> {
    while (!stopped.signal.aborted) {
      nap = new AbortController();
      let wakeAt: number;
      try {
        wakeAt = Math.min(await look(loop), clock.now() + lookMs);
      } catch (error) {
        log({ level: 'error', message: 'the scheduler could not look', error: toWireError(error, 0) });
        wakeAt = clock.now() + PAUSE_MS;
      }
      if (stopped.signal.aborted) return;
      await clock.sleep(Math.max(0, wakeAt - clock.now()), nap.signal).catch(() => undefined);
    }
  }

  const done = run();
  return {
    wakeup: () => nap.abort(),
    async stop() {
      stopped.abort();
      nap.abort();
      await done;
    },
    done,
  };
}

interface Loop extends SchedulerOptions {
  readonly app: App;
  readonly owner: string;
  readonly startedAt: number;
  /** When this process first saw schedules that nobody has taken a fire of. */
  readonly seen: Map<string, number>;
  /** By schedule, what this process has handed over of fires still taken: runs in it have no claim. */
  readonly handed: Map<string, Set<string>>;
  /** By schedule, the runs that have ended in this process, where the record could not be told so. */
  readonly over: Map<string, Set<string>>;
}

/** What a process knows by itself when it starts. */
function known(): Pick<Loop, 'seen' | 'handed' | 'over'> {
  return { seen: new Map(), handed: new Map(), over: new Map() };
}

/** Serves all schedules once; resolves to when the next fire is due. */
async function look(loop: Loop): Promise<number> {
  const { app, store, clock, log } = loop;
  const { schedules, unread } = await loadSchedules(app, store);
  tellUnread(log, unread);
  const pause = await store.pause();
  const states = await loadStates(store, schedules);
  let wakeAt = Number.POSITIVE_INFINITY;
  for (const schedule of schedules) {
    const { name } = schedule;
    try {
      wakeAt = Math.min(wakeAt, await serve(loop, schedule, states.get(name) ?? NEW_STATE, pause));
    } catch (error) {
      // One schedule whose call cannot be performed must not hold up the others; its fires stay taken.
      log({ level: 'error', message: 'not fired', schedule: name, error: toWireError(error, 0) });
      wakeAt = Math.min(wakeAt, clock.now() + PAUSE_MS);
    }
  }
  return wakeAt;
}

/** Takes and performs what is due of one schedule; resolves to when to look at it again. */
async function serve(
  loop: Loop,
  schedule: EffectiveSchedule,
  found: ScheduleState,
  pause: Pause | undefined,
): Promise<number> {
  const now = loop.clock.now();
  const before = ownState(loop.space, schedule, found);
  const { taken } = before;
  if (taken !== undefined) {
    if (taken.owner !== loop.owner && taken.until > now) return taken.until;
    const mine = { ...taken, owner: loop.owner, until: now + TAKEN_MS };
    const next = { ...before, taken: mine, version: before.version + 1 };
    if (!(await loop.store.putState(schedule.name, next, before.version))) return now;
    return perform(loop, schedule, taken.fires, before.handledAt ?? now);
  }
  const { name, spec } = schedule;
  const handled = ownHandled(schedule, before.handledAt) ?? firstOf(loop, schedule);
  const from = Math.max(handled, firesFromOf(schedule) - 1);
  const reached = { handledAt: from, ahead: (before.ahead ?? []).filter((at) => at > from) };
  const { fires: due, handledAt, ahead } = dueFires(loop.space, schedule, reached, now);
  if (due.length === 0) {
    // Whoever took its last fire may have died before it was removed.
    if (before.handledAt !== undefined) await removed(loop, schedule, spec, from);
    return nextDue(loop.space, schedule, reached);
  }
  const held = spec.maxInstances === undefined ? [] : await stillHeld(loop, schedule, before.instances, now);
  const decided = decideLook({ space: loop.space, schedule, state: before, due, held, pause, now });
  const until = now + TAKEN_MS;
  const state: ScheduleState = {
    ...decided.state,
    version: before.version + 1,
    ...{ handledAt, ahead },
    ...(decided.fires.length === 0 ? {} : { taken: { owner: loop.owner, until, fires: decided.fires } }),
  };
  // Another process was first, and has taken them.
  if (!(await loop.store.putState(name, state, before.version))) return now;
  for (const { at, outcome } of decided.dropped) report(loop, name, at, outcome);
  if (decided.fires.length > 0) return perform(loop, schedule, decided.fires, handledAt);
  return (await removed(loop, schedule, spec, handledAt)) ? Number.POSITIVE_INFINITY : now;
}

/**
 * Where the fires of a schedule begin that nobody has taken one of: a process makes up for nothing before
 * it.
 */
function firstOf(loop: Loop, { name, createdAt, spec }: EffectiveSchedule): number {
  // A date that was added at run time still fires, within its grace.
  if (createdAt !== undefined && spec.trigger.kind === 'date') return Number.MIN_SAFE_INTEGER / 2;
  const known = loop.seen.get(name);
  if (known !== undefined) return known;
  const first = (createdAt ?? loop.startedAt) - 1;
  loop.seen.set(name, first);
  return first;
}

/**
 * What is known of the fires of this schedule: what another one of its name has fired, or was about to, is
 * not its.
 */
function ownState(space: IdSpace, schedule: EffectiveSchedule, state: ScheduleState): ScheduleState {
  const { last, handledAt: _, ahead: ___, taken: __, ...rest } = state;
  const isOwn =
    epochOf(schedule) === undefined ||
    last?.id === undefined ||
    last.id === fireIdOf(space, schedule, last.scheduledAt);
  return isOwn ? state : rest;
}

/**
 * The last fire that was taken, if it was this schedule's: a date that has replaced another schedule of its
 * name fires though it is past.
 */
function ownHandled(schedule: EffectiveSchedule, handledAt: number | undefined): number | undefined {
  const { spec, createdAt } = schedule;
  if (handledAt === undefined || epochOf(schedule) === undefined) return handledAt;
  return handledAt < (createdAt ?? 0) && !isFire(spec, handledAt) ? undefined : handledAt;
}

async function stillHeld(
  loop: Loop,
  { name, spec }: EffectiveSchedule,
  instances: readonly Instance[],
  now: number,
): Promise<readonly Instance[]> {
  const over = loop.over.get(name);
  const open = instances.filter(({ id }) => over?.has(id) !== true);
  if (open.length === instances.length) loop.over.delete(name);
  if (open.length === 0) return [];
  const records = await loop.runsOf?.(spec.call)?.read(open.map(({ id }) => id));
  return holding(open, new Map([...(records ?? [])].map(([id, { state }]) => [id, state])), now);
}

/** Hands over the fires that were taken, then gives the lease back. */
async function perform(
  loop: Loop,
  schedule: EffectiveSchedule,
  fires: readonly number[],
  handledAt: number,
): Promise<number> {
  const { name, spec } = schedule;
  const handed = loop.handed.get(name) ?? new Set();
  loop.handed.set(name, handed);
  for (const at of fires) {
    const id = fireIdOf(loop.space, schedule, at);
    if (handed.has(id)) continue;
    const run = { schedule: name, id, scheduledAt: at, dueAt: dueTime(loop.space, name, spec, at) };
    const performed = await loop.perform(spec.call, run);
    handed.add(id);
    report(loop, name, at, 'sent');
    performed.ended?.catch(() => undefined).then(() => release(loop, name, id));
  }
  await change(loop, name, ({ taken, ...rest }) => (taken?.owner === loop.owner ? rest : undefined));
  loop.handed.delete(name);
  const now = loop.clock.now();
  return (await removed(loop, schedule, spec, handledAt)) ? Number.POSITIVE_INFINITY : now;
}

/** A run has ended in this process: it counts no more for maxInstances. Never rejects. */
async function release(loop: Loop, name: string, id: string): Promise<void> {
  try {
    await change(loop, name, (state) => {
      const instances = state.instances.filter((instance) => instance.id !== id);
      return instances.length === state.instances.length ? undefined : { ...state, instances };
    });
  } catch (error) {
    // The next look of this process writes it.
    loop.over.set(name, new Set(loop.over.get(name)).add(id));
    loop.log({ level: 'warn', message: 'not released', schedule: name, id, error: toWireError(error, 0) });
  }
}

/** How often a record is read and written again when others change it at the same time. */
const TRIES_MAX = 16;

/** Changes what the record says now; undefined: there is nothing to change. */
async function change(
  { store }: Loop,
  name: string,
  changed: (state: ScheduleState) => ScheduleState | undefined,
): Promise<void> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const before = (await store.states([name])).get(name);
    const next = before === undefined ? undefined : changed(before);
    if (before === undefined || next === undefined) return;
    if (await store.putState(name, { ...next, version: before.version + 1 }, before.version)) return;
  }
}

/** A schedule that was added at run time and never fires again is gone, as in APScheduler. */
async function removed(
  loop: Loop,
  { name, source, entry }: EffectiveSchedule,
  spec: ScheduleSpec,
  last: number,
): Promise<boolean> {
  if (source !== 'runtime' || entry === undefined || nextFire(spec, last + 1) !== undefined) return false;
  return loop.store.remove(name, entry.revision);
}

function report({ log }: Loop, schedule: string, at: number, outcome: FireOutcome): void {
  const level = outcome === 'misfire' || outcome === 'max-instances' ? 'warn' : 'info';
  log({ level, message: 'fired', schedule, scheduledAt: new Date(at).toISOString(), outcome });
}
