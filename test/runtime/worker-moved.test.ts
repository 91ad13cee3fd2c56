/** Messages whose task has moved to another queue since they were sent, as in a rolling deploy. */
import { expect, test } from 'vitest';
import { defineApp, defineQueue, defineTask, fixed } from '#lib';
import { type Simulation, simulate } from '#lib/testing';
import { newId } from '../../lib/core/id.ts';
import { envelope, messagesOf, put } from './simulated.ts';

const ID = newId({ app: 'shop', stage: 'dev' }, Date.parse('2026-01-01T00:00:00Z'), () => 0.5);

const slim = defineQueue('slim');
const stays = defineTask('stays', { queue: slim, result: false, run: () => {} });

test('a task that has left an ordered queue still has its attempts there, and no more', async () => {
  const line = defineQueue('line', { ordered: true });
  const work = defineQueue('work');
  const other = defineTask('other', { queue: line, run: () => {} });
  const task = defineTask('task', {
    queue: work,
    result: false,
    retry: { attempts: 2, backoff: fixed('1s') },
    run() {
      throw new Error('no');
    },
  });
  const sim = simulate(defineApp('shop', { tasks: [task, other] }));

  await put(sim, line, envelope('m1', 'task'));
  await sim.advance('2h');

  expect(sim.attempts(task)).toEqual(['00:00:00', '00:00:01']);
  expect(sim.deadLetters(line)).toMatchObject([{ id: 'm1', dead: { reason: 'attempts-exhausted' } }]);
});

test.each([
  ['a standard queue', defineQueue('work')],
  ['an ordered queue', defineQueue('work', { ordered: (input: string) => input })],
])('what the old queue cannot record goes on to %s, under its id', async (_name, work) => {
  const task = defineTask('task', { queue: work, run: (input: string) => input.length });
  const sim: Simulation = simulate(defineApp('shop', { tasks: [task, stays] }));

  await put(sim, slim, envelope(ID, 'task', { input: 'four' }));
  await sim.advance('1m');

  expect(await sim.result(task, ID).get({ timeout: '10s' })).toBe(4);
  expect(messagesOf(sim, slim)).toEqual([]);
});

test('a task that runs at most once does so there, too', async () => {
  const starts: number[] = [];
  const task = defineTask('task', {
    queue: defineQueue('work'),
    crashed: 'deadLetter',
    run: (_input: unknown, { attempt }) => void starts.push(attempt),
  });
  const sim = simulate(defineApp('shop', { tasks: [task, stays] }));

  await put(sim, slim, envelope(ID, 'task'));
  await put(sim, slim, envelope(ID, 'task'));
  await sim.advance('10m');

  expect(starts).toEqual([1]);
});
