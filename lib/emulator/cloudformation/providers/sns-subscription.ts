/** AWS::SNS::Subscription, to queues and functions. One that leads to people is taken without effect. */
import { type Provider, type ProviderContext, readText } from '../provider.ts';
import { flag, json, record, required, text, type ValueOf } from '../shape.ts';

const PROPERTIES = record(
  {
    Endpoint: text(),
    FilterPolicy: json(),
    FilterPolicyScope: text('MessageAttributes', 'MessageBody'),
    Protocol: required(text()),
    RawMessageDelivery: flag(),
    RedrivePolicy: json(),
    TopicArn: required(text()),
  },
  {
    DeliveryPolicy: 'delivery policies are for HTTP endpoints, which are not served',
    Region: 'a topic is found by its ARN',
  },
);
type Properties = ValueOf<typeof PROPERTIES>;

/** To people, whom nothing here can reach. */
const PEOPLE: readonly string[] = ['email', 'email-json', 'sms'];
/** In an order in which each step is allowed: a scope without its policy would refuse a nested one. */
const ATTRIBUTES = ['FilterPolicyScope', 'FilterPolicy', 'RawMessageDelivery', 'RedrivePolicy'] as const;

export const snsSubscription: Provider<Properties> = {
  type: 'AWS::SNS::Subscription',
  properties: PROPERTIES,
  attributes: ['Arn'],
  replacedBy: ['Endpoint', 'Protocol', 'TopicArn', 'Region'],
  link: true,

  check({ Protocol: protocol }, notices) {
    if (protocol === undefined || protocol === 'sqs' || protocol === 'lambda') return;
    if (PEOPLE.includes(protocol)) notices.ignored('Protocol', `nothing is sent by ${protocol} here`);
    else notices.invalid('Protocol', `is '${protocol}'; the emulator delivers to sqs and lambda only`);
  },

  async create(properties, context) {
    const arn = PEOPLE.includes(properties.Protocol)
      ? `${properties.TopicArn}:${context.id()}`
      : await subscribe(properties, context);
    return { physicalId: arn, ref: arn, attributes: { Arn: arn } };
  },

  async update(made, properties, { changed }, context) {
    if (PEOPLE.includes(properties.Protocol)) return made;
    const wanted = toAttributes(properties);
    const names = ATTRIBUTES.filter((name) => changed.has(name));
    const set = (AttributeName: string, AttributeValue: string) =>
      context.call('sns', 'SetSubscriptionAttributes', {
        SubscriptionArn: made.ref,
        AttributeName,
        AttributeValue,
      });
    // The old policy may not fit the new scope.
    if (names.includes('FilterPolicyScope')) await set('FilterPolicy', '{}');
    for (const name of names) await set(name, wanted[name] ?? DEFAULTS[name]);
    if (names.includes('FilterPolicyScope') && !names.includes('FilterPolicy')) {
      await set('FilterPolicy', wanted.FilterPolicy ?? '{}');
    }
    return made;
  },

  async delete(made, properties, context) {
    if (PEOPLE.includes(properties.Protocol)) return;
    await context.call('sns', 'Unsubscribe', { SubscriptionArn: made.ref });
  },
};

const DEFAULTS: Readonly<Record<(typeof ATTRIBUTES)[number], string>> = {
  FilterPolicyScope: 'MessageAttributes',
  FilterPolicy: '{}',
  RawMessageDelivery: 'false',
  RedrivePolicy: '{}',
};

async function subscribe(properties: Properties, context: ProviderContext): Promise<string> {
  const { Endpoint, Protocol, TopicArn } = properties;
  const Attributes = toAttributes(properties);
  const answer = await context.call('sns', 'Subscribe', { TopicArn, Protocol, Endpoint, Attributes });
  return readText(answer, 'SubscriptionArn');
}

function toAttributes(properties: Properties): Readonly<Record<string, string>> {
  const entries: [string, string][] = [];
  for (const name of ATTRIBUTES) {
    const value = properties[name];
    if (value !== undefined)
      entries.push([name, typeof value === 'object' ? JSON.stringify(value) : String(value)]);
  }
  return Object.fromEntries(entries);
}
