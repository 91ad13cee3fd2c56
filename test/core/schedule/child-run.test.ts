/** What follows on the end of a run in a child of a scheduler. */
import { expect, test } from 'vitest';
import { afterChild, type ChildEnd, type ChildPolicy } from '../../../lib/core/schedule/child-run.ts';

const backoff = { kind: 'fixed', baseMs: 5_000, maxMs: 5_000, jitter: false } as const;
const policy: ChildPolicy = { retry: { attempts: 2, backoff }, crashed: 'retry', crashesMax: 3 };
const late = (attempt: number): ChildEnd => ({ kind: 'late', attempt, thrown: new Error('too long') });
const died: ChildEnd = { kind: 'died', attempt: 2 };

test.each<[string, ChildEnd, number, object, Partial<ChildPolicy>?]>([
  ['has ended is over', { kind: 'ended' }, 0, { kind: 'over' }],
  ['was too long is tried again', late(1), 0, { kind: 'again', attempt: 1, afterMs: 5_000 }],
  ['was too long too often has failed', late(2), 0, { kind: 'failed' }],
  ['crashed begins anew, with no attempt more', died, 2, { kind: 'again', attempt: 1, afterMs: 0 }],
  ['crashed as often as it may has failed', died, 3, { kind: 'failed' }],
  ['crashed and may not begin anew has failed', died, 1, { kind: 'failed' }, { crashed: 'deadLetter' }],
  ['had no child waits for one', { kind: 'not-begun' }, 9, { kind: 'again', afterMs: 2_000 }],
])('a run that %s', (_, end, crashes, expected, more = {}) => {
  const next = afterChild({ ...policy, ...more }, end, crashes, 0.5);

  expect(next).toEqual(expected);
});
