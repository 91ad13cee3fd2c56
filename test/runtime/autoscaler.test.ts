import { expect, test } from 'vitest';
import { startAutoscaler } from '../../lib/runtime/autoscaler.ts';
import { createTestClock } from './test-clock.ts';

test('the concurrency grows second by second while more waits, and shrinks after half a minute', async () => {
  const clock = createTestClock(0);
  const load = { limit: 2, running: 2, busy: true };
  const sizes: string[] = [];
  const stop = startAutoscaler(
    clock,
    { min: 2, max: 10 },
    () => load,
    (limit) => {
      sizes.push(`${clock.now() / 1_000} s: ${limit}`);
      load.limit = limit;
      load.running = Math.min(limit, load.running * 2);
    },
  );

  await clock.advance(10_000);
  Object.assign(load, { running: 4, busy: false });
  await clock.advance(60_000);
  Object.assign(load, { running: 0 });
  await clock.advance(60_000);
  stop();
  Object.assign(load, { running: load.limit, busy: true });
  await clock.advance(10_000);

  // 5 s after the last step four are seen for 30 s; the ten of before have to be forgotten first.
  expect(sizes).toEqual(['1 s: 3', '2 s: 4', '3 s: 6', '4 s: 9', '5 s: 10', '40 s: 4', '100 s: 2']);
});
