import type { StandardSchemaV1 } from '@standard-schema/spec';
import { expect, test } from 'vitest';
import { type Context, defineApp, defineQueue, defineTask } from '#lib';
import { type Simulation, simulate } from '#lib/testing';
import { sentAtOf } from '../../lib/core/id.ts';
import type { LogLine } from '../../lib/runtime/ports.ts';
import { envelope, envelopeOf, put } from './simulated.ts';

const queue = defineQueue('work');

/** An app whose `task` does what the test says; `hops` tells those of each message that ran `echo`. */
function createWorld(run: (input: unknown, context: Context) => unknown) {
  const lines: LogLine[] = [];
  const hops: unknown[] = [];
  const task = defineTask('task', { queue, run });
  const echo = defineTask('echo', {
    queue,
    run(input: unknown, { id }) {
      hops.push(envelopeOf(sim, queue, id).hops ?? 0);
      return input;
    },
  });
  const app = defineApp('shop', { tasks: [task, echo] });
  const sim: Simulation = simulate(app, { log: (line) => lines.push(line) });
  return { sim, lines, hops, task, echo };
}

test('a task reads its headers, its time and its deadline from its context', async () => {
  const seen: object[] = [];
  const { sim, task } = createWorld(async (_input, { headers, now, deadline, sleep }) => {
    const before = now().toISOString();
    await sleep('1500ms');
    seen.push({ headers, before, after: now().toISOString(), deadline: deadline.toISOString() });
  });

  await sim.send(task(undefined, { headers: { trace: 't1' } }));
  await sim.advance('1m');

  expect(seen).toEqual([
    {
      headers: { trace: 't1' },
      before: '2026-01-01T00:00:00.000Z',
      after: '2026-01-01T00:00:01.500Z',
      deadline: '2026-01-01T00:00:30.000Z',
    },
  ]);
});

test('log lines are data, and carry the task, its id and its attempt, whatever details say', async () => {
  const { sim, lines, task } = createWorld((_input, { log, attempt }) => {
    log.info('charging', { order: 7, id: 'mine', level: 'mine' });
    log.warn('slow');
    log.error('broken', { cause: { code: 'IO' } });
    if (attempt === 1) throw new Error('once');
  });

  const { id } = await sim.send(task());
  await sim.advance('10m');

  const about = { task: 'task', id };
  const first = [
    { level: 'info', message: 'charging', order: 7, ...about, attempt: 1 },
    { level: 'warn', message: 'slow', ...about, attempt: 1 },
    { level: 'error', message: 'broken', cause: { code: 'IO' }, ...about, attempt: 1 },
  ];
  const second = first.map((line) => ({ ...line, attempt: 2 }));
  expect(lines).toEqual([
    ...first,
    { level: 'warn', message: 'threw', ...about, attempt: 1, durationMs: 0, error: 'Error: once' },
    ...second,
    { level: 'info', message: 'ran', ...about, attempt: 2, durationMs: 0 },
  ]);
});

test('a dead letter is an error in the log', async () => {
  const { sim, lines } = createWorld(() => 1);

  await put(sim, queue, 'hello');
  await sim.settle();

  expect(lines).toMatchObject([{ level: 'error', message: 'dead-lettered', reason: 'malformed' }]);
});

test('a task sends others, one hop further, and may wait for their results', async () => {
  const { sim, hops, task, echo } = createWorld(async (depth, { send, sendMany, result }) => {
    if (depth === 2) {
      const own = await send(echo('deep'));
      return result(echo, own.id).get();
    }
    const [outcome] = await sendMany([task(Number(depth) + 1)]);
    return outcome?.status === 'sent' ? outcome.result.get() : 'failed';
  });

  const result = await sim.send(task(0));
  const value = await result.get({ timeout: '20s' });

  expect(value).toBe('deep');
  expect(hops).toEqual([3]);
});

test('ids of what a task sends are of the same app', async () => {
  let sent = '';
  const { sim, task, echo } = createWorld(async (_input, { send }) => {
    sent = (await send(echo(1))).id;
  });

  await sim.send(task());
  await sim.settle();

  expect(sentAtOf({ app: 'shop', stage: 'dev' }, sent)).toBe(Date.parse('2026-01-01T00:00:00Z'));
});

test('tasks that send each other on for ever are stopped after a hundred hops', async () => {
  let runs = 0;
  const { sim, task } = createWorld(async (_input, { send }) => {
    runs += 1;
    await send(task());
  });

  await sim.send(task());
  await sim.advance('1h');

  expect(sim.deadLetters(queue)).toMatchObject([
    {
      hops: 100,
      dead: {
        error: {
          code: 'TOO_MANY_HOPS',
          message: expect.stringContaining('101 tasks have sent each other on, at most 100 may'),
        },
      },
    },
  ]);
  expect(runs).toBe(100 + 3);
});

test('a message keeps its hops when it is tried again', async () => {
  const { sim, hops, task, echo } = createWorld(async (_input, { send, attempt }) => {
    await send(echo(attempt));
    if (attempt === 1) throw new Error('once');
  });

  await put(sim, queue, envelope('01kdvdna00aaaaaaaaaaaaaaaaaaaa', 'task', { hops: 41 }));
  await sim.advance('10m');

  expect(hops).toEqual([42, 42]);
  expect(sim.attempts(task)).toHaveLength(2);
});

test('a send that the task does not wait for goes out before the worker answers', async () => {
  const slow: StandardSchemaV1 = {
    '~standard': {
      version: 1,
      vendor: 'test',
      async validate(value) {
        await sim.emulator.clock.sleep(1_000);
        return { value };
      },
    },
  };
  const checked = defineTask('checked', { queue, input: slow, run: () => 1 });
  const forgetful = defineTask('forgetful', { queue, run: (_input, { send }) => void send(checked(1)) });
  const sim: Simulation = simulate(defineApp('shop', { tasks: [checked, forgetful] }));

  await sim.send(forgetful());
  await sim.advance('1m');

  const happened = sim.emulator.trace.entries().map(({ operation }) => operation);
  expect(happened.filter((operation) => operation === 'send' || operation === 'answer')).toEqual([
    'send',
    'send',
    'answer',
    'answer',
  ]);
});

test('a send that a task does not catch is its failure', async () => {
  const { sim, task } = createWorld(async (_input, { send }) => {
    await send({ kind: 'signature', task: 'unheard', input: 1, options: {} });
  });

  await sim.send(task());
  await sim.advance('10m');

  expect(sim.deadLetters(queue)).toMatchObject([
    { dead: { reason: 'attempts-exhausted', error: { code: 'UNKNOWN_TASK', name: 'SendError' } } },
  ]);
});

test('a task whose own queue keeps no results is told why it cannot wait for one', async () => {
  const told: unknown[] = [];
  const kept = defineTask('kept', { queue: defineQueue('other'), run: () => 1 });
  const waits = defineTask('waits', {
    queue: defineQueue('slim'),
    result: false,
    async run(_input, { send }) {
      const result = await send(kept());
      await result.get().catch((error: { code: string; message: string }) => {
        told.push(`${error.code}: ${error.message}`);
      });
    },
  });
  const sim = simulate(defineApp('shop', { tasks: [kept, waits] }));

  await sim.send(waits());
  await sim.advance('1m');

  expect(told).toEqual([
    "RESULT_NOT_READABLE: task 'kept' keeps its result, but this worker cannot read it: no task of its own " +
      'queue keeps one, so it was built without DynamoDB; remove result: false from the task that waits',
  ]);
});
