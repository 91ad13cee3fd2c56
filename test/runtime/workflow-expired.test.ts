/** Workflows of which a part has expired: that ends them, and nobody has revoked them. */
import { expect, test } from 'vitest';
import { chain, defineApp, defineQueue, defineTask, link, linkError } from '#lib';
import { simulate } from '#lib/testing';

const queue = defineQueue('work');

function createWorld() {
  const ran: string[] = [];
  const step = defineTask('step', { queue, run: (n: number) => n + 1 });
  const note = defineTask('note', {
    queue,
    run: (text: string) => {
      ran.push(text);
      return `${text}, ${text}`;
    },
  });
  const sim = simulate(defineApp('late', { tasks: [step, note] }));
  return { sim, ran, step, late: step(1, { delay: '2m', expires: '1m' }), told: chain(note('told'), note) };
}

test('a chain one of whose steps has expired tells a whole workflow so', async () => {
  const { sim, ran, late, step, told } = createWorld();

  const result = await sim.send(linkError(chain(late, step), told));
  await sim.advance('10m');

  expect(await result.state()).toBe('REVOKED');
  expect(ran).toEqual(['told', 'told, told']);
});

test('a single task that has expired tells what is linked to its error', async () => {
  const { sim, ran, late, told } = createWorld();

  const result = await sim.send(linkError(late, told));
  await sim.advance('10m');

  expect(await result.state()).toBe('REVOKED');
  expect(ran).toEqual(['told', 'told, told']);
});

test('what was linked to an earlier step goes on after the workflow has ended so', async () => {
  const { sim, ran, late, step, told } = createWorld();
  const slow = chain(step(1, { delay: '5m' }), told);

  await sim.send(chain(link(step(1), slow), late, step));
  await sim.advance('20m');

  expect(ran).toEqual(['told', 'told, told']);
});

test('one that was revoked as a whole tells nobody', async () => {
  const { sim, ran, step, told } = createWorld();

  const result = await sim.send(linkError(chain(step(1, { delay: '2m' }), step), told));
  await result.revoke();
  await sim.advance('10m');

  expect(await result.state()).toBe('REVOKED');
  expect(ran).toEqual([]);
});
