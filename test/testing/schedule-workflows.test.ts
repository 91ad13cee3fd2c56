/** Schedules that send workflows, on the real client, ticker, `later` and workers. */
import { describe, expect, test } from 'vitest';
import {
  at,
  chain,
  chord,
  chunks,
  cron,
  defineApp,
  defineQueue,
  defineSchedule,
  defineTask,
  every,
  group,
  linkError,
  map,
  RejectError,
} from '#lib';
import { simulate } from '#lib/testing';
import { fireId, SCHEDULED_TIME, toTimerInput } from '../../lib/core/schedule/fire.ts';
import { revisionOf } from '../../lib/core/schedule/spec.ts';

const START = '2026-06-01T00:00:05Z';
const SPACE = { app: 'shop', stage: 'dev' };
const idOf = (schedule: string, time: string) => fireId(SPACE, schedule, Date.parse(time));

function createWorld() {
  const seen: string[] = [];
  const note = (text: string): void => {
    seen.push(`${sim.now().toISOString().slice(11, 19)} ${text}`);
  };
  const work = { queue: defineQueue('work') };
  const double = defineTask('double', {
    ...work,
    run(n: number) {
      note(`double ${n}`);
      return n * 2;
    },
  });
  const sum = defineTask('sum', {
    ...work,
    run(numbers: number[]) {
      const total = numbers.reduce((one, other) => one + other, 0);
      note(`sum ${total}`);
      return total;
    },
  });
  const fail = defineTask('fail', {
    ...work,
    run(): number {
      throw new RejectError('no');
    },
  });
  const mourn = defineTask('mourn', { ...work, run: ({ task }: { task: string }) => note(`mourn ${task}`) });
  const app = defineApp('shop', {
    // The tasks of the schedules' workflows are the app's without being named.
    schedules: [
      defineSchedule('native', {
        trigger: cron('0 * * * *'),
        send: chord([double(1), double(2)], sum),
        deadline: '30m',
      }),
      defineSchedule('ticked', { trigger: at('2026-06-01T00:30:07Z'), send: chain(double(5), double) }),
      defineSchedule('mapped', { trigger: at('2026-06-01T00:31:00Z'), send: map(double, [3, 4]) }),
      defineSchedule('cut', { trigger: at('2026-06-01T00:32:00Z'), send: chunks(double, [5, 6, 7], 2) }),
      defineSchedule('wrong', { trigger: at('2026-06-01T00:33:00Z'), send: linkError(fail(), mourn) }),
    ],
    runtimeSchedules: true,
  });
  const sim = simulate(app, { start: START });
  return { app, sim, seen, double, sum };
}

describe('a schedule of the code', () => {
  test('sends a workflow at each fire, whose id is the fire', async () => {
    const { sim, seen, app } = createWorld();

    await sim.advance('122m');

    expect(app.tasks.map(({ name }) => name).sort()).toEqual(['double', 'fail', 'mourn', 'sum']);
    expect(await sim.workflow(idOf('native', '2026-06-01T01:00:00Z')).get()).toBe(6);
    expect(await sim.workflow(idOf('native', '2026-06-01T02:00:00Z')).get()).toBe(6);
    expect(await sim.workflow(idOf('ticked', '2026-06-01T00:30:07Z')).get()).toBe(20);
    expect(await sim.workflow(idOf('mapped', '2026-06-01T00:31:00Z')).get()).toEqual([6, 8]);
    expect(await sim.workflow(idOf('cut', '2026-06-01T00:32:00Z')).get()).toEqual([[10, 12], [14]]);
    expect(await sim.workflow(idOf('wrong', '2026-06-01T00:33:00Z')).state()).toBe('FAILURE');
    expect(seen.filter((one) => one.endsWith('sum 6'))).toHaveLength(2);
    expect(seen.filter((one) => one.includes('double 5'))[0]).toBe('00:30:07 double 5');
    expect(seen.filter((one) => one.endsWith('mourn fail'))).toHaveLength(1);
  });

  test('says what it sends, and what has become of the workflow', async () => {
    const { sim } = createWorld();
    await sim.advance('62m');

    const info = await sim.schedules.get('native');

    expect(info).toMatchObject({
      call: { kind: 'workflow', deadlineMs: 1_800_000, plan: { kind: 'chain' } },
      last: { outcome: 'sent', id: idOf('native', '2026-06-01T01:00:00Z'), run: 'SUCCESS' },
    });
  });
});

test('a fire that comes again, at once or when its workflow is long over, starts nothing twice', async () => {
  const { app, sim, seen } = createWorld();
  const [native] = app.schedules;
  const input = toTimerInput('native', native === undefined ? '' : revisionOf(native.spec));
  const again = () =>
    sim.emulator.call('sqs', 'SendMessage', {
      QueueUrl: 'http://127.0.0.1:4566/000000000000/shop-dev-later',
      MessageBody: input.replace(SCHEDULED_TIME, '2026-06-01T01:00:00Z'),
    });
  await sim.advance('59m');
  await sim.settle();

  await Promise.all([again(), again()]);
  await sim.advance('3m');
  await again();
  await sim.advance('10m');

  expect(count(seen, 'double 1')).toBe(1);
  expect(count(seen, 'double 2')).toBe(1);
  expect(count(seen, 'sum 6')).toBe(1);
});

describe('at run time', () => {
  test('workflows are added, native and ticked, changed, and sent by hand', async () => {
    const { sim, seen, double, sum } = createWorld();
    await sim.schedules.removeAll();

    const native = await sim.schedules.add('ten', {
      trigger: every('10m'),
      send: chord([double(1), double(2)], sum),
    });
    const ticked = await sim.schedules.add('often', {
      trigger: every('10m'),
      jitter: '1s',
      send: chain(double(10), double),
    });
    await sim.advance('11m');
    await sim.schedules.modify('ten', { send: group([double(100)]) });
    const { id } = await sim.schedules.runNow('often');
    await sim.advance('10m');

    expect([native.placement.kind, ticked.placement.kind]).toEqual(['native', 'ticked']);
    expect(await sim.workflow(id).get()).toBe(40);
    expect(count(seen, 'sum 6')).toBe(1);
    expect(count(seen, 'double 100')).toBe(1);
    // Twice by its times, once by hand.
    expect(count(seen, 'double 10')).toBe(3);
    expect(await sim.group(idOf('ten', '2026-06-01T00:20:00Z')).join()).toEqual([200]);
  });

  test('maxInstances counts workflows until they have ended', async () => {
    const { sim, double } = createWorld();
    await sim.schedules.removeAll();
    await sim.schedules.add('one', {
      trigger: every('10m'),
      // Its second part waits for longer than the next fire.
      send: chain(double(1), double(2, { delay: '15m' })),
      maxInstances: 1,
    });

    await sim.advance('41m');

    // Of 00:10, 00:20, 00:30 and 00:40.
    expect(await sim.schedules.get('one')).toMatchObject({ misses: 2, last: { outcome: 'max-instances' } });
  });
});

function count(seen: readonly string[], text: string): number {
  return seen.filter((one) => one.endsWith(` ${text}`)).length;
}
