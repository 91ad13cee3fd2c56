/** Workflows that change while they run: runs that replace themselves, and members that add others. */
import { expect, test } from 'vitest';
import { type Context, chain, chord, defineApp, defineQueue, defineTask, group } from '#lib';
import { simulate } from '#lib/testing';

const queue = defineQueue('work');
const lane = defineQueue('lane', { ordered: true });

function createWorld() {
  const add = defineTask('add', {
    queue,
    run: (n: number) => {
      if (n < 0) throw new Error(`no ${n}`);
      return n + 1;
    },
    retry: { attempts: 1 },
  });
  const sum = defineTask('sum', {
    queue,
    run: (list: readonly number[]) => list.reduce((all, n) => all + n, 0),
  });
  /** Counts down by replacing itself, then by a workflow. */
  const count = defineTask('count', {
    queue,
    run: (n: number, { replace }: Context): number =>
      n > 0 ? replace(count(n - 1)) : replace(chord([add(1), add(2)], sum)),
  });
  const bad = defineTask('bad', {
    queue,
    run: (_: number, { replace }: Context): number => replace(add(-1)),
  });
  const laid = defineTask('laid', {
    queue: lane,
    run: (n: number, { replace }: Context) => replace(chain(add(n), add)),
  });
  const quiet = defineTask('quiet', {
    queue: defineQueue('quiet'),
    result: false,
    retry: { attempts: 1 },
    run: (n: number, { replace }: Context) => replace(add(n)),
  });
  /** Adds members to its own group: as many as it is told. */
  const grow = defineTask('grow', {
    queue,
    async run(n: number, { addToChord, attempt }: Context): Promise<number> {
      for (let more = 0; more < n; more++) await addToChord(add(10 * more));
      if (attempt === 1) throw new Error('once more');
      return n;
    },
  });
  /** Adds itself with one less, until there is none left; by something in its place where it is odd. */
  const breed = defineTask('breed', {
    queue,
    async run(n: number, { addToChord, replace }: Context): Promise<number> {
      if (n % 2 === 1) return replace(chain(breed(n - 1), add));
      if (n > 0) await addToChord(breed(n - 1));
      return n;
    },
  });
  const grown = defineTask('grown', { queue, run: (list: readonly unknown[]) => list });
  const wild = defineTask('wild', {
    queue,
    retry: { attempts: 1 },
    run: (_: number, { addToChord }: Context) => addToChord(add(-1)),
  });
  const tasks = { add, sum, count, bad, laid, quiet, grow, breed, grown, wild };
  return { ...tasks, sim: simulate(defineApp('change', { tasks: Object.values(tasks) })) };
}

test('the result of a group that has grown ends with what was added', async () => {
  const { sim, add, grow } = createWorld();

  const result = await sim.send(group([add(1), grow(2), add(3)]));

  expect(await result.get()).toEqual([2, 2, 4, 1, 11]);
  expect(await result.counts()).toMatchObject({ total: 5, succeeded: 5, failed: 0 });
});

test('a run that replaces itself ends as what has taken its place, under its own id', async () => {
  const { sim, count, bad, laid } = createWorld();

  const counted = await sim.send(count(2));
  const failed = await sim.send(bad(1));
  const ordered = await sim.send(laid(1));

  expect(await counted.get()).toBe(5);
  await expect(failed.get()).rejects.toThrow('no -1');
  expect(await ordered.get()).toBe(3);
  expect(sim.attempts(count)).toHaveLength(3);
});

test('in a workflow, what has taken the place of a step is followed by the next one', async () => {
  const { sim, add, sum, count, bad } = createWorld();

  const chained = await sim.send(chain(count(0), add));
  const gathered = await sim.send(chord([count(1), add(1), count(0)], sum));
  const failed = await sim.send(chord([add(1), bad(1)], sum));
  const reply = sim.call(count(0), { timeout: '10m' });

  expect(await chained.get()).toBe(6);
  expect(await gathered.get()).toBe(5 + 2 + 5);
  await expect(failed.get()).rejects.toThrow(/member 1|member 0\.1/);
  expect(await reply).toBe(5);
});

test('a run without a record cannot be replaced, and says so', async () => {
  const { sim, quiet, add } = createWorld();

  await sim.send(quiet(1));
  await sim.advance('1m');

  expect(sim.deadLetters(quiet.queue)).toMatchObject([{ dead: { error: { code: 'REPLACE_NOT_KEPT' } } }]);
  expect(sim.attempts(add)).toEqual([]);
});

test.each([1, 3, 99, 100, 101, 150])(
  'members that are added to a chord of %d are waited for',
  async (members) => {
    const { sim, add, grow, grown } = createWorld();
    const others = Array.from({ length: members - 1 }, (_, index) => add(index));

    const result = await sim.send(chord([grow(2), ...others], grown));

    const list = await result.get({ timeout: '1h' });
    // Added twice, by two attempts, they stand there once, behind those of the plan.
    expect(list).toEqual([2, ...others.map((_, index) => index + 1), 1, 11]);
    expect(sim.attempts(grown)).toHaveLength(1);
  },
);

test('a step of a member adds to the group around it; one that fails fails the chord', async () => {
  const { sim, add, grow, grown, wild } = createWorld();

  const stepped = await sim.send(chord([chain(add(1), grow), add(5)], grown));
  const failed = await sim.send(chord([wild(1), add(1)], grown));

  expect(await stepped.get()).toEqual([2, 6, 1, 11]);
  await expect(failed.get()).rejects.toThrow(/no -1/);
  expect(sim.attempts(grown)).toHaveLength(1);
});

test.each([1, 101])(
  'what was added to a chord of %d, or has replaced a member of it, adds to it as well',
  async (members) => {
    const { sim, add, breed, grown } = createWorld();
    const others = Array.from({ length: members - 1 }, (_, index) => add(index));

    const result = await sim.send(chord([breed(5), ...others], grown));

    const list = await result.get({ timeout: '1h' });
    // 5 is 4 and one, 4 adds 3, which is 2 and one, 2 adds 1, which is 0 and one.
    expect(list).toEqual([5, ...others.map((_, index) => index + 1), 3, 1]);
    expect(sim.attempts(grown)).toHaveLength(1);
  },
);

test('outside of a group there is none to add to', async () => {
  const { sim, grow, wild, add } = createWorld();

  const alone = await sim.send(wild(1));
  const chained = await sim.send(chain(add(1), wild));
  const beside = await sim.send(group([grow(1)]));

  await expect(alone.get()).rejects.toMatchObject({ cause: { code: 'NOT_IN_GROUP' } });
  await expect(chained.get()).rejects.toMatchObject({ cause: { code: 'NOT_IN_GROUP' } });
  expect(await beside.state()).not.toBe('UNKNOWN');
});
