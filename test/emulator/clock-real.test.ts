/** The real clock, over Node's timers as vitest fakes them. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createRealClock } from '../../lib/emulator/clock.ts';

const DAY_MS = 86_400_000;

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-01-01T00:00:00Z') });
});

afterEach(() => {
  vi.useRealTimers();
});

describe('timers', () => {
  test('the clock shows the time of the machine', () => {
    const clock = createRealClock();
    vi.setSystemTime(1234);

    expect(clock.now()).toBe(1234);
  });

  test('timers fire in the order of time and insertion', async () => {
    const clock = createRealClock();
    const fired: string[] = [];
    const start = clock.now();
    clock.at(start + 20, () => fired.push('late'));
    clock.at(start + 10, () => fired.push('first'));
    clock.at(start + 10, () => fired.push('second'));

    await vi.advanceTimersByTimeAsync(15);
    const early = [...fired];
    await vi.advanceTimersByTimeAsync(5);

    expect(early).toEqual(['first', 'second']);
    expect(fired).toEqual(['first', 'second', 'late']);
  });

  test('any number of timers needs one timer of Node', () => {
    const clock = createRealClock();

    for (let index = 0; index < 100; index += 1) clock.at(clock.now() + 1000 - index, () => undefined);

    expect(vi.getTimerCount()).toBe(1);
  });

  test('a timer in the past fires at the next turn and not at once', async () => {
    const clock = createRealClock();
    let fired = 0;

    clock.at(clock.now() - 1000, () => {
      fired += 1;
    });
    const firedAtOnce = fired;
    await vi.advanceTimersByTimeAsync(0);

    expect(firedAtOnce).toBe(0);
    expect(fired).toBe(1);
  });

  test('a cancelled timer does not fire', async () => {
    const clock = createRealClock();
    let fired = false;
    const cancel = clock.at(clock.now() + 10, () => {
      fired = true;
    });

    cancel();
    await vi.advanceTimersByTimeAsync(100);

    expect(fired).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a timer further away than 2^31 ms fires at its time and not before', async () => {
    const clock = createRealClock();
    const firedAt: number[] = [];
    const due = clock.now() + 30 * DAY_MS;
    clock.at(due, () => firedAt.push(clock.now()));

    await vi.advanceTimersByTimeAsync(29 * DAY_MS);
    const early = [...firedAt];
    await vi.advanceTimersByTimeAsync(DAY_MS);

    expect(early).toEqual([]);
    expect(firedAt).toEqual([due]);
  });

  test('a machine that slept catches up within a minute', async () => {
    const clock = createRealClock();
    let fired = false;
    clock.at(clock.now() + DAY_MS, () => {
      fired = true;
    });

    vi.setSystemTime(clock.now() + 2 * DAY_MS);
    await vi.advanceTimersByTimeAsync(60_000);

    expect(fired).toBe(true);
  });

  test('a timer that sets itself again for now does not starve the others', async () => {
    const clock = createRealClock();
    let rounds = 0;
    let other = false;
    const again = () => {
      rounds += 1;
      if (rounds < 50) clock.at(clock.now(), again);
    };
    clock.at(clock.now(), again);
    clock.at(clock.now(), () => {
      other = rounds === 1;
    });

    await vi.advanceTimersByTimeAsync(0);

    expect(other).toBe(true);
  });

  test('the exception of one timer does not lose the next', () => {
    const clock = createRealClock();
    let fired = false;
    clock.at(clock.now() + 5, () => {
      throw new Error('a broken timer');
    });
    clock.at(clock.now() + 10, () => {
      fired = true;
    });

    expect(() => vi.advanceTimersByTime(5)).toThrow('a broken timer');
    vi.advanceTimersByTime(5);

    expect(fired).toBe(true);
  });
});

describe('sleep, run and waiting', () => {
  test('a sleep ends after its time', async () => {
    const clock = createRealClock();
    let awake = false;
    const sleeper = clock.sleep(50).then(() => {
      awake = true;
    });

    await vi.advanceTimersByTimeAsync(49);
    const early = awake;
    await vi.advanceTimersByTimeAsync(1);
    await sleeper;

    expect(early).toBe(false);
    expect(awake).toBe(true);
  });

  test('an aborted sleep rejects with the reason', async () => {
    const clock = createRealClock();
    const controller = new AbortController();
    const sleeper = clock.sleep(50, controller.signal);

    controller.abort(new Error('enough'));

    await expect(sleeper).rejects.toThrow('enough');
  });

  test('run and waiting hand through what they are given', async () => {
    const clock = createRealClock();

    await expect(clock.run('work', async () => 1)).resolves.toBe(1);
    await expect(clock.waiting(Promise.resolve(2))).resolves.toBe(2);
    await expect(clock.waiting(Promise.reject(new Error('no')))).rejects.toThrow('no');
  });
});

describe('the life of the process', () => {
  /** The Node timer that the clock holds, seen through a spy. */
  function armedTimer(): NodeJS.Timeout {
    const [last] = vi.mocked(setTimeout).mock.results.slice(-1);
    if (last?.type !== 'return') throw new Error('no timer was set');
    return last.value;
  }

  beforeEach(() => {
    vi.useRealTimers();
    vi.spyOn(globalThis, 'setTimeout');
  });

  afterEach(() => {
    vi.restoreAllMocks();
  });

  test('a timer alone does not keep the process alive', () => {
    const clock = createRealClock();

    const cancel = clock.at(clock.now() + DAY_MS, () => undefined);

    expect(armedTimer().hasRef()).toBe(false);
    cancel();
  });

  test('a sleep keeps the process alive as long as it lasts', async () => {
    const clock = createRealClock();
    const controller = new AbortController();
    const cancel = clock.at(clock.now() + DAY_MS, () => undefined);
    const sleeper = clock.sleep(2 * DAY_MS, controller.signal);
    const held = armedTimer().hasRef();

    controller.abort(new Error('enough'));
    await sleeper.catch(() => undefined);

    expect(held).toBe(true);
    expect(armedTimer().hasRef()).toBe(false);
    cancel();
  });
});
