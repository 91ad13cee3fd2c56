import { expect, test } from 'vitest';
import { isFinal, TASK_STATES } from '../../lib/core/task-state.ts';
import { mayBecome } from './run-course.ts';

const SAME = { from: 0, to: 0 };

test('a run ends once: a state is final when no other follows it', () => {
  const finals = TASK_STATES.filter(isFinal);
  const last = TASK_STATES.filter((from) => !TASK_STATES.some((to) => mayBecome(from, to, SAME)));

  expect(finals).toEqual(['SUCCESS', 'FAILURE', 'REVOKED']);
  expect(last).toEqual(finals);
});
