/** AWS::Scheduler::ScheduleGroup. */
import { type Made, type Provider, type ProviderContext, readText } from '../provider.ts';
import { record, text, type ValueOf } from '../shape.ts';
import { TAGS, toTagChange } from '../tags.ts';
import { unlessGone } from './scheduler-schedule.ts';

const PROPERTIES = record({ Name: text(), Tags: TAGS });
type Properties = ValueOf<typeof PROPERTIES>;

const NAME_LENGTH_MAX = 64;

export const schedulerScheduleGroup: Provider<Properties> = {
  type: 'AWS::Scheduler::ScheduleGroup',
  properties: PROPERTIES,
  attributes: ['Arn', 'CreationDate', 'LastModificationDate', 'State'],
  nameProperty: 'Name',
  replacedBy: ['Name'],

  async create(properties, context) {
    const name = properties.Name ?? context.name(NAME_LENGTH_MAX);
    const input = { Name: name, Tags: properties.Tags ?? [] };
    await context.call('scheduler', 'CreateScheduleGroup', input);
    return toMade(name, context);
  },

  async update(made, properties, { before }, context) {
    const ResourceArn = made.attributes.Arn ?? '';
    const { set, unset } = toTagChange(before.Tags, properties.Tags);
    const Tags = Object.entries(set).map(([Key, Value]) => ({ Key, Value }));
    if (unset.length > 0) await context.call('scheduler', 'UntagResource', { ResourceArn, TagKeys: unset });
    if (Tags.length > 0) await context.call('scheduler', 'TagResource', { ResourceArn, Tags });
    return made;
  },

  async delete(made, _properties, context) {
    await unlessGone(context, 'DeleteScheduleGroup', { Name: made.ref });
  },
};

async function toMade(name: string, context: ProviderContext): Promise<Made> {
  const group = await context.call('scheduler', 'GetScheduleGroup', { Name: name });
  const attributes = {
    Arn: readText(group, 'Arn'),
    CreationDate: toText(group.CreationDate),
    LastModificationDate: toText(group.LastModificationDate),
    State: readText(group, 'State'),
  };
  return { physicalId: name, ref: name, attributes };
}

function toText(time: unknown): string {
  return time instanceof Date ? time.toISOString() : '';
}
