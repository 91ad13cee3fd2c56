/** The port Timers over EventBridge Scheduler, through every door of the emulator. */
import { describe, expect, test } from 'vitest';
import { createPlace } from '../../lib/aws/place.ts';
import { createQueueUrls } from '../../lib/aws/queues.ts';
import { createTimers } from '../../lib/aws/timers.ts';
import { defineApp, defineSchedule, defineTask, every, topology } from '../../lib/index.ts';
import { provision } from '../../lib/testing/provision.ts';
import { DOORS } from './doors.ts';

/** The ticker's, which stands in the template. */
const TICKER = 'shop-dev.celeriac.ticker';

const task = defineTask('t', { run: () => 1 });
const app = defineApp('shop', {
  workflows: false,
  schedules: [defineSchedule('s', { trigger: every('10s'), send: task() })],
});
const INPUT = '{"celeriac":1,"at":"<aws.scheduler.scheduled-time>"}';
const MINUTE = 60_000;

describe.each(Object.entries(DOORS))('timers, %s', (_name, open) => {
  test('one is made, and made another; gone is gone, also a second time', async () => {
    const { timers, listed, shown, close } = await openTimers();

    await timers.put('nightly', { expression: 'cron(0 2 * * ? *)', timezone: 'Europe/Oslo', input: INPUT });
    const first = await shown('added-nightly');
    await timers.put('nightly', { expression: 'rate(5 minutes)', input: INPUT });
    const second = await shown('added-nightly');
    await timers.remove('nightly');
    await timers.remove('nightly');
    const left = await listed();
    await close();

    expect(first).toMatchObject({
      ScheduleExpression: 'cron(0 2 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Oslo',
      FlexibleTimeWindow: { Mode: 'OFF' },
      ActionAfterCompletion: 'DELETE',
      Target: {
        Arn: 'arn:aws:sqs:us-east-1:000000000000:shop-dev-later',
        RoleArn: 'arn:aws:iam::000000000000:role/shop-dev-timers-us-east-1',
        DeadLetterConfig: { Arn: 'arn:aws:sqs:us-east-1:000000000000:shop-dev-later-dlq' },
        RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
        Input: INPUT,
      },
    });
    expect(second).toMatchObject({
      ScheduleExpression: 'rate(5 minutes)',
      ScheduleExpressionTimezone: 'UTC',
    });
    expect(left).toEqual([TICKER]);
  });

  test('start and end are given as they are, and what has ended is gone', async () => {
    const { timers, listed, shown, now, advance, received, close } = await openTimers();
    const [start, end] = [new Date(now() + 10 * MINUTE), new Date(now() + 20 * MINUTE + 30_000)];

    const bounds = { start: start.toISOString(), end: end.toISOString() };
    await timers.put('s', { expression: 'rate(5 minutes)', input: INPUT, ...bounds });
    const made = await shown('added-s');
    await advance(30 * MINUTE);
    const left = await listed();
    const fired = await received();
    await close();

    expect(new Date(Number(made.StartDate))).toEqual(start);
    expect(new Date(Number(made.EndDate))).toEqual(end);
    expect(fired.map((at) => (Date.parse(at) - start.getTime()) / MINUTE)).toEqual([0, 5, 10]);
    expect(left).toEqual([TICKER]);
  });

  test('a one-shot fires once and is gone, however often it was made; cancelled it does not', async () => {
    const { timers, listed, now, advance, received, close } = await openTimers();
    const at = Math.ceil(now() / MINUTE) * MINUTE + 5 * MINUTE;

    await timers.once('m', at, INPUT);
    await timers.once('m', at, INPUT);
    await timers.once('a message/with any:id', at, INPUT);
    await timers.once('never', at, INPUT);
    await timers.cancel('never');
    await timers.cancel('never made');
    const waiting = await listed();
    await advance(10 * MINUTE);
    const [left, fired] = [await listed(), await received()];
    await close();

    expect(waiting.map((name) => name.replace(/[0-9a-f]{48}$/, ''))).toEqual(['once-', 'once-', TICKER]);
    expect(fired.map((time) => Date.parse(time))).toEqual([at, at]);
    expect(left).toEqual([TICKER]);
  });

  async function openTimers() {
    const { call, close, emulator } = await open();
    await provision(emulator, { ...topology(app), workers: [] }, () => {
      throw new Error('there are no workers here');
    });
    const url = createQueueUrls(call);
    const place = createPlace(url, async () => 'us-east-1', 'shop-dev-later');
    const group = { GroupName: 'shop-dev' };
    const asked = (operation: string, input: object) => emulator.call('scheduler', operation, { ...input });
    return {
      ...{ close, now: () => emulator.clock.now(), advance: (ms: number) => emulator.advance(ms) },
      timers: createTimers(call, place, { app: 'shop', stage: 'dev' }),
      async listed() {
        const { Schedules } = await asked('ListSchedules', group);
        // The emulator answers as the service does.
        return (Schedules as readonly { readonly Name: string }[]).map(({ Name }) => Name).sort();
      },
      shown: (Name: string) => asked('GetSchedule', { ...group, Name }),
      /** The times for which something was brought, but for the ticker's. */
      async received() {
        const queue = emulator.services.sqs.snapshot().find(({ name }) => name === 'shop-dev-later');
        const bodies = (queue?.messages ?? []).map(({ body }) => JSON.parse(body));
        return bodies.flatMap(({ at }) => at ?? []).sort();
      },
    };
  }
});
