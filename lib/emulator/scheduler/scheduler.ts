/**
 * The emulated EventBridge Scheduler: finds an operation's model, and leads from a schedule's moment to its
 * target.
 */
import { notServed } from '../operations.ts';
import type { Caller, Input, Output } from '../service.ts';
import { randomId } from '../sqs/state.ts';
import { Agenda, isComplete } from './agenda.ts';
import { Deliveries, type Delivery } from './delivery.ts';
import {
  createScheduleGroup,
  deleteScheduleGroup,
  getScheduleGroup,
  listScheduleGroups,
  listTagsForResource,
  tagResource,
  untagResource,
} from './groups.ts';
import { createKeeper, kinds } from './keep.ts';
import type { Scheduler, SchedulerOptions, SchedulerTraceEntry, ScheduleSnapshot } from './options.ts';
import { createSchedule, deleteSchedule, getSchedule, listSchedules, updateSchedule } from './schedules.ts';
import {
  type Call,
  createRegions,
  findSchedule,
  removeSchedule,
  type Schedule,
  type State,
} from './state.ts';

export type {
  Scheduler,
  SchedulerFaults,
  SchedulerOptions,
  SchedulerTraceEntry,
  ScheduleSnapshot,
  UniversalService,
} from './options.ts';

const OPERATIONS: ReadonlyMap<string, (call: Call) => Output> = new Map(
  Object.entries({
    CreateSchedule: createSchedule,
    CreateScheduleGroup: createScheduleGroup,
    DeleteSchedule: deleteSchedule,
    DeleteScheduleGroup: deleteScheduleGroup,
    GetSchedule: getSchedule,
    GetScheduleGroup: getScheduleGroup,
    ListScheduleGroups: listScheduleGroups,
    ListSchedules: listSchedules,
    ListTagsForResource: listTagsForResource,
    TagResource: tagResource,
    UntagResource: untagResource,
    UpdateSchedule: updateSchedule,
  }),
);

/** Makes an emulated EventBridge Scheduler with nothing but default groups. */
export function createScheduler(options: SchedulerOptions): Scheduler {
  const { clock, faults, journal, random = Math.random } = options;
  const keeper = journal === undefined ? undefined : createKeeper(journal);
  const deliveries = new Deliveries({ ...options, finished, note: keeper?.delivery });
  const agenda = new Agenda({ ...options, fire });
  const state: State = { options, agenda, keeper, ...createRegions(options) };
  const trace = tracerOf(options);

  function fire(schedule: Schedule, due: number): void {
    keeper?.moved(schedule);
    if (faults?.lose?.(schedule.name) === true) {
      trace('lose', schedule, due);
      complete(schedule);
      return;
    }
    const doubled = faults?.double?.(schedule.name) === true;
    const lateMs = faults?.delayMs?.(schedule.name) ?? 0;
    trace('fire', schedule, due, doubled || lateMs > 0 ? { doubled, lateMs } : undefined);
    const startedAt = clock.now() + lateMs;
    for (let copies = doubled ? 2 : 1; copies > 0; copies -= 1) {
      deliveries.add({
        id: randomId(random),
        scheduleArn: schedule.arn,
        scheduleBorn: schedule.createdAt,
        target: schedule.definition.target,
        due,
        startedAt,
        attempts: 0,
        nextAt: startedAt,
      });
    }
  }

  function finished({ scheduleArn, scheduleBorn }: Delivery): void {
    const schedule = findSchedule(state, scheduleArn);
    if (schedule?.createdAt === scheduleBorn) complete(schedule);
  }

  /** Deletes a schedule that asks for it, once nothing of it is to come and nothing is on its way. */
  function complete(schedule: Schedule): void {
    const { definition, firedFor = 0 } = schedule;
    if (!definition.deletes || !isComplete(schedule) || deliveries.has(schedule.arn)) return;
    removeSchedule(state, schedule);
    trace('complete', schedule, firedFor);
  }

  return {
    call(operation: string, input: Input, caller: Caller): Output {
      const run = OPERATIONS.get(operation);
      if (run === undefined) throw notServed(`scheduler: ${operation}`);
      return run({ state, input, caller, now: clock.now() });
    },
    snapshot: () => [...schedulesOf(state)].map(toSnapshot),
    pendingDeliveries: () => deliveries.size,
    kept: () => kinds(state, deliveries),
    close() {
      deliveries.close();
      for (const schedule of schedulesOf(state)) agenda.cancel(schedule);
    },
  };
}

/** Tells of what happens to schedules, outside of their deliveries. */
function tracerOf({ clock, trace }: SchedulerOptions) {
  return (
    operation: SchedulerTraceEntry['operation'],
    { arn: schedule, name: target }: Schedule,
    scheduledFor: number,
    more?: Readonly<Record<string, unknown>>,
  ): void => {
    trace?.({ at: clock.now(), service: 'scheduler', operation, target, schedule, scheduledFor, ...more });
  };
}

function* schedulesOf({ regions }: State): Generator<Schedule> {
  for (const { groups } of regions) for (const { schedules } of groups.values()) yield* schedules.values();
}

function toSnapshot({ arn, definition, firedFor, group, name, next }: Schedule): ScheduleSnapshot {
  return {
    ...{ arn, name, group: group.name, expression: definition.text, timezone: definition.timezone },
    ...{ enabled: definition.enabled, target: definition.target.arn },
    ...(next !== undefined && { nextFireAt: next.due }),
    ...(firedFor !== undefined && { lastFireAt: firedFor }),
  };
}
