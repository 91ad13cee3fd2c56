/** Workflows that schedules send: what they reach, and what is refused when they are defined. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  type AppOptions,
  at,
  chain,
  chord,
  chunks,
  defineApp,
  defineQueue,
  defineSchedule,
  defineTask,
  every,
  group,
  link,
  linkError,
  map,
  type Schedule,
  type ScheduleOptions,
} from '#lib';

const run = (): void => {};
const trigger = every('1h');
const price = defineTask('price', { input: z.object({ sku: z.string() }), run: () => 1 });
const sum = defineTask('sum', { run: (numbers: readonly number[]) => numbers.length });
const mourn = defineTask('mourn', { run: (_failure: { readonly task: string }) => {} });
const tea = price({ sku: 'tea' });

function caught(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** What a caller without types may write. */
function scheduleOf(options: object): Schedule {
  return defineSchedule('s', { trigger, ...options } as ScheduleOptions);
}

test('an app holds the tasks of the workflows that its schedules send, however they are composed', () => {
  const ship = defineTask('ship', { run: (_: { readonly to: string; readonly cost: number }) => {} });
  const rate = defineTask('rate', { run: (_: { readonly to: string }) => ({ cost: 1 }) });
  const sends = [
    linkError(link(group([tea]), sum), mourn),
    chain(rate({ to: 'Oslo' }), ship.with({ to: 'Oslo' })),
    map(defineTask('mapped', { run: (n: number) => n }), [1]),
    chunks(defineTask('cut', { run: (n: number) => n }), [1, 2, 3], 2),
    chain(tea, group([defineTask('member', { run: (n: number) => n })])),
  ];

  const app = defineApp('shop', {
    schedules: sends.map((send, index) => defineSchedule(`s${index}`, { trigger, send })),
  });

  expect(app.tasks.map(({ name }) => name).sort()).toEqual([
    ...['cut', 'mapped', 'member', 'mourn', 'price', 'rate', 'ship', 'sum'],
  ]);
});

test('a workflow is plain data in its schedule, and its deadline is in milliseconds', () => {
  const { spec, problems } = scheduleOf({ send: chord([tea, tea], sum), deadline: '2h' });

  expect(problems).toEqual([]);
  expect(spec.call).toMatchObject({ kind: 'workflow', deadlineMs: 7_200_000 });
  expect(JSON.parse(JSON.stringify(spec.call))).toEqual(spec.call);
});

const keyed = defineTask('keyed', { once: (id: string) => id, run });
const silent = defineTask('silent', { result: false, run });
const part = (index: number, options: object) => ({
  send: group([tea, tea].map((one, place) => (place === index ? price({ sku: 'a' }, options) : one))),
});

test.each<[string, object, string, string, AppOptions?]>([
  [
    'in an app without workflows',
    { send: chord([tea], sum) },
    'NO_WORKFLOWS',
    'remove',
    { workflows: false },
  ],
  [
    'with a task that keeps no result',
    { send: group([silent()]) },
    'RESULT_NOT_KEPT',
    "part 0 calls 'silent'",
  ],
  ['of no step', { send: chain([]) }, 'EMPTY_CHAIN', 'no steps'],
  ['that begins with a step that takes', { send: chain([sum]) }, 'NOTHING_TO_TAKE', 'part 0'],
  ['of a group of nobody where no task keeps results', { send: group([]) }, 'NO_STATE', 'no task of the app'],
  [
    'with an input that a task does not take',
    { send: group([tea, price({ sku: 1 as unknown as string })]) },
    'INVALID_INPUT',
    "part 1: task 'price' does not take this input",
  ],
  [
    'that maps an input that a task does not take',
    { send: map(price, [{ sku: 'a' }, { sku: 1 as unknown as string }]) },
    'INVALID_INPUT',
    "task 'price'",
  ],
  ['that maps a task with a key', { send: map(keyed, ['a']) }, 'EACH_NOT_KEYED', 'call it in a group'],
  [
    'whose input is no JSON',
    { send: group([defineTask('any', { run })(new Map())]) },
    'INPUT_NOT_JSON',
    'Map',
  ],
  ['a part of which says when', part(1, { at: new Date() }), 'AT_IN_SCHEDULE', 'part 1: its signature'],
  ['a part of which waits for longer than a year', part(0, { delay: '400d' }), 'DELAY_TOO_LONG', "'365d'"],
  ['with a delay without a unit', part(0, { delay: '5' }), 'INVALID_DURATION', "delay is '5'"],
  ['with a priority that is none', part(0, { priority: 999 }), 'INVALID_PRIORITY', '0 to 255'],
  ['with a group on a standard queue', part(1, { group: 'g' }), 'GROUP_ON_STANDARD_QUEUE', 'drop group'],
  [
    'a part of which runs for longer than its queue hides it',
    part(1, { timeLimit: { hard: '14m' } }),
    'TIME_LIMIT_OUT_OF_RANGE',
    "part 1: task 'price'",
  ],
  [
    'of a task that the app does not have',
    { send: { kind: 'workflow', plan: { kind: 'task', task: 'other', options: {} } } },
    'UNKNOWN_TASK',
    "'other'",
  ],
  [
    'with a call that no page of a plan holds',
    { send: group([price({ sku: 'x'.repeat(400_000) })]) },
    'PLAN_TOO_LARGE',
    "largePayloads: 's3'",
  ],
  ['with a deadline of no time', { send: group([tea]), deadline: '0s' }, 'DEADLINE_OUT_OF_RANGE', "'14d'"],
  ['with a deadline of a month', { send: group([tea]), deadline: '30d' }, 'DEADLINE_OUT_OF_RANGE', "'30d'"],
])('a workflow %s is refused with its path', (_, options, code, text, more = {}) => {
  const error = caught(() => defineApp('shop', { schedules: [scheduleOf(options)], ...more }));

  expect(error).toMatchObject({
    name: 'DefinitionError',
    code,
    problems: [{ path: expect.stringMatching(/^schedules\.s\./) }],
  });
  expect(String(error)).toContain(text);
});

test.each([
  ['has a deadline', { send: tea, deadline: '2h' }, 'DEADLINE_WITHOUT_WORKFLOW', 'expires and timeLimit'],
  [
    'has a delay without a unit',
    { send: price({ sku: 'a' }, { delay: '5' as '5s' }) },
    'INVALID_DURATION',
    "'5'",
  ],
  [
    'has a priority that is none',
    { send: price({ sku: 'a' }, { priority: 0.5 }) },
    'INVALID_PRIORITY',
    '0.5',
  ],
])('a task that a schedule sends and that %s is refused', (_, options, code, text) => {
  const error = caught(() => defineApp('shop', { schedules: [scheduleOf(options)] }));

  expect(error).toMatchObject({ code });
  expect(String(error)).toContain(text);
});

test('a large input is no problem where its queue puts it into the bucket', () => {
  const large = defineTask('large', {
    queue: defineQueue('large', { largePayloads: 's3' }),
    run: (_: string) => {},
  });
  const send = group([large('x'.repeat(400_000))]);

  const app = defineApp('shop', { schedules: [defineSchedule('s', { trigger: at('2030-01-01Z'), send })] });

  expect(app.schedules).toHaveLength(1);
});
