import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  type App,
  at,
  cron,
  defineApp,
  defineExchange,
  defineQueue,
  defineSchedule,
  defineTask,
  describePublish,
  every,
  SCHEDULE_DEFAULTS,
  type ScheduleOptions,
} from '#lib';

const run = (): void => {};
const trigger = every('1h');
const price = defineTask('price', { input: z.object({ sku: z.string() }), run });
const send = price({ sku: 'tea' });
const inbox = defineQueue('inbox');
const news = defineExchange('news', { type: 'topic' });
const line = defineQueue('line', { ordered: true });
const byName = defineQueue('by-name', { ordered: ({ name }: { name: string }) => name });
const sold = defineExchange('sold', { type: 'direct', messages: { sold: z.object({ sku: z.string() }) } });

function caught(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

function appOf(options: object): App {
  // What a caller without types may write.
  return defineApp('shop', { schedules: [defineSchedule('s', { trigger, ...options } as ScheduleOptions)] });
}

test('an app holds what its schedules reach: tasks, queues and exchanges', () => {
  const app = defineApp('shop', {
    schedules: [
      defineSchedule('a', { trigger, send }),
      defineSchedule('b', { trigger, publish: describePublish(news, 'x.y', { any: 1 }) }),
      defineSchedule('c', { trigger, publish: describePublish(inbox, { any: 1 }) }),
    ],
  });

  expect(app.tasks).toEqual([price]);
  expect(app.exchanges).toEqual([news]);
  expect(app.queues.map(({ name }) => name)).toEqual(['default', 'inbox']);
  expect(app.schedules.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  expect(app.runtimeSchedules).toBe(false);
});

test('a schedule is complete and frozen, and its options have the defaults that the docs state', () => {
  const schedule = defineSchedule('s', { trigger, send });

  expect(schedule).toMatchObject({ kind: 'schedule', name: 's', paused: SCHEDULE_DEFAULTS.paused });
  expect(schedule.spec).toEqual({
    trigger,
    call: { kind: 'send', task: 'price', input: { sku: 'tea' } },
    coalesce: SCHEDULE_DEFAULTS.coalesce,
    jitterMs: 0,
  });
  expect(Object.isFrozen(schedule)).toBe(true);
  expect(Object.isFrozen(schedule.spec)).toBe(true);
});

test('start and end without an offset are local times of the time zone', () => {
  const schedule = defineSchedule('s', {
    trigger,
    send,
    start: '2026-07-01T09:00',
    end: '2026-07-02',
    timezone: 'Europe/Oslo',
  });

  expect(schedule.problems).toEqual([]);
  expect(schedule.spec).toMatchObject({
    startMs: Date.parse('2026-07-01T07:00:00Z'),
    endMs: Date.parse('2026-07-01T22:00:00Z'),
  });
});

test.each<[string, object, string, string]>([
  ['that does nothing', {}, 'INVALID_SCHEDULE', 'give one of send and publish'],
  ['that does two things', { send, publish: describePublish(inbox, 1) }, 'INVALID_SCHEDULE', 'one of'],
  ['without a trigger', { trigger: undefined, send }, 'INVALID_TRIGGER', 'is no trigger'],
  ['whose trigger is text', { trigger: '0 2 * * *', send }, 'INVALID_TRIGGER', "'kind'"],
  ['that never fires', { send, trigger: cron('0 0 30 2 *') }, 'SCHEDULE_NEVER_FIRES', 'never fires'],
  [
    'that ends before its date',
    { send, trigger: at('2026-07-01T00:00:00Z'), end: new Date(5) },
    'SCHEDULE_NEVER_FIRES',
    'look at its trigger, start and end',
  ],
  [
    'that fires each half second',
    { send, trigger: every('500ms') },
    'TRIGGER_TOO_FINE',
    'at least 1 s apart',
  ],
  ['that sends a task without its call', { send: price }, 'INVALID_SCHEDULE', 'give task(input)'],
  ['that sends text', { send: 'price' }, 'INVALID_SCHEDULE', 'send is no call'],
  ['that publishes text', { publish: 'news' }, 'INVALID_SCHEDULE', 'describePublish('],
  ['with a grace of no time', { send, misfireGrace: '0s' }, 'INVALID_MISFIRE_GRACE', "give '1s' or more"],
  ['with a grace without a unit', { send, misfireGrace: '60' }, 'INVALID_MISFIRE_GRACE', "'60'"],
  ['that coalesces otherwise', { send, coalesce: 'some' }, 'INVALID_COALESCE', 'earliest, latest, all'],
  ['with no instance', { send, maxInstances: 0 }, 'INVALID_MAX_INSTANCES', '1 to 100'],
  [
    'that counts what it publishes',
    { publish: describePublish(inbox, 1), maxInstances: 1 },
    'MAX_INSTANCES_WITHOUT_TASK',
    'send a task',
  ],
  ['with too much jitter', { send, jitter: '2d' }, 'INVALID_JITTER', "at most '1d'"],
  [
    'that ends before it starts',
    { send, start: new Date(9), end: new Date(5) },
    'INVALID_TRIGGER',
    'before start',
  ],
  ['whose start has no offset', { send, start: '2026-01-01' }, 'INVALID_TRIGGER', 'has no offset'],
  [
    'in a time zone that is none',
    { send, start: '2026-01-01', timezone: 'Mars/One' },
    'INVALID_TIMEZONE',
    'Mars/One',
  ],
  [
    'whose signature says when',
    { send: price({ sku: 'a' }, { at: new Date() }) },
    'AT_IN_SCHEDULE',
    'drop it',
  ],
  ['whose input does not fit', { send: price({ sku: 1 as unknown as string }) }, 'INVALID_INPUT', "'price'"],
  ['whose input is no JSON', { send: defineTask('any', { run })(new Map()) }, 'INPUT_NOT_JSON', 'Map'],
  ['whose message is no JSON', { publish: describePublish(inbox, 1n) }, 'MESSAGE_NOT_JSON', 'bigint'],
  [
    'with a group on a standard queue',
    { send: price({ sku: 'a' }, { group: 'g' }) },
    'GROUP_ON_STANDARD_QUEUE',
    'drop group',
  ],
  [
    'of a task that the app does not have',
    { send: { kind: 'signature', task: 'other', input: 1, options: {} } },
    'UNKNOWN_TASK',
    "'other'",
  ],
  [
    'that publishes to an internal exchange',
    { publish: describePublish(defineExchange('inner', { type: 'fanout', internal: true }), '', 1) },
    'EXCHANGE_INTERNAL',
    'inner',
  ],
  [
    'whose routing key is too long',
    { publish: describePublish(news, 'k'.repeat(256), 1) },
    'ROUTING_KEY_TOO_LONG',
    '255',
  ],
  [
    'whose CC is a text',
    { publish: describePublish(news, 'k', 1, { headers: { CC: 'other' } }) },
    'CC_NOT_A_LIST',
    'CC',
  ],
  [
    'whose message expires without a unit',
    { publish: describePublish(news, 'k', 1, { expires: '5' as '5s' }) },
    'INVALID_DURATION',
    "'5'",
  ],
  [
    'whose message has no priority that is one',
    { publish: describePublish(inbox, 1, { priority: 256 }) },
    'INVALID_PRIORITY',
    '0 to 255',
  ],
  [
    'that publishes in a group where there are none',
    { publish: describePublish(inbox, 1, { group: 'g' }) },
    'GROUP_ON_STANDARD_QUEUE',
    "queue 'inbox' is not ordered",
  ],
  [
    'whose group is none',
    { publish: describePublish(line, 1, { group: 'ä' }) },
    'INVALID_GROUP',
    "group is 'ä'",
  ],
  [
    'whose input has no group on an ordered queue',
    { send: defineTask('book', { queue: byName, run })({ name: '' }) },
    'INVALID_GROUP',
    "group is ''",
  ],
  [
    'whose message makes the function of its group throw',
    { publish: describePublish(byName, null) },
    'INVALID_GROUP',
    'threw: TypeError',
  ],
  [
    "whose message is nobody's on a fair queue",
    { publish: describePublish(defineQueue('fair', { fairBy: ({ name }: { name: string }) => name }), {}) },
    'INVALID_GROUP',
    "group is 'undefined'",
  ],
  [
    'under whose routing key nothing is published',
    { publish: describePublish(sold, sold.key('lost') as unknown as 'sold', { sku: 'a' }) },
    'UNKNOWN_ROUTING_KEY',
    'it has sold',
  ],
  [
    'whose message does not fit',
    { publish: describePublish(sold, 'sold', { sku: 1 as unknown as string }) },
    'INVALID_MESSAGE',
    "exchange 'sold' does not take this message",
  ],
])('a schedule %s is refused with its path', (_, options, code, text) => {
  const error = caught(() => appOf(options));

  expect(error).toMatchObject({
    name: 'DefinitionError',
    code,
    problems: [{ path: expect.stringMatching(/^schedules\.s/) }],
  });
  expect(String(error)).toContain(text);
});

test('two schedules of one name, and a name that AWS would not take, are refused', () => {
  const twice = caught(() =>
    defineApp('shop', {
      schedules: [defineSchedule('a', { trigger, send }), defineSchedule('a', { trigger, send })],
    }),
  );
  const wrong = caught(() => defineApp('shop', { schedules: [defineSchedule('a.b', { trigger, send })] }));

  expect(twice).toMatchObject({ code: 'DUPLICATE_NAME', problems: [{ path: 'schedules.a' }] });
  expect(wrong).toMatchObject({ code: 'INVALID_NAME', problems: [{ path: 'schedules.a.b' }] });
});

test("an input that a schema checks later is not called wrong, and its rejection is nobody's", async () => {
  const slow = defineTask('slow', { input: z.string().refine(async () => false), run });

  const app = defineApp('shop', { schedules: [defineSchedule('s', { trigger, send: slow('x') })] });
  await Promise.resolve();

  expect(app.schedules).toHaveLength(1);
});
