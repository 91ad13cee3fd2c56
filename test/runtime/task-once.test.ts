/** `once`: which runs of a task exclude each other, on virtual time. */
import { describe, expect, test } from 'vitest';
import { defineApp, defineQueue, defineTask, fixed, type OnceOption, RejectError } from '#lib';
import { simulate } from '#lib/testing';

const queue = defineQueue('work', { visibility: '3m', deadLetter: { after: 5 } });

interface Input {
  readonly key: string;
  readonly n: number;
}

type Run = (input: Input, attempt: number) => void;

/** A task that takes ten seconds, and when its runs began and ended. */
function createWorld(once: OnceOption<Input>, act: Run = () => {}) {
  const seen: string[] = [];
  const task = defineTask('task', {
    queue,
    retry: { attempts: 3, backoff: fixed('20s') },
    async run(input: Input, { now, sleep, attempt }) {
      const time = () => now().toISOString().slice(14, 19);
      seen.push(`${time()} ${input.key}${input.n} begins`);
      act(input, attempt);
      await sleep('10s');
      seen.push(`${time()} ${input.key}${input.n} ends`);
      return input.n;
    },
    once,
  });
  const other = defineTask('other', { queue, run: () => 1 });
  const sim = simulate(defineApp('shop', { tasks: [task, other] }), { workers: { work: { batch: 1 } } });
  return { task, sim, seen };
}

const byKey = ({ key }: Input) => key;

describe('by default a call whose key is taken', () => {
  test('waits until the run before has ended, and calls of other keys do not', async () => {
    const { task, sim, seen } = createWorld(byKey);

    await sim.send(task({ key: 'a', n: 1 }));
    await sim.advance('1s');
    await sim.sendMany([task({ key: 'a', n: 2 }), task({ key: 'b', n: 3 })]);
    await sim.advance('2m');

    expect(seen.slice(0, 4)).toEqual([
      '00:00 a1 begins',
      '00:01 b3 begins',
      '00:10 a1 ends',
      '00:11 b3 ends',
    ]);
    expect(seen.slice(4).map((line) => line.slice(6))).toEqual(['a2 begins', 'a2 ends']);
    expect(sim.deadLetters(queue)).toEqual([]);
  });

  test('is the same call where the whole input is the key', async () => {
    const { task, sim, seen } = createWorld(true);

    await sim.sendMany([task({ key: 'a', n: 1 }), task({ n: 1, key: 'a' }), task({ key: 'a', n: 2 })]);
    await sim.advance('5s');

    expect(seen).toHaveLength(2);
  });

  test('waits for a run that is tried again, between its attempts too', async () => {
    const { task, sim, seen } = createWorld(byKey, ({ n }, attempt) => {
      if (n === 1 && attempt === 1) throw new Error('once');
    });

    await sim.send(task({ key: 'a', n: 1 }));
    await sim.advance('1s');
    await sim.send(task({ key: 'a', n: 2 }));
    await sim.advance('3m');

    expect(seen.map((line) => line.slice(6))).toEqual([
      'a1 begins',
      'a1 begins',
      'a1 ends',
      'a2 begins',
      'a2 ends',
    ]);
  });

  test('runs when the run before was given up', async () => {
    const { task, sim, seen } = createWorld(byKey, ({ n }) => {
      if (n === 1) throw new RejectError();
    });

    await sim.send(task({ key: 'a', n: 1 }));
    await sim.advance('1s');
    await sim.send(task({ key: 'a', n: 2 }));
    await sim.advance('1m');

    expect(seen).toEqual(['00:00 a1 begins', '00:01 a2 begins', '00:11 a2 ends']);
  });

  test('runs beside it when it is forced', async () => {
    const { task, sim, seen } = createWorld(byKey);

    await sim.send(task({ key: 'a', n: 1 }));
    await sim.send(task({ key: 'a', n: 2 }, { force: true }));
    await sim.advance('5s');

    expect([...seen].sort()).toEqual(['00:00 a1 begins', '00:00 a2 begins']);
  });

  test('runs as soon as the run before has started where the key is kept until then', async () => {
    const { task, sim, seen } = createWorld({ key: byKey, until: 'start' });

    await sim.sendMany([task({ key: 'a', n: 1 }), task({ key: 'a', n: 2 })]);
    await sim.advance('5s');

    expect(seen.map((line) => line.slice(6)).sort()).toEqual(['a1 begins', 'a2 begins']);
  });
});

describe('a key that is reserved at send', () => {
  test('lets send reject, and names the run that has it', async () => {
    const { task, sim } = createWorld({ key: byKey, taken: 'reject' });

    const first = await sim.send(task({ key: 'a', n: 1 }));
    const second = sim.send(task({ key: 'a', n: 2 }));

    await expect(second).rejects.toMatchObject({ code: 'ONCE_TAKEN', value: first.id });
  });

  test('lets send resolve to the handle of the run that has it', async () => {
    const { task, sim, seen } = createWorld({ key: byKey, taken: 'return' });

    const first = await sim.send(task({ key: 'a', n: 1 }));
    await sim.advance('5s');
    const second = await sim.send(task({ key: 'a', n: 2 }));

    expect(second.id).toBe(first.id);
    expect(await second.get()).toBe(1);
    expect(seen.filter((line) => line.endsWith('begins'))).toHaveLength(1);
  });

  test('is free again when its run has ended', async () => {
    const { task, sim } = createWorld({ key: byKey, taken: 'reject' });

    const first = await sim.send(task({ key: 'a', n: 1 }));
    await first.get();
    await sim.settle();
    const second = await sim.send(task({ key: 'a', n: 2 }));

    expect(await second.get()).toBe(2);
  });

  test('is free again after a while when its sender died before the message was sent', async () => {
    const queueGone = { key: byKey, taken: 'reject', for: '1m' } as const;
    const { task, sim } = createWorld(queueGone);
    await sim.settle();
    const now = sim.now().getTime();
    const { onceKeyOf } = await import('../../lib/runtime/gated.ts');
    const { createLocks } = await import('../../lib/aws/locks.ts');
    const call = (service: string, operation: string, input: object) =>
      sim.emulator.call(service, operation, { ...input });
    const locks = createLocks(call as never, 'shop-dev-runs');
    const key = onceKeyOf(task, byKey as never, { key: 'a', n: 1 });
    await locks.reserve({ key, id: 'dead', now, until: now + 60_000, dueAt: now });

    await expect(sim.send(task({ key: 'a', n: 1 }))).rejects.toMatchObject({
      code: 'ONCE_TAKEN',
      value: 'dead',
    });
    await sim.advance('61s');

    expect(await (await sim.send(task({ key: 'a', n: 1 }))).get()).toBe(1);
  });

  test('covers a delay, and is taken over by the worker', async () => {
    const { task, sim } = createWorld({ key: byKey, taken: 'reject', for: '1m' });

    await sim.send(task({ key: 'a', n: 1 }, { delay: '10m' }));
    await sim.advance('9m');

    await expect(sim.send(task({ key: 'a', n: 2 }))).rejects.toMatchObject({ code: 'ONCE_TAKEN' });
  });

  test('is given back when the message cannot be sent', async () => {
    const { task, sim } = createWorld({ key: byKey, taken: 'reject' });
    await sim.settle();
    const url = 'https://sqs.us-east-1.amazonaws.com/000000000000/shop-dev-work';
    await sim.emulator.call('sqs', 'DeleteQueue', { QueueUrl: url });

    await expect(sim.send(task({ key: 'a', n: 1 }))).rejects.toMatchObject({ code: 'SEND_FAILED' });
    await expect(sim.send(task({ key: 'a', n: 1 }))).rejects.toMatchObject({ code: 'SEND_FAILED' });
  });
});

test('throttled, the first call of a window runs, and the others get its handle', async () => {
  const { task, sim, seen } = createWorld({ key: byKey, keep: 'first', for: '1m' });

  const first = await sim.send(task({ key: 'a', n: 1 }));
  await sim.advance('30s');
  const second = await sim.send(task({ key: 'a', n: 2 }));
  await sim.advance('31s');
  await sim.send(task({ key: 'a', n: 3 }));
  await sim.advance('20s');

  expect(second.id).toBe(first.id);
  expect(seen.filter((line) => line.endsWith('begins'))).toEqual(['00:00 a1 begins', '01:01 a3 begins']);
});

test('debounced, the last call of a burst runs, and the others are revoked', async () => {
  const { task, sim, seen } = createWorld({ key: byKey, keep: 'last', for: '10s' });

  const sent = [];
  for (const n of [1, 2, 3]) {
    sent.push(await sim.send(task({ key: 'a', n })));
    await sim.advance('5s');
  }
  await sim.advance('1m');

  expect(seen).toEqual(['00:20 a3 begins', '00:30 a3 ends']);
  expect(await Promise.all(sent.map((one) => one.state()))).toEqual(['REVOKED', 'REVOKED', 'SUCCESS']);
  await expect(sent[0]?.get()).rejects.toMatchObject({ code: 'TASK_REVOKED' });
});

test('debounced, a call runs that was sent after one which waits for months', async () => {
  const { task, sim } = createWorld({ key: byKey, keep: 'last', for: '10s' });

  const far = await sim.send(task({ key: 'a', n: 1 }, { delay: '60d' }));
  await sim.advance('1s');
  const near = await sim.send(task({ key: 'a', n: 2 }));
  await sim.advance('1m');

  expect([await far.state(), await near.state()]).toEqual(['PENDING', 'SUCCESS']);
});

test('a worker that dies keeps its key for no longer than its lease', async () => {
  const { task, sim, seen } = createWorld(byKey, ({ n }, attempt) => {
    if (n === 1 && attempt === 1 && seen.length === 1) sim.emulator.services.lambda.kill('shop-work-worker');
  });

  await sim.send(task({ key: 'a', n: 1 }));
  await sim.advance('1s');
  await sim.send(task({ key: 'a', n: 2 }));
  await sim.advance('10m');

  expect(
    seen
      .filter((line) => line.endsWith('ends'))
      .map((line) => line.slice(6))
      .sort(),
  ).toEqual(['a1 ends', 'a2 ends']);
});

test('what cannot be once is refused when it is defined', () => {
  const line = defineQueue('line', { ordered: true });
  const bad = defineTask('bad', { queue: line, once: true, run: () => 1 });
  const late = defineTask('late', { once: { keep: 'last', for: '1h' }, run: () => 1 });
  const torn = defineTask('torn', { once: { keep: 'first', taken: 'wait' }, run: () => 1 });

  expect(() => defineApp('shop', { tasks: [bad, late, torn], longDelays: false })).toThrow(
    expect.objectContaining({
      problems: [
        expect.objectContaining({ code: 'ONCE_ON_ORDERED_QUEUE', path: 'tasks.bad.once' }),
        expect.objectContaining({ code: 'ONCE_CANNOT_WAIT', path: 'tasks.torn.once.taken' }),
        expect.objectContaining({ code: 'DELAY_TOO_LONG', path: 'tasks.late.once.for' }),
      ],
    }),
  );
});
