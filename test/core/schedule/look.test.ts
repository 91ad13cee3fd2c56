/** What a scheduler of a process takes at a look. */
import { expect, test } from 'vitest';
import { dueFires } from '../../../lib/core/schedule/look.ts';
import { every } from '../../../lib/core/trigger/interval.ts';
import { added, SPACE, specOf } from './spec-of.ts';

const T = Date.parse('2026-06-01T12:00:00Z');
const DAY = 86_400_000;

test('what is taken before its turn stays within one item of DynamoDB, however long the jitter', () => {
  const schedule = added('s', specOf(every('1s'), { coalesce: 'all', jitterMs: DAY }));
  let reached: Pick<ReturnType<typeof dueFires>, 'handledAt' | 'ahead'> = { handledAt: T - 1, ahead: [] };
  let taken = 0;

  for (let looks = 0; looks < 3; looks++) {
    const due = dueFires(SPACE, schedule, reached, T + DAY);
    taken += due.fires.length;
    reached = due;
  }

  expect(taken).toBeGreaterThan(10_000);
  expect(JSON.stringify(reached.ahead).length).toBeLessThan(300_000);
});
