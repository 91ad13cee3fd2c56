/** When schedules fire: expressions, time zones, dates, windows, the precision of a minute, and updates. */
import { expect, test } from 'vitest';
import { createWorld, DAY, HOUR, MINUTE, minuteOf, START, toSchedule } from './world.ts';

test.each([
  ['cron(0 2 * * ? *)', 3 * DAY, '2026-01-01T02:00 2026-01-02T02:00 2026-01-03T02:00'],
  ['cron(0/30 10 ? * MON-FRI *)', DAY, '2026-01-01T10:00 2026-01-01T10:30'],
  ['rate(8 hours)', DAY - 1, '2026-01-01T00:00 2026-01-01T08:00 2026-01-01T16:00'],
  ['at(2026-01-01T12:34:00)', DAY, '2026-01-01T12:34'],
  ['at(2026-01-01T12:34:56)', DAY, '2026-01-01T12:34:56'],
  ['cron(0 0 30 2 ? *)', DAY, ''],
])('%s invokes its target when it says', async (expression, ms, expected) => {
  const world = createWorld();
  world.queue('q');
  world.schedule(expression);

  await world.clock.advance(ms);

  expect(world.times().join(' ')).toBe(expected);
  expect(world.fires().every(({ at, ...rest }) => at === rest.for)).toBe(true);
  expect((await world.bodies('q')).map(minuteOf)).toEqual(world.times());
});

test.each([
  ['cron(30 2 * * ? *)', 'America/New_York', '2026-03-07T12:00Z', '2026-03-09T06:30'],
  ['cron(30 1 * * ? *)', 'America/New_York', '2026-10-31T12:00Z', '2026-11-01T05:30 2026-11-02T06:30'],
  ['cron(30 2 * * ? *)', 'Europe/Oslo', '2026-10-24T12:00Z', '2026-10-25T00:30 2026-10-26T01:30'],
  ['cron(15 2 * * ? *)', 'Australia/Lord_Howe', '2026-10-03T00:00Z', '2026-10-04T15:15'],
  ['rate(1 day)', 'Europe/Oslo', '2026-10-24T12:00Z', '2026-10-24T12:00 2026-10-25T12:00 2026-10-26T12:00'],
  ['at(2026-03-29T02:30:00)', 'Europe/Oslo', '2026-03-28T12:00Z', ''],
])('%s in %s keeps to daylight saving as documented', async (expression, timezone, start, expected) => {
  const world = createWorld({ start: Date.parse(start) });
  world.queue('q');
  world.schedule(expression, { ScheduleExpressionTimezone: timezone });

  await world.clock.advance(2 * DAY);

  expect(world.times().join(' ')).toBe(expected);
});

test('a target is invoked by chance within the minute, never before it, and by the seed', async () => {
  const run = async (seed: number) => {
    const world = createWorld({ precisionMs: MINUTE, seed });
    world.queue('q');
    world.schedule('cron(* * * * ? *)');
    await world.clock.advance(DAY);
    const entries = world.trace.filter(({ operation }) => operation === 'fire');
    return entries.map(({ at, scheduledFor }) => at - Number(scheduledFor));
  };

  const [first = [], again, other] = [await run(1), await run(1), await run(2)];

  expect(first.length).toBeGreaterThanOrEqual(24 * 60);
  expect(Math.min(...first)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...first)).toBeLessThan(MINUTE);
  expect(new Set(first.map((late) => Math.floor(late / 10_000))).size).toBe(6);
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
});

test('a flexible window spreads invocations over its length', async () => {
  const world = createWorld();
  world.queue('q');
  world.schedule('rate(1 hour)', {
    FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 },
  });

  await world.clock.advance(100 * HOUR);

  const entries = world.trace.filter(({ operation }) => operation === 'fire');
  const late = entries.map(({ at, scheduledFor }) => at - Number(scheduledFor));
  expect(late.length).toBeGreaterThanOrEqual(100);
  expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...late)).toBeLessThan(15 * MINUTE);
  expect(Math.max(...late)).toBeGreaterThan(10 * MINUTE);
});

test('a window longer than the period loses no fire', async () => {
  const world = createWorld();
  world.queue('q');
  world.schedule('rate(1 minute)', {
    FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 60 },
  });

  await world.clock.advance(10 * HOUR);

  const times = world.times();
  expect(times).toEqual(times.map((_, index) => minuteOf(START + index * MINUTE)));
  expect(times.length).toBeGreaterThan(9 * 60);
});

test('StartDate and EndDate bound a recurring schedule, and a one-time one ignores them', async () => {
  const world = createWorld();
  world.queue('q');
  const dates = { StartDate: new Date(START + 2 * HOUR), EndDate: new Date(START + 4 * HOUR) };
  world.schedule('rate(1 hour)', dates);
  world.schedule('cron(30 * * * ? *)', { ...dates, Name: 'cron' });
  world.schedule('at(2026-01-01T01:00:00)', { ...dates, Name: 'once' });

  await world.clock.advance(DAY);

  expect(world.times()).toEqual(['2026-01-01T02:00', '2026-01-01T03:00', '2026-01-01T04:00']);
  expect(world.times('cron')).toEqual(['2026-01-01T02:30', '2026-01-01T03:30']);
  expect(world.times('once')).toEqual(['2026-01-01T01:00']);
  expect(world.call('GetSchedule', { Name: 's' }).State).toBe('ENABLED');
});

test('a disabled schedule is silent, and an enabled one goes on from then', async () => {
  const world = createWorld();
  world.queue('q');
  const hourly = toSchedule('cron(0 * * * ? *)');
  world.call('CreateSchedule', { ...hourly, State: 'DISABLED' });
  await world.clock.advance(150 * MINUTE);
  const before = world.times();

  world.call('UpdateSchedule', { ...hourly, State: 'ENABLED' });
  await world.clock.advance(2 * HOUR);
  world.call('UpdateSchedule', { ...hourly, State: 'DISABLED' });
  await world.clock.advance(DAY);

  expect(before).toEqual([]);
  expect(world.times()).toEqual(['2026-01-01T03:00', '2026-01-01T04:00']);
  expect(world.clock.next()).toBeUndefined();
});

test('a one-time schedule in the past is taken and fires at once, with its own time', async () => {
  const world = createWorld();
  world.queue('q');
  world.schedule('at(2022-12-31T23:59:59)');

  await world.clock.settled();

  expect(world.fires()).toEqual([{ at: '2026-01-01T00:00', for: '2022-12-31T23:59:59' }]);
});

test('a one-time schedule that is enabled too late fires at once, but only once', async () => {
  const world = createWorld();
  world.queue('q');
  const once = toSchedule('at(2026-01-01T13:30:00)');
  world.call('CreateSchedule', { ...once, State: 'DISABLED' });
  await world.clock.advance(14 * HOUR);

  world.call('UpdateSchedule', once);
  await world.clock.settled();
  world.call('UpdateSchedule', { ...once, Description: 'the same time' });
  await world.clock.advance(DAY);

  expect(world.fires()).toEqual([{ at: '2026-01-01T14:00', for: '2026-01-01T13:30' }]);
});

test('a one-time schedule that has fired fires again for another time', async () => {
  const world = createWorld();
  world.queue('q');
  world.schedule('at(2026-01-01T01:00:00)');
  await world.clock.advance(2 * HOUR);

  world.call('UpdateSchedule', toSchedule('at(2026-01-01T05:00:00)'));
  await world.clock.advance(DAY);

  expect(world.times()).toEqual(['2026-01-01T01:00', '2026-01-01T05:00']);
});

test('an update loses no fire that waits for its moment', async () => {
  const world = createWorld({ precisionMs: MINUTE });
  world.queue('q');
  const everyMinute = toSchedule('cron(* * * * ? *)');
  world.call('CreateSchedule', everyMinute);

  for (let count = 0; count < 600; count++) {
    world.call('UpdateSchedule', { ...everyMinute, Description: String(count) });
    await world.clock.advance(7_000);
  }

  const times = world.times();
  expect(times).toEqual(times.map((_, index) => minuteOf(START + index * MINUTE)));
  expect(times.length).toBeGreaterThanOrEqual(69);
});

test('a deleted schedule does not fire, also when it waits for its moment', async () => {
  const world = createWorld({ precisionMs: MINUTE });
  world.queue('q');
  world.schedule('at(2026-01-01T01:00:00)');
  await world.clock.advance(HOUR);

  world.call('DeleteSchedule', { Name: 's' });
  await world.clock.advance(DAY);

  expect(world.times()).toEqual([]);
});

test('a schedule holds one timer, and a finished one holds none', async () => {
  const world = createWorld();
  world.queue('q');
  world.schedule('cron(0 0 1 1 ? 2027)');

  expect(world.clock.next()).toBe(Date.UTC(2027, 0, 1));
  expect(world.scheduler.snapshot()).toMatchObject([{ name: 's', nextFireAt: Date.UTC(2027, 0, 1) }]);
  await world.clock.advance(366 * DAY);

  expect(world.times()).toEqual(['2027-01-01T00:00']);
  expect(world.scheduler.snapshot()).toMatchObject([{ lastFireAt: Date.UTC(2027, 0, 1) }]);
  expect(world.scheduler.snapshot()[0]).not.toHaveProperty('nextFireAt');
});
