/**
 * The record of schedules in memory (APScheduler's memory store): for a process whose schedules all stand in
 * its code, or may be forgotten when it ends.
 */
import type { Pause, ScheduleEntry } from '../core/schedule/entry.ts';
import type { ScheduleState } from '../core/schedule/state.ts';
import type { Watermark } from '../core/schedule/tick.ts';
import type { ScheduleStore } from './schedule-ports.ts';

/** A record that lasts as long as the process; several schedulers of one process may share it. */
export function createMemoryScheduleStore(): ScheduleStore {
  const entries = new Map<string, ScheduleEntry>();
  const states = new Map<string, ScheduleState>();
  let watermark: Watermark | undefined;
  let pause: Pause | undefined;
  return {
    read: async (name) => entries.get(name),
    async list({ prefix = '', after = '', limit }) {
      const names = [...entries.keys()].filter((name) => name.startsWith(prefix) && name > after).sort();
      return names.slice(0, limit).flatMap((name) => entries.get(name) ?? []);
    },
    async put(entry, before) {
      if (entries.get(entry.name)?.revision !== before) return false;
      entries.set(entry.name, entry);
      return true;
    },
    async remove(name, revision) {
      const entry = entries.get(name);
      if (entry !== undefined && entry.revision !== revision) return false;
      states.delete(name);
      entries.delete(name);
      return true;
    },
    async states(names) {
      return new Map(
        names.flatMap((name) => {
          const state = states.get(name);
          return state === undefined ? [] : [[name, state] as const];
        }),
      );
    },
    async putState(name, state, before) {
      if ((states.get(name)?.version ?? 0) !== before) return false;
      states.set(name, state);
      return true;
    },
    watermark: async () => watermark,
    async advance(to, from) {
      if (watermark?.at !== from?.at) return false;
      watermark = to;
      return true;
    },
    pause: async () => pause,
    async putPause(given) {
      pause = given;
    },
  };
}
