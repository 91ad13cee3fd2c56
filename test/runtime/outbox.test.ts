import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createOutbox } from '../../lib/runtime/outbox.ts';
import { type Answer, busy, outcomes, patientClock, stubQueues } from './world.ts';

const MIB = 1_048_576;

function createWorld(answer?: Answer) {
  const queues = stubQueues(answer);
  const clock = patientClock();
  const outbox = createOutbox({ queues, clock, chance: () => 0.5 });
  const send = (...bodies: string[]) => Promise.all(bodies.map((body) => outbox.send('work', { body })));
  return { queues, clock, outbox, send };
}

describe('messages of one tick', () => {
  test('share one call', async () => {
    const { queues, send } = createWorld();

    await send('a', 'b', 'c');

    expect(queues.calls).toEqual([{ queueName: 'work', bodies: ['a', 'b', 'c'] }]);
  });

  test('share calls of at most 10, in their order', async () => {
    const { queues, send } = createWorld();
    const bodies = Array.from({ length: 25 }, (_, index) => String(index));

    await send(...bodies);

    expect(queues.calls.map((call) => call.bodies)).toEqual([
      bodies.slice(0, 10),
      bodies.slice(10, 20),
      bodies.slice(20),
    ]);
  });

  test('for different queues go in different calls', async () => {
    const { queues, outbox } = createWorld();

    await Promise.all(['a', 'b', 'a'].map((name) => outbox.send(name, { body: name })));

    expect(queues.calls).toEqual([
      { queueName: 'a', bodies: ['a', 'a'] },
      { queueName: 'b', bodies: ['b'] },
    ]);
  });

  test('and of the next do not wait for each other', async () => {
    const { queues, send } = createWorld();

    await send('a');
    await send('b');

    expect(queues.calls.map((call) => call.bodies)).toEqual([['a'], ['b']]);
  });

  test.each([
    ['exactly 1 MiB fits', ['a'.repeat(MIB / 2), 'b'.repeat(MIB / 2)], [2]],
    ['one byte more does not', ['a'.repeat(MIB / 2), 'b'.repeat(MIB / 2 + 1)], [1, 1]],
    ['bytes count, not characters', ['ø'.repeat(MIB / 4), '🐈'.repeat(MIB / 8), 'c'], [2, 1]],
  ])('go in calls of at most 1 MiB: %s', async (_name, bodies, counts) => {
    const { queues, send } = createWorld();

    await send(...bodies);

    expect(queues.calls.map((call) => call.bodies.length)).toEqual(counts);
  });

  test('are cut into as few calls as their order and the limits of SQS allow', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 600_000 }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(sizes, async (lengths) => {
        const { queues, send } = createWorld();
        const bodies = lengths.map((length, index) => `${index} `.padEnd(length, 'x'));

        await send(...bodies);

        const cut = queues.calls.map((call) => call.bodies);
        expect(cut.flat()).toEqual(bodies);
        expect(cut.every((call) => call.length <= 10 && bytes(call) <= MIB)).toBe(true);
        // The first message behind a call would not have fitted into it.
        const full = cut.slice(0, -1).every((call, index) => {
          const more = [...call, ...(cut[index + 1]?.slice(0, 1) ?? [])];
          return more.length > 10 || bytes(more) > MIB;
        });
        expect(full).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});

describe('an entry that fails', () => {
  test('is sent again alone, and each send is settled by its own entry', async () => {
    const { queues, outbox } = createWorld((_, index) =>
      index === 0 ? [busy(1), { ...busy(2), code: 'InvalidMessageContents', retryable: false }] : [],
    );

    const sent = await outcomes(['a', 'b', 'c', 'd'].map((body) => outbox.send('work', { body })));

    expect(queues.calls.map((call) => call.bodies)).toEqual([['a', 'b', 'c', 'd'], ['b']]);
    expect(sent).toEqual([
      undefined,
      undefined,
      "SEND_FAILED queue 'work' refused the message: InvalidMessageContents: try again",
      undefined,
    ]);
  });

  test('does not keep the others waiting', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { outbox } = createWorld(async (_, index) => {
      if (index === 0) return [busy(1)];
      await held;
      return [];
    });

    const a = outbox.send('work', { body: 'a' });
    const b = outbox.send('work', { body: 'b' });
    const first = await Promise.race([a.then(() => 'a'), b.then(() => 'b')]);
    release();

    expect(first).toBe('a');
    await b;
  });

  test('is tried four times, at growing intervals, then told with the code of the service', async () => {
    const { queues, clock, outbox } = createWorld(() => [busy(0)]);

    const [sent] = await outcomes([outbox.send('work', { body: 'a' })]);

    expect(queues.calls).toHaveLength(4);
    expect(clock.waits).toEqual([100, 200, 400]);
    expect(sent).toBe("SEND_FAILED queue 'work' refused the message: ServiceUnavailable: try again");
  });

  test('for good is not tried again', async () => {
    const { queues, clock, outbox } = createWorld(() => [{ ...busy(0), retryable: false }]);

    await outcomes([outbox.send('work', { body: 'a' })]);

    expect(queues.calls).toHaveLength(1);
    expect(clock.waits).toEqual([]);
  });
});

describe('a call that fails as a whole', () => {
  test('is made again with all its messages', async () => {
    const { queues, send } = createWorld((_, index) => {
      if (index === 0) throw new Error('connection reset');
      return [];
    });

    await send('a', 'b');

    expect(queues.calls.map((call) => call.bodies)).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });

  test('four times is told to each of its senders, by the name of the error', async () => {
    const { queues, outbox } = createWorld(() => {
      throw Object.assign(new Error('no such queue'), { name: 'QueueDoesNotExist' });
    });

    const sent = await outcomes(['a', 'b'].map((body) => outbox.send('work', { body })));

    const text = "SEND_FAILED queue 'work' refused the message: QueueDoesNotExist: no such queue";
    expect(sent).toEqual([text, text]);
    expect(queues.calls).toHaveLength(4);
  });

  test('and says that nothing helps is not made again', async () => {
    const { queues, outbox } = createWorld(() => {
      throw Object.assign(new Error('never'), { retryable: false });
    });

    const sent = await outcomes([outbox.send('work', { body: 'a' })]);

    expect(sent).toEqual(["SEND_FAILED queue 'work' refused the message: Error: never"]);
    expect(queues.calls).toHaveLength(1);
  });

  test('does not harm the other calls of its tick', async () => {
    const { outbox } = createWorld(({ queueName }) => {
      if (queueName === 'missing') throw new Error('no such queue');
      return [];
    });

    const sent = await outcomes(['missing', 'work'].map((name) => outbox.send(name, { body: 'a' })));

    expect(sent).toEqual([expect.stringContaining('no such queue'), undefined]);
  });

  test('is given up when the wait before its next try is cut short', async () => {
    const queues = stubQueues(() => [busy(0)]);
    const clock = { ...patientClock(), sleep: () => Promise.reject(new Error('the process ends')) };
    const outbox = createOutbox({ queues, clock, chance: () => 0.5 });

    await expect(outbox.send('work', { body: 'a' })).rejects.toThrow('the process ends');
    await outbox.flush();

    expect(queues.calls).toHaveLength(1);
  });
});

function bytes(bodies: readonly string[]): number {
  return bodies.reduce((sum, body) => sum + Buffer.byteLength(body), 0);
}
