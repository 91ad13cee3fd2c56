/** AWS::Events::Archive. */
import { type Provider, readText } from '../provider.ts';
import { integer, json, record, required, text, type ValueOf } from '../shape.ts';

const PROPERTIES = record({
  ArchiveName: text(),
  Description: text(),
  EventPattern: json(),
  KmsKeyIdentifier: text(),
  RetentionDays: integer(),
  SourceArn: required(text()),
});
type Properties = ValueOf<typeof PROPERTIES>;

const NAME_LENGTH_MAX = 48;

export const eventsArchive: Provider<Properties> = {
  type: 'AWS::Events::Archive',
  properties: PROPERTIES,
  attributes: ['Arn', 'ArchiveName'],
  nameProperty: 'ArchiveName',
  replacedBy: ['ArchiveName', 'SourceArn'],

  async create(properties, context) {
    const name = properties.ArchiveName ?? context.name(NAME_LENGTH_MAX);
    const answer = await context.call('eventbridge', 'CreateArchive', {
      ArchiveName: name,
      EventSourceArn: properties.SourceArn,
      ...toSettings(properties),
    });
    const arn = readText(answer, 'ArchiveArn');
    return { physicalId: name, ref: name, attributes: { Arn: arn, ArchiveName: name } };
  },

  async update(made, properties, _change, context) {
    await context.call('eventbridge', 'UpdateArchive', { ArchiveName: made.ref, ...toSettings(properties) });
    return made;
  },

  async delete(made, _properties, context) {
    await context.call('eventbridge', 'DeleteArchive', { ArchiveName: made.ref });
  },
};

/** Written out whole, since EventBridge keeps the old value of what an update does not mention. */
function toSettings(properties: Properties): Readonly<Record<string, unknown>> {
  const { Description = '', EventPattern, KmsKeyIdentifier = '', RetentionDays = 0 } = properties;
  const pattern = EventPattern === undefined ? '' : JSON.stringify(EventPattern);
  return { Description, EventPattern: pattern, KmsKeyIdentifier, RetentionDays };
}
