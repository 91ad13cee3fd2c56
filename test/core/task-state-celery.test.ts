/**
 * Celery's precedence of states, which it needs since events of one task arrive in any order. Here a record
 * is changed by conditional writes alone: of two states that may follow each other, the later is the higher.
 */
import { expect, test } from 'vitest';
import { TASK_STATES, type TaskState } from '../../lib/core/task-state.ts';
import vectors from '../vectors/celery-states.json' with { type: 'json' };
import { mayBecome } from './run-course.ts';

interface Row {
  readonly a: string;
  readonly b: string;
  readonly bHigher: boolean;
  readonly aHigher: boolean;
}

const ROWS: readonly Row[] = vectors.vectors;
const SAME = { from: 0, to: 0 };

function isState(name: string): name is TaskState {
  return TASK_STATES.some((state) => state === name);
}

/** RECEIVED and REJECTED are events of Celery's workers, PROGRESS is a state of a task's own. */
const kept = ROWS.flatMap(({ a, b, aHigher }) => {
  const [low, high] = aHigher ? [b, a] : [a, b];
  return isState(low) && isState(high) && low !== high ? [{ low, high }] : [];
});

test('a state is never followed by a lower one', () => {
  const falls = kept.filter(({ low, high }) => mayBecome(high, low, SAME));

  expect(kept.length).toBeGreaterThan(5);
  expect(falls).toEqual([]);
});

test('the other states of the vectors are not those of a record', () => {
  const names = new Set(ROWS.flatMap(({ a, b }) => [a, b]).filter((name) => !isState(name)));

  expect([...names].sort()).toEqual(['PROGRESS', 'RECEIVED', 'REJECTED']);
});
