/** What is said of schedules. */
import { expect, test } from 'vitest';
import {
  chord,
  cron,
  defineApp,
  defineExchange,
  defineQueue,
  defineSchedule,
  defineTask,
  describePublish,
} from '../../lib/index.ts';
import { createDeskWorld } from './desk-world.ts';

test('what a schedule does is said as a sentence, with a routing key only where there is one', async () => {
  const queue = defineQueue('letters');
  const mail = defineTask('mail', { queue, run: () => undefined });
  const news = defineExchange('news', { type: 'topic' });
  const all = defineExchange('all', { type: 'fanout' });
  const timing = { trigger: cron('0 2 * * *') };
  const app = defineApp('paper', {
    schedules: [
      defineSchedule('a', { ...timing, send: mail() }),
      defineSchedule('b', { ...timing, publish: describePublish(news, 'news.eu', {}) }),
      defineSchedule('c', { ...timing, publish: describePublish(all, '', {}) }),
      defineSchedule('d', { ...timing, send: chord([mail(), mail()], mail) }),
    ],
  });
  await using world = await createDeskWorld(app);

  const { rows } = await world.desk.schedules({});

  expect(rows.map(({ action }) => action)).toEqual([
    'send mail',
    'publish news.eu to news',
    'publish to all',
    'send 2 × mail → mail',
  ]);
});
