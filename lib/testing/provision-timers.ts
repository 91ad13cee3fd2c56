/** Builds the timers of a topology on an emulator: their group, the ticker, and those of native schedules. */
import { TIMER_RETRIES_MAX, TIMER_RETRY_SECONDS_MAX } from '../core/limits.ts';
import type { Topology } from '../define/topology.ts';
import type { Emulator } from '../emulator/index.ts';
import { ACCOUNT, REGION } from './place.ts';
import { queueArn } from './provision-exchanges.ts';

/** Creates them; the queue and the function of `later` are there already. */
export async function provisionTimers(emulator: Emulator, { later }: Topology): Promise<void> {
  if (later === undefined) return;
  await emulator.call('scheduler', 'CreateScheduleGroup', { Name: later.groupName });
  for (const timer of later.timers) {
    await emulator.call('scheduler', 'CreateSchedule', {
      GroupName: later.groupName,
      Name: timer.timerName,
      Description: timer.description,
      ScheduleExpression: timer.expression,
      ScheduleExpressionTimezone: timer.timezone,
      FlexibleTimeWindow: { Mode: 'OFF' },
      State: 'ENABLED',
      Target: {
        Arn: queueArn(later.queueName),
        RoleArn: `arn:aws:iam::${ACCOUNT}:role/${later.rolePrefix}-${REGION}`,
        Input: timer.input,
        DeadLetterConfig: { Arn: queueArn(later.deadLetterQueueName) },
        RetryPolicy: {
          MaximumEventAgeInSeconds: TIMER_RETRY_SECONDS_MAX,
          MaximumRetryAttempts: TIMER_RETRIES_MAX,
        },
      },
    });
  }
}
