/** Whatever a task throws, takes or carries: it ends as the policy says, in as many attempts. */
import { expect, test } from 'vitest';
import { defineApp, defineQueue, defineTask, fixed, RejectError, toWireError } from '#lib';
import { simulate } from '#lib/testing';
import { MESSAGE_BYTES_MAX } from '../../lib/core/limits.ts';

const queue = defineQueue('work');

const UNREADABLE = {
  toString() {
    throw new Error('no text');
  },
  toJSON() {
    throw new Error('no JSON');
  },
};
const GETTER = Object.defineProperty(new Error('a'), 'message', {
  get() {
    throw new Error('no message');
  },
});
const STRANGE: readonly (readonly [string, unknown, object])[] = [
  ['an error of 500 KB', new Error('x'.repeat(500_000)), { message: 'x'.repeat(4_000) }],
  ['an object without a prototype', Object.create(null), { code: 'THROWN', message: '{}' }],
  ['an object that cannot be written', UNREADABLE, { message: 'an error whose message cannot be read' }],
  ['an error that cannot be read', GETTER, { message: 'an error whose message cannot be read' }],
  [
    'an error with data as its message',
    Object.assign(new Error(), { message: { a: 1 } }),
    { message: '{"a":1}' },
  ],
  ['undefined', undefined, { message: 'undefined' }],
  ['characters that SQS refuses', new Error('\uffff\ufffe'), { message: '\uffff\ufffe' }],
];

test.each(STRANGE)('%s is told in a dead letter after two attempts', async (_name, thrown, told) => {
  const task = defineTask('task', {
    queue,
    retry: { attempts: 2, backoff: fixed('1s') },
    run() {
      throw thrown;
    },
  });
  const sim = simulate(defineApp('shop', { tasks: [task] }));

  const result = await sim.send(task());
  await sim.advance('2h');

  expect(sim.attempts(task)).toEqual(['00:00:00', '00:00:01']);
  expect(sim.deadLetters(queue)).toMatchObject([{ dead: { reason: 'attempts-exhausted', error: told } }]);
  expect(await result.state()).toBe('FAILURE');
});

test('names and codes of an error are cut, too', () => {
  const error = Object.assign(new Error('no'), { name: 'n'.repeat(1_000), code: 'c'.repeat(1_000) });

  expect(toWireError(error, 0)).toEqual({ code: 'c'.repeat(200), name: 'n'.repeat(200), message: 'no' });
});

test('the largest message is retried and dead-lettered with its reason, as any other', async () => {
  const task = defineTask('task', {
    queue,
    retry: { attempts: 2, backoff: fixed('1s') },
    run(_input: string, { attempt }) {
      if (attempt === 1) throw new Error('once more');
      throw new RejectError('no');
    },
  });
  const sim = simulate(defineApp('shop', { tasks: [task] }));
  const fits = (length: number) =>
    sim.send(task('x'.repeat(length))).then(
      () => true,
      () => false,
    );

  // The envelope around it has about a hundred bytes.
  let length = MESSAGE_BYTES_MAX - 80;
  while (!(await fits(length))) length -= 1;
  await sim.advance('2h');

  expect(sim.deadLetters(queue)).toMatchObject([{ dead: { reason: 'rejected', attempt: 2 } }]);
});

test('an input may have every character, also those that SQS refuses in a body', async () => {
  const task = defineTask('task', { queue, run: (text: string) => text });
  const sim = simulate(defineApp('shop', { tasks: [task] }));

  const result = await sim.send(task('a\uffff\ufffe\u0001\ud800'));

  expect(await result.get()).toBe('a\uffff\ufffe\u0001\ud800');
});
