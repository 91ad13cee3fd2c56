/** How long what has replaced a run, or was added to a group, goes on. */
import { expect, test } from 'vitest';
import { type Context, chain, defineApp, defineTask, group, link } from '#lib';
import { simulate } from '#lib/testing';

/** A task that replaces itself by steps that wait, or adds them to its group. */
function createWorld(delay: '2h' | '5d') {
  const step = defineTask('step', { run: (n: number) => n + 1 });
  const steps = () => chain(step(0, { delay }), step, chain(step(5, { delay }), step));
  const swap = defineTask('swap', { run: (_: number, { replace }: Context): unknown => replace(steps()) });
  const grow = defineTask('grow', { run: (_: number, { addToChord }: Context) => addToChord(steps()) });
  const first = defineTask('first', { run: () => 1 });
  return { step, swap, grow, first, sim: simulate(defineApp('shop', { tasks: [step, swap, grow, first] })) };
}

test.each(['swap', 'grow'] as const)(
  'by %s nothing begins any more in a workflow that was ended as overdue',
  async (how) => {
    const { sim, step, ...tasks } = createWorld('2h');

    const result = await sim.send(group([tasks[how](1)]), { deadline: '1m' });
    await sim.advance('1d');

    await expect(result.get()).rejects.toThrow(/has not ended by its deadline/);
    // What had been sent by then, and no step after it.
    expect(sim.attempts(step)).toHaveLength(1);
  },
);

test.each(['swap', 'grow'] as const)('what came by %s may take as long as its workflow', async (how) => {
  const { sim, ...tasks } = createWorld('5d');

  const result = await sim.send(group([tasks[how](1)]), { deadline: '14d' });
  await sim.advance('11d');

  expect(await result.state()).toBe('SUCCESS');
});

test('what has replaced a link goes on after the end of its workflow', async () => {
  const { sim, step, swap, first } = createWorld('2h');

  await sim.send(link(group([first()]), swap(1)));
  await sim.advance('1d');

  expect(sim.attempts(step)).toHaveLength(4);
});
