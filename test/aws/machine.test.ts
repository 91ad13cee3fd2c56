import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CONSOLE_LOG, MACHINE_CHANCE, MACHINE_CLOCK, QUIET_LOG } from '../../lib/aws/machine.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');

describe('the clock of the machine', () => {
  beforeEach(() => void vi.useFakeTimers({ now: NOW }));
  afterEach(() => void vi.useRealTimers());

  test('sleeps as long as it is told', async () => {
    const woken = vi.fn();
    const sleep = MACHINE_CLOCK.sleep(1_000).then(woken);

    await vi.advanceTimersByTimeAsync(999);
    expect(woken).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await sleep;

    expect(woken).toHaveBeenCalledOnce();
    expect(MACHINE_CLOCK.now()).toBe(NOW + 1_000);
  });

  test('wakes at once when the signal is aborted, with its reason, and leaves no timer', async () => {
    const controller = new AbortController();
    const sleep = MACHINE_CLOCK.sleep(1_000, controller.signal);

    controller.abort(new Error('enough'));

    await expect(sleep).rejects.toThrow('enough');
    expect(vi.getTimerCount()).toBe(0);
  });

  test('does not fall asleep on an aborted signal', async () => {
    await expect(MACHINE_CLOCK.sleep(1_000, AbortSignal.abort(new Error('enough')))).rejects.toThrow(
      'enough',
    );

    expect(vi.getTimerCount()).toBe(0);
  });

  test('rings an alarm once, or not at all when it was cancelled', async () => {
    const [rung, cancelled] = [vi.fn(), vi.fn()];
    MACHINE_CLOCK.alarm(1_000, rung);
    const cancel = MACHINE_CLOCK.alarm(1_000, cancelled);

    cancel();
    await vi.advanceTimersByTimeAsync(10_000);

    expect(rung).toHaveBeenCalledOnce();
    expect(cancelled).not.toHaveBeenCalled();
  });

  test('runs work as it is', async () => {
    expect(await MACHINE_CLOCK.run('task', async () => 7)).toBe(7);
    await expect(MACHINE_CLOCK.run('task', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  });
});

test('chance lies in [0, 1) and does not repeat', () => {
  const drawn = Array.from({ length: 1_000 }, () => MACHINE_CHANCE());

  expect(drawn.every((number) => number >= 0 && number < 1)).toBe(true);
  expect(new Set(drawn).size).toBe(1_000);
});

describe('the log', () => {
  const written: string[] = [];
  const keep =
    (name: string) =>
    (text: unknown): boolean => {
      written.push(`${name} ${String(text)}`);
      return true;
    };

  beforeEach(() => {
    written.length = 0;
    vi.spyOn(process.stdout, 'write').mockImplementation(keep('stdout'));
    vi.spyOn(process.stderr, 'write').mockImplementation(keep('stderr'));
  });
  afterEach(() => void vi.restoreAllMocks());

  test('of a worker is one JSON object a line, errors apart', () => {
    CONSOLE_LOG({ level: 'info', message: 'ran', task: 'charge' });
    CONSOLE_LOG({ level: 'error', message: 'broken\nin two', error: { code: 'IO' } });

    expect(written).toEqual([
      'stdout {"level":"info","message":"ran","task":"charge"}\n',
      'stderr {"level":"error","message":"broken\\nin two","error":{"code":"IO"}}\n',
    ]);
  });

  test('of a worker shows what JSON would refuse, or would show as nothing', () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const error = Object.assign(new Error('no'), { code: 'NO', stack: 'Error: no' });

    CONSOLE_LOG({ level: 'info', message: 'm', count: 1n, map: new Map([['a', new Set([2])]]), error });
    CONSOLE_LOG({ level: 'warn', message: 'm', count: 2n, circle });

    expect(written.map((line) => JSON.parse(line.slice('stdout '.length)))).toEqual([
      {
        level: 'info',
        message: 'm',
        count: '1',
        map: [['a', [2]]],
        error: { code: 'NO', name: 'Error', message: 'no', stack: 'Error: no' },
      },
      { level: 'warn', message: 'm', count: '2', circle: '<ref *1> { self: [Circular *1] }' },
    ]);
  });

  test('of a client tells errors only', () => {
    for (const level of ['info', 'warn', 'error'] as const) QUIET_LOG({ level, message: level });

    expect(written).toEqual(['stderr {"level":"error","message":"error"}\n']);
  });
});
