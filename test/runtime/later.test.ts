/** `later` brings messages on at their time, and what a fire does is sent under its id. */
import { describe, expect, test } from 'vitest';
import {
  chord,
  defineApp,
  defineExchange,
  defineQueue,
  defineSchedule,
  defineTask,
  describePublish,
  every,
} from '#lib';
import { encodeLater, fireId } from '../../lib/core/schedule/fire.ts';
import { wait } from '../../lib/runtime/delayed.ts';
import { createPerform } from '../../lib/runtime/perform.ts';
import { createRandom } from '../../lib/testing/random.ts';
import { createScheduleWorld, SPACE } from './schedule-world.ts';

const START = Date.parse('2026-06-01T12:00:00Z');
const MINUTE = 60_000;
const orders = defineQueue('orders', { ordered: (order: { id: string }) => order.id });
const news = defineExchange('news', { type: 'topic' });
const inbox = defineQueue('inbox');
const work = defineTask('work', { run: () => 1 });
const ship = defineTask('ship', { queue: orders, run: () => 1 });
const levelled = defineTask('levelled', { queue: defineQueue('levels', { priorities: 3 }), run: () => 1 });
const fair = defineTask('fair', {
  queue: defineQueue('turns', { fairBy: ({ tenant }: { tenant: string }) => tenant }),
  run: () => 1,
});
const app = defineApp('shop', {
  tasks: [work, ship, levelled, fair],
  exchanges: [news],
  queues: [inbox],
  schedules: [defineSchedule('s', { trigger: every('1h'), send: work() })],
});

/** What was sent, and published, for a call. */
async function performed(schedule: ReturnType<typeof defineSchedule>) {
  const sent: { queueName: string; body: string; group?: string; deduplication?: string }[] = [];
  const published: unknown[][] = [];
  const sentWorkflows: unknown[][] = [];
  const outbox = {
    send: async (queueName: string, message: { body: string }) => void sent.push({ queueName, ...message }),
    flush: async () => {},
  };
  const publish = async (...given: unknown[]) => {
    published.push(given);
    return { messageId: '' };
  };
  const perform = createPerform(app, SPACE, {
    ...{ outbox, publish, store: undefined },
    workflow: async (...given) => sentWorkflows.push(given),
  });
  const id = fireId(SPACE, schedule.name, START);
  await perform(schedule.spec.call, {
    schedule: schedule.name,
    id,
    scheduledAt: START,
    dueAt: START + 5_000,
  });
  return { id, sent, published, sentWorkflows };
}

test.each([
  ['of half an hour', 30 * MINUTE + 12_345],
  ['of ten seconds', 10_000],
  ['of a month', 30 * 24 * 60 * MINUTE + 1],
])(
  'a message with a delay %s goes on at its time, to the second, though timers are late',
  async (_, delayMs) => {
    const sim = createScheduleWorld(app, { start: START, random: createRandom(7), ticker: false });
    const dueAt = START + delayMs;
    const message = {
      id: 'm1',
      queueName: 'orders.fifo',
      body: 'hello',
      dueAt,
      group: 'g',
      deduplication: 'd',
    };
    sim.put(encodeLater({ kind: 'message', message }));

    await sim.advance(delayMs - 1);
    const before = [...sim.sent];
    await sim.advance(1_001);

    expect(before).toEqual([]);
    expect(sim.sent).toMatchObject([{ queueName: 'orders.fifo', body: 'hello' }]);
  },
);

test('a body that is neither fire nor message is refused with a code', async () => {
  const sim = createScheduleWorld(app, { start: START });
  sim.put('{"hello":1}');

  await sim.advance(1_000);

  expect(sim.sent).toEqual([]);
  expect(sim.runs.filter((run) => run.schedule !== 's')).toEqual([]);
});

describe('a message that waits for 2 hours', () => {
  const dueAt = START + 120 * MINUTE;
  const messageOf = (length: number) => {
    const message = { id: 'm', queueName: 'q', body: 'x'.repeat(length), dueAt };
    return { kind: 'message' as const, message };
  };

  test('is handed to later by whoever has no timers', async () => {
    const { ports, sent } = waiting();

    await wait({ ...ports, timers: undefined }, 'm', dueAt, messageOf(10));

    expect(sent).toEqual([['later', undefined]]);
  });

  test('gets a timer from later, a minute before its time', async () => {
    const { ports, sent, timers } = waiting();

    await wait(ports, 'm', dueAt, messageOf(10));

    expect(sent).toEqual([]);
    expect(timers).toEqual([['m', dueAt - MINUTE]]);
  });

  test('waits in the queue, 15 minutes at a time, when it is too large for a timer', async () => {
    const { ports, sent, timers } = waiting();

    await wait(ports, 'm', dueAt, messageOf(210_000));

    expect(sent).toEqual([['later', 900]]);
    expect(timers).toEqual([]);
  });

  test('is refused when SQS would not take it inside its envelope', async () => {
    const { ports } = waiting();

    const refused = wait(ports, 'm', dueAt, messageOf(1_048_576));

    await expect(refused).rejects.toMatchObject({
      code: 'MESSAGE_TOO_LARGE',
      message: expect.stringContaining('send a reference'),
    });
  });

  function waiting() {
    const sent: unknown[] = [];
    const timers: unknown[] = [];
    const ports = {
      clock: createScheduleWorld(app, { start: START }).clock,
      outbox: {
        send: async (name: string, message: { readonly delaySeconds?: number }) =>
          void sent.push([name, message.delaySeconds]),
      },
      laterQueueName: 'later',
      timers: { once: async (name: string, at: number) => void timers.push([name, at]) },
    };
    return { ports, sent, timers };
  }
});

test('a task is sent under the id of its fire and claimed, with nothing from the clock', async () => {
  const schedule = defineSchedule('s', {
    trigger: every('1h'),
    send: work({ n: 1 }, { expires: '10m', headers: { by: 'night' } }),
  });

  const { id, sent } = await performed(schedule);

  expect(sent).toHaveLength(1);
  expect(sent[0]?.queueName).toBe('shop-dev-default');
  expect(JSON.parse(sent[0]?.body ?? '')).toEqual({
    celeriac: 1,
    id,
    task: 'work',
    input: { n: 1 },
    sentAt: START,
    expiresAt: START + 5_000 + 10 * MINUTE,
    claim: true,
    headers: { by: 'night' },
  });
});

test('a task keeps the options of its signature, and its place in a queue with levels or turns', async () => {
  const urgent = work({ n: 1 }, { priority: 7, force: true, ignoreResult: true });
  const schedules = [
    defineSchedule('s', { trigger: every('1h'), send: urgent }),
    defineSchedule('s', { trigger: every('1h'), send: levelled('a', { priority: 7 }) }),
    defineSchedule('s', { trigger: every('1h'), send: fair({ tenant: 't1' }) }),
  ];

  const [plain, high, turn] = await Promise.all(schedules.map(performed));

  expect(JSON.parse(plain?.sent[0]?.body ?? '')).toMatchObject({
    ...{ priority: 7, force: true, ignoreResult: true },
  });
  expect(high?.sent).toMatchObject([{ queueName: 'shop-dev-levels-p2' }]);
  expect(turn?.sent).toMatchObject([{ queueName: 'shop-dev-turns', group: 't1' }]);
});

test('a workflow is sent under the id of its fire, with its deadline', async () => {
  const send = chord([work({ n: 1 })], work);
  const schedule = defineSchedule('s', { trigger: every('1h'), send, deadline: '90m' });

  const { id, sent, sentWorkflows } = await performed(schedule);

  expect(sent).toEqual([]);
  expect(sentWorkflows).toEqual([[send.plan, { id, deadline: '90m' }]]);
});

test('on an ordered queue a fire has the group of its input, and one deduplication id', async () => {
  const schedule = defineSchedule('s', { trigger: every('1h'), send: ship({ id: 'o1' }) });

  const { id, sent } = await performed(schedule);

  const order = { queueName: 'shop-dev-orders.fifo', group: 'o1', deduplication: `${id}-0-0-0` };
  expect(sent).toMatchObject([order]);
  expect(JSON.parse(sent[0]?.body ?? '')).toMatchObject({ group: 'o1', claim: true });
});

test('a publish goes through the publisher, with the id of the fire and all of its options', async () => {
  const options = { headers: { at: new Date(5), n: 1n, list: ['a'] }, priority: 3, expires: '1m' } as const;
  const schedules = [
    defineSchedule('s', { trigger: every('1h'), publish: describePublish(news, 'a.b', { x: 1 }, options) }),
    defineSchedule('s', { trigger: every('1h'), publish: describePublish(inbox, 'hello') }),
  ];

  const [toExchange, toQueue] = await Promise.all(schedules.map(performed));

  const { id } = toExchange ?? { id: '' };
  expect(toExchange?.published).toEqual([[news, 'a.b', { x: 1 }, { ...options, messageId: id }]]);
  expect(toQueue?.published).toEqual([[inbox, 'hello', { messageId: id }]]);
});
