import { expect, test } from 'vitest';
import { bind, defineApp, defineExchange, defineQueue, defineTask } from '#lib';
import { simulate } from '#lib/testing';

const media = defineQueue('media');
const mail = defineQueue('mail');
const own = defineQueue('own');
const names = ['video.encode', 'video.cut', 'mail.send', 'plain'] as const;
const tasks = names.map((name) => defineTask(name, { run: () => name }));
const fixed = defineTask('video.fixed', { queue: own, run: () => 1 });

function queuesOf(app: ReturnType<typeof defineApp>): Readonly<Record<string, string>> {
  return Object.fromEntries(app.tasks.map((task) => [task.name, task.queue.name]));
}

test('tasks that name no queue go where the routes lead', () => {
  const routes = { 'video.*': media, 'mail.send': mail };

  expect(queuesOf(defineApp('shop', { tasks: [...tasks, fixed], routes }))).toEqual({
    'video.encode': 'media',
    'video.cut': 'media',
    'mail.send': 'mail',
    plain: 'default',
    'video.fixed': 'own',
  });
});

test('functions and expressions are asked in their order', () => {
  const app = defineApp('shop', {
    tasks,
    routes: [({ name }) => (name.endsWith('cut') ? own : undefined), [/video/, media], ['mail.*', mail]],
  });

  expect(queuesOf(app)).toEqual({
    'video.encode': 'media',
    'video.cut': 'own',
    'mail.send': 'mail',
    plain: 'default',
  });
});

test('a routed task is sent, bound, looked up and revoked by the task as it was defined', async () => {
  const events = defineExchange('events', { type: 'fanout' });
  const task = defineTask('video.new', { result: true, run: () => 7 });
  const app = defineApp('shop', { bindings: [bind(events, task)], routes: { 'video.*': media } });
  const sim = simulate(app);

  const result = await sim.send(task());
  const published = await sim.publish(events, '', {});

  expect(app.queues.map(({ name }) => name)).toEqual(['media']);
  expect(await result.get()).toBe(7);
  expect(await sim.result(task, published).get()).toBe(7);
  expect(await sim.revoke(task, [result.id])).toEqual(['over']);
});
