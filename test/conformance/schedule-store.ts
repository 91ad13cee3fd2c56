/** What every record of schedules does: pages in order of name, and changes that know what they change. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ScheduleEntry } from '../../lib/core/schedule/entry.ts';
import { NEW_STATE, type ScheduleState } from '../../lib/core/schedule/state.ts';
import { nextFireTime } from '../../lib/core/trigger/trigger.ts';
import { cron } from '../../lib/index.ts';
import type { ScheduleStore } from '../../lib/runtime/schedule-ports.ts';

/** An implementation. */
export interface StoreWorld {
  readonly store: ScheduleStore;
  close(): Promise<void>;
}

const T = Date.parse('2026-01-01T00:00:00Z');

function entry(name: string, revision = 1, more: Partial<ScheduleEntry> = {}): ScheduleEntry {
  return {
    name,
    source: 'runtime',
    revision,
    spec: {
      trigger: cron('0 2 * * *', { timezone: 'Europe/Oslo' }),
      call: { kind: 'send', task: 'work', input: { text: 'é "1"' } },
      coalesce: 'latest',
      jitterMs: 0,
    },
    placed: 'ticked',
    createdAt: T,
    changedAt: T,
    ...more,
  };
}

function state(version: number, more: Partial<ScheduleState> = {}): ScheduleState {
  return { ...NEW_STATE, version, ...more };
}

/** Registers the suite. */
export function testScheduleStore(name: string, open: () => Promise<StoreWorld>): void {
  describe(`the record of schedules ${name}`, () => {
    let world: StoreWorld;
    let store: ScheduleStore;
    beforeEach(async () => {
      world = await open();
      store = world.store;
    });
    afterEach(() => world.close());

    test('an entry comes back as it was written, and its trigger fires', async () => {
      const written = entry('nightly', 1, { pause: { from: T, to: T + 1 } });

      const put = await store.put(written, undefined);
      const read = await store.read('nightly');

      expect(put).toBe(true);
      expect(read).toEqual(written);
      const trigger = read?.spec?.trigger;
      expect(trigger && nextFireTime(trigger, new Date(T))).toEqual(new Date('2026-01-01T01:00:00Z'));
      expect(await store.read('other')).toBeUndefined();
    });

    test('of two that add the same name one is refused', async () => {
      const both = [entry('a', 1, { createdAt: T }), entry('a', 1, { createdAt: T + 1 })];

      const put = await Promise.all(both.map((one) => store.put(one, undefined)));

      expect(put.filter(Boolean)).toHaveLength(1);
    });

    test('a change of another revision is refused and leaves what is there', async () => {
      await store.put(entry('a', 1), undefined);

      const put = [
        await store.put(entry('a', 2, { changedAt: T + 1 }), 1),
        await store.put(entry('a', 2, { changedAt: T + 2 }), 1),
        await store.put(entry('b', 2), 1),
        await store.put(entry('a', 1, { changedAt: T + 3 }), undefined),
      ];

      expect(put).toEqual([true, false, false, false]);
      expect((await store.read('a'))?.changedAt).toBe(T + 1);
    });

    test('an entry is removed with what is known of its fires, in the revision that is there', async () => {
      await store.put(entry('a', 3), undefined);
      await store.putState('a', state(1), 0);

      const removed = [await store.remove('a', 2), await store.remove('a', 3), await store.remove('a', 3)];

      expect(removed).toEqual([false, true, true]);
      expect(await store.read('a')).toBeUndefined();
      expect(await store.states(['a'])).toEqual(new Map());
    });

    test('a list is in order of name, by page and by prefix', async () => {
      const names = ['b-2', 'a', 'b-10', 'B', 'c', 'b', 'b_1', 'b-1'];
      for (const one of names) await store.put(entry(one), undefined);
      const page = async (query: Parameters<ScheduleStore['list']>[0]): Promise<string[]> =>
        (await store.list(query)).map((found) => found.name);

      const pages = {
        all: await page({ limit: 100 }),
        first: await page({ limit: 3 }),
        second: await page({ limit: 3, after: 'b' }),
        prefix: await page({ prefix: 'b-', limit: 100 }),
        prefixPage: await page({ prefix: 'b-', limit: 2, after: 'b-1' }),
        beforePrefix: await page({ prefix: 'b-', limit: 100, after: 'a' }),
        behindPrefix: await page({ prefix: 'b-', limit: 100, after: 'c' }),
        none: await page({ prefix: 'x', limit: 100 }),
      };

      expect(pages).toEqual({
        all: ['B', 'a', 'b', 'b-1', 'b-10', 'b-2', 'b_1', 'c'],
        first: ['B', 'a', 'b'],
        second: ['b-1', 'b-10', 'b-2'],
        prefix: ['b-1', 'b-10', 'b-2'],
        prefixPage: ['b-10', 'b-2'],
        beforePrefix: ['b-1', 'b-10', 'b-2'],
        behindPrefix: [],
        none: [],
      });
    });

    test('what is known of fires is written in the version that is there', async () => {
      const first = state(1, { misses: 2, instances: [{ id: 'x', until: T }] });

      const put = [
        await store.putState('a', first, 0),
        await store.putState('a', state(1, { misses: 9 }), 0),
        await store.putState('b', state(5), 4),
        await store.putState('b', state(1), 0),
      ];
      const states = await store.states(['a', 'b', 'c', 'a']);

      expect(put).toEqual([true, false, false, true]);
      expect(states).toEqual(
        new Map([
          ['a', first],
          ['b', state(1)],
        ]),
      );
    });

    test('states of a hundred schedules are read at once', async () => {
      const names = Array.from({ length: 100 }, (_, index) => `s${index}`);
      for (const one of names) await store.putState(one, state(1), 0);

      const states = await store.states(names);

      expect(states.size).toBe(100);
    });

    test('the watermark moves from where it was found, so of two ticks one moves it', async () => {
      const [one, two] = [
        { at: T, definitions: 'd' },
        { at: T + 60_000, definitions: 'e', unread: { foreign: T } },
      ];

      const moved = [
        await store.watermark(),
        await store.advance(one, undefined),
        await store.advance(two, undefined),
        await store.advance(two, one),
        await store.advance({ at: T + 1, definitions: 'd' }, one),
        await store.watermark(),
      ];

      expect(moved).toEqual([undefined, true, false, true, false, two]);
    });

    test('the pause of all schedules is kept', async () => {
      const before = await store.pause();
      await store.putPause({ from: T });
      await store.putPause({ from: T, to: T + 1 });

      const after = await store.pause();

      expect([before, after]).toEqual([undefined, { from: T, to: T + 1 }]);
    });
  });
}
