/** AWS::Events::Rule with its targets: queues, functions and buses. */
import { ServiceError } from '../../error.ts';
import { complete, type Provider, type ProviderContext, readText } from '../provider.ts';
import { dictionary, integer, json, list, record, required, text, type ValueOf } from '../shape.ts';
import { TAGS, toTagChange } from '../tags.ts';

const TARGET = record(
  {
    Arn: required(text()),
    DeadLetterConfig: record({ Arn: text() }),
    Id: required(text()),
    Input: text(),
    InputPath: text(),
    InputTransformer: record({ InputPathsMap: dictionary(text()), InputTemplate: required(text()) }),
    RetryPolicy: record({ MaximumEventAgeInSeconds: integer(), MaximumRetryAttempts: integer() }),
    SqsParameters: record({ MessageGroupId: required(text()) }),
  },
  { RoleArn: 'the emulator lets every caller do everything' },
);
const PROPERTIES = record(
  {
    Description: text(),
    EventBusName: text(),
    EventPattern: json(),
    Name: text(),
    ScheduleExpression: text(),
    State: text('ENABLED', 'DISABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'),
    Tags: TAGS,
    Targets: list(TARGET),
  },
  { RoleArn: 'the emulator lets every caller do everything' },
);
type Properties = ValueOf<typeof PROPERTIES>;

const NAME_LENGTH_MAX = 64;

export const eventsRule: Provider<Properties> = {
  type: 'AWS::Events::Rule',
  properties: PROPERTIES,
  attributes: ['Arn'],
  replacedBy: ['EventBusName', 'Name'],

  async create(properties, context) {
    const name = properties.Name ?? context.name(NAME_LENGTH_MAX);
    await refuseExisting(name, properties, context);
    const arn = await putRule(name, properties, context);
    const { EventBusName } = properties;
    await complete(
      () => putTargets(name, properties, context),
      () => context.call('eventbridge', 'DeleteRule', { Name: name, EventBusName }),
    );
    // On a custom bus the name alone says too little.
    const ref = properties.EventBusName === undefined ? name : `${busName(properties)}|${name}`;
    return { physicalId: name, ref, attributes: { Arn: arn } };
  },

  async update(made, properties, { before }, context) {
    const name = made.physicalId;
    await putRule(name, properties, context);
    const kept = new Set((properties.Targets ?? []).map(({ Id }) => Id));
    const gone = (before.Targets ?? []).map(({ Id }) => Id).filter((id) => !kept.has(id));
    await removeTargets(name, gone, properties, context);
    await putTargets(name, properties, context);
    const ResourceARN = made.attributes.Arn ?? '';
    const { set, unset } = toTagChange(before.Tags, properties.Tags);
    const pairs = Object.entries(set).map(([Key, Value]) => ({ Key, Value }));
    if (unset.length > 0) await context.call('eventbridge', 'UntagResource', { ResourceARN, TagKeys: unset });
    if (pairs.length > 0) await context.call('eventbridge', 'TagResource', { ResourceARN, Tags: pairs });
    return made;
  },

  async delete(made, properties, context) {
    const ids = (properties.Targets ?? []).map(({ Id }) => Id);
    await removeTargets(made.physicalId, ids, properties, context);
    const { EventBusName } = properties;
    await context.call('eventbridge', 'DeleteRule', { Name: made.physicalId, EventBusName });
  },
};

async function putRule(name: string, properties: Properties, context: ProviderContext): Promise<string> {
  const { Description, EventBusName, EventPattern, ScheduleExpression, State, Tags } = properties;
  const answer = await context.call('eventbridge', 'PutRule', {
    ...{ Name: name, Description, EventBusName, ScheduleExpression, State, Tags },
    EventPattern: EventPattern === undefined ? undefined : JSON.stringify(EventPattern),
  });
  return readText(answer, 'RuleArn');
}

async function putTargets(name: string, properties: Properties, context: ProviderContext): Promise<void> {
  const { EventBusName, Targets = [] } = properties;
  if (Targets.length === 0) return;
  await context.call('eventbridge', 'PutTargets', { Rule: name, EventBusName, Targets });
}

async function removeTargets(
  name: string,
  ids: readonly string[],
  { EventBusName }: Properties,
  context: ProviderContext,
): Promise<void> {
  if (ids.length === 0) return;
  await context.call('eventbridge', 'RemoveTargets', { Rule: name, EventBusName, Ids: ids });
}

// PutRule changes a rule that is there already; a template must not take over what it did not make.
async function refuseExisting(name: string, properties: Properties, context: ProviderContext): Promise<void> {
  const { EventBusName } = properties;
  try {
    await context.call('eventbridge', 'DescribeRule', { Name: name, EventBusName });
  } catch (error) {
    if (error instanceof ServiceError && error.name === 'ResourceNotFoundException') return;
    throw error;
  }
  throw new ServiceError('RuleExists', `the rule '${name}' exists already, and not from this template`);
}

function busName({ EventBusName = 'default' }: Properties): string {
  return EventBusName.split('event-bus/').at(-1) ?? EventBusName;
}
