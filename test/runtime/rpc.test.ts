import { describe, expect, test } from 'vitest';
import {
  CeleriacError,
  type Context,
  defineApp,
  defineQueue,
  defineTask,
  RejectError,
  TimeoutError,
} from '#lib';
import { type SimulateOptions, type Simulation, simulate } from '#lib/testing';
import type { LogLine } from '../../lib/runtime/ports.ts';
import { callsOf } from './simulated.ts';

const work = defineQueue('work', { visibility: '5m', deadLetter: { after: 2 } });
const slim = defineQueue('slim');
const once = { attempts: 1 } as const;

class CardError extends Error {
  override readonly name = 'CardError';
  readonly code = 'DECLINED';
}

const double = defineTask('double', { queue: work, run: (input: number) => input * 2 });
const nothing = defineTask('nothing', { queue: work, run: () => undefined });
const plain = defineTask('plain', { queue: slim, result: false, run: (input: number) => input * 3 });
const large = defineTask('large', {
  queue: slim,
  result: false,
  run: (bytes: number) => 'x'.repeat(bytes),
});
const noJson = defineTask('noJson', { queue: slim, result: false, run: () => 1n as unknown as number });
const slow = defineTask('slow', {
  queue: work,
  async run(seconds: number, { sleep }) {
    await sleep(`${seconds}s`);
    return seconds;
  },
});
function failAs(what: 'card' | 'ours' | 'reject' | 'text'): number {
  if (what === 'card') throw new CardError('the card was declined');
  if (what === 'ours') throw new TimeoutError('CALL_TIMEOUT', 'the bank is slow');
  if (what === 'reject') throw new RejectError('not this one');
  throw 'just text';
}

const fail = defineTask('fail', { queue: work, retry: once, run: failAs });
const failPlain = defineTask('failPlain', { queue: slim, result: false, retry: once, run: failAs });
const flaky = defineTask('flaky', {
  queue: work,
  retry: { attempts: 3 },
  run(_: unknown, { attempt }: Context) {
    if (attempt < 3) throw new Error('not yet');
    return attempt;
  },
});
const shop = defineApp('shop', {
  tasks: [double, nothing, plain, large, noJson, slow, fail, failPlain, flaky],
});

/** The reply queues there are. */
function replyQueues(sim: Simulation): readonly string[] {
  const names = sim.emulator.services.sqs.snapshot().map(({ name }) => name);
  return names.filter((name) => name.startsWith('shop-dev-reply-'));
}

function createShop(options: SimulateOptions = {}) {
  const lines: LogLine[] = [];
  const sim = simulate(shop, { ...options, log: (line) => lines.push(line) });
  return { sim, lines, said: (message: string) => lines.filter((line) => line.message === message) };
}

const inBucket = defineTask('inBucket', {
  queue: defineQueue('store', { largePayloads: 's3' }),
  run: (bytes: number) => 'x'.repeat(bytes),
});

describe('a call', () => {
  test('resolves to a result that no record holds, as far as a message does', async () => {
    await using sim = simulate(defineApp('shop', { tasks: [inBucket] }));

    const value = await sim.call(inBucket(500_000));
    const refused = await sim.call(inBucket(2_000_000)).catch((thrown) => thrown);

    expect(value).toHaveLength(500_000);
    expect(refused).toMatchObject({ code: 'RESULT_TOO_LARGE' });
  });

  test('resolves to what the task returns, in the time that the task takes', async () => {
    await using sim = simulate(shop);

    const values = [await sim.call(double(21)), await sim.call(nothing()), await sim.call(slow(7))];

    expect(values).toEqual([42, undefined, 7]);
    expect(sim.now().toISOString()).toBe('2026-01-01T00:00:07.000Z');
  });

  test('needs no record: a task without a result replies too', async () => {
    await using sim = simulate(defineApp('shop', { tasks: [plain] }));

    expect(await sim.call(plain(14))).toBe(42);
    expect(sim.calls().some(({ service }) => service === 'dynamodb')).toBe(false);
  });

  test('waits through the retries of its task', async () => {
    await using sim = simulate(shop);

    expect(await sim.call(flaky(), { timeout: '5m' })).toBe(3);
  });

  test('shares one queue with the calls beside it, and each gets its own answer', async () => {
    await using sim = simulate(shop);
    const inputs = Array.from({ length: 300 }, (_, index) => index);

    const values = await Promise.all(inputs.map((index) => sim.call(double(index))));

    expect(values).toEqual(inputs.map((index) => index * 2));
    expect(replyQueues(sim)).toHaveLength(1);
  });

  test('polls only while calls wait', async () => {
    await using sim = simulate(shop);
    await sim.call(double(1));
    const before = callsOf(sim, 'ReceiveMessage');

    await sim.advance('1h');

    expect(callsOf(sim, 'ReceiveMessage')).toBe(before);
  });

  test('waits as long as it is told, with a poll each 20 s and a beat each five minutes', async () => {
    await using sim = simulate(shop);

    const error = await sim.call(double(1, { delay: '15m' }), { timeout: '14m' }).catch((thrown) => thrown);

    expect(error).toMatchObject({ name: 'TimeoutError', code: 'CALL_TIMEOUT' });
    expect(callsOf(sim, 'ReceiveMessage')).toBe(42);
    expect(callsOf(sim, 'TagQueue')).toBe(2);
  });
});

describe('an error comes back', () => {
  test.each([
    ['card', Error, { name: 'CardError', code: 'DECLINED', message: 'the card was declined' }],
    ['ours', TimeoutError, { name: 'TimeoutError', code: 'CALL_TIMEOUT', message: 'the bank is slow' }],
    ['reject', RejectError, { name: 'RejectError', code: 'REJECTED', message: 'not this one' }],
    ['text', Error, { name: 'Error', code: 'THROWN', message: 'just text' }],
  ] as const)('as the same class with its code, with and without a record: %s', async (what, type, error) => {
    await using sim = simulate(shop);

    const kept = await sim.call(fail(what)).catch((thrown) => thrown);
    const lost = await sim.call(failPlain(what)).catch((thrown) => thrown);

    for (const thrown of [kept, lost]) {
      expect(thrown).toBeInstanceOf(type);
      expect(thrown).toMatchObject(error);
    }
  });

  test('when the task expired before it ran', async () => {
    await using sim = simulate(shop);
    const blocked = sim.call(double(1, { delay: '10s', expires: '5s' }));

    await expect(blocked).rejects.toMatchObject({
      name: 'TaskError',
      code: 'TASK_REVOKED',
      message: expect.stringMatching(/^task 'double' \(\w+\) did not run: expired$/),
    });
  });

  test('when its workers die', async () => {
    await using sim = simulate(shop, { faults: { crashAfterRun: 1 } });

    await expect(sim.call(double(1), { timeout: '10m' })).rejects.toMatchObject({ code: 'CRASHED' });
  });

  test('when the result is larger than a reply, or no JSON', async () => {
    await using sim = simulate(shop);

    expect(await sim.call(large(983_040 - 200))).toHaveLength(983_040 - 200);
    const error = await sim.call(large(983_040)).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(CeleriacError);
    expect(error).toMatchObject({
      code: 'RESULT_TOO_LARGE',
      message:
        "task 'large' returned more than the 960 KiB that a reply holds (SQS takes 1 MiB in all); store " +
        'the data and return a reference, or send the call and wait for its result',
    });
    await expect(sim.call(noJson())).rejects.toMatchObject({ code: 'RESULT_NOT_JSON' });
  });
});

describe('a call that is given up', () => {
  test('rejects at its timeout, and its late reply is dropped, counted and logged', async () => {
    const { sim, said } = createShop();

    const error = await sim.call(slow(8), { timeout: '5s' }).catch((thrown) => thrown);
    const at = sim.now().toISOString();
    await sim.advance('1m');

    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({
      code: 'CALL_TIMEOUT',
      message: "task 'slow' has not replied within 5s; it goes on, its reply will be dropped",
    });
    expect(at).toBe('2026-01-01T00:00:05.000Z');
    expect(sim.lateReplies()).toBe(1);
    expect(said('a late reply was dropped')).toMatchObject([{ level: 'warn', lateReplies: 1 }]);
    await sim.close();
  });

  test('rejects at its own timeout beside others that wait longer', async () => {
    await using sim = simulate(shop);
    const ends: string[] = [];
    const end = (name: string) => () => ends.push(`${name} ${sim.now().toISOString().slice(17, 19)}`);

    await Promise.allSettled([
      sim.call(slow(9)).finally(end('nine')),
      sim.call(slow(20), { timeout: '3s' }).finally(end('three')),
      sim.call(slow(6)).finally(end('six')),
    ]);

    expect(ends).toEqual(['three 03', 'six 06', 'nine 09']);
  });

  test("rejects with the signal's reason when it is aborted, also before it began", async () => {
    await using sim = simulate(shop);
    const controller = new AbortController();
    const signal = controller.signal;

    const call = sim.call(slow(8), { signal });
    sim.emulator.clock.at(sim.emulator.clock.now() + 2_000, () => controller.abort(new Error('enough')));

    await expect(call).rejects.toThrow('enough');
    expect(sim.now().toISOString()).toBe('2026-01-01T00:00:02.000Z');
    await expect(sim.call(slow(1), { signal })).rejects.toThrow('enough');
    expect(sim.attempts(slow)).toHaveLength(1);
  });

  test('has at most 14 days', async () => {
    await using sim = simulate(shop);

    await expect(sim.call(double(1), { timeout: '15d' })).rejects.toMatchObject({
      name: 'SendError',
      code: 'TIMEOUT_TOO_LONG',
      message: "a call's timeout is '15d', but SQS keeps no message longer than '14d'; wait less",
    });
  });
});
