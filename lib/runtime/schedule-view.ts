/** The schedules of an app as they hold now: its definitions, and what the record says. */
import {
  type DefinedSchedule,
  type EffectiveSchedule,
  effectiveOf,
  type ScheduleEntry,
  unreadableOf,
} from '../core/schedule/entry.ts';
import type { ScheduleState } from '../core/schedule/state.ts';
import type { App } from '../define/app.ts';
import type { Log } from './ports.ts';
import type { ScheduleStore } from './schedule-ports.ts';

/** Entries of one page; a page is one request. */
export const PAGE_MAX = 1_000;
/** Pages that are read for one list of all, which bounds it at a million schedules. */
const PAGES_MAX = 1_000;

/** A definition of an app by name. */
export function definedIn(app: App, name: string): DefinedSchedule | undefined {
  return app.schedules.find((schedule) => schedule.name === name);
}

/** One schedule; undefined: there is none of this name. */
export async function loadSchedule(
  app: App,
  store: ScheduleStore,
  name: string,
): Promise<EffectiveSchedule | undefined> {
  return effectiveOf(definedIn(app, name), await store.read(name));
}

/** Schedules as they hold now. */
export interface LoadedSchedules {
  /** In order of name. */
  readonly schedules: readonly EffectiveSchedule[];
  /** Those whose records cannot be read: what holds of them, nobody here can tell. */
  readonly unread: readonly ScheduleEntry[];
}

/** All schedules whose names begin with a prefix. */
export async function loadSchedules(app: App, store: ScheduleStore, prefix = ''): Promise<LoadedSchedules> {
  const entries = new Map<string, ScheduleEntry>();
  let after: string | undefined;
  for (let pages = 0; pages < PAGES_MAX; pages++) {
    const page = await store.list({ prefix, limit: PAGE_MAX, ...(after === undefined ? {} : { after }) });
    for (const entry of page) entries.set(entry.name, entry);
    after = page.at(-1)?.name;
    if (page.length < PAGE_MAX) break;
  }
  return merged(app, entries, prefix);
}

/** States are read by so many at once. */
const STATES_MAX = 100;

/** What is known of the fires of schedules. */
export async function loadStates(
  store: ScheduleStore,
  schedules: readonly EffectiveSchedule[],
): Promise<ReadonlyMap<string, ScheduleState>> {
  const states = new Map<string, ScheduleState>();
  for (let from = 0; from < schedules.length; from += STATES_MAX) {
    const names = schedules.slice(from, from + STATES_MAX).map(({ name }) => name);
    for (const [name, state] of await store.states(names)) states.set(name, state);
  }
  return states;
}

function merged(app: App, entries: ReadonlyMap<string, ScheduleEntry>, prefix: string): LoadedSchedules {
  const defined = app.schedules.filter(({ name }) => name.startsWith(prefix));
  const byName = new Map(defined.map((schedule) => [schedule.name, schedule]));
  const names = new Set([...byName.keys(), ...entries.keys()]);
  const unread = [...entries.values()].filter((one) => unreadableOf(byName.get(one.name), one) !== undefined);
  for (const { name } of unread) names.delete(name);
  const schedules = [...names]
    .sort()
    .flatMap((name) => effectiveOf(byName.get(name), entries.get(name)) ?? []);
  return { schedules, unread };
}

/** Says that records cannot be read: what they say does not happen until they can. */
export function tellUnread(log: Log, unread: readonly ScheduleEntry[]): void {
  for (const { name, unreadable } of unread)
    log({ level: 'error', message: 'schedule not read', schedule: name, why: unreadable });
}
