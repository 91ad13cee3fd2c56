/** Schedules on the real client, ticker, `later` and workers: changes at run time, restarts and deploys. */
import { describe, expect, test } from 'vitest';
import {
  at,
  bind,
  cron,
  defineApp,
  defineConsumer,
  defineExchange,
  defineQueue,
  defineSchedule,
  defineTask,
  describePublish,
  every,
} from '#lib';
import { simulate } from '#lib/testing';

const START = '2026-06-01T00:00:05Z';
const news = defineExchange('news', { type: 'topic' });
const inbox = defineQueue('inbox');
/** The timers that stand in the template. */
const DEPLOYED = ['shop-dev.celeriac.sweep', 'shop-dev.celeriac.ticker', 'shop-dev.hourly'];

function createWorld(more: { readonly runtimeSchedules?: boolean } = { runtimeSchedules: true }) {
  const seen: string[] = [];
  const note = (text: string) => {
    seen.push(`${sim.now().toISOString().slice(11, 19)} ${text}`);
    return text;
  };
  const say = defineTask('say', { run: (input: { text: string }) => note(input.text) });
  const read = defineConsumer(inbox, { run: (delivery) => void note(`read ${delivery.body}`) });
  const hourly = defineSchedule('hourly', { trigger: every('1h'), send: say({ text: 'hourly' }) });
  const beat = defineSchedule('beat', { trigger: every('20s'), send: say({ text: 'beat' }) });
  const app = defineApp('shop', {
    tasks: [say],
    bindings: [bind(news, 'day.*', inbox)],
    consumers: [read],
    schedules: [hourly, beat],
    ...more,
  });
  const sim = simulate(app, { start: START });
  return { sim, seen, say };
}

/** Without the minute in which the service may be late. */
const minutes = (seen: readonly string[], text: string) =>
  seen.filter((one) => one.endsWith(` ${text}`)).map((one) => one.slice(0, 5));

describe('schedules of the code', () => {
  test('fire by themselves, native ones within a minute, ticked ones at their second', async () => {
    const { sim, seen } = createWorld();

    await sim.advance('121m');

    expect(minutes(seen, 'hourly')).toEqual(['01:00', '02:00']);
    const beats = seen.filter((one) => one.endsWith('beat')).map((one) => one.slice(0, 8));
    expect(beats.slice(3, 7)).toEqual(['00:01:20', '00:01:40', '00:02:00', '00:02:20']);
    expect(beats.length).toBe(363);
  });

  test('are paused and resumed for the very next fire, both kinds', async () => {
    const { sim, seen } = createWorld();
    await sim.advance('58m');

    await sim.schedules.pause('hourly');
    await sim.schedules.pause('beat');
    const before = seen.length;
    await sim.advance('2h');
    const paused = seen.length;
    await sim.schedules.resume('hourly');
    await sim.schedules.resume('beat');
    await sim.advance('61m');

    expect(paused).toBe(before);
    expect(minutes(seen, 'hourly')).toEqual(['03:00']);
    expect(seen.find((one) => one > '02')?.slice(0, 8)).toBe('02:58:20');
    expect(await sim.schedules.get('hourly')).toMatchObject({ paused: false, source: 'template' });
  });

  test('are changed, removed and reset; fires of what they were do not run', async () => {
    const { sim, seen, say } = createWorld();

    await sim.schedules.modify('hourly', { trigger: cron('*/30 * * * *'), send: say({ text: 'half' }) });
    await sim.schedules.remove('beat');
    await sim.advance('91m');
    const changed = [...seen];
    await sim.schedules.reset('hourly');
    await sim.schedules.reset('beat');
    await sim.advance('1h');

    expect(minutes(changed, 'half')).toEqual(['00:30', '01:00', '01:30']);
    expect(minutes(changed, 'hourly')).toEqual([]);
    expect(minutes(seen.slice(changed.length), 'half')).toEqual([]);
    expect(minutes(seen.slice(changed.length), 'hourly')).toEqual(['02:00']);
    expect(minutes(seen.slice(changed.length), 'beat').length).toBeGreaterThan(170);
  });
});

describe('schedules that are added at run time', () => {
  test('are native or ticked, fire, and are gone with their last fire', async () => {
    const { sim, seen, say } = createWorld();
    await sim.schedules.pause('beat');

    const native = await sim.schedules.add('ten', { trigger: every('10m'), send: say({ text: 'ten' }) });
    const ticked = await sim.schedules.add('often', {
      trigger: every('25m', { start: '2026-06-01T00:00:07Z' }),
      send: say({ text: 'often' }),
    });
    const once = await sim.schedules.add('once', {
      trigger: at('2026-06-01T00:42:13Z'),
      send: say({ text: 'once' }),
    });
    await sim.advance('61m');

    expect([native, ticked, once].map(({ placement }) => placement.kind)).toEqual([
      'native',
      'ticked',
      'ticked',
    ]);
    expect(minutes(seen, 'ten')).toEqual(['00:10', '00:20', '00:30', '00:40', '00:50', '01:00']);
    expect(seen.filter((one) => one.endsWith('often'))).toEqual([
      '00:00:07 often',
      '00:25:07 often',
      '00:50:07 often',
    ]);
    expect(seen.filter((one) => one.endsWith('once'))).toEqual(['00:42:13 once']);
    expect(await sim.schedules.get('once')).toBeUndefined();
    expect(await timersOf(sim)).toEqual(['added-ten', ...DEPLOYED]);
  });

  test('publish, under the id of their fire, and by hand', async () => {
    const { sim, seen } = createWorld();
    await sim.schedules.pause('beat');
    await sim.schedules.add('opening', {
      trigger: cron('15 * * * *'),
      publish: describePublish(news, 'day.begins', 'good morning'),
    });

    await sim.advance('16m');
    const { id } = await sim.schedules.runNow('opening');
    await sim.advance('1m');

    expect(minutes(seen, 'read good morning')).toEqual(['00:15', '00:16']);
    expect(id).toHaveLength(30);
  });

  test('lose their timer when they are removed, or become what the service cannot fire', async () => {
    const { sim, say } = createWorld();
    await sim.schedules.add('a', { trigger: every('10m'), send: say({ text: 'a' }) });
    await sim.schedules.add('b', { trigger: every('10m'), send: say({ text: 'b' }) });
    const before = await timersOf(sim);

    await sim.schedules.remove('a');
    await sim.schedules.modify('b', { jitter: '30s' });

    expect(before).toEqual(['added-a', 'added-b', ...DEPLOYED]);
    expect(await timersOf(sim)).toEqual(DEPLOYED);
  });

  test('are listed with all others, with what became of their last fire', async () => {
    const { sim, say } = createWorld();
    await sim.schedules.add('soon', { trigger: every('5m'), send: say({ text: 'soon' }) });
    await sim.advance('6m');

    const { schedules } = await sim.schedules.list({ order: 'next' });
    const soon = await sim.schedules.get('soon');

    expect(schedules.map(({ name, source }) => [name, source])).toEqual([
      ['beat', 'template'],
      ['soon', 'runtime'],
      ['hourly', 'template'],
    ]);
    expect(soon).toMatchObject({
      sentence: 'every 5 minutes',
      next: new Date('2026-06-01T00:10:00Z'),
      last: { scheduledAt: new Date('2026-06-01T00:05:00Z'), outcome: 'sent', run: 'SUCCESS' },
      misses: 0,
    });
  });

  test('all of them pause at once', async () => {
    const { sim, seen, say } = createWorld();
    await sim.schedules.add('ten', { trigger: every('10m'), send: say({ text: 'ten' }) });

    await sim.schedules.pauseAll();
    await sim.advance('1h');
    const paused = seen.length;
    await sim.schedules.resumeAll();
    await sim.advance('12m');

    expect(paused).toBe(0);
    expect(minutes(seen, 'ten')).toEqual(['01:10']);
  });
});

describe('a date that is added at run time', () => {
  test('fires again when it is added again after it has fired, though it is past', async () => {
    const { sim, seen, say } = createWorld();
    const trigger = at('2026-06-01T00:10:00Z');
    const add = () => sim.schedules.add('once', { trigger, send: say({ text: 'once' }) });

    await add();
    await sim.advance('12m');
    await add();
    await sim.advance('1m');
    await add();
    await sim.schedules.remove('once');
    await sim.advance('5m');

    // The third one was removed when its fire was on its way.
    expect(minutes(seen, 'once')).toEqual(['00:10', '00:12']);
  });

  test('fires once when it is removed and added again before its time, or replaced at it', async () => {
    const { sim, seen, say } = createWorld();
    const trigger = at('2026-06-01T00:10:00Z');
    const add = (name: string) =>
      sim.schedules.add(name, { trigger, send: say({ text: name }) }, { conflict: 'replace' });

    await add('removed');
    await sim.advance('2m');
    await sim.schedules.remove('removed');
    await add('removed');
    await add('replaced');
    await sim.advance('7m');
    await add('replaced');
    await sim.advance('20m');

    expect(minutes(seen, 'removed')).toHaveLength(1);
    expect(minutes(seen, 'replaced')).toHaveLength(1);
  });
});

test('a change outlives every process: another client sees it, new environments hold to it', async () => {
  const { sim, seen, say } = createWorld();
  await sim.schedules.pause('beat');
  await sim.schedules.modify('hourly', { send: say({ text: 'changed' }) });
  await sim.schedules.add('ten', { trigger: every('10m'), send: say({ text: 'ten' }) });

  for (const { name } of sim.emulator.services.lambda.functions()) sim.emulator.services.lambda.kill(name);
  await using other = sim.connect();
  await sim.advance('61m');

  expect(minutes(seen, 'changed')).toEqual(['01:00']);
  expect(minutes(seen, 'ten')).toHaveLength(6);
  expect(minutes(seen, 'beat')).toEqual([]);
  expect(await other.schedules.get('beat')).toMatchObject({ paused: true });
});

test('once an hour the ticker removes the reply queues of clients that died', async () => {
  const { sim, say } = createWorld();
  const replies = () =>
    sim.emulator.services.sqs
      .snapshot()
      .map(({ name }) => name)
      .filter((name) => name.startsWith('shop-dev-reply-'));
  // Never closed, and never heard of again.
  const dead = sim.connect();
  await dead.call(say({ text: 'hello' }));

  const before = replies();
  await sim.advance('3h');

  expect(before).toHaveLength(1);
  expect(replies()).toEqual([]);
});

test('an app without schedules says what to do', async () => {
  const sim = simulate(defineApp('shop', { tasks: [defineTask('t', { run: () => 1 })] }));

  await expect(sim.schedules.list()).rejects.toMatchObject({
    code: 'NO_SCHEDULES',
    message: expect.stringContaining('runtimeSchedules: true'),
  });
});

test('what later does not know is dead-lettered with its reason, and taken when it is redriven', async () => {
  const { sim } = createWorld();
  const call = (operation: string, input: object) => sim.emulator.call('sqs', operation, { ...input });
  const QueueUrl = 'http://127.0.0.1:4566/000000000000/shop-dev-later';

  await sim.settle();
  await call('SendMessage', { QueueUrl, MessageBody: 'what is this?' });
  await sim.advance('10s');

  const dead = sim.emulator.services.sqs.snapshot().find(({ name }) => name === 'shop-dev-later-dlq');
  const [letter] = dead?.messages ?? [];
  expect(JSON.parse(letter?.body ?? '{}')).toMatchObject({
    input: 'what is this?',
    dead: { reason: 'malformed', error: { message: expect.stringContaining('MALFORMED') } },
  });
});

async function timersOf(sim: ReturnType<typeof createWorld>['sim']) {
  const { Schedules } = await sim.emulator.call('scheduler', 'ListSchedules', { GroupName: 'shop-dev' });
  // The emulator answers as the service does.
  return (Schedules as readonly { readonly Name: string }[]).map(({ Name }) => Name).sort();
}
