/**
 * The port Timers over EventBridge Scheduler: one group for an app, whose schedules all send into the queue
 * of `later`, under one role.
 */
import { createHash } from 'node:crypto';
import type {
  CreateScheduleCommandInput,
  FlexibleTimeWindow,
  UpdateScheduleCommandInput,
} from '@aws-sdk/client-scheduler';
import { TIMER_RETRIES_MAX, TIMER_RETRY_SECONDS_MAX } from '../core/limits.ts';
import {
  addedTimerName,
  laterDeadLetterQueueName,
  laterQueueName,
  timerGroupName,
  timersRoleName,
} from '../define/resource-name.ts';
import { CeleriacError } from '../errors.ts';
import type { RecurringTimer, Timers } from '../runtime/schedule-ports.ts';
import type { Call } from './call.ts';
import { arnOf, type Place } from './place.ts';

/** Made, refused since it was there, changed, refused since it was gone: so often in a row at most. */
const TRIES_MAX = 4;

export function createTimers(
  call: Call,
  place: () => Promise<Place>,
  { app, stage }: { readonly app: string; readonly stage: string },
): Timers {
  const GroupName = timerGroupName(app, stage);
  const targetOf = async (Input: string): Promise<CreateScheduleCommandInput['Target']> => {
    const here = await place();
    return {
      Arn: arnOf(here, 'sqs', laterQueueName(app, stage)),
      // Roles belong to no Region.
      RoleArn: `arn:${here.partition}:iam::${here.account}:role/${timersRoleName(app, stage, here.region)}`,
      Input,
      DeadLetterConfig: { Arn: arnOf(here, 'sqs', laterDeadLetterQueueName(app, stage)) },
      RetryPolicy: {
        MaximumEventAgeInSeconds: TIMER_RETRY_SECONDS_MAX,
        MaximumRetryAttempts: TIMER_RETRIES_MAX,
      },
    };
  };
  const remove = async (Name: string): Promise<void> => {
    await unless('ResourceNotFoundException', call('scheduler', 'DeleteSchedule', { GroupName, Name }));
  };
  return {
    async put(name, timer) {
      const input = {
        ...toInput(timer),
        ...{ GroupName, Name: addedTimerName(name), Target: await targetOf(timer.input) },
      };
      for (let tries = 0; tries < TRIES_MAX; tries++) {
        if (await unless('ConflictException', call('scheduler', 'CreateSchedule', input))) return;
        if (await unless('ResourceNotFoundException', call('scheduler', 'UpdateSchedule', input))) return;
      }
      const text = `the timer of schedule '${name}' is made and removed by others all the time; try again`;
      throw new CeleriacError('SCHEDULE_CHANGED', text, { value: name });
    },
    remove: (name) => remove(addedTimerName(name)),
    async once(name, at, input) {
      const Name = onceTimerName(name);
      const made = call('scheduler', 'CreateSchedule', {
        GroupName,
        Name,
        ScheduleExpression: `at(${new Date(at).toISOString().slice(0, 19)})`,
        ScheduleExpressionTimezone: 'UTC',
        FlexibleTimeWindow: EXACT,
        ActionAfterCompletion: 'DELETE',
        Target: await targetOf(input),
        // A call whose answer was lost is the same call.
        ClientToken: Name,
      });
      // One of this name waits for the same time with the same message.
      await unless('ConflictException', made);
    },
    cancel: (name) => remove(onceTimerName(name)),
  };
}

const EXACT: FlexibleTimeWindow = { Mode: 'OFF' };

/** The SDK gives each call a token of its own, which its tries share. */
function toInput({
  expression,
  timezone,
  start,
  end,
}: RecurringTimer): Omit<UpdateScheduleCommandInput, 'Name' | 'Target'> {
  return {
    ScheduleExpression: expression,
    ScheduleExpressionTimezone: timezone ?? 'UTC',
    FlexibleTimeWindow: EXACT,
    // One that fires no more is gone by itself.
    ActionAfterCompletion: 'DELETE',
    ...(start === undefined ? {} : { StartDate: new Date(start) }),
    ...(end === undefined ? {} : { EndDate: new Date(end) }),
  };
}

/** Ids of messages may have characters and lengths that names of schedules have not. */
export function onceTimerName(id: string): string {
  return `once-${createHash('sha256').update(id).digest('hex').slice(0, ONCE_NAME_LENGTH)}`;
}

const ONCE_NAME_LENGTH = 48;

/** Whether a call succeeded; false: it was refused for this reason, which is as good. */
async function unless(reason: string, made: Promise<unknown>): Promise<boolean> {
  try {
    await made;
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === reason) return false;
    throw error;
  }
}
