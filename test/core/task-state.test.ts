import { expect, test } from 'vitest';
import { isFinal, mayBecome, TASK_STATES } from '../../lib/core/task-state.ts';

const SAME = { from: 0, to: 0 };

test('a run ends once: no final state is followed by another', () => {
  const finals = TASK_STATES.filter(isFinal);

  expect(finals).toEqual(['SUCCESS', 'FAILURE', 'REVOKED']);
  expect(finals.flatMap((from) => TASK_STATES.filter((to) => mayBecome(from, to, SAME)))).toEqual([]);
});

test.each([
  ['PENDING', ['STARTED', 'FAILURE', 'REVOKED']],
  ['STARTED', ['STARTED', 'RETRY', 'SUCCESS', 'FAILURE', 'REVOKED']],
  ['RETRY', ['STARTED', 'FAILURE', 'REVOKED']],
] as const)('after %s may come %j', (from, following) => {
  expect(TASK_STATES.filter((to) => mayBecome(from, to, SAME))).toEqual(
    expect.arrayContaining([...following]),
  );
  expect(TASK_STATES.filter((to) => mayBecome(from, to, SAME))).toHaveLength(following.length);
});

test('a redriven dead letter starts again, and an older generation changes nothing', () => {
  expect(mayBecome('FAILURE', 'STARTED', { from: 0, to: 1 })).toBe(true);
  expect(mayBecome('STARTED', 'SUCCESS', { from: 1, to: 0 })).toBe(false);
});
