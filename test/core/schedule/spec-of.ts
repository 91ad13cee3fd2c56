/** Schedules for tests of the core: a spec of a trigger, and what holds of it. */
import { type EffectiveSchedule, effectiveOf } from '../../../lib/core/schedule/entry.ts';
import type { ScheduleSpec } from '../../../lib/core/schedule/spec.ts';
import type { Trigger } from '../../../lib/core/trigger/trigger.ts';

export const SPACE = { app: 'shop', stage: 'dev' };

/** A spec with the defaults of `defineSchedule`. */
export function specOf(trigger: Trigger, more: Partial<ScheduleSpec> = {}): ScheduleSpec {
  return { trigger, call: { kind: 'send', task: 'work' }, coalesce: 'latest', jitterMs: 0, ...more };
}

/** A schedule that was added at run time; ticked, unless it is said otherwise. */
export function added(
  name: string,
  spec: ScheduleSpec,
  more: Partial<EffectiveSchedule> = {},
): EffectiveSchedule {
  const entry = {
    name,
    source: 'runtime' as const,
    revision: 1,
    spec,
    placed: 'ticked' as const,
    createdAt: 0,
    changedAt: 0,
  };
  const schedule = effectiveOf(undefined, entry);
  if (schedule === undefined) throw new Error('a schedule that was added holds');
  return { ...schedule, createdAt: undefined, changedAt: undefined, ...more };
}
