/** AWS::Events::EventBus, custom ones. */
import { complete, type Provider, type ProviderContext, readText } from '../provider.ts';
import { json, record, required, text, type ValueOf } from '../shape.ts';
import { TAGS, toTagChange } from '../tags.ts';

const PROPERTIES = record({
  DeadLetterConfig: record({ Arn: text() }),
  Description: text(),
  KmsKeyIdentifier: text(),
  LogConfig: record({ IncludeDetail: text(), Level: text() }),
  Name: required(text()),
  Policy: json(),
  Tags: TAGS,
});
type Properties = ValueOf<typeof PROPERTIES>;

export const eventsEventBus: Provider<Properties> = {
  type: 'AWS::Events::EventBus',
  properties: PROPERTIES,
  attributes: ['Arn', 'Name', 'Policy'],
  nameProperty: 'Name',
  replacedBy: ['Name'],

  async create(properties, context) {
    const { Name, Tags } = properties;
    const answer = await context.call('eventbridge', 'CreateEventBus', {
      Name,
      ...toSettings(properties),
      Tags,
    });
    await complete(
      () => setPolicy(properties, context),
      () => context.call('eventbridge', 'DeleteEventBus', { Name }),
    );
    return toMade(properties, readText(answer, 'EventBusArn'));
  },

  async update(made, properties, { before, changed }, context) {
    await context.call('eventbridge', 'UpdateEventBus', { Name: made.ref, ...toSettings(properties) });
    const arn = made.attributes.Arn ?? '';
    const { set, unset } = toTagChange(before.Tags, properties.Tags);
    const pairs = Object.entries(set).map(([Key, Value]) => ({ Key, Value }));
    if (unset.length > 0)
      await context.call('eventbridge', 'UntagResource', { ResourceARN: arn, TagKeys: unset });
    if (pairs.length > 0) await context.call('eventbridge', 'TagResource', { ResourceARN: arn, Tags: pairs });
    if (changed.has('Policy')) {
      const input = { EventBusName: made.ref, RemoveAllPermissions: true };
      await context.call('eventbridge', 'RemovePermission', input);
      await setPolicy(properties, context);
    }
    return toMade(properties, arn);
  },

  async delete(made, _properties, context) {
    await context.call('eventbridge', 'DeleteEventBus', { Name: made.ref });
  },
};

/** Written out whole, since EventBridge keeps the old value of what an update does not mention. */
function toSettings(properties: Properties): Readonly<Record<string, unknown>> {
  const { DeadLetterConfig = {}, Description = '', KmsKeyIdentifier = '', LogConfig } = properties;
  return { DeadLetterConfig, Description, KmsKeyIdentifier, ...(LogConfig && { LogConfig }) };
}

async function setPolicy({ Name, Policy }: Properties, context: ProviderContext): Promise<void> {
  if (Policy === undefined) return;
  const input = { EventBusName: Name, Policy: JSON.stringify(Policy) };
  await context.call('eventbridge', 'PutPermission', input);
}

function toMade({ Name, Policy }: Properties, arn: string) {
  const policy = Policy === undefined ? '' : JSON.stringify(Policy);
  return { physicalId: Name, ref: Name, attributes: { Arn: arn, Name, Policy: policy } };
}
