import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createOutbox } from '../../lib/runtime/outbox.ts';
import type { OutgoingMessage } from '../../lib/runtime/ports.ts';
import { type Answer, busy, inGroup, patientClock, type SendCall, stubQueues } from './world.ts';

const MIB = 1_048_576;

function createWorld(answer?: Answer) {
  const queues = stubQueues(answer);
  const clock = patientClock();
  const outbox = createOutbox({ queues, clock, chance: () => 0.5 });
  const send = (...bodies: string[]) => Promise.all(bodies.map((body) => outbox.send('work', { body })));
  return { queues, clock, outbox, send };
}

/** What came of each send: undefined, or the error's text. */
async function outcomes(sends: readonly Promise<void>[]): Promise<readonly (string | undefined)[]> {
  const settled = await Promise.allSettled(sends);
  return settled.map((one) =>
    one.status === 'fulfilled' ? undefined : `${one.reason.code} ${one.reason.message}`,
  );
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
    const { queues, outbox } = createWorld(({ bodies }, index) =>
      index === 0
        ? [busy(1), { ...busy(2), code: 'InvalidMessageContents', retryable: false }]
        : bodies.flatMap(() => []),
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

describe('on an ordered queue', () => {
  /** Answers that come when the test says so. */
  function createGate() {
    const waiting: ((failures: ReturnType<typeof busy>[]) => void)[] = [];
    return {
      answer: () => new Promise<ReturnType<typeof busy>[]>((resolve) => waiting.push(resolve)),
      async open(failures: ReturnType<typeof busy>[] = []) {
        waiting.shift()?.(failures);
        await turn();
      },
    };
  }
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const sendAll = (send: (message: OutgoingMessage) => Promise<void>, from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => send(inGroup(String(from + index))));
  const shown = (calls: readonly SendCall[]) => calls.map(({ bodies }) => `${bodies[0]}-${bodies.at(-1)}`);

  test('a call waits for the one before it, its repetitions included, also across ticks', async () => {
    const gate = createGate();
    const { queues, outbox } = createWorld(gate.answer);
    const send = (message: OutgoingMessage) => outbox.send('ledger.fifo', message);

    const first = sendAll(send, 0, 25);
    await turn();
    const second = sendAll(send, 25, 30);
    await turn();
    expect(shown(queues.calls)).toEqual(['0-9']);
    await gate.open([busy(8), busy(9)]);
    expect(shown(queues.calls)).toEqual(['0-9', '8-9']);
    for (let calls = 2; calls < 5; calls++) await gate.open();
    expect(shown(queues.calls)).toEqual(['0-9', '8-9', '10-19', '20-24', '25-29']);
    await gate.open();

    await Promise.all([...first, ...second]);
  });

  test('a call that is given up lets the next one go', async () => {
    const { queues, outbox } = createWorld(({ bodies }) => {
      if (bodies.includes('0')) throw Object.assign(new Error('no'), { retryable: false });
      return [];
    });

    const sent = await outcomes(sendAll((message) => outbox.send('ledger.fifo', message), 0, 11));

    expect(sent.filter((text) => text === undefined)).toHaveLength(1);
    expect(shown(queues.calls)).toEqual(['0-9', '10-10']);
  });

  test('calls of a standard queue do not wait for each other', async () => {
    const gate = createGate();
    const { queues, outbox } = createWorld(gate.answer);

    const sent = Array.from({ length: 11 }, (_, index) => outbox.send('work', { body: String(index) }));
    await turn();

    expect(shown(queues.calls)).toEqual(['0-9', '10-10']);
    await gate.open();
    await gate.open();
    await Promise.all(sent);
  });
});

describe('flush', () => {
  test('waits for what was handed in before it in the same tick', async () => {
    const { queues, outbox } = createWorld();

    const sent = outbox.send('work', { body: 'a' });
    await outbox.flush();

    expect(queues.calls).toHaveLength(1);
    await sent;
  });

  test('waits for repetitions and for calls that wait for others', async () => {
    const { queues, outbox } = createWorld((_, index) => (index === 0 ? [busy(0)] : []));

    const sent = Array.from({ length: 11 }, (_, index) => outbox.send('ledger.fifo', inGroup(String(index))));
    await outbox.flush();

    expect(queues.calls.map(({ bodies }) => bodies.length)).toEqual([10, 1, 1]);
    await Promise.all(sent);
  });

  test('does not fail when a send does', async () => {
    const { outbox } = createWorld(() => [{ ...busy(0), retryable: false }]);

    const sent = outcomes([outbox.send('work', { body: 'a' })]);

    await expect(outbox.flush()).resolves.toBeUndefined();
    expect(await sent).toEqual([expect.stringContaining('SEND_FAILED')]);
  });

  test('of nothing is over at once', async () => {
    const { outbox } = createWorld();

    await expect(outbox.flush()).resolves.toBeUndefined();
  });
});

function bytes(bodies: readonly string[]): number {
  return bodies.reduce((sum, body) => sum + Buffer.byteLength(body), 0);
}
