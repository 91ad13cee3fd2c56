/** The code of docs/apscheduler.md, compiled here; apscheduler-guide.test.ts holds the two together. */
import {
  allOf,
  anyOf,
  at,
  calendar,
  chord,
  cron,
  defineApp,
  defineExchange,
  defineSchedule,
  defineTask,
  describePublish,
  every,
  type Schedules,
  solar,
} from '#lib';

// region define
const report = defineTask('report', { run: (input: { day: string }) => `report of ${input.day}` });
const digest = defineTask('digest', { run: (reports: readonly string[]) => reports.join() });
const ping = defineTask('ping', { run: () => 'pong' });
const news = defineExchange('news', { type: 'topic' });

export const shop = defineApp('shop', {
  schedules: [
    defineSchedule('nightly', {
      trigger: cron('0 2 * * *', { timezone: 'America/Los_Angeles' }),
      send: report({ day: 'yesterday' }, { expires: '6h' }),
      misfireGrace: '1h',
      maxInstances: 1,
    }),
    defineSchedule('weekly', {
      trigger: cron('0 4 * * mon', { timezone: 'America/Los_Angeles' }),
      send: chord([report({ day: 'saturday' }), report({ day: 'sunday' })], digest),
      deadline: '2h',
    }),
    defineSchedule('heartbeat', { trigger: every('10s'), send: ping() }),
    defineSchedule('opening', {
      trigger: cron('0 9 * * mon-fri', { timezone: 'Europe/Oslo' }),
      publish: describePublish(news, 'shop.opens', { at: '9' }),
      jitter: '5m',
    }),
  ],
  runtimeSchedules: true,
});
// endregion

// region triggers
export const triggers = [
  cron('*/15 9-17 * * mon-fri', { timezone: 'Europe/Oslo' }), // CronTrigger.from_crontab, crontab(…)
  cron({ day: 'last fri', hour: '17' }, { timezone: 'Europe/Oslo' }), // CronTrigger(day='last fri', hour=17)
  cron({ day: '13', dayOfWeek: 'fri' }), // Friday the 13th: AND, as in both of them
  every('90s'), // IntervalTrigger(seconds=90), schedule(90)
  at('2026-12-24T17:00:00+01:00'), // DateTrigger
  calendar({ months: 1, hour: 9, start: '2026-01-31', timezone: 'Europe/Oslo' }), // CalendarIntervalTrigger
  anyOf(cron('0 8 * * *'), cron('30 17 * * *')), // OrTrigger
  allOf(cron('0 */2 * * *'), cron('0 */3 * * *')), // AndTrigger, which ends
  solar('sunrise', { latitude: 59.9, longitude: 10.7 }), // solar('sunrise', 59.9, 10.7)
];
// endregion

export async function change(schedules: Schedules): Promise<void> {
  // region change
  await schedules.add('watch', { trigger: every('15m'), send: ping() }, { conflict: 'replace' });
  await schedules.reschedule('watch', every('1h'));
  await schedules.modify('watch', { misfireGrace: '5m', jitter: null });
  await schedules.pause('nightly');
  await schedules.resume('nightly');
  await schedules.runNow('nightly');
  const soon = await schedules.list({ order: 'next', limit: 10 });
  const info = await schedules.get('watch');
  await schedules.remove('watch');
  // endregion
  console.log(soon, info);
}
