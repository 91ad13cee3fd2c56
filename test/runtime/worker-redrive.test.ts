import { describe, expect, test } from 'vitest';
import { defineApp, defineQueue, defineTask, fixed, RejectError } from '#lib';
import { type Simulation, simulate } from '#lib/testing';
import { bury, deadBodies, killWorker, messagesOf, put } from './simulated.ts';

const standard = defineQueue('work');
const ordered = defineQueue('line', { ordered: true });

/** A task that fails until it is healed, by a throw or by killing its worker. */
function createWorld(queue = standard, result = true, mode: 'throw' | 'kill' = 'throw') {
  const ran: string[] = [];
  const state = { healed: false };
  const kill = () => killWorker(sim, queue);
  const task = defineTask('task', {
    queue,
    result,
    retry: { attempts: 2, backoff: fixed('10s') },
    run(input: string, { id, attempt }) {
      ran.push(`${input} ${attempt} ${id.length > 0}`);
      if (state.healed) return `did ${input}`;
      if (mode === 'kill') return kill();
      throw new Error('not healed');
    },
  });
  const sim: Simulation = simulate(defineApp('shop', { tasks: [task] }));
  return { task, sim, ran, state };
}

describe.each([
  ['with a record', standard, true],
  ['without a record', standard, false],
  ['on an ordered queue', ordered, true],
] as const)('a dead letter of a task %s', (_name, queue, result) => {
  test('runs again when it is redriven, from its first attempt, under the same id', async () => {
    const { task, sim, ran, state } = createWorld(queue, result);
    const { id } = await sim.send(task('a'));
    await sim.advance('1h');
    const [dead] = sim.deadLetters(queue);

    state.healed = true;
    await sim.redrive(queue);
    await sim.advance('1h');

    expect(dead).toMatchObject({ id, generation: 1, dead: { reason: 'attempts-exhausted', attempt: 2 } });
    expect(ran).toEqual(['a 1 true', 'a 2 true', 'a 1 true']);
    expect(sim.deadLetters(queue)).toEqual([]);
    expect(messagesOf(sim, queue)).toEqual([]);
  });

  test('that fails again has all its attempts, and tells of both generations', async () => {
    const { task, sim, ran } = createWorld(queue, result);
    await sim.send(task('a'));
    await sim.advance('1h');

    await sim.redrive(queue);
    await sim.advance('1h');

    expect(ran).toHaveLength(4);
    expect(sim.deadLetters(queue)).toMatchObject([
      {
        generation: 2,
        history: [
          ...(queue === ordered ? [] : [{ kind: 'retry', generation: 0, attempt: 1 }]),
          { kind: 'dead', generation: 0, attempt: 2 },
          ...(queue === ordered ? [] : [{ kind: 'retry', generation: 1, attempt: 1 }]),
          { kind: 'dead', generation: 1, attempt: 2 },
        ],
      },
    ]);
  });

  test('that had crashed is no suspect any more', async () => {
    const { task, sim, ran, state } = createWorld(queue, result, 'kill');
    await sim.send(task('a'));
    await sim.advance('1h');

    state.healed = true;
    await sim.redrive(queue);
    await sim.advance('1m');

    expect(ran).toHaveLength(4);
    expect(sim.deadLetters(queue)).toEqual([]);
  });
});

test('the result of a redriven run replaces its failure', async () => {
  const { task, sim, state } = createWorld();
  const result = await sim.send(task('a'));
  await sim.advance('1h');
  const before = await result.state();

  state.healed = true;
  await sim.redrive(standard);

  expect(before).toBe('FAILURE');
  await sim.advance('1m');
  expect(await result.get()).toBe('did a');
});

describe.each([
  ['standard', standard],
  ['ordered', ordered],
])('on a %s queue', (_name, queue) => {
  test('two copies of one dead letter run once', async () => {
    const { task, sim, ran, state } = createWorld(queue);
    await sim.send(task('a'));
    await sim.advance('1h');
    const [body = ''] = deadBodies(sim, queue);
    await bury(sim, queue, `${body} `);
    const copies = deadBodies(sim, queue).length;

    state.healed = true;
    await sim.redrive(queue);
    await sim.advance('1h');

    expect(copies).toBe(2);
    expect(ran).toEqual(['a 1 true', 'a 2 true', 'a 1 true']);
    expect(sim.deadLetters(queue)).toEqual([]);
  });

  test('an old copy of a run that was redriven is dropped', async () => {
    const { task, sim, ran, state } = createWorld(queue);
    await sim.send(task('a'));
    const [original] = messagesOf(sim, queue);
    await sim.advance('1h');
    state.healed = true;
    await sim.redrive(queue);
    await sim.advance('1h');

    await put(sim, queue, `${original?.body ?? ''} `);
    await sim.advance('1h');

    expect(ran).toHaveLength(3);
    expect(sim.deadLetters(queue)).toEqual([]);
    expect(messagesOf(sim, queue)).toEqual([]);
  });

  test('a duplicate of a finished run is dropped', async () => {
    const { task, sim, ran, state } = createWorld(queue);
    state.healed = true;
    await sim.send(task('a'));
    const [original] = messagesOf(sim, queue);
    await sim.advance('1m');

    await put(sim, queue, `${original?.body ?? ''} `);
    await sim.advance('1h');

    expect(ran).toHaveLength(1);
    expect(messagesOf(sim, queue)).toEqual([]);
  });

  test('a duplicate of a failed run sends its dead letter again, in case the first was lost', async () => {
    const { task, sim, ran } = createWorld(queue);
    const { id } = await sim.send(task('a'));
    const [original] = messagesOf(sim, queue);
    await sim.advance('1h');

    await put(sim, queue, `${original?.body ?? ''} `);
    await sim.advance('1h');

    expect(ran).toHaveLength(2);
    expect(sim.deadLetters(queue)).toMatchObject([
      { id, generation: 1, dead: { reason: 'attempts-exhausted', error: { message: 'not healed' } } },
      { id, generation: 1, dead: { reason: 'attempts-exhausted', error: { message: 'not healed' } } },
    ]);
  });

  test('a duplicate of a run that is under way waits for its end', async () => {
    const starts: string[] = [];
    const task = defineTask('task', {
      queue,
      async run(_input, { sleep, now }) {
        starts.push(now().toISOString());
        await sleep('20s');
      },
    });
    const sim = simulate(defineApp('shop', { tasks: [task] }));
    const result = await sim.send(task());
    const [original] = messagesOf(sim, queue);
    await sim.advance('1s');

    // In a group of its own, since its twin holds the other.
    await put(sim, queue, `${original?.body ?? ''} `, 'beside');
    await sim.advance('1h');

    expect(starts).toHaveLength(1);
    expect(await result.state()).toBe('SUCCESS');
    expect(messagesOf(sim, queue)).toEqual([]);
    expect(sim.deadLetters(queue)).toEqual([]);
  });
});

test('a retry whose release was never written runs all the same, and only once', async () => {
  const attempts: number[] = [];
  const task = defineTask('task', {
    queue: standard,
    retry: { attempts: 3, backoff: fixed('10s') },
    run(_input, { attempt }) {
      attempts.push(attempt);
      if (attempt === 1) throw new Error('once');
    },
  });
  // The worker dies before each of its first writes but the claim: seeds and rates do not reach so exactly.
  let writes = 0;
  const sim: Simulation = simulate(defineApp('shop', { tasks: [task] }), {
    log: ({ message }) => {
      if (message === 'threw' && writes++ === 0) queueMicrotask(() => dieAfterTheCopy());
    },
  });
  function dieAfterTheCopy(): void {
    if (messagesOf(sim, standard).length > 1) killWorker(sim, standard);
    else queueMicrotask(dieAfterTheCopy);
  }

  const result = await sim.send(task());
  await sim.advance('1h');

  expect(attempts).toEqual([1, 2]);
  expect(await result.state()).toBe('SUCCESS');
  expect(messagesOf(sim, standard)).toEqual([]);
});

test('a dead letter whose time was over long ago runs when it is redriven', async () => {
  let runs = 0;
  const task = defineTask('task', {
    queue: standard,
    run() {
      runs += 1;
      if (runs === 1) throw new RejectError('not yet');
    },
  });
  const sim = simulate(defineApp('shop', { tasks: [task] }));

  const result = await sim.send(task(undefined, { expires: '1m' }));
  await sim.advance('1h');
  await sim.redrive(standard);
  await sim.advance('1h');

  expect(runs).toBe(2);
  expect(await result.state()).toBe('SUCCESS');
});
