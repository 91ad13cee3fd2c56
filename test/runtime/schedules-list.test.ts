/** `client.schedules`: lists, runs by hand, pauses of all, instances, and what is refused. */
import { expect, test } from 'vitest';
import { at, defineApp, defineSchedule, defineTask, every } from '#lib';
import { createScheduleWorld, type ScheduleWorld } from './schedule-world.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-06-01T12:00:00Z');
const work = defineTask('work', { run: (input: { n: number }) => input.n });
const send = work({ n: 1 });
const app = defineApp('shop', {
  tasks: [work],
  schedules: [
    defineSchedule('native', { trigger: every('5m'), send }),
    defineSchedule('ticked', { trigger: every('30s'), send }),
    defineSchedule('asleep', { trigger: every('1m'), send, paused: true }),
  ],
});

function world(more: Partial<Parameters<typeof createScheduleWorld>[1]> = {}): ScheduleWorld {
  return createScheduleWorld(app, { start: START, ...more });
}

/** The fires of a schedule that ran, as seconds from the start. */
function secondsOf(sim: ScheduleWorld, name: string): number[] {
  return sim.runs.filter((run) => run.schedule === name).map((run) => (run.scheduledAt - START) / 1_000);
}

async function caught(work: () => Promise<unknown>): Promise<unknown> {
  return work().then(
    () => undefined,
    (error: unknown) => error,
  );
}

test('lists go by page, by prefix, and by next fire', async () => {
  const sim = world();
  for (const [name, hours] of [
    ['r-1', 3],
    ['r-2', 1],
    ['r-3', 2],
    ['s', 1],
  ] as const)
    await sim.schedules.add(name, { trigger: at(new Date(START + hours * 3_600_000)), send });
  const names = async (...given: Parameters<typeof sim.schedules.list>): Promise<string[]> =>
    (await sim.schedules.list(...given)).schedules.map(({ name }) => name);

  const first = await sim.schedules.list({ limit: 3 });
  const second = await sim.schedules.list({ limit: 4, after: first.next ?? '' });
  const soonest = await sim.schedules.list({ prefix: 'r-', order: 'next', limit: 2 });
  const rest = await sim.schedules.list({ prefix: 'r-', order: 'next', limit: 2, after: soonest.next ?? '' });
  const removed = await sim.schedules.removeAll({ prefix: 'r-' });

  expect(first.schedules.map(({ name }) => name)).toEqual(['asleep', 'native', 'r-1']);
  expect(second).toMatchObject({ next: undefined });
  expect(second.schedules.map(({ name }) => name)).toEqual(['r-2', 'r-3', 's', 'ticked']);
  expect(soonest.schedules.map(({ name }) => name)).toEqual(['r-2', 'r-3']);
  expect(rest).toMatchObject({ next: undefined, schedules: [{ name: 'r-1' }] });
  expect(removed).toBe(3);
  expect(await names({ order: 'next' })).toEqual(['native', 'ticked', 's', 'asleep']);
});

test('all schedules pause and resume, and those paused alone stay so', async () => {
  const sim = world();
  await sim.schedules.pause('native');
  await sim.advance(MINUTE + 1_000);

  await sim.schedules.pauseAll();
  await sim.advance(10 * MINUTE);
  const paused = (await sim.schedules.list()).schedules.map((info) => info.paused);
  await sim.schedules.resumeAll();
  await sim.advance(2 * MINUTE);

  expect(paused).toEqual([true, true, true]);
  expect(secondsOf(sim, 'ticked')).toEqual([0, 30, 60, 690, 720, 750, 780]);
  expect((await sim.schedules.list()).schedules.map((info) => info.paused)).toEqual([true, true, false]);
});

test('a run by hand comes at once, with an id of its own, also of a paused schedule', async () => {
  const sim = world({ random: () => 0.25 });

  const { id } = await sim.schedules.runNow('asleep');

  expect(sim.runs).toMatchObject([{ id, schedule: 'asleep', at: START, input: { n: 1 } }]);
});

test('the last fire is shown with the state of its run', async () => {
  const sim = world();
  await sim.advance(10_000);
  const [run] = sim.runs.filter(({ schedule }) => schedule === 'ticked');
  sim.records.set(run?.id ?? '', 'SUCCESS');

  const info = await sim.schedules.get('ticked');

  expect(info?.last).toEqual({ scheduledAt: new Date(START), outcome: 'sent', id: run?.id, run: 'SUCCESS' });
});

test('maxInstances drops a fire while as many runs are under way, and counts it', async () => {
  const sim = world();
  await sim.schedules.add('slow', {
    trigger: every('1m', { start: new Date(START) }),
    send,
    maxInstances: 2,
  });
  await sim.advance(4 * MINUTE + 59_000);
  const before = secondsOf(sim, 'slow');
  for (const { id } of sim.runs) sim.records.set(id, 'SUCCESS');

  await sim.advance(3 * MINUTE);

  expect(before).toEqual([0, 60]);
  expect(secondsOf(sim, 'slow')).toEqual([0, 60, 300, 360]);
  expect(await sim.schedules.get('slow')).toMatchObject({ misses: 4, last: { outcome: 'max-instances' } });
});

test('what must be ticked is refused where nothing ticks, and leaves nothing behind', async () => {
  const sim = world({ ticker: false });

  const error = await caught(() => sim.schedules.add('quick', { trigger: every('20s'), send }));

  expect(error).toMatchObject({ name: 'DefinitionError', code: 'TICKER_MISSING' });
  expect(String(error)).toContain('set runtimeSchedules: true');
  expect(await sim.schedules.get('quick')).toBeUndefined();
});

test.each([
  [
    'an unknown task',
    { trigger: every('1h'), send: defineTask('other', { run: () => 1 })() },
    'UNKNOWN_TASK',
  ],
  [
    'a grace without a unit',
    { trigger: every('1h'), send, misfireGrace: '5' as '5s' },
    'INVALID_MISFIRE_GRACE',
  ],
  ['a trigger finer than a second', { trigger: every('500ms'), send }, 'TRIGGER_TOO_FINE'],
])('a schedule with %s is refused when it is added', async (_, options, code) => {
  const sim = world();

  const error = await caught(() => sim.schedules.add('bad', options));

  expect(error).toMatchObject({ name: 'DefinitionError', code });
});

test('whoever changes a schedule that is not there is told so', async () => {
  const sim = world();
  const { pause, resume, modify, runNow } = sim.schedules;

  const errors = [
    await caught(() => pause('x')),
    await caught(() => resume('x')),
    await caught(() => modify('x', {})),
    await caught(() => runNow('x')),
    await caught(() => sim.schedules.list({ limit: 0 })),
  ];

  expect(errors.map((error) => (error as { code: string }).code)).toEqual([
    ...['UNKNOWN_SCHEDULE', 'UNKNOWN_SCHEDULE', 'UNKNOWN_SCHEDULE', 'UNKNOWN_SCHEDULE'],
    'INVALID_LIMIT',
  ]);
  expect(String(errors[0])).toContain("there is no schedule 'x'");
});

test('two clients that change a schedule at once both have their way, one after the other', async () => {
  const sim = world();
  await sim.schedules.add('a', { trigger: every('1h'), send });

  await Promise.all([
    sim.schedules.modify('a', { jitter: '10s' }),
    sim.schedules.modify('a', { coalesce: 'all' }),
    sim.schedules.pause('a'),
  ]);

  expect(await sim.schedules.get('a')).toMatchObject({ jitterMs: 10_000, coalesce: 'all', paused: true });
});
