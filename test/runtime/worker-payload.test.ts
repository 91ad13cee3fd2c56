import type { StandardSchemaV1 as Schema } from '@standard-schema/spec';
import { describe, expect, test } from 'vitest';
import { defineApp, defineQueue, defineTask } from '#lib';
import { simulate } from '#lib/testing';
import type { LogLine } from '../../lib/runtime/ports.ts';
import { callsOf, envelope, messagesOf, put } from './simulated.ts';

const queue = defineQueue('work');
const NOW = Date.parse('2026-01-01T00:00:00Z');

/** A schema that makes a number of a text and counts how often it is asked. */
function createSchema() {
  const asked: unknown[] = [];
  const schema: Schema<string, number> = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate(value) {
        asked.push(value);
        if (value === 'throw') throw new Error('the schema is broken');
        return Number.isNaN(Number(value))
          ? { issues: [{ message: 'no number' }] }
          : { value: Number(value) };
      },
    },
  };
  return { asked, schema };
}

describe('an input', () => {
  test('is checked at the send, travels as it was, and is parsed once by the worker', async () => {
    const { asked, schema } = createSchema();
    const double = defineTask('double', { queue, input: schema, run: (count) => count * 2 });
    const sim = simulate(defineApp('shop', { tasks: [double] }));

    const result = await sim.send(double('21'));

    expect(await result.get()).toBe(42);
    expect(asked).toEqual(['21', '21']);
  });

  test.each([true, false])('that the schema refuses is never run (result: %s)', async (result) => {
    const { schema } = createSchema();
    const ran: number[] = [];
    const task = defineTask('double', { queue, result, input: schema, run: (count) => ran.push(count) });
    const sim = simulate(defineApp('shop', { tasks: [task] }));

    await put(sim, queue, envelope('m1', 'double', { input: 'many' }));
    await put(sim, queue, envelope('m2', 'double', { input: 'throw' }));
    await sim.advance('1m');

    expect(ran).toEqual([]);
    expect(sim.deadLetters(queue)).toMatchObject([
      {
        id: 'm1',
        generation: 1,
        dead: {
          reason: 'invalid-input',
          attempt: 0,
          error: { code: 'INVALID_INPUT', message: "task 'double' does not take this input: no number" },
        },
      },
      {
        id: 'm2',
        dead: {
          reason: 'invalid-input',
          error: { message: "the schema of task 'double' threw", cause: { message: 'the schema is broken' } },
        },
      },
    ]);
  });

  test('is what it was: undefined, null, and everything that JSON knows', async () => {
    const inputs = [undefined, null, 0, '', false, [], {}, { deep: [{ a: null }] }];
    const seen: unknown[] = [];
    const echo = defineTask('echo', { queue, result: false, run: (input) => void seen.push(input) });
    const sim = simulate(defineApp('shop', { tasks: [echo] }));

    await sim.sendMany(inputs.map((input) => echo(input)));
    await sim.settle();

    expect(seen).toEqual(inputs);
  });
});

describe('a result', () => {
  const huge = 'a'.repeat(379_999);

  test.each([
    [
      'a Map',
      new Map(),
      'RESULT_NOT_JSON',
      "task 'make' returned Map at result, which JSON does not bring back",
    ],
    ['a bigint', { list: [1n] }, 'RESULT_NOT_JSON', "task 'make' returned bigint at result.list[0]"],
    ['a function', () => 1, 'RESULT_NOT_JSON', "task 'make' returned function at result"],
    [
      'too large',
      huge,
      'RESULT_TOO_LARGE',
      "task 'make' returned 380001 bytes, its record holds 380000 (DynamoDB); store the data",
    ],
  ])('that cannot be kept is a failure, without another attempt: %s', async (_name, value, code, text) => {
    const make = defineTask('make', { queue, run: () => value });
    const sim = simulate(defineApp('shop', { tasks: [make] }));

    const result = await sim.send(make());
    await sim.advance('1m');

    expect(sim.attempts(make)).toHaveLength(1);
    expect(sim.deadLetters(queue)).toMatchObject([{ dead: { reason: 'invalid-result', attempt: 1 } }]);
    await expect(result.get()).rejects.toMatchObject({
      code: 'TASK_FAILED',
      message: expect.stringContaining('failed (invalid-result)'),
      cause: { code, message: expect.stringContaining(text) },
    });
  });

  test('of the largest size is kept', async () => {
    const make = defineTask('make', { queue, run: () => huge.slice(1) });
    const sim = simulate(defineApp('shop', { tasks: [make] }));

    const result = await sim.send(make());

    expect(await result.get()).toBe(huge.slice(1));
  });

  test('that nobody keeps may be anything', async () => {
    const make = defineTask('make', { queue, result: false, run: () => new Map([[1n, huge]]) });
    const sim = simulate(defineApp('shop', { tasks: [make] }));

    await sim.send(make());
    await sim.settle();

    expect(sim.deadLetters(queue)).toEqual([]);
    expect(messagesOf(sim, queue)).toEqual([]);
  });

  test('that nobody keeps costs no call of DynamoDB, however the run ends', async () => {
    const ends = { ok: 0, failed: 0 };
    const task = defineTask('task', {
      queue,
      result: false,
      retry: { attempts: 2 },
      run: (fails: boolean) => {
        ends[fails ? 'failed' : 'ok'] += 1;
        if (fails) throw new Error('no');
      },
    });
    const kept = defineTask('kept', { run: () => 1 });
    const sim = simulate(defineApp('shop', { tasks: [task, kept], workflows: false }));

    const callsSoFar = () => sim.calls().filter(({ service }) => service === 'dynamodb');
    await sim.settle();
    const provisioning = callsSoFar();
    await sim.sendMany([task(false), task(true), task(false, { expires: '0s' })]);
    await sim.advance('1h');
    const after = callsSoFar();
    await sim.send(kept());
    await sim.settle();

    expect(ends).toEqual({ ok: 1, failed: 2 });
    expect(after).toEqual(provisioning);
    expect(callsOf(sim, 'UpdateItem')).toBe(2);
  });
});

describe('a message that has expired', () => {
  test('does not run: its run is REVOKED, with the reason', async () => {
    const task = defineTask('task', { queue, run: () => 1 });
    const sim = simulate(defineApp('shop', { tasks: [task] }));

    const result = await sim.send(task(undefined, { delay: '20s', expires: '20s' }));
    await sim.advance('1m');

    expect(sim.attempts(task)).toEqual([]);
    expect(await result.state()).toBe('REVOKED');
    await expect(result.get()).rejects.toMatchObject({
      code: 'TASK_REVOKED',
      message: `task 'task' (${result.id}) did not run: expired`,
    });
    expect(sim.deadLetters(queue)).toEqual([]);
    expect(messagesOf(sim, queue)).toEqual([]);
  });

  test('a moment before its time still runs', async () => {
    const task = defineTask('task', { queue, run: () => 1 });
    const sim = simulate(defineApp('shop', { tasks: [task] }));

    const result = await sim.send(task(undefined, { delay: '20s', expires: '20001ms' }));
    await sim.advance('1m');

    expect(await result.state()).toBe('SUCCESS');
  });

  test('between two attempts has no other', async () => {
    const task = defineTask('task', {
      queue,
      run: () => {
        throw new Error('no');
      },
    });
    const sim = simulate(defineApp('shop', { tasks: [task] }));

    const result = await sim.send(task(undefined, { expires: '1s' }));
    await sim.advance('10m');

    expect(sim.attempts(task)).toHaveLength(1);
    expect(await result.state()).toBe('REVOKED');
  });

  test('leaves a line in the log where there is no record', async () => {
    const lines: LogLine[] = [];
    const task = defineTask('task', { queue, result: false, run: () => 1 });
    const sim = simulate(defineApp('shop', { tasks: [task] }), { log: (line) => lines.push(line) });

    await put(sim, queue, envelope('m1', 'task', { expiresAt: NOW }));
    await sim.settle();

    expect(sim.attempts(task)).toEqual([]);
    expect(lines).toEqual([
      { level: 'warn', message: 'expired', task: 'task', id: 'm1', expiresAt: new Date(NOW).toISOString() },
    ]);
  });
});
