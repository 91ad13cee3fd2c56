/**
 * A record that this version cannot read (another version wrote it, a time zone is gone) stops nothing but
 * its own schedule, and what that has missed is made up for when it can be read again.
 */
import { expect, test } from 'vitest';
import { defineApp, defineSchedule, defineTask, every } from '#lib';
import type { ScheduleEntry } from '../../lib/core/schedule/entry.ts';
import { runScheduler } from '../../lib/runtime/scheduler.ts';
import { createScheduleWorld, type ScheduleWorld, SPACE } from './schedule-world.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-06-01T12:00:00Z');
const work = defineTask('work', { run: () => 1 });
const rest = { send: work(), coalesce: 'all' } as const;
const app = defineApp('shop', {
  tasks: [work],
  schedules: [
    defineSchedule('changed', { trigger: every('40s'), ...rest }),
    defineSchedule('sound', { trigger: every('30s'), ...rest }),
  ],
});

interface UnreadWorld extends ScheduleWorld {
  /** Whose specs cannot be read. */
  readonly unread: Set<string>;
}

function world(): UnreadWorld {
  const sim = createScheduleWorld(app, { start: START });
  const unread = new Set<string>();
  const asRead = ({ spec, ...entry }: ScheduleEntry): ScheduleEntry => {
    if (spec === undefined) return entry;
    return unread.has(entry.name) ? { ...entry, unreadable: 'no such zone' } : { ...entry, spec };
  };
  const { read, list } = sim.store;
  Object.assign(sim.store, {
    read: async (name: string) => {
      const entry = await read(name);
      return entry && asRead(entry);
    },
    list: async (query: Parameters<typeof list>[0]) => (await list(query)).map(asRead),
  });
  return Object.assign(sim, { unread });
}

/** The fires of a schedule that ran, as seconds from the start. */
function secondsOf(sim: ScheduleWorld, name: string): number[] {
  const times = sim.runs.filter((run) => run.schedule === name).map((run) => run.scheduledAt);
  return times.sort((a, b) => a - b).map((time) => (time - START) / 1_000);
}

function everySeconds(step: number, from: number, to: number): number[] {
  const count = Math.floor((to - from) / step) + 1;
  return Array.from({ length: count }, (_, index) => from + index * step);
}

test('one record that cannot be read stops no other, and its fires come when it can be', async () => {
  const sim = world();
  await sim.advance(1_000);
  await sim.schedules.add('added', { trigger: every('20s'), ...rest });
  await sim.schedules.modify('changed', { misfireGrace: '2h' });
  sim.unread.add('added').add('changed');

  await sim.advance(30 * MINUTE);
  const meanwhile = [secondsOf(sim, 'sound').length, secondsOf(sim, 'added').length];
  sim.unread.clear();
  await sim.advance(10 * MINUTE);

  expect(meanwhile[0]).toBe(61);
  expect(meanwhile[1]).toBeLessThan(20);
  expect(secondsOf(sim, 'sound')).toEqual(everySeconds(30, 0, 2_400));
  expect(secondsOf(sim, 'added')).toEqual(everySeconds(20, 20, 2_400));
  expect(secondsOf(sim, 'changed')).toEqual(everySeconds(40, 0, 2_400));
});

test('a record that a dying client left unread fires from its change on when it can be read', async () => {
  const sim = world();
  await sim.advance(10 * MINUTE + 1_000);
  await sim.schedules.add('added', { trigger: every('20s'), ...rest });
  const entry = await sim.store.read('added');
  if (entry === undefined) throw new Error('it was added');
  const { handed: _, ...dying } = entry;
  await sim.store.put({ ...dying, revision: entry.revision + 1 }, entry.revision);
  sim.unread.add('added');

  await sim.advance(20 * MINUTE);
  sim.unread.clear();
  await sim.advance(5 * MINUTE);

  expect(secondsOf(sim, 'added')).toEqual(everySeconds(20, 620, 2_100));
});

test('the scheduler of a process goes on with the others, says so, and makes up for it', async () => {
  const sim = world();
  const ran: string[] = [];
  const log: unknown[] = [];
  const running = runScheduler(app, {
    ...{ store: sim.store, clock: sim.clock, chance: () => 0.5, space: SPACE },
    perform: async (_call, { schedule, scheduledAt }) => {
      ran.push(`${schedule} ${(scheduledAt - START) / 1_000}`);
      return {};
    },
    log: (line) => log.push(line),
  });
  await sim.schedules.modify('changed', { misfireGrace: '2h' });
  await sim.advance(45_000);
  sim.unread.add('changed');

  await sim.advance(60_000);
  const meanwhile = [...ran];
  sim.unread.clear();
  await sim.advance(20_000);
  await running.stop();

  expect(meanwhile).toContain('sound 90');
  expect(meanwhile).not.toContain('changed 80');
  expect(ran).toContain('changed 80');
  expect(log).toContainEqual({
    ...{ level: 'error', message: 'schedule not read', schedule: 'changed', why: 'no such zone' },
  });
});

test('a schedule that cannot be read says so, and can be replaced or removed', async () => {
  const sim = world();
  await sim.schedules.add('added', { trigger: every('20s'), ...rest });
  await sim.schedules.modify('changed', { misfireGrace: '2h' });
  sim.unread.add('added').add('changed');

  const listed = await sim.schedules.list();
  const refused = [sim.schedules.get('added'), sim.schedules.pause('changed')];
  const codes = (await Promise.allSettled(refused)).map(
    (one) => one.status === 'rejected' && one.reason.code,
  );
  const isRemoved = await sim.schedules.remove('added');
  sim.unread.delete('changed');
  const again = await sim.schedules.add(
    'changed',
    { trigger: every('1h'), ...rest },
    { conflict: 'replace' },
  );

  expect(listed.schedules.map(({ name }) => name)).toEqual(['sound']);
  expect(codes).toEqual(['SCHEDULE_UNREADABLE', 'SCHEDULE_UNREADABLE']);
  expect([isRemoved, await sim.schedules.get('added'), again.sentence]).toEqual([
    true,
    undefined,
    'every hour',
  ]);
});
