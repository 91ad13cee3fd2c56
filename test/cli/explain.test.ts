/** `celeriac explain`: codes, states and reasons in a terminal. */
import { expect, test } from 'vitest';
import { explanationsOf } from '../../lib/cli/explain.ts';

test.each([
  ['RESULT_TIMEOUT', ['code of an error']],
  ['RETRY', ['code of an error', 'state of a run']],
  ['expired', ['reason of a dead letter, or of a run in FAILURE', 'reason of a run in REVOKED']],
  ['overdue', ['reason of a workflow in FAILURE']],
])('%s is explained as %j', (word, kinds) => {
  const explained = explanationsOf(word);

  expect(explained.map(({ kind }) => kind)).toEqual(kinds);
  for (const { means } of explained) expect(means).toMatch(/\.$/);
});

test.each(['NO_SUCH_CODE', 'toString', ''])('%j is refused, with what lists the codes', (word) => {
  expect(() => explanationsOf(word)).toThrow(
    expect.objectContaining({
      code: 'NOT_FOUND',
      message: `'${word}' is no code, state or reason of Celeriac; 'celeriac explain' lists the codes`,
    }),
  );
});
