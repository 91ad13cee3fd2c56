/** AWS::Events::EventBusPolicy: one statement of a bus's policy, kept and shown. */
import type { Provider, ProviderContext } from '../provider.ts';
import { isRecord, json, record, required, text, type ValueOf } from '../shape.ts';

const PROPERTIES = record({
  Action: text(),
  Condition: record({ Key: required(text()), Type: required(text()), Value: required(text()) }),
  EventBusName: text(),
  Principal: text(),
  Statement: json(),
  StatementId: required(text()),
});
type Properties = ValueOf<typeof PROPERTIES>;

export const eventsEventBusPolicy: Provider<Properties> = {
  type: 'AWS::Events::EventBusPolicy',
  properties: PROPERTIES,
  attributes: [],
  replacedBy: ['EventBusName', 'StatementId'],
  link: true,

  check({ Action, Principal, Statement }, notices) {
    if (Statement !== undefined && (Action !== undefined || Principal !== undefined)) {
      notices.invalid('Statement', 'excludes Action and Principal');
    }
  },

  async create(properties, context) {
    await put(properties, context);
    const id = `${busOf(properties)}|${properties.StatementId}`;
    return { physicalId: id, ref: id, attributes: {} };
  },

  async update(made, properties, _change, context) {
    await put(properties, context);
    return made;
  },

  async delete(_made, properties, context) {
    const input = { EventBusName: busOf(properties), StatementId: properties.StatementId };
    await context.call('eventbridge', 'RemovePermission', input);
  },
};

async function put(properties: Properties, context: ProviderContext): Promise<void> {
  const { Action, Condition, Principal, Statement, StatementId } = properties;
  const EventBusName = busOf(properties);
  if (Statement === undefined) {
    const input = { EventBusName, StatementId, Action, Principal, Condition };
    await context.call('eventbridge', 'PutPermission', input);
    return;
  }
  // A whole policy replaces the one there is, so the other statements go with it.
  const { Policy: before } = await context.call('eventbridge', 'DescribeEventBus', { Name: EventBusName });
  const others = statementsOf(before).filter((each) => !isRecord(each) || each.Sid !== StatementId);
  const policy = { Version: '2012-10-17', Statement: [...others, { ...Statement, Sid: StatementId }] };
  await context.call('eventbridge', 'PutPermission', { EventBusName, Policy: JSON.stringify(policy) });
}

function statementsOf(policy: unknown): readonly unknown[] {
  const parsed: unknown = typeof policy === 'string' ? JSON.parse(policy) : {};
  const statements = isRecord(parsed) ? (parsed.Statement ?? []) : [];
  return Array.isArray(statements) ? statements : [statements];
}

function busOf({ EventBusName = 'default' }: Properties): string {
  return EventBusName;
}
