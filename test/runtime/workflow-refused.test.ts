/** Whoever sends a workflow, it is refused for the same: a client as it sends, a schedule when defined. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  chain,
  defineApp,
  defineQueue,
  defineSchedule,
  defineTask,
  every,
  group,
  link,
  map,
  type SendOptions,
  type WorkflowSignature,
} from '#lib';
import { simulate } from '#lib/testing';

const run = (): number => 1;
const price = defineTask('price', { input: z.object({ sku: z.string() }), run });
const any = defineTask('any', { run: (_: unknown) => 1 });
const open = defineTask('open', { run: (_: { readonly a?: unknown; readonly b?: unknown }) => 1 });
const sum = defineTask('sum', { run: (numbers: readonly number[]) => numbers.length });
const keyed = defineTask('keyed', { once: (id: string) => id, run });
const silent = defineTask('silent', { result: false, run });
const tasks = [price, any, open, sum, keyed, silent];
const tea = { sku: 'tea' };

interface Sent {
  readonly send: WorkflowSignature;
}

/** A workflow whose second part has these options, as a caller without types may write them. */
function withOptions(options: object): Sent {
  return { send: group([price(tea), price(tea, options as SendOptions)]) };
}

/** A plan that was written by hand. */
function planned(plan: object): Sent {
  // Any plan stands in such a signature.
  return { send: { kind: 'workflow', plan } as unknown as WorkflowSignature };
}

async function refusals({ send }: Sent) {
  const sim = simulate(defineApp('shop', { tasks }));
  const sent: unknown = await sim.send(send).catch((error) => error);
  const schedules = [defineSchedule('s', { trigger: every('1h'), send })];
  try {
    defineApp('shop', { tasks, schedules });
  } catch (defined) {
    return { sent, defined };
  }
  return { sent, defined: undefined };
}

test.each<[string, Sent, string, string]>([
  ['of no step', { send: chain([]) }, 'EMPTY_CHAIN', 'no steps'],
  ['that begins with a step that takes', { send: chain([sum]) }, 'NOTHING_TO_TAKE', 'part 0'],
  ['with a task that keeps no result', { send: group([silent()]) }, 'RESULT_NOT_KEPT', "'silent'"],
  ['of an unknown task', planned({ kind: 'task', task: 'x', options: {} }), 'UNKNOWN_TASK', "'x'"],
  ['with a wrong input', { send: group([price({ sku: 1 } as never)]) }, 'INVALID_INPUT', 'does not take'],
  ['that maps a wrong input', { send: map(price, [tea, {} as never]) }, 'INVALID_INPUT', 'does not take'],
  ['with what is no JSON', { send: group([any(new Map())]) }, 'INPUT_NOT_JSON', 'part 0: input is Map'],
  [
    'that fixes what is no JSON',
    { send: chain(any(1), open.with({ a: 1n }) as never) },
    'INPUT_NOT_JSON',
    'with.a',
  ],
  ['whose link is wrong', { send: link(any(1), any(new Set()) as never) }, 'INPUT_NOT_JSON', 'part l0'],
  ['that maps a task with a key', { send: map(keyed, ['a']) }, 'EACH_NOT_KEYED', 'call it in a group'],
  [
    'that maps no list',
    planned({ kind: 'task', task: 'any', input: 5, each: true, options: {} }),
    'INVALID_INPUT',
    'over no list',
  ],
  ['with a delay of no unit', withOptions({ delay: '5' }), 'INVALID_DURATION', "part 1: delay is '5'"],
  ['that expires after no time', withOptions({ expires: 'soon' }), 'INVALID_DURATION', "expires is 'soon'"],
  ['with no priority', withOptions({ priority: 1.5 }), 'INVALID_PRIORITY', 'part 1: priority is 1.5'],
  ['with a group of no queue', withOptions({ group: 'g' }), 'GROUP_ON_STANDARD_QUEUE', 'drop group'],
  ['that takes too long', withOptions({ timeLimit: { hard: '14m' } }), 'TIME_LIMIT_OUT_OF_RANGE', 'part 1'],
  ['that waits for more than a year', withOptions({ delay: '400d' }), 'DELAY_TOO_LONG', "'365d'"],
  ['that waits for longer than it has', withOptions({ delay: '8d' }), 'DELAY_TOO_LONG', "waits for '8d'"],
])('a workflow %s is refused alike', async (_, sending, code, text) => {
  const { sent, defined } = await refusals(sending);

  expect(sent).toMatchObject({ name: 'SendError', code });
  expect(defined).toMatchObject({ name: 'DefinitionError', code });
  expect([String(sent), String(defined)].filter((message) => message.includes(text))).toHaveLength(2);
});

test.each<[string, SendOptions, string]>([
  ['says twice', { delay: '1m', at: new Date(0) }, 'INVALID_TIME'],
  ['does not say', { at: new Date('never') }, 'INVALID_TIME'],
  ['says too late', { at: new Date('2026-01-09T00:00:00Z') }, 'DELAY_TOO_LONG'],
])('a part that %s when it runs is refused as it is sent', async (_, options, code) => {
  const sim = simulate(defineApp('shop', { tasks }), { start: '2026-01-01T00:00:00Z' });

  const sending = sim.send(chain(price(tea, options), any));

  await expect(sending).rejects.toMatchObject({ code, value: '0' });
});

test('a refusal as it is sent has the part, or the app, that it is for', async () => {
  const flat = defineApp('flat', { workflows: false, tasks });

  const parts = simulate(defineApp('shop', { tasks })).send(group([any(1), silent() as never]));
  const whole = simulate(flat).send(group([any(1)]));

  await expect(parts).rejects.toMatchObject({ code: 'RESULT_NOT_KEPT', value: '1' });
  await expect(whole).rejects.toMatchObject({ code: 'NO_WORKFLOWS', value: 'flat' });
});

test('a part whose message no queue takes is refused as it is sent, not when its turn has come', async () => {
  const lane = defineQueue('lane', { ordered: (who: string) => who });
  const fair = defineQueue('fair', { fairBy: ({ who }: { readonly who: string }) => who });
  const laid = defineTask('laid', { queue: lane, run: (_: string) => 1 });
  const shared = defineTask('shared', {
    queue: fair,
    redact: ['who'],
    run: (_: { readonly who: string }) => 1,
  });
  const sim = simulate(defineApp('shop', { tasks: [...tasks, laid, shared] }));

  const sent = [laid('ann', { group: 'a b' }), laid('a b'), shared({ who: 'ann of oslo' })].map((part) =>
    sim.send(group([price(tea), part])).catch((error: unknown) => error),
  );

  const refused = await Promise.all(sent);
  for (const error of refused) expect(error).toMatchObject({ name: 'SendError', code: 'INVALID_GROUP' });
  expect(String(refused[1])).toContain("part 1: task 'laid': the message group 'a b'");
  expect(String(refused[2])).not.toContain('ann of oslo');
});

test('a link may wait beyond the deadline of its workflow, which does not wait for it', async () => {
  const sim = simulate(defineApp('shop', { tasks }));

  const result = await sim.send(link(any(1), open.with({ a: 1 }, { delay: '8d' }) as never));
  await sim.advance('9d');

  expect(await result.state()).toBe('SUCCESS');
  expect(sim.attempts(open)).toHaveLength(1);
});

test('a workflow that says its deadline may wait for longer, and fails as it says', async () => {
  const sim = simulate(defineApp('shop', { tasks }));

  const result = await sim.send(chain(price(tea, { delay: '2h' }), any), { deadline: '1h' });
  await sim.advance('3h');

  expect(await result.state()).toBe('FAILURE');
});
