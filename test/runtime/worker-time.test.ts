import { describe, expect, test } from 'vitest';
import { type Context, defineApp, defineQueue, defineTask } from '#lib';
import { type Simulation, simulate } from '#lib/testing';
import { envelope, envelopeOf, messagesOf } from './simulated.ts';

/** A worker of this queue has 30 s (a sixth of 3 m): it tells its tasks to stop after 25. */
const queue = defineQueue('work');

type Run = (input: string, context: Context, sim: Simulation) => unknown;

function createWorld(run: Run, options: { result?: boolean; own?: typeof queue } = {}) {
  const ran: string[] = [];
  const task = defineTask('task', {
    queue: options.own ?? queue,
    result: options.result ?? true,
    retry: { attempts: 1 },
    run(input: string, context) {
      ran.push(`${context.now().toISOString().slice(14, 19)} ${input}`);
      return run(input, context, sim);
    },
  });
  const sim: Simulation = simulate(defineApp('shop', { tasks: [task] }));
  return { task, sim, ran };
}

/** Waits without looking at the signal, as a call of some library may. */
const stubborn = (sim: Simulation, ms: number) => sim.emulator.clock.sleep(ms);

test('a task is told to stop before its worker’s time is over', async () => {
  const seen: unknown[] = [];
  const { task, sim } = createWorld(async (_input, { signal, deadline, now, sleep }) => {
    seen.push(deadline.toISOString(), signal.aborted);
    await sleep('1m').catch((error: Error) => seen.push(now().toISOString(), error.message));
    seen.push(signal.aborted);
    return 'in time';
  });

  const result = await sim.send(task(''));

  expect(await result.get()).toBe('in time');
  expect(seen).toEqual([
    '2026-01-01T00:00:30.000Z',
    false,
    '2026-01-01T00:00:25.000Z',
    'the worker has no time left',
    true,
  ]);
});

test('a short worker is told to stop after four fifths of its time', async () => {
  const own = defineQueue('brief', { visibility: '6s' });
  let stoppedAt = '';
  const { task, sim } = createWorld(
    async (_input, { now, sleep }) => {
      await sleep('1m').catch(() => {});
      stoppedAt = now().toISOString();
    },
    { own },
  );

  await sim.send(task(''));
  await sim.advance('10s');

  expect(stoppedAt).toBe('2026-01-01T00:00:00.800Z');
});

test('a task that throws because it was told to stop has had an attempt', async () => {
  const { task, sim } = createWorld((_input, { sleep }) => sleep('1m'));

  await sim.send(task(''));
  await sim.advance('1m');

  expect(sim.deadLetters(queue)).toMatchObject([
    { dead: { reason: 'attempts-exhausted', error: { message: 'the worker has no time left' } } },
  ]);
});

describe.each([
  ['with a record', true],
  ['without a record', false],
])('a task %s that does not stop', (_name, result) => {
  test('leaves the others of its batch finished: they run once', async () => {
    const { task, sim, ran } = createWorld(
      (input) => (input === 'slow' ? stubborn(sim, 3_600_000) : undefined),
      { result },
    );
    const inputs = ['a', 'slow', 'b', 'c'];

    await sim.sendMany(inputs.map((input) => task(input)));
    await sim.advance('2m');

    expect(ran.map((line) => line.slice(6))).toEqual(inputs);
    expect(messagesOf(sim, queue)).toHaveLength(1);
  });

  test('comes back alone, and is dead-lettered when that has happened three times', async () => {
    const { task, sim, ran } = createWorld(
      (input) => (input === 'slow' ? stubborn(sim, 3_600_000) : undefined),
      { result },
    );

    await sim.sendMany([task('a'), task('slow')]);
    await sim.advance('30m');

    expect(ran).toEqual(['00:00 a', '00:00 slow', '03:00 slow', '06:00 slow']);
    expect(sim.deadLetters(queue)).toMatchObject([{ input: 'slow', dead: { reason: 'crashed' } }]);
  });

  test('and ends after all is not lost: the message that comes back finds out', async () => {
    const { task, sim, ran } = createWorld(async () => void (await stubborn(sim, 40_000)), { result });

    const handle = await sim.send(task('late'));
    await sim.advance('1m');
    const state = await handle.state();
    await sim.advance('30m');

    // Nobody has ended the environment here, so the record is written although the batch was answered before.
    expect(state).toBe(result ? 'SUCCESS' : 'UNKNOWN');
    expect(ran).toHaveLength(result ? 1 : 3);
    expect(messagesOf(sim, queue)).toEqual([]);
  });
});

test('what was finished is deleted before the function may be killed', async () => {
  const { task, sim } = createWorld((input) => (input === 'slow' ? stubborn(sim, 3_600_000) : undefined));

  await sim.sendMany([task('a'), task('slow')]);
  await sim.advance('26s');

  expect(messagesOf(sim, queue).map(({ body }) => JSON.parse(body).input)).toEqual(['slow']);
});

test('a suspect for which there is no time left is put off, not started, and stays a suspect', async () => {
  const seen: unknown[] = [];
  const { task, sim, ran } = createWorld(async (input, { id, sleep }) => {
    if (input === 'suspect') seen.push(envelopeOf(sim, queue, id).crashes);
    await sleep(input === 'suspect' ? '15s' : '22s');
  });
  await sim.settle();

  // Both are in one batch: the one that is no suspect runs first, and leaves 8 s.
  await sim.emulator.call('sqs', 'SendMessageBatch', {
    QueueUrl: sim.emulator.services.sqs.snapshot().find(({ name }) => name === 'shop-dev-work')?.url,
    Entries: [
      { Id: 'a', MessageBody: JSON.stringify(envelope('m1', task.name, { input: 'suspect', crashes: 1 })) },
      { Id: 'b', MessageBody: JSON.stringify(envelope('m2', task.name, { input: 'fresh' })) },
    ],
  });
  await sim.advance('10m');

  expect(ran).toEqual(['00:00 fresh', '00:22 suspect']);
  expect(seen).toEqual([1]);
  expect(messagesOf(sim, queue)).toEqual([]);
  expect(sim.deadLetters(queue)).toEqual([]);
});

test('three that time ran out on together are run one by one, each with a whole worker’s time', async () => {
  const own = defineQueue('tight', { visibility: '3m', deadLetter: { after: 5 } });
  const { task, sim, ran } = createWorld(
    async (input, { sleep }) => {
      const first = ran.filter((line) => line.endsWith(input)).length === 1;
      if (first) await stubborn(sim, 3_600_000);
      else await sleep('15s');
    },
    { own },
  );

  const results = await sim.sendMany([task('a'), task('b'), task('c')]);
  await sim.advance('1h');

  expect(ran).toHaveLength(6);
  for (const one of results) expect(one.status === 'sent' && (await one.result.state())).toBe('SUCCESS');
  expect(sim.deadLetters(own)).toEqual([]);
});

test('a slow group of an ordered queue leaves the others of its batch finished', async () => {
  const own = defineQueue('line', { ordered: (input: string) => input.charAt(0) });
  const { task, sim, ran } = createWorld(
    (input) => (input === 'slow' ? stubborn(sim, 3_600_000) : undefined),
    { own },
  );

  await sim.sendMany([task('a'), task('slow'), task('s behind'), task('b')]);
  await sim.advance('2m');

  expect(ran.map((line) => line.slice(6)).sort()).toEqual(['a', 'b', 'slow']);
  expect(messagesOf(sim, own).map(({ body }) => JSON.parse(body).input)).toEqual(['slow', 's behind']);
});
