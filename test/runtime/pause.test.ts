/** What a polling worker knows of paused queues. */
import { expect, test } from 'vitest';
import { createPause } from '../../lib/runtime/pause.ts';
import { createTestClock } from './test-clock.ts';

const BEAT_MS = 15_000;

/** Looks after queues `a` and `b`; `state` is what is written, or that nothing can be read. */
function createWorld(paused: readonly string[] | undefined) {
  const clock = createTestClock(0);
  let written = paused;
  let looks = 0;
  const pauses = {
    async paused() {
      looks += 1;
      if (written === undefined) throw new Error('out of reach');
      return new Set(written);
    },
  };
  const pause = createPause({ clock, log: () => {}, pauses }, ['a', 'b'], BEAT_MS);
  return {
    ...{ clock, pause, looks: () => looks },
    write: (names: readonly string[] | undefined) => {
      written = names;
    },
  };
}

test('everything is left alone until it is known what is paused, however long that takes', async () => {
  const { clock, pause, write } = createWorld(undefined);
  let isOpen = false;
  void pause.open(['a']).then(() => {
    isOpen = true;
  });

  await clock.advance(60_000);
  const before = [pause.has('a'), isOpen];
  write(['b']);
  await clock.advance(1_000);

  expect(before).toEqual([true, false]);
  expect([pause.has('a'), pause.has('b'), isOpen]).toEqual([false, true, true]);
});

test('a pause is heard of within a beat, once, and by those alone whom it concerns', async () => {
  const { clock, pause, write } = createWorld([]);
  const told: string[] = [];
  pause.onPause(['a'], () => told.push('a'));
  pause.onPause(['a', 'b'], () => told.push('a or b'));
  const forget = pause.onPause(['b'], () => told.push('b'));
  forget();
  await clock.advance(1_000);

  write(['b']);
  await clock.advance(2 * BEAT_MS);

  expect(told).toEqual(['a or b']);
  expect([pause.has('a'), pause.has('b')]).toEqual([false, true]);
});

test('what was known holds while nothing can be read', async () => {
  const { clock, pause, write } = createWorld(['a']);
  await clock.advance(1_000);

  write(undefined);
  await clock.advance(10 * BEAT_MS);

  expect([pause.has('a'), pause.has('b')]).toEqual([true, false]);
});

test('a worker of two levels waits only while both are paused', async () => {
  const { clock, pause, write } = createWorld(['a', 'b']);
  let isOpen = false;
  void pause.open(['a', 'b']).then(() => {
    isOpen = true;
  });

  await clock.advance(2 * BEAT_MS);
  const before = isOpen;
  write(['a']);
  await clock.advance(BEAT_MS);

  expect([before, isOpen]).toEqual([false, true]);
});

test('a worker that has stopped looks no more', async () => {
  const { clock, pause, looks } = createWorld([]);
  await clock.advance(1_000);

  pause.stop();
  await clock.advance(10 * BEAT_MS);

  expect(looks()).toBe(1);
});
