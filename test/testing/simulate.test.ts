import { describe, expect, test } from 'vitest';
import { defineApp, defineQueue, defineTask, exponential, RejectError } from '#lib';
import { simulate } from '#lib/testing';
import type { LogLine } from '../../lib/runtime/ports.ts';

test('a failing task is tried again after 2 s and 4 s, and its result can be read', async () => {
  let declined = 2;
  const charge = defineTask('charge', {
    retry: { attempts: 4, backoff: exponential('2s') },
    run: ({ total }: { total: number }) => {
      if (declined-- > 0) throw new Error('card declined');
      return { paid: total };
    },
  });
  const sim = simulate(defineApp('shop', { tasks: [charge] }));

  const result = await sim.send(charge({ total: 40 }));
  await sim.advance('1m');

  expect(sim.attempts(charge)).toEqual(['00:00:00', '00:00:02', '00:00:06']);
  expect(await result.get()).toEqual({ paid: 40 });
});

test('a rejected message goes to the dead-letter queue at once', async () => {
  const queue = defineQueue('work');
  const refuse = defineTask('refuse', {
    queue,
    run: () => {
      throw new RejectError('not for us');
    },
  });
  const sim = simulate(defineApp('shop', { tasks: [refuse] }));

  const result = await sim.send(refuse());
  await sim.settle();

  expect(sim.deadLetters(queue)).toMatchObject([
    { task: 'refuse', generation: 1, dead: { reason: 'rejected' } },
  ]);
  await expect(result.get()).rejects.toMatchObject({
    code: 'TASK_FAILED',
    message: expect.stringContaining('not for us'),
  });
});

const echo = defineTask('echo', { run: (input: unknown) => input });
const nap = defineTask('nap', {
  async run(_input: unknown, { sleep }) {
    await sleep('10s');
    return 'rested';
  },
});
const app = defineApp('shop', { tasks: [echo, nap] });

describe('time', () => {
  test('begins where it is told, else with the year 2026', () => {
    expect(simulate(app).now().toISOString()).toBe('2026-01-01T00:00:00.000Z');
    expect(simulate(app, { start: '2031-05-04T03:02:01Z' }).now().toISOString()).toBe(
      '2031-05-04T03:02:01.000Z',
    );
  });

  test('moves by advance, and stands still otherwise', async () => {
    const sim = simulate(app);

    await sim.send(nap());
    await sim.settle();
    const settled = sim.now();
    await sim.advance('90m');

    expect(settled.toISOString()).toBe('2026-01-01T00:00:00.000Z');
    expect(sim.now().toISOString()).toBe('2026-01-01T01:30:00.000Z');
  });

  test('moves while a result is awaited, as far as that takes', async () => {
    const sim = simulate(app);

    const value = await (await sim.send(nap())).get();

    expect(value).toBe('rested');
    expect(sim.now().getTime() - Date.parse('2026-01-01T00:00:00Z')).toBeGreaterThanOrEqual(10_000);
    expect(sim.now().getTime() - Date.parse('2026-01-01T00:00:00Z')).toBeLessThanOrEqual(11_000);
  });

  test('moves once for many that wait together', async () => {
    const sim = simulate(app);
    const sent = await sim.sendMany(Array.from({ length: 30 }, () => nap()));

    const values = await Promise.all(sent.map((one) => (one.status === 'sent' ? one.result.get() : '')));

    expect(new Set(values)).toEqual(new Set(['rested']));
    expect(sim.now().getTime() - Date.parse('2026-01-01T00:00:00Z')).toBeLessThanOrEqual(11_000);
  });

  test('moves up to the timeout of a wait that is in vain', async () => {
    const sim = simulate(app);
    const result = await sim.send(nap());

    await expect(result.get({ timeout: '5s' })).rejects.toMatchObject({
      code: 'RESULT_TIMEOUT',
      message: expect.stringContaining('has no result after 5s'),
    });

    expect(sim.now().toISOString()).toBe('2026-01-01T00:00:05.000Z');
    expect(await result.get()).toBe('rested');
  });

  test('does not move in a task: it says who tried', async () => {
    const eager = defineTask('eager', { retry: { attempts: 1 }, run: () => sim.advance('1s') });
    const sim = simulate(defineApp('shop', { tasks: [eager] }));

    const result = await sim.send(eager());

    await expect(result.get()).rejects.toMatchObject({
      cause: { message: expect.stringContaining("advance was called inside 'eager'") },
    });
  });
});

describe('a seed', () => {
  test('decides the ids: the same seed, the same ids', async () => {
    const idsOf = async (seed?: number) => {
      const sim = simulate(app, seed === undefined ? {} : { seed });
      return [(await sim.send(echo())).id, (await sim.send(echo())).id];
    };

    const ids = [await idsOf(), await idsOf(1), await idsOf(2)];

    expect(ids[0]).toEqual(ids[1]);
    expect(ids[0]).not.toEqual(ids[2]);
    expect(ids[0]?.[0]).not.toBe(ids[0]?.[1]);
  });
});

describe('what has happened', () => {
  test('is told by readable lines', async () => {
    const sim = simulate(app);

    await sim.send(echo());
    await sim.advance('1s');

    const trace = sim.trace();
    expect(trace.find((line) => line.includes('sqs send'))).toMatch(
      /^2026-01-01T00:00:00\.000Z sqs send shop-dev-default messageId="[-0-9a-f]+" bytes=\d+$/,
    );
    expect(trace.map((line) => line.split(' ').slice(1, 3).join(' '))).toEqual(
      expect.arrayContaining(['sqs receive', 'lambda invoke', 'lambda answer', 'sqs delete']),
    );
  });

  test('is told by calls, and by the faults that struck', async () => {
    const sim = simulate(app, { faults: { fail: 0.3 }, seed: 5 });

    await sim.sendMany(Array.from({ length: 30 }, () => echo()));
    await sim.advance('1h');

    const sends = sim.calls().find(({ operation }) => operation === 'SendMessageBatch');
    expect(sends).toMatchObject({ service: 'sqs' });
    expect(sends?.calls).toBeGreaterThanOrEqual(3);
    expect(sim.faults().fail).toBeGreaterThan(0);
  });

  test('is logged line by line, where somebody listens', async () => {
    const lines: LogLine[] = [];
    const sim = simulate(app, { log: (line) => lines.push(line) });

    const { id } = await sim.send(echo());
    await sim.settle();

    expect(lines).toEqual([{ level: 'info', message: 'ran', task: 'echo', id, attempt: 1, durationMs: 0 }]);
  });

  test('is told per task by attempts', async () => {
    const sim = simulate(app, { start: '2026-01-01T23:59:59Z' });

    await sim.send(nap());
    await sim.send(nap(undefined, { delay: '2s' }));
    await sim.advance('1m');

    expect(sim.attempts(nap)).toEqual(['23:59:59', '00:00:01']);
    expect(sim.attempts(echo)).toEqual([]);
  });
});

describe('options', () => {
  const line = defineQueue('line', { ordered: true });
  const queued = defineTask('queued', { queue: line, run: () => 1 });
  const other = defineApp('shop', { tasks: [echo, queued] });

  test('set the stage, and the workers by queue', async () => {
    const sim = simulate(other, { stage: 'blue', workers: { line: { memory: 256, batch: 2 } } });

    await sim.send(queued());
    await sim.settle();

    const names = sim.emulator.services.sqs.snapshot().map(({ name }) => name);
    const sizes = sim.emulator.services.lambda.functions().map(({ name, memoryMb }) => [name, memoryMb]);
    expect(names).toEqual([
      'shop-blue-default-dlq',
      'shop-blue-default',
      'shop-blue-line-dlq.fifo',
      'shop-blue-line.fifo',
      'shop-blue-later-dlq',
      'shop-blue-later',
    ]);
    expect(sizes).toEqual([
      ['shop-default-worker', 512],
      ['shop-line-worker', 256],
      ['shop-later-worker', 512],
    ]);
    expect(sim.attempts(queued)).toHaveLength(1);
  });

  test.each([
    ['a stage that cannot be one', { stage: 'a-b' }, 'INVALID_NAME', "stage 'a-b'"],
    ['a worker of no queue', { workers: { lines: {} } }, 'UNKNOWN_QUEUE', "has no queue 'lines'"],
    [
      'a worker that AWS would not take',
      { workers: { line: { memory: 1 } } },
      'OUT_OF_RANGE',
      'workers.line.memory',
    ],
  ])('are checked as at a deploy: %s', (_name, options, code, text) => {
    expect(() => simulate(other, options)).toThrow(
      expect.objectContaining({ name: 'DefinitionError', code, message: expect.stringContaining(text) }),
    );
  });
});

test('several workers run side by side, as many batches as the queue allows', async () => {
  const running = { now: 0, most: 0 };
  const queue = defineQueue('work');
  const slow = defineTask('slow', {
    queue,
    async run(_input: unknown, { sleep }) {
      running.now += 1;
      running.most = Math.max(running.most, running.now);
      await sleep('10s');
      running.now -= 1;
    },
  });
  const sim = simulate(defineApp('shop', { tasks: [slow] }), {
    workers: { work: { batch: 1, concurrency: 2 } },
  });

  await sim.sendMany(Array.from({ length: 6 }, () => slow()));
  await sim.advance('1m');

  expect(sim.attempts(slow)).toHaveLength(6);
  expect(running.most).toBe(2);
});

test('a send with a delay waits in the queue, and a closed simulation is over', async () => {
  await using sim = simulate(app);

  await sim.send(echo(1, { delay: '15m' }));
  await sim.advance('14m');
  const before = sim.attempts(echo).length;
  await sim.advance('1m');

  expect(before).toBe(0);
  expect(sim.attempts(echo)).toEqual(['00:15:00']);
});

describe('what a test got wrong is said where it would pass for nothing, or name what nobody wrote', () => {
  const stranger = defineTask('stranger', { run: () => 1 });

  test.each([
    ['UNKNOWN_TASK', "app 'shop' has no task 'stranger'", () => simulate(app).attempts(stranger)],
    ['UNKNOWN_QUEUE', "no queue 'other'; add it", () => simulate(app).deadLetters(defineQueue('other'))],
    ['INVALID_TIME', "start is 'noon'; give a time such as", () => simulate(app, { start: 'noon' })],
    ['INVALID_FAULT', 'faults.slow is 5; give a rate from 0', () => simulate(app, { faults: { slow: 5 } })],
    [
      'INVALID_FAULT',
      'faults.lose is no fault; there are duplicate, ',
      () => simulate(app, { faults: LOSE }),
    ],
  ])('%s: %s', (code, text, wrong) => {
    const error = thrownBy(wrong);

    expect(error).toMatchObject({ code, message: expect.stringContaining(text) });
  });
});

/** As it comes from a variable of the test, where the compiler sees no misspelling. */
const LOSE: Readonly<Record<string, number>> = { lose: 0.1 };

function thrownBy(wrong: () => unknown): unknown {
  try {
    return wrong();
  } catch (error) {
    return error;
  }
}
