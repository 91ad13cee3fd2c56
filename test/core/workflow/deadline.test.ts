import { expect, test } from 'vitest';
import { deadlineMsOf } from '../../../lib/core/workflow/deadline.ts';

test.each([
  ['1s', 1_000],
  ['1500ms', 1_500],
  ['14d', 1_209_600_000],
  ['999ms', undefined],
  ['337h', undefined],
  ['soon', undefined],
])('a workflow with the deadline %s may take %s ms', (deadline, expected) => {
  expect(deadlineMsOf(deadline)).toBe(expected);
});
