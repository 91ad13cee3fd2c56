import { expect, test } from 'vitest';
import { simulate } from '#lib/testing';
import { pauseForTheNight, timetable } from './timetable.ts';

test('the timetable fires, and holds to what was changed', async () => {
  const sim = simulate(timetable, { start: '2026-06-01T20:00:30Z' });
  const [report, poll] = timetable.tasks;
  if (report === undefined || poll === undefined) throw new Error('the tasks are not there');
  await sim.advance('2m');

  const told = await pauseForTheNight(sim);
  const polled = sim.attempts(poll).length;
  await sim.advance('14h');

  expect(told.split('\n')).toEqual([
    'nightly: at 02:00 every day, America/Los_Angeles, next 2026-06-02T09:00:00.000Z',
    expect.stringMatching(/^weekly: at 06:00 on Monday.*next 2026-06-08T06:00:00.000Z$/),
    'poll: every 10 seconds, next undefined',
  ]);
  expect(polled).toBeGreaterThan(5);
  expect(sim.attempts(poll)).toHaveLength(polled);
  expect(sim.attempts(report)).toEqual(['01:02:30', expect.stringMatching(/^09:00/)]);
});
