/** The virtual clock: the order of timers, and sleeping on it. */
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createVirtualClock } from '../../lib/emulator/clock.ts';

const START = Date.parse('2026-01-01T00:00:00Z');

/** An event loop turn of real time, as a stand-in for I/O. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function turns(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await turn();
}

describe('timers', () => {
  test('time stands still until it is advanced, and then stands where it was advanced to', async () => {
    const clock = createVirtualClock(START);

    expect(clock.now()).toBe(START);
    await clock.advance(1500);

    expect(clock.now()).toBe(START + 1500);
  });

  test('timers fire in the order of time and insertion, each at its own time', async () => {
    const clock = createVirtualClock(0);
    const fired: string[] = [];
    const note = (name: string) => () => fired.push(`${name}@${clock.now()}`);
    clock.at(20, note('late'));
    clock.at(10, note('first'));
    clock.at(10, note('second'));
    clock.at(15, note('middle'));

    await clock.advance(20);

    expect(fired).toEqual(['first@10', 'second@10', 'middle@15', 'late@20']);
  });

  test('a timer just after the target does not fire, and is next', async () => {
    const clock = createVirtualClock(0);
    let fired = false;
    clock.at(101, () => {
      fired = true;
    });

    await clock.advance(100);

    expect(fired).toBe(false);
    expect(clock.next()).toBe(101);
  });

  test('timers set by timers fire within the same advance, when they are due in it', async () => {
    const clock = createVirtualClock(0);
    const fired: number[] = [];
    const tick = () => {
      fired.push(clock.now());
      clock.at(clock.now() + 10, tick);
    };
    clock.at(10, tick);

    await clock.advance(45);

    expect(fired).toEqual([10, 20, 30, 40]);
  });

  test('a cancelled timer does not fire and is forgotten', async () => {
    const clock = createVirtualClock(0);
    let fired = false;
    const cancel = clock.at(10, () => {
      fired = true;
    });

    cancel();
    cancel();
    await clock.advance(20);

    expect(fired).toBe(false);
    expect(clock.next()).toBeUndefined();
  });

  test('a timer for a time that is past fires at the next turn, without an advance', async () => {
    const clock = createVirtualClock(1000);
    const fired: number[] = [];

    clock.at(5, () => fired.push(clock.now()));
    const firedAtOnce = fired.length;
    await turns(2);

    expect(firedAtOnce).toBe(0);
    expect(fired).toEqual([1000]);
  });

  test('what a timer sets off for the same time comes after what was set for it before', async () => {
    const clock = createVirtualClock(0);
    const fired: string[] = [];
    clock.at(10, () => {
      fired.push('a');
      clock.at(10, () => fired.push('set by a'));
    });
    clock.at(10, () => fired.push('b'));

    await clock.advance(10);

    expect(fired).toEqual(['a', 'b', 'set by a']);
  });

  test('an exception of a timer rejects the advance at its time, and the other timers are kept', async () => {
    const clock = createVirtualClock(0);
    let fired = false;
    clock.at(10, () => {
      throw new Error('a broken timer');
    });
    clock.at(20, () => {
      fired = true;
    });

    await expect(clock.advance(30)).rejects.toThrow('a broken timer');
    const failedAt = clock.now();
    await clock.advance(20);

    expect(failedAt).toBe(10);
    expect(fired).toBe(true);
  });

  test('a test that fakes the timers of its process does not stop the clock', async () => {
    const clock = createVirtualClock(0);
    const fired: number[] = [];
    clock.at(10, () => {
      void clock.run('work', async () => {
        await Promise.resolve();
        fired.push(clock.now());
      });
    });
    vi.useFakeTimers();
    onTestFinished(() => {
      vi.useRealTimers();
    });

    await clock.advance(10);

    expect(fired).toEqual([10]);
  });

  test('two advances at once move the clock one after the other', async () => {
    const clock = createVirtualClock(0);
    const fired: number[] = [];
    clock.at(15, () => fired.push(clock.now()));

    await Promise.all([clock.advance(10), clock.advance(10)]);

    expect(clock.now()).toBe(20);
    expect(fired).toEqual([15]);
  });

  test.each([
    ['a negative advance', () => createVirtualClock(0).advance(-1), 'cannot be advanced by -1 ms'],
    [
      'an advance by no number',
      () => createVirtualClock(0).advance(Number.NaN),
      'cannot be advanced by NaN ms',
    ],
    [
      'an endless advance',
      () => createVirtualClock(0).advance(Number.POSITIVE_INFINITY),
      'cannot be advanced by',
    ],
    ['a timer without a time', async () => createVirtualClock(0).at(Number.NaN, turn), 'not NaN'],
    ['a start that is no time', async () => createVirtualClock(Number.NaN), 'finite start'],
  ])('%s is refused', async (_name, act, text) => {
    await expect(async () => act()).rejects.toThrow(text);
  });
});

describe('sleep', () => {
  test('sleeping code goes on at its own time, and time waits until its promises are drained', async () => {
    const clock = createVirtualClock(0);
    const seen: number[] = [];
    const sleeper = (async () => {
      await clock.sleep(10);
      // A chain of promises takes no time, however long it is.
      for (let index = 0; index < 100; index += 1) await Promise.resolve();
      seen.push(clock.now());
      await clock.sleep(10);
      seen.push(clock.now());
    })();
    clock.at(11, () => seen.push(-11));

    await clock.advance(100);
    await sleeper;

    expect(seen).toEqual([10, -11, 20]);
  });

  test('an aborted sleep rejects with the reason and leaves neither timer nor listener', async () => {
    const clock = createVirtualClock(0);
    const controller = new AbortController();
    const sleeper = clock.sleep(1000, controller.signal);

    controller.abort(new Error('enough'));

    await expect(sleeper).rejects.toThrow('enough');
    expect(clock.next()).toBeUndefined();
  });

  test('a sleep on a signal that is aborted already rejects at once', async () => {
    const clock = createVirtualClock(0);

    await expect(clock.sleep(1000, AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');

    expect(clock.next()).toBeUndefined();
  });

  test('a sleep of no time passes without an advance', async () => {
    const clock = createVirtualClock(7);

    await clock.sleep(0);

    expect(clock.now()).toBe(7);
  });
});
