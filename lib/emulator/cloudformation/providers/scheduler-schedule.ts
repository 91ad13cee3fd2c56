/** AWS::Scheduler::Schedule. ActionAfterCompletion is in the API only, not in templates. */
import { ServiceError } from '../../error.ts';
import { type Provider, type ProviderContext, readText } from '../provider.ts';
import { integer, record, required, text, type ValueOf } from '../shape.ts';

const TARGET = record({
  Arn: required(text()),
  DeadLetterConfig: record({ Arn: text() }),
  EventBridgeParameters: record({ DetailType: required(text()), Source: required(text()) }),
  Input: text(),
  RetryPolicy: record({ MaximumEventAgeInSeconds: integer(), MaximumRetryAttempts: integer() }),
  RoleArn: required(text()),
  SqsParameters: record({ MessageGroupId: text() }),
});
const PROPERTIES = record({
  Description: text(),
  EndDate: text(),
  FlexibleTimeWindow: required(
    record({ MaximumWindowInMinutes: integer(), Mode: required(text('OFF', 'FLEXIBLE')) }),
  ),
  GroupName: text(),
  KmsKeyArn: text(),
  Name: text(),
  ScheduleExpression: required(text()),
  ScheduleExpressionTimezone: text(),
  StartDate: text(),
  State: text('ENABLED', 'DISABLED'),
  Target: required(TARGET),
});
type Properties = ValueOf<typeof PROPERTIES>;

const NAME_LENGTH_MAX = 64;

export const schedulerSchedule: Provider<Properties> = {
  type: 'AWS::Scheduler::Schedule',
  properties: PROPERTIES,
  attributes: ['Arn'],
  // A schedule cannot change its group; names are unique by group, so there is no name property.
  replacedBy: ['GroupName', 'Name'],

  check(properties, notices) {
    for (const name of ['EndDate', 'StartDate'] as const) {
      const value = properties[name];
      if (value !== undefined && Number.isNaN(Date.parse(value)))
        notices.invalid(name, `is ${JSON.stringify(value)}, it must be a time: 2026-01-01T00:00:00Z`);
    }
  },

  async create(properties, context) {
    const name = properties.Name ?? context.name(NAME_LENGTH_MAX);
    const answer = await context.call('scheduler', 'CreateSchedule', toInput(name, properties));
    return { physicalId: name, ref: name, attributes: { Arn: readText(answer, 'ScheduleArn') } };
  },

  async update(made, properties, _change, context) {
    await context.call('scheduler', 'UpdateSchedule', toInput(made.ref, properties));
    return made;
  },

  async delete(made, { GroupName }, context) {
    await unlessGone(context, 'DeleteSchedule', { Name: made.ref, GroupName });
  },
};

/** Deletes what may have gone by itself, or with its group. */
export async function unlessGone(
  context: ProviderContext,
  operation: string,
  input: Readonly<Record<string, unknown>>,
): Promise<void> {
  try {
    await context.call('scheduler', operation, input);
  } catch (error) {
    if (!(error instanceof ServiceError) || error.name !== 'ResourceNotFoundException') throw error;
  }
}

function toInput(name: string, properties: Properties): Readonly<Record<string, unknown>> {
  const { EndDate, StartDate, ...rest } = properties;
  return {
    ...rest,
    Name: name,
    ...(EndDate !== undefined && { EndDate: new Date(EndDate) }),
    ...(StartDate !== undefined && { StartDate: new Date(StartDate) }),
  };
}
