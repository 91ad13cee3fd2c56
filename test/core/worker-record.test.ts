/** Which workers are lost, which are still of interest, and which take messages. */
import { expect, test } from 'vitest';
import { isListed, isLost, isReady, RUNNING_SHOWN, type WorkerRecord } from '../../lib/core/worker-record.ts';

const MINUTE = 60_000;
const record: WorkerRecord = {
  ...{ id: 'w', host: 'h', pid: 1, queues: [], pool: 'async', concurrency: 1, held: 0, running: [] },
  ...{ processed: 0, children: [], startedAt: 0, beatAt: 0, beatMs: 15_000, state: 'running' },
};

test.each([
  ['works', 'running', 45_000, false, true],
  ['is lost', 'running', 45_001, true, true],
  ['was lost a day ago', 'running', 24 * 60 * MINUTE, true, false],
  ['has just stopped', 'stopped', 4 * MINUTE, false, true],
  ['stopped a while ago', 'stopped', 5 * MINUTE, false, false],
] as const)('a worker that %s (%s, %d ms after its last beat)', (_what, state, now, lost, listed) => {
  const known = { ...record, state };

  expect([isLost(known, now), isListed(known, now)]).toEqual([lost, listed]);
});

const RUNS = Array.from({ length: RUNNING_SHOWN }, () => ({ id: 'a', task: 't', queue: 'q', since: 0 }));
const SHOWN_IN_PART = { concurrency: 2 * RUNNING_SHOWN, held: 2 * RUNNING_SHOWN, running: RUNS };

test.each([
  ['has had no answer yet', {}, undefined, false],
  ['was answered a moment ago', {}, 100_000, true],
  ['was not answered for a minute', {}, 40_000, false],
  ['has no room, and asks for nothing', { held: 1, running: RUNS.slice(0, 1) }, 0, true],
  ['has no room, and shows a part of what it runs', SHOWN_IN_PART, 0, true],
  ['stops', { state: 'stopping' }, 100_000, false],
] as const)('a worker that %s takes messages or does not', (_what, more, answeredAt, ready) => {
  const known = { ...record, ...more };

  expect(isReady(known, answeredAt, 100_000)).toBe(ready);
});
