import { afterEach, expect, test, vi } from 'vitest';
import { MACHINE_CLOCK } from '../../lib/aws/machine.ts';
import { createWorld, ended, nextId } from './result-world.ts';
import { NOW, patientClock } from './world.ts';

afterEach(() => void vi.useRealTimers());

test('many that wait read together, a hundred a call, each id once', async () => {
  const { records, reads, get } = createWorld({ ...patientClock(), now: () => NOW + 60_000 });
  const ids = Array.from({ length: 150 }, () => nextId());
  for (const id of ids) records.set(id, ended(id, { result: JSON.stringify(id) }));

  const values = await Promise.all([...ids, ...ids].map((id) => get(id).get()));

  expect(values).toEqual([...ids, ...ids]);
  expect(reads.map((read) => read.length)).toEqual([100, 50]);
});

test('many that wait stay together on the timers of the machine, with a signal or without', async () => {
  vi.useFakeTimers({ now: NOW });
  const { records, reads, get } = createWorld(MACHINE_CLOCK);
  const ids = Array.from({ length: 50 }, () => nextId());

  const waiting = Promise.all(ids.map((id, index) => get(id).get(index % 2 === 0 ? {} : withSignal())));
  await vi.advanceTimersByTimeAsync(9_500);
  const before = reads.length;
  for (const id of ids) records.set(id, ended(id));
  await vi.advanceTimersByTimeAsync(1_000);
  await waiting;

  expect(before).toBeLessThan(16);
  expect(reads.every((read) => read.length === 50)).toBe(true);
  expect(reads).toHaveLength(before + 1);
});

test('many that wait meet, though they began at different times', async () => {
  vi.useFakeTimers({ now: NOW });
  const { records, reads, get } = createWorld(MACHINE_CLOCK);
  const ids: string[] = [];
  const waiting: Promise<unknown>[] = [];
  for (let turn = 0; turn < 20; turn++) {
    const id = nextId();
    ids.push(id);
    waiting.push(get(id).get());
    await vi.advanceTimersByTimeAsync(137);
  }
  await vi.advanceTimersByTimeAsync(5_000);
  const before = reads.length;
  await vi.advanceTimersByTimeAsync(10_000);

  expect(reads.slice(before).map((read) => read.length)).toEqual(Array.from({ length: 10 }, () => 20));
  for (const id of ids) records.set(id, ended(id));
  await vi.advanceTimersByTimeAsync(1_000);
  await Promise.all(waiting);
});

function withSignal(): { readonly signal: AbortSignal } {
  return { signal: new AbortController().signal };
}
