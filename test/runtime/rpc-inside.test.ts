/** Calls from inside a task: they wait for the record of the run, and come to the same. */
import { expect, test } from 'vitest';
import {
  type Context,
  defineApp,
  defineQueue,
  defineTask,
  RejectError,
  TimeoutError,
  toWireError,
} from '#lib';
import { simulate } from '#lib/testing';

const outer = defineQueue('outer', { visibility: '5m' });
const inner = defineQueue('inner', { visibility: '5m' });
const bare = defineQueue('bare', { visibility: '5m' });

const double = defineTask('double', { queue: inner, run: (input: number) => input * 2 });
const quiet = defineTask('quiet', { queue: inner, result: false, run: () => 1 });
const slow = defineTask('slow', {
  queue: inner,
  run: (_: unknown, { sleep }: Context) => sleep('20s'),
});
const fail = defineTask('fail', {
  queue: inner,
  retry: { attempts: 1 },
  run(what: 'ours' | 'reject' | 'user') {
    if (what === 'ours') throw new TimeoutError('CALL_TIMEOUT', 'the bank is slow');
    if (what === 'reject') throw new RejectError('not this one');
    throw Object.assign(new TypeError('of no use'), { code: 'NO_USE' });
  },
});
const expiring = defineTask('expiring', { queue: inner, run: () => 1 });

/** What a call came to, as data. */
async function outcomeOf(call: Promise<unknown>): Promise<unknown> {
  try {
    return { value: await call };
  } catch (error) {
    const { code, name, message } = toWireError(error, 0);
    return { code, name, message: message.replaceAll(/\b[0-9a-z]{30}\b/g, '<id>'), type: error?.constructor };
  }
}

const calls = {
  value: ({ call }: Pick<Context, 'call'>) => call(double(21)),
  ours: ({ call }: Pick<Context, 'call'>) => call(fail('ours')),
  reject: ({ call }: Pick<Context, 'call'>) => call(fail('reject')),
  user: ({ call }: Pick<Context, 'call'>) => call(fail('user')),
  expired: ({ call }: Pick<Context, 'call'>) => call(expiring({}, { delay: '5s', expires: '2s' })),
  timeout: ({ call }: Pick<Context, 'call'>) => call(slow({}), { timeout: '3s' }),
  unknown: ({ call }: Pick<Context, 'call'>) => call(stranger(1)),
} as const;
const stranger = defineTask('stranger', { run: (input: number) => input });

function createWorld(make: (context: Context) => Promise<unknown>) {
  const outcomes: unknown[] = [];
  const run = async (_: unknown, context: Context): Promise<void> => {
    outcomes.push(await outcomeOf(make(context)));
  };
  const caller = defineTask('caller', { queue: outer, run });
  const plainCaller = defineTask('plainCaller', { queue: bare, result: false, run });
  const app = defineApp('shop', {
    tasks: [double, quiet, slow, fail, expiring, caller, plainCaller],
  });
  return { sim: simulate(app), outcomes, caller, plainCaller };
}

test.each(Object.keys(calls) as (keyof typeof calls)[])(
  'a call from a task comes to the same as one from outside: %s',
  async (name) => {
    const { sim, outcomes, caller } = createWorld(calls[name]);

    const outside = await outcomeOf(calls[name](sim));
    await sim.send(caller({}));
    await sim.advance('1m');

    expect(outcomes).toHaveLength(1);
    expect(outcomes[0]).toEqual(outside);
    await sim.close();
  },
);

test('a call from a task makes no queue', async () => {
  const { sim, outcomes, caller } = createWorld(calls.value);

  await sim.send(caller({}));
  await sim.advance('1m');

  expect(outcomes).toEqual([{ value: 42 }]);
  expect(sim.emulator.services.sqs.snapshot().filter(({ name }) => name.includes('-reply-'))).toEqual([]);
  await sim.close();
});

test('a task without a result cannot be called from a task, and is not sent', async () => {
  const { sim, outcomes, caller } = createWorld(({ call }) => call(quiet()));

  await sim.send(caller({}));
  await sim.advance('1m');

  expect(outcomes).toMatchObject([
    {
      name: 'TaskError',
      code: 'RESULT_NOT_KEPT',
      message:
        "task 'quiet' keeps no result (result: false), and inside Lambda a call waits for the result; " +
        'remove that option, or send the task without waiting',
    },
  ]);
  expect(sim.attempts(quiet)).toEqual([]);
  await sim.close();
});

test('a worker without records cannot call, and says why', async () => {
  const { sim, outcomes, plainCaller } = createWorld(calls.value);

  await sim.send(plainCaller({}));
  await sim.advance('1m');

  expect(outcomes).toMatchObject([{ name: 'TaskError', code: 'RESULT_NOT_READABLE' }]);
  expect(sim.attempts(double)).toEqual([]);
  await sim.close();
});

test('a call from a task is given up when its signal is aborted', async () => {
  const { sim, outcomes, caller } = createWorld(({ call }) =>
    call(slow({}), { signal: AbortSignal.abort(new Error('enough')) }),
  );

  await sim.send(caller({}));
  await sim.advance('1m');

  expect(outcomes).toMatchObject([{ message: 'enough' }]);
  expect(sim.attempts(slow)).toEqual([]);
  await sim.close();
});
