/** Workflows of which somebody ends a part from outside: none waits for its deadline because of that. */
import { expect, test } from 'vitest';
import {
  bind,
  type Context,
  chain,
  chord,
  defineApp,
  defineExchange,
  defineQueue,
  defineTask,
  group,
  link,
  linkError,
} from '#lib';
import { type SimulateOptions, simulate } from '#lib/testing';
import { derivedId } from '../../lib/core/id.ts';
import { inPlaceOf, runIdOf } from '../../lib/core/workflow/path.ts';

const SPACE = { app: 'parts', stage: 'dev' };

function createWorld(options: SimulateOptions = {}) {
  const queue = defineQueue('work', { visibility: '1m' });
  const gone = defineTask('gone', { queue: defineQueue('gone'), run: (_: unknown) => {} });
  const step = defineTask('step', { queue, run: (n: number) => n + 1 });
  const all = defineTask('all', { queue, run: (list: readonly unknown[]) => list.length });
  const slow = defineTask('slow', {
    queue: defineQueue('slow', { visibility: '10m' }),
    async run(n: number, { sleep }: Context): Promise<number> {
      await sleep('40s');
      return n;
    },
  });
  /** Puts two steps in its place, of which the first takes its time. */
  const swap = defineTask('swap', {
    queue,
    run: (n: number, { replace }: Context): number => replace(chain(slow(n), step)),
  });
  const empty = defineTask('empty', {
    queue,
    run: (n: number, { replace }: Context) => replace(chain(step(n), group([]))),
  });
  const grow = defineTask('grow', {
    queue,
    async run(n: number, { addToChord }: Context): Promise<number> {
      await addToChord(chain(slow(n), step));
      return n;
    },
  });
  const flaky = defineTask('flaky', {
    queue,
    retry: { attempts: 1 },
    run(n: number): number {
      if (!isMended) throw new Error('not yet');
      return n;
    },
  });
  let isMended = false;
  const sim = simulate(
    defineApp(SPACE.app, { tasks: [gone, step, slow, all, swap, empty, grow, flaky] }),
    options,
  );
  const mend = (): void => {
    isMended = true;
  };
  return { sim, queue, gone, step, all, swap, empty, grow, flaky, mend };
}

test('a member that waits for a day and is revoked by its id is counted when it comes', async () => {
  const { sim, step, all } = createWorld();
  const result = await sim.send(chord([step(1), step(2, { delay: '1d' })], all));
  await sim.advance('1m');

  const outcomes = await sim.revoke(step, [runIdOf(SPACE, result.id, '0.1')]);
  await sim.advance('25h');

  expect(outcomes).toEqual(['revoked']);
  expect(await result.state()).toBe('FAILURE');
  expect(sim.attempts(all)).toEqual([]);
});

test('a chord whose group is revoked while it is being started ends', async () => {
  const { sim, step, all } = createWorld();
  const result = await sim.send(
    chord(
      Array.from({ length: 250 }, (_, n) => step(n)),
      all,
    ),
  );

  await sim.workflow(result.id).group('0').revoke();
  await sim.advance('10m');

  expect(await result.state()).toBe('FAILURE');
  expect(sim.attempts(all)).toEqual([]);
});

test('a run ends when what has taken its place is revoked between two of its steps', async () => {
  const { sim, swap, all, step } = createWorld();
  const result = await sim.send(chord([swap(1), step(1)], all));
  await sim.advance('10s');

  const inPlace = inPlaceOf(SPACE, runIdOf(SPACE, result.id, '0.0'), 0);
  const outcome = await sim.workflow(inPlace).revoke();
  await sim.advance('15m');

  expect(outcome).toBe('running');
  expect(await result.state()).toBe('FAILURE');
  expect(sim.attempts(step)).toHaveLength(1);
});

test('what is in the place of a run that is revoked by its id goes no further', async () => {
  const { sim, swap, all, step } = createWorld();
  const result = await sim.send(chord([swap(1), step(1)], all));
  await sim.advance('10s');

  const outcomes = await sim.revoke(swap, [runIdOf(SPACE, result.id, '0.0')]);
  await sim.advance('15m');

  expect(outcomes).toEqual(['revoked']);
  expect(await result.state()).toBe('FAILURE');
  expect(sim.attempts(step)).toHaveLength(1);
});

test('a run ends as what is in its place has, though who ended that died before', async () => {
  let left = 1;
  const { sim, empty, all } = createWorld({
    async onCall({ operation, input }, proceed) {
      const text = JSON.stringify(input);
      const isEnd = operation === 'UpdateItem' && text.includes('"empty"') && text.includes('"SUCCESS"');
      if (!isEnd || left-- <= 0) return proceed();
      throw Object.assign(new Error('it has died'), { name: 'AccessDenied' });
    },
  });

  const result = await sim.send(chain(empty(1), all));
  await sim.advance('10m');

  expect(left).toBeLessThan(1);
  expect(await result.state()).toBe('SUCCESS');
  expect(await result.get()).toBe(0);
});

test('what was added to a group and is revoked between two of its steps is counted', async () => {
  const { sim, step, grow, all } = createWorld();
  const result = await sim.send(chord([grow(1)], all));
  await sim.advance('10s');

  const added = derivedId(SPACE, runIdOf(SPACE, result.id, '0.0'), 'added/0/0');
  const outcome = await sim.workflow(added).revoke();
  await sim.advance('15m');

  expect(outcome).toBe('running');
  expect(await result.state()).toBe('FAILURE');
  expect(sim.attempts(step)).toEqual([]);
});

test('with a group is revoked what is in the place of its members, and what was added to it', async () => {
  const { sim, swap, grow, step, all } = createWorld();
  const result = await sim.send(chord([swap(1), grow(1)], all));
  await sim.advance('10s');

  const outcome = await sim.workflow(result.id).group('0').revoke();
  await sim.advance('15m');

  expect(outcome).toBe('running');
  expect(await result.state()).toBe('FAILURE');
  expect([...sim.attempts(step), ...sim.attempts(all)]).toEqual([]);
});

test('a chain goes on though what is linked to one of its steps can never be sent', async () => {
  const { sim, queue, gone, step } = createWorld({
    async onCall({ operation, input }, proceed) {
      const isSend = operation.startsWith('SendMessage');
      if (!isSend || !JSON.stringify(input).includes('/parts-dev-gone"')) return proceed();
      throw Object.assign(new Error('no such queue'), { name: 'AccessDenied' });
    },
  });

  const result = await sim.send(chain(link(step(1), gone), step(2, { delay: '2d' })));
  const beside = await sim.send(chain(link(step(1), gone), step));
  await sim.advance('1m');
  const soon = await beside.state();
  await sim.advance('3d');

  expect(soon).toBe('SUCCESS');
  expect(await result.get()).toBe(3);
  expect(sim.deadLetters(queue)).toEqual([]);
});

test('a dead letter that is redriven while its group waits leaves the group failed', async () => {
  const { sim, queue, flaky, step, all, mend } = createWorld();
  const result = await sim.send(chord([flaky(1), step(2, { delay: '10m' })], all));
  await sim.advance('1m');

  mend();
  await sim.redrive(queue);
  await sim.advance('15m');

  expect(sim.attempts(flaky)).toHaveLength(2);
  expect(await result.state()).toBe('FAILURE');
  expect(sim.attempts(all)).toEqual([]);
});

test('a dead letter that is redriven after the end of its workflow changes nothing of that', async () => {
  const { sim, queue, flaky, step, mend } = createWorld();
  const result = await sim.send(group([chain(flaky(1), step), step(2)]));
  await sim.advance('1m');

  mend();
  await sim.redrive(queue);
  await sim.advance('15m');

  expect(sim.attempts(flaky)).toHaveLength(2);
  expect(sim.attempts(step)).toHaveLength(1);
  expect(await result.state()).toBe('FAILURE');
});

test('what a dead letter is routed to is no step of its workflow', async () => {
  const dead = defineExchange('dead', { type: 'fanout' });
  const queue = defineQueue('work', { deadLetter: { to: dead } });
  const fail = defineTask('fail', {
    queue,
    retry: { attempts: 1 },
    run: (n: number): number => {
      throw new Error(`no ${n}`);
    },
  });
  const bury = defineTask('bury', { queue: defineQueue('morgue'), run: (_: unknown) => 7 });
  const step = defineTask('step', { queue: defineQueue('steps'), run: (n: number) => n });
  const app = defineApp(SPACE.app, { tasks: [fail, bury, step], bindings: [bind(dead, bury)] });
  const sim = simulate(app);

  const result = await sim.send(group([chain(fail(1), step), step(5, { delay: '10m' })]));
  await sim.advance('15m');

  expect(sim.attempts(bury)).toHaveLength(1);
  expect(sim.attempts(step)).toHaveLength(1);
  expect(await result.state()).toBe('FAILURE');
});

test('a member that has expired ends its chord', async () => {
  const { sim, step, all, gone } = createWorld();
  const result = await sim.send(
    linkError(chord([step(1), step(2, { delay: '10m', expires: '1m' })], all), gone),
  );

  await sim.advance('15m');

  expect(await result.state()).toBe('FAILURE');
  expect(sim.attempts(gone)).toHaveLength(1);
});
