/** Schedules with their next fires. */

import type { ScheduledCall } from '../../core/schedule/spec.ts';
import { nextFireTime } from '../../core/trigger/trigger.ts';
import { describePlan } from '../../core/workflow/describe-plan.ts';
import type { ScheduleInfo } from '../../define/schedules-client.ts';
import type { DeskContext } from '../context.ts';
import { FIRES_MAX } from '../fires.ts';
import type { Page, ScheduleRow } from '../row.ts';
import { writeTrigger } from '../trigger-text.ts';

const PAGE = 100;

export async function listSchedules(
  { ports }: DeskContext,
  query: { readonly prefix?: string; readonly after?: string },
): Promise<Page<ScheduleRow>> {
  if (ports.schedules === undefined) return { rows: [] };
  const { schedules, next } = await ports.schedules.list({ ...query, limit: PAGE });
  return { rows: schedules.map(toRow), ...(next === undefined ? {} : { next }) };
}

function toRow(info: ScheduleInfo): ScheduleRow {
  const { name, trigger, sentence, source, placement, paused, call, last, misses } = info;
  return {
    name,
    trigger: writeTrigger(trigger),
    sentence,
    source,
    placement: placement.kind,
    paused,
    action: toAction(call),
    next: nextFires(info),
    misses,
    ...(last === undefined
      ? {}
      : { last: last.scheduledAt.getTime(), lastOutcome: last.run ?? last.outcome }),
  };
}

function toAction(call: ScheduledCall): string {
  if (call.kind === 'send') return `send ${call.task}`;
  if (call.kind === 'workflow') return `send ${describePlan(call.plan)}`;
  if (call.exchange === '') return `publish to queue ${call.key}`;
  return call.key === '' ? `publish to ${call.exchange}` : `publish ${call.key} to ${call.exchange}`;
}

/** Without jitter, which each fire has its own of. */
function nextFires({ trigger, next, end }: ScheduleInfo): readonly number[] {
  const fires: number[] = [];
  let fire = next;
  while (fire !== undefined && fires.length < FIRES_MAX && (end === undefined || fire <= end)) {
    fires.push(fire.getTime());
    fire = nextFireTime(trigger, new Date(fire.getTime() + 1));
  }
  return fires;
}
