import { describe, expect, test } from 'vitest';
import {
  type Context,
  defineApp,
  defineQueue,
  defineTask,
  exponential,
  fixed,
  RejectError,
  RetryError,
  type TaskOptions,
} from '#lib';
import { simulate } from '#lib/testing';
import { messagesOf } from './simulated.ts';

const queue = defineQueue('work');
const RETRY = { attempts: 3, backoff: fixed('10s') };

type Run = (input: unknown, context: Context) => unknown;

function createWorld(run: Run, options: Partial<TaskOptions<unknown, unknown>> = {}, longDelays = true) {
  const task = defineTask('charge', { queue, retry: RETRY, ...options, run });
  const sim = simulate(defineApp('shop', { tasks: [task], longDelays }));
  return { task, sim };
}

const boom = () => {
  throw Object.assign(new Error('card declined'), { code: 'DECLINED' });
};

describe.each([
  ['with a record', true],
  ['without a record', false],
])('a task %s that throws', (_name, result) => {
  test('goes on as a new copy: the attempt is in its body, and SQS has received it once', async () => {
    const seen: object[] = [];
    const { task, sim } = createWorld(
      () => {
        const [message] = messagesOf(sim, queue);
        const { attempt = 0, history = [] } = JSON.parse(message?.body ?? '');
        seen.push({ attempt, retries: history.length, receiveCount: message?.receiveCount });
        return boom();
      },
      { result },
    );

    await sim.send(task());
    await sim.advance('1m');

    expect(seen).toEqual([
      { attempt: 0, retries: 0, receiveCount: 1 },
      { attempt: 1, retries: 1, receiveCount: 1 },
      { attempt: 2, retries: 2, receiveCount: 1 },
    ]);
    expect(messagesOf(sim, queue)).toEqual([]);
  });

  test('is told which attempt it is, and keeps its id', async () => {
    const seen: object[] = [];
    const { task, sim } = createWorld(
      (_input, { id, attempt }) => {
        seen.push({ id, attempt });
        return boom();
      },
      { result },
    );

    const { id } = await sim.send(task());
    await sim.advance('1m');

    expect(seen).toEqual([1, 2, 3].map((attempt) => ({ id, attempt })));
  });

  test('is given up after its attempts, with reason, error and history', async () => {
    const { task, sim } = createWorld(boom, { result });

    const { id } = await sim.send(task({ sku: 'tea' }, { headers: { trace: 't1' } }));
    await sim.advance('1m');

    const start = Date.parse('2026-01-01T00:00:00Z');
    const error = {
      code: 'DECLINED',
      name: 'Error',
      message: 'card declined',
      stack: expect.stringContaining('card declined\n    at'),
    };
    expect(sim.attempts(task)).toEqual(['00:00:00', '00:00:10', '00:00:20']);
    expect(sim.deadLetters(queue)).toEqual([
      {
        id,
        task: 'charge',
        input: { sku: 'tea' },
        generation: 1,
        attempt: 0,
        deferrals: 0,
        crashes: 0,
        hops: 0,
        sentAt: start,
        claim: result,
        headers: { trace: 't1' },
        history: [
          { at: start, kind: 'retry', generation: 0, attempt: 1, error },
          { at: start + 10_000, kind: 'retry', generation: 0, attempt: 2, error },
          {
            at: start + 20_000,
            kind: 'dead',
            generation: 0,
            attempt: 3,
            reason: 'attempts-exhausted',
            error,
          },
        ],
        dead: { reason: 'attempts-exhausted', at: start + 20_000, queue: 'work', attempt: 3, error },
      },
    ]);
  });

  test.each([
    ['exponentially', exponential('2s', { max: '5s' }), ['00:00:00', '00:00:02', '00:00:06', '00:00:11']],
    ['at once', fixed('0s'), ['00:00:00', '00:00:00', '00:00:00', '00:00:00']],
  ])('waits %s', async (_name, backoff, starts) => {
    const { task, sim } = createWorld(boom, { result, retry: { attempts: 4, backoff } });

    await sim.send(task());
    await sim.advance('1m');

    expect(sim.attempts(task)).toEqual(starts);
  });

  test('with RetryError is run again when it asked to be, and the attempts still count', async () => {
    const { task, sim } = createWorld(
      (_input, { attempt }) => {
        throw new RetryError('not yet', attempt === 1 ? { after: '7s' } : {});
      },
      { result },
    );

    await sim.send(task());
    await sim.advance('1m');

    expect(sim.attempts(task)).toEqual(['00:00:00', '00:00:07', '00:00:17']);
    expect(sim.deadLetters(queue)).toMatchObject([
      { dead: { reason: 'attempts-exhausted', attempt: 3, error: { code: 'RETRY', message: 'not yet' } } },
    ]);
  });

  test('with RejectError is dead-lettered at once', async () => {
    const { task, sim } = createWorld(
      () => {
        throw new RejectError('not for us', { cause: new Error('wrong shop') });
      },
      { result },
    );

    await sim.send(task());
    await sim.settle();

    expect(sim.attempts(task)).toHaveLength(1);
    expect(sim.deadLetters(queue)).toMatchObject([
      {
        dead: {
          reason: 'rejected',
          attempt: 1,
          error: {
            code: 'REJECTED',
            name: 'RejectError',
            message: 'not for us',
            cause: { message: 'wrong shop' },
          },
        },
      },
    ]);
  });

  test('what is never to be retried is dead-lettered at once', async () => {
    const { task, sim } = createWorld(boom, { result, retry: { ...RETRY, never: ['DECLINED'] } });

    await sim.send(task());
    await sim.settle();

    expect(sim.deadLetters(queue)).toMatchObject([{ dead: { reason: 'not-retryable', attempt: 1 } }]);
  });

  test('what is no error is told as it was thrown', async () => {
    const { task, sim } = createWorld(
      () => {
        throw { status: 404 };
      },
      { result, retry: { attempts: 1 } },
    );

    await sim.send(task());
    await sim.settle();

    expect(sim.deadLetters(queue)).toMatchObject([
      { dead: { error: { code: 'THROWN', message: '{"status":404}' } } },
    ]);
  });
});

test('the state of a run goes from PENDING over STARTED and RETRY to SUCCESS', async () => {
  const { task, sim } = createWorld(async (_input, { attempt, sleep }) => {
    await sleep('5s');
    return attempt < 2 ? boom() : 'done';
  });

  const result = await sim.send(task(undefined, { delay: '1s' }));
  const states = [await result.state()];
  for (const step of ['3s', '5s', '10s', '5s'] as const) {
    await sim.advance(step);
    states.push(await result.state());
  }

  expect(states).toEqual(['PENDING', 'STARTED', 'RETRY', 'STARTED', 'SUCCESS']);
  expect(await result.get()).toBe('done');
});

test('a retry drawn by chance lies between a second and the whole wait', async () => {
  const waits: number[] = [];
  const backoff = fixed('60s', { jitter: true });
  for (let seed = 1; seed <= 20; seed++) {
    const task = defineTask('charge', { queue, retry: { attempts: 2, backoff }, run: boom });
    const sim = simulate(defineApp('shop', { tasks: [task] }), { seed });
    await sim.send(task());
    await sim.advance('2m');
    const [first = '', second = ''] = sim.attempts(task);
    waits.push((Date.parse(`2026-01-01T${second}Z`) - Date.parse(`2026-01-01T${first}Z`)) / 1_000);
  }

  expect(waits.every((wait) => wait >= 1 && wait <= 60)).toBe(true);
  expect(new Set(waits).size).toBeGreaterThan(10);
});

test.each([
  ['standard', '901s', queue, "queue 'work' can hold a message for at most '15m' (SQS)"],
  [
    'ordered',
    '13h',
    defineQueue('line', { ordered: true }),
    "queue 'line' can hold a message for at most '12h' (SQS)",
  ],
] as const)(
  'a RetryError that asks for more than a %s queue can hold says so',
  async (_kind, after, own, text) => {
    const { task, sim } = createWorld(
      () => {
        throw new RetryError('tomorrow', { after });
      },
      { queue: own },
      false,
    );

    const result = await sim.send(task());
    await sim.advance('1h');

    expect(sim.attempts(task)).toHaveLength(1);
    expect(sim.deadLetters(own)).toMatchObject([{ dead: { reason: 'not-retryable' } }]);
    await expect(result.get()).rejects.toMatchObject({
      cause: {
        code: 'DELAY_TOO_LONG',
        message: expect.stringContaining(text),
        cause: { message: 'tomorrow' },
      },
    });
  },
);
