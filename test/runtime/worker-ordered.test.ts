import { describe, expect, test } from 'vitest';
import { type Context, defineApp, defineQueue, defineTask, fixed, RejectError } from '#lib';
import { type Simulation, simulate } from '#lib/testing';
import { callsOf, killWorker, messagesOf } from './simulated.ts';

const byName = defineQueue('line', { ordered: (input: { group: string }) => input.group });

interface Input {
  readonly group: string;
  readonly index: number;
}

type Run = (input: Input, context: Context) => unknown;

/** Runs are told as `seconds group index`. */
function createWorld(run: Run = () => {}, options: { attempts?: number; result?: boolean } = {}) {
  const ran: string[] = [];
  const task = defineTask('task', {
    queue: byName,
    result: options.result ?? true,
    retry: { attempts: options.attempts ?? 3, backoff: fixed('20s') },
    run(input: Input, context) {
      ran.push(`${context.now().toISOString().slice(14, 19)} ${input.group}${input.index}`);
      return run(input, context);
    },
  });
  const sim: Simulation = simulate(defineApp('shop', { tasks: [task] }));
  const send = (...names: string[]) =>
    sim.sendMany(names.map((name) => task({ group: name.charAt(0), index: Number(name.slice(1)) })));
  return { task, sim, ran, send };
}

const order = (ran: readonly string[], group: string) =>
  ran.map((line) => line.slice(6)).filter((name) => name.startsWith(group));

test('a group runs one message after the other, in the order of the sends', async () => {
  let running = 0;
  let most = 0;
  const { sim, ran, send } = createWorld(async (_input, { sleep }) => {
    running += 1;
    most = Math.max(most, running);
    await sleep('1s');
    running -= 1;
  });
  const names = Array.from({ length: 25 }, (_, index) => `a${index}`);

  await send(...names);
  await sim.advance('1h');

  expect(order(ran, 'a')).toEqual(names);
  expect(most).toBe(1);
});

test('groups run side by side', async () => {
  const { sim, ran, send } = createWorld((_input, { sleep }) => sleep('10s'));

  await send('a0', 'b0', 'c0', 'a1');
  await sim.advance('1m');

  expect([...ran].sort()).toEqual(['00:00 a0', '00:00 b0', '00:00 c0', '00:10 a1']);
});

test('a message that fails holds its group until it succeeds; the others go on', async () => {
  const { sim, ran, send } = createWorld(({ group, index }, { attempt }) => {
    if (group === 'a' && index === 1 && attempt < 3) throw new Error('not yet');
  });

  await send('a0', 'a1', 'a2', 'b0', 'b1');
  await sim.advance('5m');

  expect(ran).toEqual(['00:00 a0', '00:00 b0', '00:00 a1', '00:00 b1', '00:20 a1', '00:40 a1', '00:40 a2']);
  expect(messagesOf(sim, byName)).toEqual([]);
});

test('what is sent to a group meanwhile waits behind it', async () => {
  const { sim, ran, send } = createWorld(({ index }, { attempt }) => {
    if (index === 0 && attempt === 1) throw new Error('not yet');
  });

  await send('a0');
  await sim.advance('5s');
  await send('a1', 'b1');
  await sim.advance('5m');

  expect(ran).toEqual(['00:00 a0', '00:05 b1', '00:20 a0', '00:20 a1']);
});

test('a message that is given up lets its group go on', async () => {
  const { sim, ran, send } = createWorld(({ index }) => {
    if (index === 0) throw new RejectError('no');
  });

  await send('a0', 'a1');
  await sim.advance('1m');

  expect(ran).toEqual(['00:00 a0', '00:00 a1']);
  expect(sim.deadLetters(byName)).toMatchObject([
    { input: { group: 'a', index: 0 }, group: 'a', dead: { reason: 'rejected', attempt: 1 } },
  ]);
});

test.each([true, false])(
  'attempts are counted in the record (result: %s), whatever SQS counts',
  async (result) => {
    const attempts: number[] = [];
    const { sim, send } = createWorld(
      (_input, { attempt }) => {
        attempts.push(attempt);
        throw new Error('never');
      },
      { attempts: 5, result },
    );

    await send('a0');
    await sim.advance('1h');

    expect(attempts).toEqual([1, 2, 3, 4, 5]);
    expect(sim.deadLetters(byName)).toMatchObject([{ dead: { reason: 'attempts-exhausted', attempt: 5 } }]);
  },
);

test('many retries are no crash: the receive count of an ordered queue says nothing', async () => {
  const { sim, ran, send } = createWorld(
    (_input, { attempt }) => {
      if (attempt < 50) throw new Error('not yet');
    },
    { attempts: 50 },
  );

  await send('a0');
  await sim.advance('1h');

  expect(ran).toHaveLength(50);
  expect(sim.deadLetters(byName)).toEqual([]);
});

test('a failed head and all behind it are hidden in one call, for the same time', async () => {
  const { sim, send } = createWorld(({ index }, { attempt }) => {
    if (index === 0 && attempt === 1) throw new Error('not yet');
  });

  await send('a0', 'a1', 'a2', 'a3');
  await sim.advance('1s');

  const ends = messagesOf(sim, byName).map(({ state, availableAt }) => [state, availableAt]);
  const until = Date.parse('2026-01-01T00:00:20Z');
  expect(ends).toEqual(Array.from({ length: 4 }, () => ['inFlight', until]));
  expect(callsOf(sim, 'ChangeMessageVisibilityBatch')).toBe(1);
});

test('a worker that dies in a group brings it back as it was', async () => {
  let killed = false;
  const { sim, ran, send } = createWorld(({ index }) => {
    if (index !== 1 || killed) return;
    killed = true;
    killWorker(sim, byName);
  });

  await send('a0', 'a1', 'a2');
  await sim.advance('10m');

  // What had finished before is acked with the batch, so it is received again and not run again.
  expect(order(ran, 'a')).toEqual(['a0', 'a1', 'a1', 'a2']);
});

describe('a group that is sent with the option', () => {
  test('is the one given', async () => {
    const { task, sim, ran } = createWorld((_input, { sleep }) => sleep('5s'));

    await sim.send(task({ group: 'a', index: 0 }, { group: 'mine' }));
    await sim.send(task({ group: 'b', index: 0 }, { group: 'mine' }));
    await sim.advance('1m');

    expect(ran).toEqual(['00:00 a0', '00:05 b0']);
  });
});

test('the longest wait is held as long as SQS can, counted from the receive', async () => {
  const line = defineQueue('line', { ordered: true });
  const task = defineTask('task', {
    queue: line,
    retry: { attempts: 2, backoff: fixed('12h') },
    async run(_input, { sleep }) {
      await sleep('5s');
      throw new Error('no');
    },
  });
  const sim = simulate(defineApp('shop', { tasks: [task] }));

  await sim.send(task());
  await sim.advance('13h');

  // A minute is left for the way from SQS to the worker.
  expect(sim.attempts(task)).toEqual(['00:00:00', '11:59:00']);
});
