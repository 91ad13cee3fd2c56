import { describe, expect, test } from 'vitest';
import {
  at,
  cron,
  defineApp,
  defineConsumer,
  defineExchange,
  defineQueue,
  defineSchedule,
  defineTask,
  describePublish,
  every,
  exponential,
  topology,
} from '#lib';
import { parseLater } from '../../lib/core/schedule/fire.ts';
import { parseExpression } from '../../lib/emulator/scheduler/expression.ts';
import { mixedSchedules } from '../core/schedule/mixed-schedules.ts';

const run = () => 1;
const report = defineTask('report', { queue: defineQueue('reports'), result: false, run });
const other = defineTask('other', { queue: defineQueue('others'), result: false, run });
const nightly = defineSchedule('nightly', {
  trigger: cron('0 2 * * *', { timezone: 'America/Los_Angeles' }),
  send: report(),
});
const beat = defineSchedule('beat', { trigger: every('10s'), send: report() });

describe('an app', () => {
  test('has later for its delays, and no timers without schedules', () => {
    const { later, queues, workers, tables } = topology(defineApp('shop', { tasks: [report] }));

    expect(later).toEqual({
      queueName: 'shop-dev-later',
      deadLetterQueueName: 'shop-dev-later-dlq',
      groupName: 'shop-dev',
      rolePrefix: 'shop-dev-timers',
      schedules: false,
      ticker: false,
      workflows: false,
      timers: [],
    });
    expect(queues.map(({ queueName }) => queueName)).toEqual(['shop-dev-reports', 'shop-dev-later']);
    expect(workers.map(({ queue, later: isLater, state }) => [queue, isLater, state])).toEqual([
      ['reports', false, false],
      ['later', true, false],
    ]);
    expect(tables).toEqual([]);
  });

  test('with workflows has a timer for their sweep, and a later that ends what is overdue', () => {
    const kept = defineTask('kept', { run });
    const timersOf = (options: object) =>
      topology(defineApp('shop', { tasks: [kept], ...options })).later?.timers.map(
        ({ timerName }) => timerName,
      );
    const { workers } = topology(defineApp('shop', { tasks: [kept] }));

    expect(timersOf({})).toEqual(['shop-dev.celeriac.sweep']);
    expect(timersOf({ workflows: false })).toEqual([]);
    expect(timersOf({ longDelays: false })).toBeUndefined();
    expect(timersOf({ longDelays: false, schedules: [nightly] })).toEqual([
      'shop-dev.celeriac.sweep',
      'shop-dev.nightly',
    ]);
    expect(workers.find(({ queue }) => queue === 'later')).toMatchObject({
      ...{ state: true, workflows: true, fires: false },
    });
  });

  test('that wants no long delays has none of it', () => {
    const { later, queues, workers } = topology(defineApp('shop', { tasks: [report], longDelays: false }));

    expect(later).toBeUndefined();
    expect(queues.map(({ name }) => name)).toEqual(['reports']);
    expect(workers.map(({ queue }) => queue)).toEqual(['reports']);
  });

  test('with a native schedule has its timer, and no ticker', () => {
    const { later } = topology(defineApp('shop', { schedules: [nightly] }));

    expect(later?.timers).toEqual([
      {
        timerName: 'shop-dev.nightly',
        description: expect.stringContaining('nightly'),
        expression: 'cron(0 2 * * ? *)',
        timezone: 'America/Los_Angeles',
        input: expect.stringContaining('<aws.scheduler.scheduled-time>'),
      },
    ]);
  });

  test.each([
    ['a ticked schedule', defineApp('shop', { schedules: [beat], longDelays: false })],
    ['runtimeSchedules', defineApp('shop', { tasks: [report], runtimeSchedules: true, longDelays: false })],
  ])('with %s has a ticker, and nothing else is timed', (_, app) => {
    const { later } = topology(app);

    expect(later?.timers.map(({ timerName, expression }) => [timerName, expression])).toEqual([
      ['shop-dev.celeriac.ticker', 'rate(1 minute)'],
    ]);
  });

  test('with schedules has the table, and every worker has records, since a fire may be sent twice', () => {
    const consumer = defineConsumer(defineQueue('inbox'), { run });
    const app = defineApp('shop', { tasks: [other], consumers: [consumer], schedules: [nightly] });

    const { tables, workers } = topology(app);

    expect(tables).toHaveLength(1);
    expect(workers.map(({ queue, state }) => [queue, state])).toEqual([
      ['others', true],
      ['reports', true],
      ['inbox', true],
      ['later', true],
    ]);
  });

  test('whose schedules publish is bundled with what publishes', () => {
    const publishing = defineSchedule('p', {
      trigger: every('1h'),
      publish: describePublish(report.queue, 1),
    });

    const { workers } = topology(defineApp('shop', { tasks: [report], schedules: [publishing] }));

    expect(workers.every(({ messaging }) => messaging)).toBe(true);
  });
});

describe('what EventBridge Scheduler is given', () => {
  const defined = [...mixedSchedules()].map(([name, trigger]) =>
    defineSchedule(name, { trigger, send: report() }),
  );
  const timersOf = (schedules: typeof defined) =>
    topology(defineApp('shop', { schedules })).later?.timers ?? [];

  test('is parsed by its own grammar, for 200 schedules of all kinds', () => {
    const timers = timersOf(defined);

    expect(timers.length).toBeGreaterThan(50);
    for (const { expression } of timers) expect(() => parseExpression(expression)).not.toThrow();
  });

  test.each([
    ['a date', at('2027-01-01T00:00:00Z'), 'at(2027-01-01T00:00:00)'],
    ['weekdays', cron('30 6 * * mon-fri'), 'cron(30 6 ? * 2-6 *)'],
    ['an interval that is a cron', every('1h'), 'cron(0 * * * ? *)'],
  ])('%s becomes %s', (_, trigger, expression) => {
    const [timer] = timersOf([defineSchedule('s', { trigger, send: report() })]);

    expect(timer).toMatchObject({ expression, timezone: 'UTC' });
    expect(() => parseExpression(expression)).not.toThrow();
  });

  test('brings a fire, or a tick, once the service has put the time in', () => {
    const timers = timersOf([nightly, beat]);

    const brought = timers.map(({ timerName, input }) => [
      timerName,
      parseLater(input.replace('<aws.scheduler.scheduled-time>', '2026-01-02T10:00:00Z')),
    ]);

    expect(brought).toEqual([
      ['shop-dev.celeriac.ticker', { kind: 'tick', nominal: Date.parse('2026-01-02T10:00:00Z') }],
      [
        'shop-dev.nightly',
        {
          kind: 'fire',
          fire: {
            schedule: 'nightly',
            revision: expect.any(String),
            scheduledAt: Date.parse('2026-01-02T10:00:00Z'),
          },
        },
      ],
    ]);
  });

  test('has names that fit, also in the Region with the longest name', () => {
    const app = defineApp('a'.repeat(16), {
      schedules: [defineSchedule('s'.repeat(32), { trigger: every('1h'), send: report() })],
    });

    const { later } = topology(app, { stage: 't'.repeat(10) });

    for (const { timerName } of later?.timers ?? []) expect(timerName.length).toBeLessThanOrEqual(64);
    expect(later?.groupName.length).toBeLessThanOrEqual(64);
    // IAM: the name of a role.
    expect(`${later?.rolePrefix}-${'r'.repeat(16)}`.length).toBeLessThanOrEqual(64);
  });
});

describe('without later', () => {
  const slow = { attempts: 3, backoff: exponential('1m', { max: '1h' }) };

  test('everything that waits for longer than SQS delays is refused, with what to do', () => {
    const task = defineTask('slow', { retry: slow, run });
    const consumer = defineConsumer(defineQueue('inbox'), { retry: slow, run });
    const app = () => defineApp('shop', { tasks: [task], consumers: [consumer], longDelays: false });

    expect(app).toThrow(
      expect.objectContaining({
        problems: ['tasks.slow', 'consumers.inbox'].map((path) => ({
          code: 'DELAY_TOO_LONG',
          path: `${path}.retry.backoff`,
          message: expect.stringContaining('drop longDelays: false'),
        })),
      }),
    );
  });

  test('an exchange, a queue or a task may be called anything, but a queue later', () => {
    const exchange = defineExchange('later', { type: 'fanout' });
    const queue = defineQueue('later');

    expect(() => defineApp('shop', { exchanges: [exchange] })).not.toThrow();
    expect(() => defineApp('shop', { queues: [queue] })).toThrow(
      expect.objectContaining({ code: 'RESERVED_NAME' }),
    );
  });
});
