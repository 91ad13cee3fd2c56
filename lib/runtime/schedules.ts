/**
 * `client.schedules` over the record and the timers. A change is written to the record first, on
 * condition that nobody else changed it meanwhile, and as one that the ticker fires; when the service has
 * its timer, a second write says so. A client that dies in between leaves a schedule that still fires,
 * under the same ids.
 */
import { type IdSpace, newId } from '../core/id.ts';
import {
  type EffectiveSchedule,
  effectiveOf,
  hasSameTimes,
  type Pause,
  type ScheduleEntry,
  unreadableOf,
} from '../core/schedule/entry.ts';
import type { ScheduleSpec } from '../core/schedule/spec.ts';
import type { App } from '../define/app.ts';
import { callProblems } from '../define/app-schedules.ts';
import { report } from '../define/problem.ts';
import type { ScheduleOptions } from '../define/schedule.ts';
import { actionOf, readChanges, readSchedule, recordProblems } from '../define/schedule-options.ts';
import type { ConflictPolicy, Schedules } from '../define/schedules-client.ts';
import { CeleriacError, DefinitionError } from '../errors.ts';
import { createScheduleList } from './schedule-list.ts';
import { place, placeable, type SchedulesPorts, unknown, type Work } from './schedule-place.ts';
import { definedIn, loadSchedule, loadSchedules } from './schedule-view.ts';

/** How often a change is tried again when others change the same schedule. */
const TRIES_MAX = 8;

export function createSchedules(app: App, space: IdSpace, ports: SchedulesPorts): Schedules {
  const { store, clock, perform, chance } = ports;
  const { infoOf, list, get } = createScheduleList(app, ports);
  const work: Work = { app, space, ports };

  const changed = async (name: string, change: Change) => infoOf(await apply(work, name, change));
  const modify: Schedules['modify'] = (name, changes) =>
    changed(name, (found, now) => {
      const { spec, problems } = readChanges(name, found.spec, changes);
      const action = actionOf(changes);
      report(app.name, [
        ...problems,
        ...(action === undefined ? [] : callProblems(app, { name, spec, action })),
      ]);
      const from = hasSameTimes(spec, found.spec) ? {} : { firesFrom: now };
      return toEntry(found, now, { spec, placed: 'ticked', changedAt: now, ...from });
    });
  const remove: Schedules['remove'] = (name) => removeSchedule(work, name);
  return {
    list,
    get,
    add: async (name, options, { conflict = 'error' } = {}) =>
      infoOf(await addSchedule(work, name, options, conflict)),
    modify,
    reschedule: (name, trigger) => modify(name, { trigger }),
    pause: (name) =>
      changed(name, (found, now) => {
        const isPaused = found.pause !== undefined && found.pause.to === undefined;
        return toEntry(found, now, { pause: isPaused ? found.pause : { from: now } });
      }),
    resume: (name) =>
      changed(name, (found, now) => {
        const { pause } = found;
        // Nothing is handed on once more of what was not asleep.
        if (pause === undefined || pause.to !== undefined) return undefined;
        return toEntry(found, now, { pause: { from: pause.from, to: now }, changedAt: now });
      }),
    reset: async (name) => infoOf(await resetSchedule(work, name)),
    remove,
    async removeAll({ prefix = '' } = {}) {
      const { schedules, unread } = await loadSchedules(app, store, prefix);
      const all = [...schedules, ...unread];
      for (const { name } of all) await remove(name);
      return all.length;
    },
    async runNow(name) {
      const found = await loadSchedule(app, store, name);
      if (found === undefined) throw unknown(name);
      const now = clock.now();
      const id = newId(space, now, chance);
      await perform(found.spec.call, { schedule: name, id, scheduledAt: now, dueAt: now });
      return { id };
    },
    pauseAll: async () => {
      const pause = await store.pause();
      if (pause === undefined || pause.to !== undefined) await store.putPause({ from: clock.now() });
    },
    resumeAll: async () => {
      const pause = await store.pause();
      if (pause !== undefined && pause.to === undefined)
        await store.putPause({ from: pause.from, to: clock.now() });
    },
  };
}

/** undefined: there is nothing to change. */
type Change = (found: EffectiveSchedule, now: number) => ScheduleEntry | undefined;

function readNew(app: App, name: string, options: ScheduleOptions): ScheduleSpec {
  const { spec, problems } = readSchedule(`schedules.${name}`, name, options);
  report(app.name, problems);
  report(app.name, [...callProblems(app, { name, spec, action: options }), ...recordProblems(name, spec)]);
  return spec;
}

async function addSchedule(
  work: Work,
  name: string,
  options: ScheduleOptions,
  conflict: ConflictPolicy,
): Promise<EffectiveSchedule> {
  const { app, ports } = work;
  const { store, clock } = ports;
  if (!CONFLICTS.includes(conflict)) {
    const text = `schedule '${name}': conflict is '${conflict}'; allowed are ${CONFLICTS.join(', ')}`;
    throw new DefinitionError('INVALID_CONFLICT', text, { value: conflict, allowed: CONFLICTS });
  }
  const spec = readNew(app, name, options);
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const entry = await store.read(name);
    const defined = definedIn(app, name);
    // Whatever was there is replaced, be it that nobody can read it.
    const isReplaced = conflict === 'replace' && unreadableOf(defined, entry) !== undefined;
    const found = isReplaced ? undefined : effectiveOf(defined, entry);
    if (found !== undefined && conflict === 'keep') return found;
    if (found !== undefined && conflict === 'error') throw exists(name, found);
    const added = newEntry(app, name, spec, entry, options.paused === true, clock.now());
    placeable(ports, name, spec, clock.now());
    if (await store.put(added, entry?.revision)) return place(work, added, entry);
  }
  throw busy(name);
}

const CONFLICTS: readonly ConflictPolicy[] = ['error', 'replace', 'keep'];

/** Changes a schedule that is there. */
async function apply(work: Work, name: string, change: Change): Promise<EffectiveSchedule> {
  const { app, ports } = work;
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const entry = await ports.store.read(name);
    const found = effectiveOf(definedIn(app, name), entry);
    if (found === undefined) throw unknown(name);
    const now = ports.clock.now();
    const changed = change(found, now);
    if (changed === undefined) return found;
    const next = { ...changed, revision: (entry?.revision ?? 0) + 1 };
    if (next.spec !== undefined) placeable(ports, name, next.spec, now);
    if (await ports.store.put(next, entry?.revision)) return place(work, next, entry);
  }
  throw busy(name);
}

/** The record of a schedule with something changed; a schedule of the code gets its first one by this. */
function toEntry(
  { name, source, entry }: EffectiveSchedule,
  now: number,
  change: Partial<Pick<ScheduleEntry, 'spec' | 'placed' | 'changedAt' | 'firesFrom'>> & {
    readonly pause?: Pause | undefined;
  },
): ScheduleEntry {
  const { pause, ...rest } = change;
  // A record of another source holds nothing beside a definition, and is written over.
  const before: ScheduleEntry = entry ?? {
    name,
    source,
    placed: 'ticked',
    revision: 0,
    createdAt: now,
    changedAt: now,
  };
  const { handed, ...bare } = before;
  // Of another change nothing has been handed on yet.
  const kept = handed === undefined || rest.changedAt !== undefined ? {} : { handed };
  return { ...bare, ...kept, ...rest, ...(pause === undefined ? {} : { pause }) };
}

function newEntry(
  app: App,
  name: string,
  spec: ScheduleSpec,
  before: ScheduleEntry | undefined,
  paused: boolean,
  now: number,
): ScheduleEntry {
  // The time tells it from its namesake of before, so it is another one also within a millisecond.
  const defined = definedIn(app, name);
  const at = Math.max(now, (before?.createdAt ?? 0) + 1);
  return {
    name,
    source: defined === undefined ? 'runtime' : 'template',
    revision: (before?.revision ?? 0) + 1,
    spec,
    placed: 'ticked',
    ...(paused ? { pause: { from: now } } : {}),
    // What the code says of a pause is replaced, too.
    ...(!paused && defined?.paused === true ? { pause: { from: now, to: now } } : {}),
    createdAt: at,
    ...(defined === undefined ? {} : { replaces: true }),
    changedAt: at,
    firesFrom: at,
  };
}

async function removeSchedule({ app, ports }: Work, name: string): Promise<boolean> {
  const { store, timers, clock } = ports;
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const entry = await store.read(name);
    const defined = definedIn(app, name);
    const isUnread = unreadableOf(defined, entry) !== undefined;
    const found = isUnread ? undefined : effectiveOf(defined, entry);
    const before = found === undefined ? entry : toEntry(found, clock.now(), {});
    if ((found === undefined && !isUnread) || before === undefined) return false;
    const { spec: _spec, pause: _pause, unreadable: _why, ...rest } = before;
    const revision = (entry?.revision ?? 0) + 1;
    // First nobody may fire it any more, then its timer goes: what dies in between leaves a timer that is
    // ignored.
    if (!(await store.put({ ...rest, removed: true, revision }, entry?.revision))) continue;
    if (entry?.placed === 'native') await timers?.remove(name);
    if (before.source === 'runtime') await store.remove(name, revision);
    return true;
  }
  throw busy(name);
}

/**
 * Keeps a record that says no more than when it changed, so that ticks make up for what they did not
 * know.
 */
async function resetSchedule(work: Work, name: string): Promise<EffectiveSchedule> {
  const { app, ports } = work;
  const { store, timers, clock } = ports;
  const defined = definedIn(app, name);
  if (defined === undefined) throw unknown(name);
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const before = await store.read(name);
    const now = clock.now();
    const revision = (before?.revision ?? 0) + 1;
    const source = 'template';
    const times = { createdAt: now, changedAt: now, ...resetFrom(defined.spec, before, now) };
    const entry = { name, source, revision, placed: 'ticked', ...times } as const;
    if (!(await store.put(entry, before?.revision))) continue;
    if (before?.placed === 'native') await timers?.remove(name);
    return place(work, entry, before);
  }
  throw busy(name);
}

/** From when on what the code says fires: of the same times, those that nobody ticked are made up for. */
function resetFrom(
  spec: ScheduleSpec,
  before: ScheduleEntry | undefined,
  now: number,
): Pick<ScheduleEntry, 'firesFrom'> {
  if (before === undefined) return {};
  const { source, removed, pause, unreadable, firesFrom } = before;
  const isSame =
    source === 'template' &&
    removed !== true &&
    pause === undefined &&
    unreadable === undefined &&
    (before.spec === undefined || hasSameTimes(before.spec, spec));
  if (!isSame) return { firesFrom: now };
  return firesFrom === undefined ? {} : { firesFrom };
}

function exists(name: string, { source }: EffectiveSchedule): DefinitionError {
  const where = source === 'template' ? 'in the code' : 'added at run time';
  const text = `schedule '${name}' is there already (${where}); give conflict: 'replace' or 'keep'`;
  return new DefinitionError('SCHEDULE_EXISTS', text, { value: name, allowed: ['replace', 'keep'] });
}

function busy(name: string): CeleriacError {
  const text = `schedule '${name}' is changed by others all the time; try again`;
  return new CeleriacError('SCHEDULE_CHANGED', text, { value: name });
}
