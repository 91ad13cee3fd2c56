/** Revoking, running again by hand, forgetting, results that are ignored or large. */
import { describe, expect, test } from 'vitest';
import { type Context, defineApp, defineQueue, defineTask, fixed, type TaskOptions } from '#lib';
import { simulate } from '#lib/testing';
import { messagesOf } from './simulated.ts';

const queue = defineQueue('work', { visibility: '12m', deadLetter: { after: 5 } });

type Run = (input: number, context: Context) => unknown;

function createWorld(run: Run, options: Partial<TaskOptions<number, unknown>> = {}) {
  const task = defineTask('task', { queue, retry: { attempts: 2, backoff: fixed('30s') }, ...options, run });
  const sim = simulate(defineApp('shop', { tasks: [task] }));
  return { task, sim };
}

describe('a revoked run', () => {
  test('that waits does not run', async () => {
    const { task, sim } = createWorld(() => 1);

    const result = await sim.send(task(1, { delay: '1m' }));
    const outcome = await result.revoke();
    await sim.advance('2m');

    expect([outcome, await result.state()]).toEqual(['revoked', 'REVOKED']);
    expect(sim.attempts(task)).toEqual([]);
    expect(messagesOf(sim, queue)).toEqual([]);
    await expect(result.get()).rejects.toMatchObject({ code: 'TASK_REVOKED' });
  });

  test('that runs is told to stop within a heartbeat, and is no dead letter', async () => {
    let reason: unknown;
    const { task, sim } = createWorld(async (_input, { sleep, signal }) => {
      await sleep('100s').catch(() => {
        reason = signal.reason;
        throw signal.reason;
      });
    });

    const result = await sim.send(task(1));
    await sim.advance('20s');
    const outcome = await result.revoke({ terminate: true });
    await sim.advance('15s');

    expect([outcome, await result.state()]).toEqual(['running', 'REVOKED']);
    expect(reason).toMatchObject({ code: 'TASK_REVOKED' });
    expect(sim.deadLetters(queue)).toEqual([]);
    expect(messagesOf(sim, queue)).toEqual([]);
  });

  test('that runs goes on without terminate, but is not tried again', async () => {
    const { task, sim } = createWorld(async (_input, { sleep }) => {
      await sleep('20s');
      throw new Error('no');
    });

    const result = await sim.send(task(1));
    await sim.advance('1s');
    const outcome = await result.revoke();
    await sim.advance('5m');

    expect([outcome, await result.state()]).toEqual(['running', 'REVOKED']);
    expect(sim.attempts(task)).toHaveLength(1);
  });

  test('that is over stays as it is', async () => {
    const { task, sim } = createWorld(() => 1);
    const result = await sim.send(task(1));
    await result.get();

    expect(await sim.revoke(task, [result.id, result.id])).toEqual(['over', 'over']);
    expect(await result.state()).toBe('SUCCESS');
  });

  test('needs a record, which revocable gives it', async () => {
    const without = createWorld(() => 1, { result: false });
    const kept = createWorld(() => 1, { result: false, revocable: true });
    const one = await without.sim.send(without.task(1, { delay: '1m' }));
    const other = await kept.sim.send(kept.task(1, { delay: '1m' }));

    await expect(one.revoke()).rejects.toMatchObject({ code: 'REVOKE_NOT_KEPT' });
    expect(await other.revoke()).toBe('revoked');
  });

  test('is found by its header, among all that were sent before', async () => {
    const { task, sim } = createWorld(() => 1, { revocable: { headers: ['tenant'] } });
    const send = (tenant: string) => sim.send(task(1, { delay: '1m', headers: { tenant } }));
    const before = [await send('a'), await send('b')];
    await sim.advance('1s');

    await sim.revokeBy('tenant', 'a');
    await sim.advance('1s');
    const after = await send('a');
    await sim.advance('2m');

    expect(await Promise.all([...before, after].map((one) => one.state()))).toEqual([
      'REVOKED',
      'SUCCESS',
      'SUCCESS',
    ]);
    await expect(sim.revokeBy('user', 'x')).rejects.toMatchObject({ code: 'REVOKE_HEADER_UNKNOWN' });
  });
});

describe('a run that failed', () => {
  test('is run again by hand, with another input where one is given', async () => {
    const seen: number[] = [];
    const { task, sim } = createWorld((input) => {
      seen.push(input);
      if (input < 3) throw new Error('too small');
      return input;
    });
    const result = await sim.send(task(1));
    await sim.advance('2m');

    await sim.retry(task, result.id);
    await sim.advance('2m');
    const again = await sim.retry(task, result.id, { input: 3 });

    expect(await again.get()).toBe(3);
    expect(seen).toEqual([1, 1, 1, 1, 3]);
    await expect(sim.retry(task, result.id)).rejects.toMatchObject({ code: 'RETRY_NOT_FAILED' });
  });

  test('runs once however often it is asked for, and its dead letter not besides', async () => {
    let fail = true;
    const { task, sim } = createWorld(() => {
      if (fail) throw new Error('no');
    });
    const result = await sim.send(task(1));
    await sim.advance('2m');
    fail = false;

    await Promise.all([sim.retry(task, result.id), sim.retry(task, result.id)]);
    await sim.redrive(queue);
    await sim.advance('10m');

    expect(await result.state()).toBe('SUCCESS');
    expect(sim.attempts(task)).toHaveLength(3);
  });
});

test('hooks are told of a run that was revoked while it waited, when its message is met', async () => {
  const told: unknown[] = [];
  const hooks = {
    onRevoke: ({ task, id, reason }: { task: string; id: string; reason: string }) => {
      told.push({ task, id, reason });
    },
  };
  const { task, sim } = createWorld(() => 1, { hooks });
  const { id, revoke } = await sim.send(task(1, { delay: '1m' }));

  await revoke();
  await sim.advance('2m');

  expect(told).toEqual([{ task: 'task', id, reason: 'revoked' }]);
});

test.each(['SUCCESS', 'RETRY', 'UNKNOWN'])(
  'a run cannot say of itself that its state is %s',
  async (state) => {
    const { task, sim } = createWorld((_input, { progress }) => progress({ done: 1 }, { state }), {
      retry: { attempts: 1 },
    });

    const result = await sim.send(task(1));

    await expect(result.get()).rejects.toMatchObject({ cause: { code: 'PROGRESS_INVALID' } });
  },
);

test('what is forgotten is gone, that it succeeded is not', async () => {
  const { task, sim } = createWorld(() => 'secret');
  const result = await sim.send(task(1, { delay: '1s' }));
  await expect(result.forget()).rejects.toMatchObject({ code: 'RUN_NOT_OVER' });
  await result.get();

  await result.forget();

  await expect(result.get()).rejects.toMatchObject({ code: 'RESULT_FORGOTTEN' });
  expect(await result.state()).toBe('SUCCESS');
});

test('a result that is ignored is not kept', async () => {
  const { task, sim } = createWorld(() => 'large');

  const result = await sim.send(task(1, { ignoreResult: true }));

  expect(await result.get()).toBeUndefined();
  expect(await result.state()).toBe('SUCCESS');
});

test('a result over 400 KB lies in the bucket where its queue has one', async () => {
  const large = 'x'.repeat(500_000);
  const store = defineQueue('store', { largePayloads: 's3' });
  const { task, sim } = createWorld(() => large, { queue: store });

  const result = await sim.send(task(1));

  expect(await result.get()).toBe(large);
});
