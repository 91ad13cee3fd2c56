/** The virtual clock: what it gives up to wait for, and when. */
import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { createVirtualClock } from '../../lib/emulator/clock.ts';

const START = Date.parse('2026-01-01T00:00:00Z');

/** An event loop turn of real time, as a stand-in for I/O. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function turns(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await turn();
}

/** Keeps this thread from everything else, as a long computation would. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Keeps this thread busy, but for the event loop's turns. */
async function work(ms: number): Promise<void> {
  const end = performance.now() + ms;
  while (performance.now() < end) {
    block(2);
    await turn();
  }
}

/** A promise that never settles, for work that is stuck. */
function never(): Promise<never> {
  return new Promise(() => undefined);
}

describe('a busy run', () => {
  const options = { busyLimitMs: 20 };
  const text =
    "'charge' has been busy for 0.02 s of real time at virtual 2026-01-01T00:00:00.000Z; " +
    'virtual time stands still';

  test.each(['settled', 'advance'] as const)('rejects %s by its name after the limit', async (method) => {
    const clock = createVirtualClock(START, options);
    void clock.run('waits', () => clock.sleep(1000));
    void clock.run('charge', never);

    const attempt = method === 'settled' ? clock.settled() : clock.advance(10);

    await expect(attempt).rejects.toThrow(text);
    expect(clock.now()).toBe(START);
  });

  test('is the one that has waited for nothing longest', async () => {
    const clock = createVirtualClock(START, options);
    void clock.run('charge', never);
    await turn();
    void clock.run('innocent', never);

    await expect(clock.settled()).rejects.toThrow(text);
  });

  test('is reported again at the next try, and no more once it has ended', async () => {
    const clock = createVirtualClock(START, options);
    let end: () => void = () => undefined;
    const work = new Promise<void>((resolve) => {
      end = resolve;
    });
    void clock.run('charge', () => work);
    await expect(clock.settled()).rejects.toThrow(text);
    await expect(clock.settled()).rejects.toThrow(text);

    end();
    await clock.advance(5);

    expect(clock.now()).toBe(START + 5);
  });

  test('that has ended is not reported, though it could not be heard until the limit was over', async () => {
    const clock = createVirtualClock(START, options);
    const { port1, port2 } = new MessageChannel();
    void clock.run('charge', () => once(port1, 'message'));
    const settled = clock.settled();
    await turns(5);

    port2.postMessage('done');
    block(3 * options.busyLimitMs);

    await expect(settled).resolves.toBeUndefined();
    port1.close();
  });

  test('is not reported at its limit while the process works, as on a machine that others use', async () => {
    const clock = createVirtualClock(START, { busyLimitMs: 200 });
    void clock.run('charge', () => work(400));

    await expect(clock.settled()).resolves.toBeUndefined();
  });

  test('is reported in the end though the process works', async () => {
    const clock = createVirtualClock(START, options);
    void clock.run('charge', never);
    void work(30 * options.busyLimitMs);

    await expect(clock.settled()).rejects.toThrow(text);
  });

  test('cannot move or settle the clock that waits for it', async () => {
    const clock = createVirtualClock(0);

    await expect(clock.run('task', () => clock.advance(1))).rejects.toThrow(
      "advance was called inside 'task', for which the clock itself waits; sleep there",
    );
    await expect(clock.run('task', () => clock.settled())).rejects.toThrow(
      "settled was called inside 'task'",
    );
  });
});
