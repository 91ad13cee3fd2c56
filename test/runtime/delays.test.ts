/** Messages that wait longer, or elsewhere, than SQS delays, on the real client, worker and `later`. */
import { expect, test } from 'vitest';
import {
  bind,
  defineApp,
  defineConsumer,
  defineExchange,
  defineQueue,
  defineTask,
  exponential,
  RetryError,
} from '#lib';
import { simulate } from '#lib/testing';

const line = defineQueue('line', { ordered: true });
const news = defineExchange('news', { type: 'topic' });
const inbox = defineQueue('inbox');

function createWorld() {
  const seen: string[] = [];
  const note = (name: string) => () => {
    seen.push(`${sim.now().toISOString().slice(0, 19)} ${name}`);
    return name;
  };
  const plain = defineTask('plain', { run: note('plain') });
  const next = defineTask('next', { queue: line, run: note('next') });
  const again = defineTask('again', {
    retry: { attempts: 3, backoff: exponential('1h', { jitter: false, max: '1d' }) },
    run() {
      note('again')();
      throw new Error('once more');
    },
  });
  const read = defineConsumer(inbox, { run: note('read') });
  const app = defineApp('shop', {
    workflows: false,
    tasks: [plain, next, again],
    bindings: [bind(news, 'a.*', inbox)],
    consumers: [read],
  });
  const sim = simulate(app, { start: '2026-03-01T00:00:10Z' });
  return { sim, seen, plain, next, again, app };
}

test('a task with a delay of two hours, or of days, runs at its second', async () => {
  const { sim, seen, plain } = createWorld();

  await sim.send(plain(undefined, { delay: '2h' }));
  await sim.send(plain(undefined, { at: new Date('2026-03-04T12:34:56Z') }));
  await sim.advance('4d');

  expect(seen).toEqual(['2026-03-01T02:00:10 plain', '2026-03-04T12:34:56 plain']);
});

test.each(['20s', '2h'] as const)('on an ordered queue a task waits for %s', async (delay) => {
  const { sim, seen, next } = createWorld();

  await sim.send(next(undefined, { delay }));
  await sim.send(next());
  await sim.advance('3h');

  const due = { '20s': '00:00:30', '2h': '02:00:10' }[delay];
  expect(seen).toEqual(['2026-03-01T00:00:10 next', `2026-03-01T${due} next`]);
});

test('a backoff of hours is kept to', async () => {
  const { sim, seen, again } = createWorld();

  await sim.send(again());
  await sim.advance('4h');

  const times = seen.map((one) => Date.parse(`${one.slice(0, 19)}Z`) / 1_000);
  expect(times).toHaveLength(3);
  // Each attempt begins in the second after its wait is over, since SQS waits for whole seconds.
  expect((times[1] ?? 0) - (times[0] ?? 0) - 3_600).toBeLessThanOrEqual(1);
  expect((times[2] ?? 0) - (times[1] ?? 0) - 7_200).toBeLessThanOrEqual(1);
});

test('what is published with a delay is routed when its time has come', async () => {
  const { sim, seen } = createWorld();

  await sim.publish(news, 'a.b', 1, { delay: '1m' });
  await sim.publish(news, 'a.c', 2, { at: new Date('2026-03-01T05:00:00Z'), expires: '10s' });
  await sim.publish(inbox, 3, { delay: '2h' });
  await sim.advance('6h');

  expect(seen).toEqual(['2026-03-01T00:01:10 read', '2026-03-01T02:00:10 read', '2026-03-01T05:00:00 read']);
});

test('a delayed publish that is mandatory is refused when nothing is bound', async () => {
  const { sim } = createWorld();

  const refused = sim.publish(news, 'x', 1, { delay: '1m', mandatory: true });

  await expect(refused).rejects.toMatchObject({ code: 'UNROUTABLE' });
});

test('a message that is revoked while it waits loses its timer, and does not run', async () => {
  const { sim, seen, plain } = createWorld();
  const timers = async () =>
    (await sim.emulator.call('scheduler', 'ListSchedules', { GroupName: 'shop-dev' })).Schedules;

  const sent = await sim.send(plain(undefined, { delay: '2h' }));
  await sim.advance('10s');
  const before = await timers();
  const revoked = await sent.revoke();
  const after = await timers();
  await sim.advance('3h');

  expect(before).toHaveLength(1);
  expect(revoked).toBe('revoked');
  expect(after).toEqual([]);
  expect(seen).toEqual([]);
  await expect(sent.get()).rejects.toMatchObject({ code: 'TASK_REVOKED' });
});

test('nothing is left of a timer that has fired', async () => {
  const { sim, plain } = createWorld();

  await sim.send(plain(undefined, { delay: '2h' }));
  await sim.advance('3h');

  const { Schedules } = await sim.emulator.call('scheduler', 'ListSchedules', { GroupName: 'shop-dev' });
  expect(Schedules).toEqual([]);
});

test('more than a year, both ways to say when, and no time at all are refused', async () => {
  const { sim, plain } = createWorld();

  await expect(sim.send(plain(undefined, { delay: '366d' }))).rejects.toMatchObject({
    code: 'DELAY_TOO_LONG',
    message: expect.stringContaining('add a schedule'),
  });
  await expect(
    sim.publish(inbox, 1, { delay: '1m', at: new Date('2026-04-01T00:00:00Z') }),
  ).rejects.toMatchObject({ code: 'INVALID_TIME' });
  await expect(sim.publish(inbox, 1, { at: new Date('never') })).rejects.toMatchObject({
    code: 'INVALID_TIME',
  });
  await expect(sim.publish(inbox, 1, { delay: 'soon' as '1s' })).rejects.toMatchObject({
    code: 'INVALID_DURATION',
  });
});

test('an app without later says what to do', async () => {
  const { plain, next } = createWorld();
  const sim = simulate(defineApp('shop', { tasks: [plain, next], queues: [inbox], longDelays: false }));

  await expect(sim.send(plain(undefined, { delay: '2h' }))).rejects.toMatchObject({
    code: 'DELAY_TOO_LONG',
    message: expect.stringContaining('drop longDelays: false'),
  });
  await expect(sim.send(next(undefined, { delay: '2s' }))).rejects.toMatchObject({
    code: 'DELAY_ON_ORDERED_QUEUE',
  });
  await expect(sim.publish(inbox, 1, { delay: '1m' })).rejects.toMatchObject({ code: 'DELAY_TOO_LONG' });
});

test('a RetryError may ask for any time', async () => {
  const seen: string[] = [];
  const task = defineTask('task', {
    run(_input, { attempt }) {
      seen.push(sim.now().toISOString().slice(0, 16));
      if (attempt === 1) throw new RetryError('tomorrow', { after: '1d' });
      return 'done';
    },
  });
  const sim = simulate(defineApp('shop', { tasks: [task] }));

  const sent = await sim.send(task());
  await sim.advance('25h');

  expect(seen).toEqual(['2026-01-01T00:00', '2026-01-02T00:00']);
  expect(await sent.get()).toBe('done');
});
