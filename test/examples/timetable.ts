/** timetable.ts: what fires by itself, and how that is changed while the app runs. */
import { cron, defineApp, defineSchedule, defineTask, every } from '#lib';
import { connect } from '#lib/aws';

const report = defineTask('report', { run: (input: { of: string }) => `the report of ${input.of}` });
const poll = defineTask('poll', { run: (_input, { now }) => now().toISOString() });

export const timetable = defineApp('timetable', {
  schedules: [
    defineSchedule('nightly', {
      trigger: cron('0 2 * * *', { timezone: 'America/Los_Angeles' }),
      send: report({ of: 'yesterday' }),
      misfireGrace: '6h',
    }),
    defineSchedule('poll', { trigger: every('10s'), send: poll(), maxInstances: 1 }),
  ],
});

/** In any process, for example behind a button. */
export async function pauseForTheNight(client = connect(timetable)): Promise<string> {
  await client.schedules.pause('poll');
  await client.schedules.add('weekly', { trigger: cron('0 6 * * mon'), send: report({ of: 'last week' }) });
  await client.send(report({ of: 'today' }, { delay: '5h' }));
  const { schedules } = await client.schedules.list({ order: 'next' });
  return schedules
    .map(({ name, sentence, next }) => `${name}: ${sentence}, next ${next?.toISOString()}`)
    .join('\n');
}
