import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineApp, defineQueue, defineTask, exponential, implement } from '#lib';

const run = (): void => {};

function caught(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

test('everything that is wrong with an app is said at once, each with its path', () => {
  const slow = defineQueue('slow', { visibility: '2d', deadLetter: { after: 0 } });
  const broken = defineTask('bro ken', {
    queue: slow,
    retry: { attempts: 0, backoff: exponential('1m', { max: '1h' }) },
    run,
  });

  const error = caught(() => defineApp('my-shop', { tasks: [broken], longDelays: false }));

  expect(error).toMatchObject({ name: 'DefinitionError', code: 'INVALID_APP' });
  expect(error).toHaveProperty(
    'problems',
    [
      ['INVALID_NAME', 'app'],
      ['VISIBILITY_TOO_LONG', 'queues.slow.visibility'],
      ['DEAD_LETTER_AFTER_OUT_OF_RANGE', 'queues.slow.deadLetter.after'],
      ['INVALID_NAME', 'tasks.bro ken'],
      ['ATTEMPTS_OUT_OF_RANGE', 'tasks.bro ken.retry.attempts'],
      ['DELAY_TOO_LONG', 'tasks.bro ken.retry.backoff'],
    ].map(([code, path]) => ({ code, path, message: expect.any(String) })),
  );
  expect(String(error)).toContain(
    "queue 'slow': visibility is '2d', SQS allows at most '12h'; split the task",
  );
});

test.each([
  [
    'a visibility without a unit',
    () => defineQueue('q', { visibility: '30' as '30s' }),
    'INVALID_DURATION',
    "'30'",
  ],
  [
    'a visibility too short for a worker',
    () => defineQueue('q', { visibility: '5s' }),
    'VISIBILITY_TOO_SHORT',
    "'6s'",
  ],
  ['a name that is too long', () => defineQueue('q'.repeat(33)), 'NAME_TOO_LONG', '33 characters'],
  ['a name that ends like a dead-letter queue', () => defineQueue('mail-dlq'), 'RESERVED_NAME', "'-dlq'"],
  ['a name with a slash', () => defineQueue('a/b'), 'INVALID_NAME', "'a/b'"],
])('a queue with %s is refused', (_, queue, code, text) => {
  expect(() => defineApp('shop', { queues: [queue()] })).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(text) }),
  );
});

test.each([
  ['hold of more than 12 h', { backoff: exponential('1h', { max: '13h' }) }, 'HOLD_TOO_LONG'],
  ['1,000 attempts', { attempts: 1_000 }, 'ATTEMPTS_OUT_OF_RANGE'],
])('an ordered queue refuses a task with a %s', (_, retry, code) => {
  const queue = defineQueue('ledger', { ordered: true });

  expect(() => defineApp('shop', { tasks: [defineTask('t', { queue, retry, run })] })).toThrow(
    expect.objectContaining({ code }),
  );
});

test('an ordered queue may hold for hours, where a standard one delays 15 minutes', () => {
  const retry = { attempts: 3, backoff: exponential('1h', { max: '12h' }) };
  const queue = defineQueue('ledger', { ordered: true });

  expect(defineApp('shop', { tasks: [defineTask('t', { queue, retry, run })] }).queues).toEqual([queue]);
});

test.each([
  ['two tasks of one name', { tasks: [defineTask('a', { run }), defineTask('a', { run })] }, 'tasks.a'],
  [
    'a task under the alias of another',
    { tasks: [defineTask('a', { run }), defineTask('b', { run, aliases: ['a'] })] },
    'tasks.a',
  ],
  ['two queues of one name', { queues: [defineQueue('q'), defineQueue('q')] }, 'queues.q'],
])('%s are refused', (_, options, path) => {
  expect(() => defineApp('shop', options)).toThrow(
    expect.objectContaining({ code: 'DUPLICATE_NAME', message: expect.stringContaining(path) }),
  );
});

test('an app holds the queues of its tasks, each once, and the default queue for the rest', () => {
  const mail = defineQueue('mail');

  const app = defineApp('shop', {
    tasks: [
      defineTask('a', { queue: mail, run }),
      defineTask('b', { queue: mail, run }),
      defineTask('c', { run }),
    ],
  });

  expect(app.queues.map((queue) => queue.name)).toEqual(['mail', 'default']);
});

test('definitions are frozen, and a call is plain data', () => {
  const price = defineTask('price', { run: ({ sku }: { sku: string }) => sku.length });

  const call = price({ sku: 'tea' }, { delay: '10m' });

  expect(call).toEqual({
    kind: 'signature',
    task: 'price',
    input: { sku: 'tea' },
    options: { delay: '10m' },
  });
  expect([price, price.retry, call, call.options, defineQueue('q')].every(Object.isFrozen)).toBe(true);
});

test('a contract has no handler until it is implemented, and keeps everything else', () => {
  const queue = defineQueue('mail');
  const contract = defineTask('greet', { input: z.string(), queue, result: false, aliases: ['hello'] });

  const whole = implement(contract, (name) => `hello ${name}`);

  expect(contract.run).toBeUndefined();
  const { name, result, aliases, input } = whole;
  expect({ name, queue: whole.queue, result, aliases, input }).toEqual({
    name: 'greet',
    queue,
    result: false,
    aliases: ['hello'],
    input: contract.input,
  });
  expect(whole.run).toBeTypeOf('function');
});
