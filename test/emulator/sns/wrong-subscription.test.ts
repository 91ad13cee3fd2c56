import type { Input } from '../../../lib/emulator/service.ts';
import { queueArn, topicArn, type World } from './world.ts';
import { FIFO, missing, NEWS, NOT_SERVED, PARAMETER, subscribe, testCases } from './wrong-input.ts';

function subscribed(AttributeName: string, AttributeValue: string) {
  return (world: World): Input => {
    const SubscriptionArn = world.subscribe(NEWS, queueArn('q'));
    return { SubscriptionArn, AttributeName, AttributeValue };
  };
}

testCases([
  ['Subscribe', { Protocol: 'sqs' }, PARAMETER, missing('TopicArn'), 'assumed'],
  [
    'Subscribe',
    subscribe({ Protocol: 'pigeon' }),
    PARAMETER,
    'Invalid parameter: Amazon SNS does not support this protocol string: pigeon',
    'recorded',
  ],
  [
    'Subscribe',
    subscribe({ Protocol: 'https' }),
    NOT_SERVED,
    'sns: Subscribe with the protocol https is not served',
    'assumed',
    501,
  ],
  [
    'Subscribe',
    subscribe({ Endpoint: 'http://x/1/q' }),
    PARAMETER,
    'Invalid parameter: SQS endpoint ARN',
    'recorded',
  ],
  [
    'Subscribe',
    subscribe({ Protocol: 'lambda' }),
    PARAMETER,
    'Invalid parameter: Lambda endpoint ARN',
    'assumed',
  ],
  ['Subscribe', subscribe({ Endpoint: undefined }), PARAMETER, missing('Endpoint'), 'assumed'],
  [
    'Subscribe',
    subscribe({ TopicArn: topicArn('x') }),
    'NotFoundException',
    'Topic does not exist',
    'recorded',
    404,
  ],
  [
    'Subscribe',
    subscribe({ Endpoint: queueArn('q.fifo') }),
    PARAMETER,
    'Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics',
    'recorded',
  ],
  [
    'Subscribe',
    subscribe({ Attributes: { RawMessageDelivery: 'x' } }),
    PARAMETER,
    'Invalid parameter: Attributes Reason: RawMessageDelivery: Invalid value [x]. Must be true or false.',
    'recorded',
  ],
  [
    'Subscribe',
    subscribe({ Attributes: { Nonsense: 'x' } }),
    PARAMETER,
    'Invalid parameter: Attributes Reason: Unknown attribute: Nonsense',
    'assumed',
  ],
  [
    'Subscribe',
    subscribe({ Attributes: { FilterPolicy: '{"a":[{"wildcard":"x*"}]}' } }),
    PARAMETER,

    'Invalid parameter: Attributes Reason: FilterPolicy: Unrecognized match type wildcard',
    'docs',
  ],
  [
    'Subscribe',
    subscribe({ Attributes: { FilterPolicyScope: 'x' } }),
    PARAMETER,
    'Invalid parameter: Attributes Reason: FilterPolicyScope: Invalid value [x].',
    'recorded',
  ],
  [
    'Subscribe',
    subscribe({
      TopicArn: FIFO,
      Endpoint: queueArn('q.fifo'),
      Attributes: { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn('d') }) },
    }),
    PARAMETER,
    'RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.',
    'recorded',
  ],
  ['Unsubscribe', {}, PARAMETER, missing('SubscriptionArn'), 'recorded'],
  [
    'Unsubscribe',
    { SubscriptionArn: 'a:b:c:d:e' },
    PARAMETER,

    'Invalid parameter: SubscriptionArn Reason: An ARN must have at least 6 elements, not 5',
    'recorded',
  ],
  [
    'Unsubscribe',
    { SubscriptionArn: `${NEWS}:x` },
    PARAMETER,
    'Invalid parameter: SubscriptionId',
    'recorded',
  ],
  [
    'GetSubscriptionAttributes',
    { SubscriptionArn: `${NEWS}:x` },
    'NotFoundException',
    'Subscription does not exist',
    'recorded',
    404,
  ],
  [
    'SetSubscriptionAttributes',
    subscribed('fake', 'x'),
    PARAMETER,
    'Invalid parameter: AttributeName',
    'recorded',
  ],
  [
    'SetSubscriptionAttributes',
    subscribed('RawMessageDelivery', ''),
    PARAMETER,

    'Invalid parameter: RawMessageDelivery: Invalid value []. Must be true or false.',
    'recorded',
  ],
  [
    'SetSubscriptionAttributes',
    subscribed('RedrivePolicy', '{"deadLetterTargetArn":"fake"}'),
    PARAMETER,
    'Invalid parameter: RedrivePolicy: deadLetterTargetArn is an invalid arn',
    'recorded',
  ],
  [
    'SetSubscriptionAttributes',
    subscribed('RedrivePolicy', '{invalid}'),
    PARAMETER,
    'Invalid parameter: RedrivePolicy: failed to parse JSON.',
    'recorded',
  ],
  [
    'SetSubscriptionAttributes',
    subscribed('FilterPolicy', '{invalid}'),
    PARAMETER,
    'Invalid parameter: FilterPolicy: failed to parse JSON',
    'recorded',
  ],
  [
    'SetSubscriptionAttributes',
    subscribed('FilterPolicy', '{"a":["1"],"b":["1"],"c":["1"],"d":["1"],"e":["1"],"f":["1"]}'),

    PARAMETER,
    'Invalid parameter: FilterPolicy: Filter policy can not have more than 5 keys',
    'recorded',
  ],
  [
    'SetSubscriptionAttributes',
    subscribed('FilterPolicy', JSON.stringify({ a: Array.from({ length: 151 }, (_, index) => index) })),
    PARAMETER,
    'Invalid parameter: FilterPolicy: Filter policy is too complex',
    'recorded',
  ],
  [
    'SetSubscriptionAttributes',
    subscribed('FilterPolicy', '{"a":{"b":["c"]}}'),
    PARAMETER,
    'Invalid parameter: Filter policy scope MessageAttributes does not support nested filter policy',
    'recorded',
  ],
  [
    'SetSubscriptionAttributes',
    subscribed('ReplayPolicy', '{}'),
    NOT_SERVED,
    'sns: the subscription attribute ReplayPolicy is not served',
    'assumed',
    501,
  ],
]);
