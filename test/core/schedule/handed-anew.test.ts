/** Fires of before a change that the change brings once more. */
import { expect, test } from 'vitest';
import { decideFire } from '../../../lib/core/schedule/delivery.ts';
import { effectiveOf, type ScheduleEntry } from '../../../lib/core/schedule/entry.ts';
import { revisionOf } from '../../../lib/core/schedule/spec.ts';
import { every } from '../../../lib/core/trigger/interval.ts';
import { SPACE, specOf } from './spec-of.ts';

const T = Date.parse('2026-06-01T12:00:00Z');
const MINUTE = 60_000;
const spec = specOf(every('1m'), { misfireGraceMs: 600_000 });

/** What becomes of a fire of the revision before, some minutes after the change. */
function decide(minutes: number, placed: ScheduleEntry['placed'], source: ScheduleEntry['source']): string {
  const handed = { revision: revisionOf(spec), to: T + 2 * MINUTE };
  const entry = { ...{ name: 's', source, revision: 3, spec, placed, handed }, createdAt: 0, changedAt: T };
  const defined = { name: 's', spec: specOf(every('1m')), paused: false };
  const schedule = effectiveOf(source === 'template' ? defined : undefined, entry);
  const scheduledAt = T + minutes * MINUTE;
  const fire = { schedule: 's', revision: 'old', scheduledAt };
  return decideFire({ space: SPACE, fire, schedule, state: {}, pause: undefined, now: scheduledAt }).kind;
}

test('a timer that goes on with what it was before loses no fire by it', () => {
  const decided = [1, 3].map((minutes) => decide(minutes, 'native', 'runtime'));

  expect(decided).toEqual(['drop', 'run']);
});

test('what a ticker or the timer of the template goes on to bring is dropped', () => {
  const ticked = [1, 3].map((minutes) => decide(minutes, 'ticked', 'runtime'));
  const coded = [1, 3].map((minutes) => decide(minutes, 'native', 'template'));

  expect([...ticked, ...coded]).toEqual(['drop', 'drop', 'drop', 'drop']);
});
