/** `client.schedules`: what is added, changed, paused and removed holds for the next fire. */
import { expect, test } from 'vitest';
import { at, cron, defineApp, defineSchedule, defineTask, every } from '#lib';
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

test('a ticked schedule that is added fires from then on, at the second', async () => {
  const sim = world();
  await sim.advance(3 * MINUTE + 5_000);

  const info = await sim.schedules.add('quick', { trigger: every('20s'), send });
  await sim.advance(2 * MINUTE);

  expect(secondsOf(sim, 'quick')).toEqual([200, 220, 240, 260, 280, 300]);
  expect(info).toMatchObject({
    name: 'quick',
    source: 'runtime',
    sentence: 'every 20 seconds',
    next: new Date(START + 200_000),
    last: undefined,
    placement: { kind: 'ticked', why: expect.stringContaining('whole minutes') },
  });
});

test('what EventBridge Scheduler can say gets a timer, and its removal takes it away', async () => {
  const sim = world();

  const info = await sim.schedules.add('nightly', { trigger: cron('0 2 * * *'), send });
  const timer = sim.timers.get('nightly');
  const removed = [await sim.schedules.remove('nightly'), await sim.schedules.remove('nightly')];

  expect(info.placement).toEqual({ kind: 'native', expression: 'cron(0 2 * * ? *)' });
  expect(timer).toMatchObject({ expression: 'cron(0 2 * * ? *)' });
  expect(JSON.parse(timer?.input ?? '')).toMatchObject({ later: 'fire', schedule: 'nightly' });
  expect(removed).toEqual([true, false]);
  expect(sim.timers.size).toBe(0);
  expect(await sim.schedules.get('nightly')).toBeUndefined();
});

test('a timer that fires each minute fires at once, though its own first minutes may be missed', async () => {
  const sim = world();
  await sim.advance(30_000);

  await sim.schedules.add('minutely', { trigger: every('1m'), send });
  await sim.advance(5 * MINUTE);

  expect(secondsOf(sim, 'minutely')).toEqual([60, 120, 180, 240, 300]);
});

test('a name that is taken is refused, kept or replaced, as conflict says', async () => {
  const sim = world();
  await sim.schedules.add('a', { trigger: every('1h'), send });

  const refused = await caught(() => sim.schedules.add('a', { trigger: every('2h'), send }));
  const kept = await sim.schedules.add('a', { trigger: every('2h'), send }, { conflict: 'keep' });
  const replaced = await sim.schedules.add('a', { trigger: every('2h'), send }, { conflict: 'replace' });
  const template = await caught(() => sim.schedules.add('native', { trigger: every('2h'), send }));

  expect(refused).toMatchObject({ code: 'SCHEDULE_EXISTS', value: 'a' });
  expect(String(refused)).toContain("give conflict: 'replace' or 'keep'");
  expect([kept.sentence, replaced.sentence]).toEqual(['every hour', 'every 2 hours']);
  expect(template).toMatchObject({ code: 'SCHEDULE_EXISTS' });
});

test.each(['native', 'ticked'])('a %s schedule of the template pauses and resumes', async (name) => {
  const sim = world();
  await sim.advance(10 * MINUTE + 1_000);

  await sim.schedules.pause(name);
  await sim.advance(10 * MINUTE);
  const paused = await sim.schedules.get(name);
  await sim.schedules.resume(name);
  await sim.advance(10 * MINUTE);

  const fires = secondsOf(sim, name);
  expect(fires.filter((second) => second > 601 && second <= 1_201)).toEqual([]);
  expect(fires.filter((second) => second > 1_201 && second <= 1_560)[0]).toBe(
    name === 'native' ? 1_500 : 1_230,
  );
  expect(fires.filter((second) => second <= 600).length).toBe(name === 'native' ? 2 : 21);
  expect(paused).toMatchObject({ paused: true, next: undefined, source: 'template' });
  expect(await sim.schedules.get(name)).toMatchObject({ paused: false });
});

test('a schedule that is declared paused sleeps until it is resumed', async () => {
  const sim = world();
  await sim.advance(5 * MINUTE + 1_000);
  const before = secondsOf(sim, 'asleep');

  await sim.schedules.resume('asleep');
  await sim.advance(3 * MINUTE + 45_000);

  expect(before).toEqual([]);
  expect(secondsOf(sim, 'asleep')).toEqual([360, 420, 480]);
});

test('a modified schedule of the template fires by its new trigger, with what it does now', async () => {
  const sim = world();
  await sim.advance(6 * MINUTE);

  const info = await sim.schedules.modify('native', { trigger: every('90s'), send: work({ n: 2 }) });
  await sim.advance(6 * MINUTE + 1_000);

  // After it had fired at 5:00, it fires at the multiples of 90 s, of which 6:00 is one.
  expect(secondsOf(sim, 'native')).toEqual([0, 300, 360, 450, 540, 630, 720]);
  expect(sim.runs.filter((run) => run.schedule === 'native').map((run) => run.input)).toEqual([
    ...[{ n: 1 }, { n: 1 }],
    ...[{ n: 2 }, { n: 2 }, { n: 2 }, { n: 2 }, { n: 2 }],
  ]);
  expect(info).toMatchObject({ source: 'template', modified: true, sentence: 'every 90 seconds' });
});

test('changes merge with what was there, and null takes one back', async () => {
  const sim = world();
  await sim.schedules.add('a', {
    trigger: every('1h'),
    send,
    misfireGrace: '5m',
    coalesce: 'all',
    maxInstances: 2,
  });

  const first = await sim.schedules.modify('a', { jitter: '10s', maxInstances: 3 });
  const second = await sim.schedules.modify('a', { misfireGrace: null, jitter: null });
  const third = await sim.schedules.reschedule('a', every('2h'));

  const common = { coalesce: 'all', maxInstances: 3, call: { kind: 'send', task: 'work', input: { n: 1 } } };
  expect(first).toMatchObject({ ...common, misfireGraceMs: 300_000, jitterMs: 10_000 });
  expect(second).toMatchObject({ ...common, misfireGraceMs: undefined, jitterMs: 0 });
  expect(third).toMatchObject({ ...common, sentence: 'every 2 hours' });
});

test.each([
  ['a trigger beyond its end', { trigger: at(new Date(START + 60 * MINUTE)) }],
  ['a start beyond its end', { start: new Date(START + 60 * MINUTE) }],
])('a change to %s is refused, since it would never fire', async (_, change) => {
  const sim = world();
  await sim.schedules.add('a', { trigger: every('1m'), send, end: new Date(START + 30 * MINUTE) });

  const error = await caught(() => sim.schedules.modify('a', change));

  expect(error).toMatchObject({ code: 'SCHEDULE_NEVER_FIRES', message: expect.stringContaining("'a'") });
  expect(await sim.schedules.get('a')).toMatchObject({ sentence: 'every minute', start: undefined });
});

test('a removed schedule fires no more, also one of the template, whose fires were handed on', async () => {
  const sim = world();
  await sim.advance(5 * MINUTE + 1_000);

  const removed = [await sim.schedules.remove('native'), await sim.schedules.remove('ticked')];
  await sim.advance(20 * MINUTE);

  expect(removed).toEqual([true, true]);
  expect(Math.max(...secondsOf(sim, 'ticked'), ...secondsOf(sim, 'native'))).toBe(300);
  expect(await sim.schedules.get('ticked')).toBeUndefined();
  expect((await sim.schedules.list()).schedules.map(({ name }) => name)).toEqual(['asleep']);
});

test.each(['modified', 'removed'])(
  'a %s schedule of the template is what it was after a reset',
  async (how) => {
    const sim = world();
    await sim.advance(MINUTE + 1_000);
    if (how === 'modified') await sim.schedules.modify('ticked', { trigger: cron('0 2 * * *') });
    else await sim.schedules.remove('ticked');
    await sim.advance(MINUTE);

    const info = await sim.schedules.reset('ticked');
    await sim.advance(MINUTE);

    expect(secondsOf(sim, 'ticked')).toEqual([0, 30, 60, 150, 180]);
    expect(info).toMatchObject({ sentence: 'every 30 seconds', modified: false });
    expect(sim.timers.size).toBe(0);
  },
);

test('a date fires once and is gone; one that is past fires at once', async () => {
  const sim = world();
  await sim.advance(MINUTE);

  await sim.schedules.add('once', { trigger: at(new Date(START + 5 * MINUTE + 7_000)), send });
  await sim.schedules.add('past', { trigger: at(new Date(START - 90_000)), send });
  await sim.schedules.add('too-late', { trigger: at(new Date(START - 90_000)), send, misfireGrace: '1m' });
  await sim.advance(10 * MINUTE);

  expect(secondsOf(sim, 'once')).toEqual([307]);
  expect(secondsOf(sim, 'past')).toEqual([-90]);
  expect(secondsOf(sim, 'too-late')).toEqual([]);
  expect((await sim.schedules.list()).schedules.map(({ name }) => name)).toEqual([
    'asleep',
    'native',
    'ticked',
  ]);
});

test('what fires no more is removed a day after its last fire', async () => {
  const sim = world();
  await sim.schedules.add('short', { trigger: every('1m'), send, end: new Date(START + 3 * MINUTE) });

  await sim.advance(23 * 60 * MINUTE);
  const before = await sim.schedules.get('short');
  await sim.advance(3 * 60 * MINUTE);

  expect(secondsOf(sim, 'short')).toEqual([0, 60, 120, 180]);
  expect(before).toMatchObject({ next: undefined, last: { outcome: 'sent' } });
  expect(await sim.schedules.get('short')).toBeUndefined();
});
