import { describe, expect, test } from 'vitest';
import { defineApp, defineQueue, defineTask, type Queue } from '#lib';
import { type Simulation, simulate } from '#lib/testing';
import { envelope, envelopeOf, killWorker, messagesOf, put } from './simulated.ts';

const standard = defineQueue('work');
const ordered = defineQueue('line', { ordered: true });

/** An app with a task whose input says what it does; `poison` kills its worker. */
function createWorld(queue: Queue, options: { result?: boolean; crashed?: 'retry' | 'deadLetter' } = {}) {
  const ran: string[] = [];
  const kill = () => killWorker(sim, queue);
  const task = defineTask('task', {
    queue,
    ...options,
    run(input: string) {
      ran.push(input);
      if (input === 'poison') kill();
    },
  });
  const sim: Simulation = simulate(defineApp('shop', { tasks: [task] }));
  return { task, sim, ran };
}

const KINDS = [
  ['with a record', standard, true],
  ['without a record', standard, false],
  ['on an ordered queue', ordered, true],
] as const;

describe.each(KINDS)('a task %s that kills its worker', (_name, queue, result) => {
  test('is started again when its message comes back, three times in all, then dead-lettered', async () => {
    const { task, sim } = createWorld(queue, { result });

    const { id } = await sim.send(task('poison'));
    await sim.advance('1h');

    expect(sim.attempts(task)).toEqual(['00:00:00', '00:03:00', '00:06:00']);
    expect(messagesOf(sim, queue)).toEqual([]);
    expect(sim.deadLetters(queue)).toMatchObject([
      {
        id,
        generation: 1,
        attempt: 0,
        crashes: 0,
        dead: {
          reason: 'crashed',
          at: Date.parse('2026-01-01T00:09:00Z'),
          error: {
            code: 'CRASHED',
            message: "3 workers in a row died or ran out of time while task 'task' was with them",
          },
        },
      },
    ]);
  });

  test('is not counted as an attempt', async () => {
    const attempts: number[] = [];
    const flaky = defineTask('flaky', {
      queue,
      result,
      run(_input, { attempt }) {
        attempts.push(attempt);
        if (attempts.length === 1) killWorker(sim, queue);
        if (attempts.length === 2) throw new Error('once');
      },
    });
    const sim: Simulation = simulate(defineApp('shop', { tasks: [flaky] }));

    await sim.send(flaky());
    await sim.advance('1h');

    expect(attempts).toEqual([1, 1, 2]);
    expect(sim.deadLetters(queue)).toEqual([]);
  });

  test('and throws in between is counted anew: only crashes in a row are deadly', async () => {
    let runs = 0;
    const moody = defineTask('moody', {
      queue,
      result,
      retry: { attempts: 10 },
      run() {
        runs += 1;
        if (runs % 3 === 0) throw new Error('a change');
        if (runs < 8) killWorker(sim, queue);
      },
    });
    const sim: Simulation = simulate(defineApp('shop', { tasks: [moody] }));

    await sim.send(moody());
    await sim.advance('2h');

    expect(runs).toBe(8);
    expect(sim.deadLetters(queue)).toEqual([]);
  });
});

test('a throw forgets the crashes before it', async () => {
  const seen: unknown[] = [];
  const task = defineTask('task', {
    queue: standard,
    result: false,
    run(_input, { id, attempt }) {
      seen.push(envelopeOf(sim, standard, id).crashes);
      if (attempt === 1) throw new Error('once');
    },
  });
  const sim: Simulation = simulate(defineApp('shop', { tasks: [task] }));

  await put(sim, standard, envelope('m1', 'task', { crashes: 2 }));
  await sim.advance('1m');

  expect(seen).toEqual([2, undefined]);
});

test.each([1, 2, 5])('deadLetter.after says how many crashes a message survives: %d', async (after) => {
  const queue = defineQueue('work', { deadLetter: { after } });
  const { task, sim } = createWorld(queue);

  await sim.send(task('poison'));
  await sim.advance('1h');

  expect(sim.attempts(task)).toHaveLength(after);
  expect(sim.deadLetters(queue)).toMatchObject([{ dead: { reason: 'crashed' } }]);
});

test('the result of a task that crashed says so', async () => {
  const { task, sim } = createWorld(standard);

  const result = await sim.send(task('poison'));
  await sim.advance('1h');

  await expect(result.get()).rejects.toMatchObject({
    code: 'TASK_FAILED',
    message: expect.stringContaining('failed (crashed): CeleriacError: 3 workers in a row died'),
    cause: { code: 'CRASHED' },
  });
});

describe.each([
  ['standard', standard],
  ['ordered', ordered],
])("with crashed: 'deadLetter' on a %s queue", (_name, queue) => {
  test('a task is started once, and dead-lettered when its message comes back', async () => {
    const { task, sim } = createWorld(queue, { crashed: 'deadLetter' });

    const result = await sim.send(task('poison'));
    await sim.advance('1h');

    expect(sim.attempts(task)).toHaveLength(1);
    expect(sim.deadLetters(queue)).toMatchObject([{ dead: { reason: 'crashed' } }]);
    await expect(result.get()).rejects.toMatchObject({ code: 'TASK_FAILED', cause: { code: 'CRASHED' } });
  });

  test('that holds without a result too', async () => {
    const { task, sim } = createWorld(queue, { crashed: 'deadLetter', result: false });

    await sim.send(task('poison'));
    await sim.advance('1h');

    expect(sim.attempts(task)).toHaveLength(1);
    expect(sim.deadLetters(queue)).toMatchObject([{ dead: { reason: 'crashed' } }]);
  });

  test('an attempt that throws is still retried', async () => {
    const attempts: number[] = [];
    const task = defineTask('task', {
      queue,
      crashed: 'deadLetter',
      run(_input, { attempt }) {
        attempts.push(attempt);
        if (attempt === 1) throw new Error('once');
      },
    });
    const sim = simulate(defineApp('shop', { tasks: [task] }));

    await sim.send(task());
    await sim.advance('1h');

    expect(attempts).toEqual([1, 2]);
  });
});

describe.each(KINDS.slice(0, 2))('the batch of a poisonous message %s', (_name, queue, result) => {
  const batch = (place: number) =>
    Array.from({ length: 10 }, (_, index) => (index === place ? 'poison' : `good ${index}`));

  test.each([0, 5, 9])('is worked off all the same, wherever that one stands: %d', async (place) => {
    const { task, sim, ran } = createWorld(queue, { result });
    const inputs = batch(place);

    await sim.sendMany(inputs.map((input) => task(input)));
    await sim.advance('1h');

    const dead = sim.deadLetters(queue).map(({ input }) => input);
    expect(dead).toEqual(['poison']);
    expect([...new Set(ran)].sort()).toEqual([...inputs].sort());
    expect(messagesOf(sim, queue)).toEqual([]);
  });

  test.each([0, 5, 9])(
    'runs no task again that had been finished before the poisonous one: %d',
    async (place) => {
      const { task, sim, ran } = createWorld(queue, { result });

      await sim.sendMany(batch(place).map((input) => task(input)));
      await sim.advance('1h');

      // The first time those before it have started; after that only what was not finished runs again.
      const counts = new Map<string, number>();
      for (const input of ran) counts.set(input, (counts.get(input) ?? 0) + 1);
      expect(counts.get('poison')).toBe(3);
      const others = [...counts].filter(([input]) => input !== 'poison').map(([, count]) => count);
      expect(Math.max(...others)).toBe(place === 0 ? 1 : 2);
    },
  );
});

test('a message behind a poisonous one, in the same group, runs when that one is given up', async () => {
  const { task, sim, ran } = createWorld(ordered);

  await sim.sendMany([task('poison'), task('behind')]);
  await sim.advance('1h');

  expect(ran).toEqual(['poison', 'poison', 'poison', 'behind']);
  expect(sim.deadLetters(ordered)).toHaveLength(1);
});

test('a poisonous group of an ordered queue harms no other group of its batch', async () => {
  const queue = defineQueue('line', { ordered: (input: string) => input.replace(/\W/g, '') });
  const { task, sim, ran } = createWorld(queue);
  const inputs = Array.from({ length: 10 }, (_, index) => (index === 0 ? 'poison' : `good ${index}`));

  await sim.sendMany(inputs.map((input) => task(input)));
  await sim.advance('1h');

  expect(sim.deadLetters(queue).map(({ input }) => input)).toEqual(['poison']);
  expect([...new Set(ran)].sort()).toEqual([...inputs].sort());
});
