import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createOutbox } from '../../lib/runtime/outbox.ts';
import type { OutgoingMessage } from '../../lib/runtime/ports.ts';
import { type Answer, busy, inGroup, outcomes, patientClock, type SendCall, stubQueues } from './world.ts';

function createWorld(answer?: Answer) {
  const queues = stubQueues(answer);
  return { queues, outbox: createOutbox({ queues, clock: patientClock(), chance: () => 0.5 }) };
}

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

  test('a message waits until the one before it in its group was taken, also across ticks', async () => {
    const gate = createGate();
    const { queues, outbox } = createWorld(gate.answer);

    const sent = ['a1', 'b1', 'a2', 'b2'].map((body) => outbox.send('ledger.fifo', inGroup(body, body[0])));
    await turn();
    sent.push(outbox.send('ledger.fifo', inGroup('a3', 'a')), outbox.send('ledger.fifo', inGroup('c1', 'c')));
    await turn();
    for (let calls = 0; calls < 4; calls++) await gate.open();

    expect(queues.calls.map(({ bodies }) => bodies)).toEqual([['a1', 'b1'], ['c1'], ['a2', 'b2'], ['a3']]);
    await Promise.all(sent);
  });

  test('a failed message holds its group until it was taken, and no other group', async () => {
    const gate = createGate();
    const { queues, outbox } = createWorld(gate.answer);

    const sent = ['a1', 'b1', 'a2', 'b2'].map((body) => outbox.send('ledger.fifo', inGroup(body, body[0])));
    await turn();
    // 'a1' is refused for now, 'b1' is taken.
    await gate.open([busy(0)]);
    for (let calls = 0; calls < 3; calls++) await gate.open();

    expect(queues.calls.map(({ bodies }) => bodies)).toEqual([['a1', 'b1'], ['b2'], ['a1'], ['a2']]);
    await Promise.all(sent);
  });

  test('a message that is given up lets the next one of its group go', async () => {
    const { queues, outbox } = createWorld(({ bodies }) => {
      if (bodies.includes('0')) throw Object.assign(new Error('no'), { retryable: false });
      return [];
    });

    const sent = await outcomes(sendAll((message) => outbox.send('ledger.fifo', message), 0, 3));

    expect(sent.filter((text) => text === undefined)).toHaveLength(2);
    expect(shown(queues.calls)).toEqual(['0-0', '1-1', '2-2']);
  });

  test('ten groups share a call, and an eleventh begins another', async () => {
    const { queues, outbox } = createWorld();
    const groups = Array.from({ length: 11 }, (_, index) => `g${index}`);

    await Promise.all(groups.map((group) => outbox.send('ledger.fifo', inGroup(`${group}-1`, group))));

    expect(shown(queues.calls)).toEqual(['g0-1-g9-1', 'g10-1-g10-1']);
  });

  test('whatever fails, each group is taken in the order in which it was sent', async () => {
    const plan = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.boolean()), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(plan, fc.infiniteStream(fc.integer({ min: 0, max: 5 })), async (messages, chances) => {
        const taken: string[] = [];
        const tries = new Map<string, number>();
        // Each message is refused at most twice, by itself or with its whole call, after which it may be in.
        const { outbox } = createWorld(({ bodies }) => {
          const fails = (body: string): boolean => {
            const before = tries.get(body) ?? 0;
            tries.set(body, before + 1);
            return before < 2 && chances.next().value === 0;
          };
          const failed = bodies.flatMap((body, index) => (fails(body) ? [busy(index)] : []));
          const lost = failed.length === 0 && bodies.every((body) => tries.get(body) === 1);
          for (const [index, body] of bodies.entries()) {
            const isNew = !taken.includes(body);
            if (isNew && !failed.some((failure) => failure.index === index)) taken.push(body);
          }
          if (lost && chances.next().value === 1) throw new Error('the answer was lost');
          return failed;
        });
        const bodies = messages.map(([group], index) => `${group}-${String(index).padStart(2, '0')}`);

        await Promise.all(bodies.map((body) => outbox.send('ledger.fifo', inGroup(body, body[0]))));

        expect([...taken].sort()).toEqual([...bodies].sort());
        for (const group of ['0', '1', '2', '3']) {
          const inside = taken.filter((body) => body.startsWith(group));
          expect(inside).toEqual([...inside].sort());
        }
      }),
      { numRuns: 100 },
    );
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

    const sent = Array.from({ length: 3 }, (_, index) => outbox.send('ledger.fifo', inGroup(String(index))));
    await outbox.flush();

    expect(queues.calls.map(({ bodies }) => bodies[0])).toEqual(['0', '0', '1', '2']);
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
