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
