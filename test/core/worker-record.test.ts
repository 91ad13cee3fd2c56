/** Which workers are lost, and which are still of interest. */
import { expect, test } from 'vitest';
import { isListed, isLost, type WorkerRecord } from '../../lib/core/worker-record.ts';

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
