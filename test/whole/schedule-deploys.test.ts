/** What a deploy does to schedules: those of the code follow it, those that were added at run time stay. */
import { expect, test } from 'vitest';
import {
  type App,
  cron,
  defineApp,
  defineQueue,
  defineSchedule,
  defineTask,
  every,
  type Trigger,
} from '#lib';
import { connect } from '#lib/aws';
import { createEmulator } from '#lib/emulator';
import { synthesize } from '../infra/stack.ts';

const note = defineTask('note', { queue: defineQueue('notes'), run: () => 1 });
const at = (name: string, trigger: Trigger) => defineSchedule(name, { trigger, send: note() });

/** Before: two native ones and one for the ticker. After: one is another, one is new, two are gone. */
const before = defineApp('shop', {
  schedules: [at('kept', cron('0 2 * * *')), at('gone', cron('0 3 * * *')), at('often', every('10s'))],
});
const after = defineApp('shop', {
  schedules: [at('kept', cron('30 2 * * *')), at('fresh', cron('0 4 * * *'))],
});

test('a deploy brings, changes and removes the timers of the code, and leaves the others alone', async () => {
  await using emulator = createEmulator({ clock: { virtual: '2026-06-01T00:00:00Z' } });
  const deploy = async (app: App) => {
    const { cdk, folder } = synthesize(app, {}, { bundled: true });
    cdk.synth();
    await emulator.load(folder);
    return connect(app, {
      ...{ region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } },
      requestHandler: emulator.requestHandler(),
    });
  };
  const timers = async () => {
    const { Schedules } = await emulator.call('scheduler', 'ListSchedules', { GroupName: 'shop-dev' });
    // The emulator answers as the service does.
    return (Schedules as readonly { readonly Name: string }[]).map(({ Name }) => Name).sort();
  };

  await using old = await deploy(before);
  await old.schedules.add('extra', { trigger: every('30m'), send: note() });
  await old.schedules.pause('kept');
  await old.schedules.pause('gone');
  const first = await timers();
  await using client = await deploy(after);
  const second = await timers();

  expect(first).toEqual([
    ...['added-extra', 'shop-dev.celeriac.sweep', 'shop-dev.celeriac.ticker'],
    ...['shop-dev.gone', 'shop-dev.kept'],
  ]);
  expect(second).toEqual([...['added-extra', 'shop-dev.celeriac.sweep', 'shop-dev.fresh', 'shop-dev.kept']]);
  const { schedules } = await client.schedules.list();
  expect(schedules.map(({ name, source, paused }) => [name, source, paused])).toEqual([
    ['extra', 'runtime', false],
    ['fresh', 'template', false],
    ['kept', 'template', true],
  ]);
  expect(await client.schedules.get('kept')).toMatchObject({ sentence: expect.stringContaining('02:30') });
  await expect(client.schedules.resume('gone')).rejects.toMatchObject({ code: 'UNKNOWN_SCHEDULE' });
});
