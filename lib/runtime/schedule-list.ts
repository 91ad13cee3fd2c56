/** Schedules as `client.schedules` shows them: one, by page, and by next fire. */
import { SCHEDULES_SORTED_MAX } from '../core/limits.ts';
import {
  type EffectiveSchedule,
  effectiveOf,
  isPausedAt,
  type Pause,
  unreadableOf,
} from '../core/schedule/entry.ts';
import { type Placement, placementOf } from '../core/schedule/placement.ts';
import { nextFire } from '../core/schedule/spec.ts';
import { NEW_STATE, type ScheduleState } from '../core/schedule/state.ts';
import type { TaskState } from '../core/task-state.ts';
import { describe } from '../core/trigger/describe.ts';
import type { App } from '../define/app.ts';
import type { ListSchedulesOptions, ScheduleInfo, SchedulePage } from '../define/schedules-client.ts';
import { CeleriacError } from '../errors.ts';
import type { Clock, Runs } from './ports.ts';
import type { ScheduleStore } from './schedule-ports.ts';
import { definedIn, loadSchedule, loadSchedules, loadStates, PAGE_MAX } from './schedule-view.ts';

export interface ScheduleListPorts {
  readonly store: ScheduleStore;
  readonly clock: Clock;
  readonly runs: Runs | undefined;
}

export interface ScheduleList {
  infoOf(schedule: EffectiveSchedule): Promise<ScheduleInfo>;
  get(name: string): Promise<ScheduleInfo | undefined>;
  list(options?: ListSchedulesOptions): Promise<SchedulePage>;
}

/** Entries of a page, where nothing else is said. */
export const LIMIT_DEFAULT = 100;

export function createScheduleList(app: App, ports: ScheduleListPorts): ScheduleList {
  const { store, clock, runs } = ports;
  const infoOf = async (schedule: EffectiveSchedule): Promise<ScheduleInfo> => {
    const [states, pause] = await Promise.all([store.states([schedule.name]), store.pause()]);
    const state = states.get(schedule.name) ?? NEW_STATE;
    const id = state.last?.id;
    const run = id === undefined ? undefined : (await runs?.read([id]))?.get(id)?.state;
    return toInfo(schedule, state, pause, clock.now(), run);
  };
  const toInfos = async (schedules: readonly EffectiveSchedule[]): Promise<readonly ScheduleInfo[]> => {
    const [states, pause] = await Promise.all([loadStates(store, schedules), store.pause()]);
    const now = clock.now();
    return schedules.map((one) => toInfo(one, states.get(one.name) ?? NEW_STATE, pause, now, undefined));
  };
  return {
    infoOf,
    async get(name) {
      const schedule = await loadSchedule(app, store, name);
      return schedule === undefined ? undefined : infoOf(schedule);
    },
    async list(options = {}) {
      const { limit = LIMIT_DEFAULT, order = 'name' } = options;
      if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_MAX) {
        const text = `list: limit is ${limit}; give a whole number of 1 to ${PAGE_MAX}`;
        throw new CeleriacError('INVALID_LIMIT', text, { value: limit, allowed: `1 to ${PAGE_MAX}` });
      }
      if (order === 'next') {
        const page = await pageByNext(app, ports, options, limit);
        return { schedules: await toInfos(page.schedules), next: page.next };
      }
      const page = await pageByName(app, store, options, limit);
      return { schedules: await toInfos(page.schedules), next: page.next };
    },
  };
}

interface Page {
  readonly schedules: readonly EffectiveSchedule[];
  readonly next: string | undefined;
}

/** Records and definitions in order of name; a page of the record is a page of both. */
async function pageByName(
  app: App,
  store: ScheduleStore,
  { prefix = '', after }: ListSchedulesOptions,
  limit: number,
): Promise<Page> {
  const entries = await store.list({ prefix, limit, ...(after === undefined ? {} : { after }) });
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const defined = app.schedules.map(({ name }) => name).filter((name) => name.startsWith(prefix));
  const names = [...new Set([...defined.filter((name) => name > (after ?? '')), ...byName.keys()])].sort();
  const shown = names.slice(0, limit);
  return {
    schedules: shown.flatMap((name) => {
      const [defined, entry] = [definedIn(app, name), byName.get(name)];
      return unreadableOf(defined, entry) === undefined ? (effectiveOf(defined, entry) ?? []) : [];
    }),
    next: names.length > limit || entries.length === limit ? shown.at(-1) : undefined,
  };
}

/**
 * Computed, not stored: a sort key of the next fire would cost a write for each fire, and is wrong as soon as
 * nobody ticks.
 */
async function pageByNext(
  app: App,
  { store, clock }: ScheduleListPorts,
  { prefix = '', after }: ListSchedulesOptions,
  limit: number,
): Promise<Page> {
  const { schedules: all } = await loadSchedules(app, store, prefix);
  if (all.length > SCHEDULES_SORTED_MAX) {
    const text =
      `${all.length} schedules are too many to be sorted by next fire, at most ${SCHEDULES_SORTED_MAX}; ` +
      'give a prefix, or list them by name';
    throw new CeleriacError('TOO_MANY_SCHEDULES', text, { value: all.length, allowed: SCHEDULES_SORTED_MAX });
  }
  const pause = await store.pause();
  const now = clock.now();
  const keyed = all.map((schedule) => ({ schedule, key: sortKey(schedule, pause, now) }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : 1));
  const rest = after === undefined ? keyed : keyed.filter(({ key }) => key > after);
  const shown = rest.slice(0, limit);
  return {
    schedules: shown.map(({ schedule }) => schedule),
    next: rest.length > limit ? shown.at(-1)?.key : undefined,
  };
}

/** Milliseconds in 16 digits, so that texts sort as times do; those that never fire come last. */
function sortKey(schedule: EffectiveSchedule, pause: Pause | undefined, now: number): string {
  const next = nextOf(schedule, pause, now);
  return `${next === undefined ? '~' : String(next).padStart(16, '0')}/${schedule.name}`;
}

function nextOf({ spec, pause }: EffectiveSchedule, all: Pause | undefined, now: number): number | undefined {
  if (isPausedAt(pause, now) || isPausedAt(all, now)) return undefined;
  return nextFire(spec, now);
}

function toInfo(
  schedule: EffectiveSchedule,
  state: ScheduleState,
  pauseAll: Pause | undefined,
  now: number,
  run: TaskState | undefined,
): ScheduleInfo {
  const { name, source, spec, pause, entry } = schedule;
  const next = nextOf(schedule, pauseAll, now);
  const { last } = state;
  return {
    name,
    source,
    modified: source === 'template' && entry?.source === 'template' && entry.spec !== undefined,
    trigger: spec.trigger,
    sentence: describe(spec.trigger),
    call: spec.call,
    paused: isPausedAt(pause, now) || isPausedAt(pauseAll, now),
    next: next === undefined ? undefined : new Date(next),
    last:
      last === undefined
        ? undefined
        : { scheduledAt: new Date(last.scheduledAt), outcome: last.outcome, id: last.id, run },
    misses: state.misses,
    coalesced: state.coalesced,
    placement: placedAs(schedule, now),
    misfireGraceMs: spec.misfireGraceMs,
    coalesce: spec.coalesce,
    maxInstances: spec.maxInstances,
    jitterMs: spec.jitterMs,
    start: spec.startMs === undefined ? undefined : new Date(spec.startMs),
    end: spec.endMs === undefined ? undefined : new Date(spec.endMs),
  };
}

/** Who fires it: what was decided when it was placed, and the reason as it is seen now. */
function placedAs({ spec, ticked, entry }: EffectiveSchedule, now: number): Placement {
  const placement = entry?.spec === undefined ? placementOf(spec) : placementOf(spec, now);
  if (placement.kind === 'native' && ticked) return { kind: 'ticked', why: 'no timer was made for it' };
  return placement;
}
