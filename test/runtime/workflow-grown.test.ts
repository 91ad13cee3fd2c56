/** Groups with members that were added, as whoever waits for them, counts them or revokes them sees them. */
import { expect, test } from 'vitest';
import { type Context, chain, chord, defineApp, defineQueue, defineTask, group, linkError } from '#lib';
import { simulate } from '#lib/testing';
import { collect } from './workflow-world.ts';

/** A member that adds one which takes its time, waits before it runs, or fails. */
function createWorld() {
  const queue = defineQueue('work', { visibility: '1m' });
  const one = defineTask('one', { queue, run: (n: number) => n });
  const slow = defineTask('slow', {
    queue,
    async run(n: number, { sleep }: Context) {
      await sleep('5s');
      return n;
    },
  });
  const bad = defineTask('bad', {
    queue,
    retry: { attempts: 1 },
    run(n: number): number {
      throw new Error(`no ${n}`);
    },
  });
  const grow = defineTask('grow', {
    queue,
    async run(how: 'slow' | 'waits' | 'bad', { addToChord }: Context) {
      await addToChord({ slow: slow(10), waits: one(20, { delay: '10m' }), bad: bad(30) }[how]);
      return 0;
    },
  });
  const sum = defineTask('sum', { queue, run: (list: readonly number[]) => list.length });
  const told = defineTask('told', { queue, run: (failure: { error: { message: string } }) => failure });
  return {
    ...{ one, slow, bad, grow, sum, told },
    sim: simulate(defineApp('grown', { tasks: [one, slow, bad, grow, sum, told] })),
  };
}

test.each([2, 101])('a group of %d is not complete before what was added to it', async (members) => {
  const { sim, one, grow } = createWorld();
  const others = Array.from({ length: members - 1 }, (_, index) => one(index));
  const result = await sim.send(group([grow('slow'), ...others]));
  await sim.advance('4s');

  const before = { ready: await result.ready(), counts: await result.counts() };
  const joined = await result.join();
  const ended = await collect(result.results());

  expect(before.ready).toBe(false);
  expect(before.counts).toEqual({
    total: members + 1,
    succeeded: members,
    failed: 0,
    running: 1,
    waiting: 0,
  });
  expect(joined).toEqual([0, ...Array.from({ length: members - 1 }, (_, index) => index), 10]);
  expect(ended.map(({ index, state }) => [index, state])).toEqual(
    Array.from({ length: members + 1 }, (_, index) => [index, 'SUCCESS']),
  );
  expect(await result.ready()).toBe(true);
});

test('a chord is seen to be with its members until what was added has ended', async () => {
  const { sim, grow, sum } = createWorld();
  const result = await sim.send(chord([grow('slow')], sum));
  await sim.advance('4s');

  const before = await sim.workflow(result.id).tree();
  await result.get();
  const after = await sim.workflow(result.id).tree();

  const [start, end] = [before, after].map(({ kind, ...root }) => ('parts' in root ? root.parts[0] : kind));
  expect(start).toMatchObject({ state: 'STARTED', counts: { total: 2, succeeded: 1, failed: 0 } });
  expect(end).toMatchObject({ state: 'SUCCESS', counts: { total: 2, succeeded: 2, failed: 0 } });
});

test('the failure of what was added to a group within a group is that of the whole', async () => {
  const { sim, one, grow, sum, told } = createWorld();

  const inner = chord([one(1), grow('bad')], sum);
  const result = await sim.send(linkError(group([one(0), chain(one(1), inner)]), told));
  await sim.advance('1m');

  await expect(result.get()).rejects.toThrow(/member 1\.1\.0\+\w+ of the group, a workflow .*Error: no 30/);
  await expect(result.join()).rejects.toMatchObject({ code: 'TASK_FAILED', cause: { message: 'no 30' } });
  const [, second] = await collect(result.results());
  expect(second).toMatchObject({ index: 1, state: 'FAILURE', error: { cause: { message: 'no 30' } } });
  const tree = await sim.workflow(result.id).tree();
  expect(tree.errorLinks).toMatchObject([{ state: 'SUCCESS' }]);
  expect(await sim.result(told, tree.errorLinks[0]?.id ?? '').get()).toMatchObject({
    error: { message: expect.stringMatching(/did not succeed: Error: no 30/) },
  });
});

test('what was added to a chord and waits is revoked with it', async () => {
  const { sim, one, grow, sum } = createWorld();
  const result = await sim.send(chord([grow('waits')], sum));
  await sim.advance('5s');

  const outcome = await result.revoke();
  await sim.advance('1h');

  expect(outcome).toBe('revoked');
  expect(sim.attempts(one)).toEqual([]);
  expect(sim.attempts(sum)).toEqual([]);
});
