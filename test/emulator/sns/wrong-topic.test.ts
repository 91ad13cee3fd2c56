import type { Input } from '../../../lib/emulator/service.ts';
import { topicArn } from './world.ts';
import { missing, NEWS, NOT_SERVED, PARAMETER, testCases } from './wrong-input.ts';

function create(Name: string, Attributes: Input = {}): Input {
  return { Name, Attributes };
}

testCases([
  ['Nonsense', {}, NOT_SERVED, 'sns: Nonsense is not served', 'assumed', 501],
  ['ConfirmSubscription', {}, NOT_SERVED, 'sns: ConfirmSubscription is not served', 'assumed', 501],
  ['CreateTopic', {}, PARAMETER, missing('Name'), 'assumed'],
  ['CreateTopic', create('a b'), PARAMETER, 'Invalid parameter: Topic Name', 'recorded'],
  ['CreateTopic', create(''), PARAMETER, 'Invalid parameter: Topic Name', 'recorded'],
  ['CreateTopic', create('x'.repeat(257)), PARAMETER, 'Invalid parameter: Topic Name', 'recorded'],
  ['CreateTopic', create('a', { FifoTopic: 'true' }), PARAMETER, 'Invalid parameter: Topic Name', 'recorded'],
  ['CreateTopic', create('a.fifo'), PARAMETER, 'Invalid parameter: Topic Name', 'recorded'],
  [
    'CreateTopic',
    create('a', { Nonsense: '1' }),
    PARAMETER,
    'Invalid parameter: Attributes Reason: Unknown attribute Nonsense',
    'assumed',
  ],
  [
    'CreateTopic',
    create('a', { MaximumMessageSize: '1023' }),
    PARAMETER,
    'Invalid parameter: Attributes Reason: MaximumMessageSize: Invalid value [1023]',
    'model',
  ],
  [
    'CreateTopic',
    create('a', { MaximumMessageSize: '1048577' }),
    PARAMETER,

    'Invalid parameter: Attributes Reason: MaximumMessageSize: Invalid value [1048577]',
    'model',
  ],
  [
    'CreateTopic',
    create('a', { ContentBasedDeduplication: 'true' }),
    PARAMETER,

    'Invalid parameter: Attributes Reason: ContentBasedDeduplication: is only supported',
    'model',
  ],
  [
    'CreateTopic',
    create('a', { Policy: 'x' }),
    PARAMETER,
    'Invalid parameter: Attributes Reason: Policy: Policy statement action out',
    'assumed',
  ],
  [
    'CreateTopic',
    create('a.fifo', { FifoTopic: 'true', ArchivePolicy: '{}' }),
    NOT_SERVED,
    'sns: the topic attribute ArchivePolicy is not served',
    'assumed',
    501,
  ],
  [
    'CreateTopic',
    {
      Name: 'a',
      Tags: [
        { Key: 'k', Value: '1' },
        { Key: 'k', Value: '2' },
      ],
    },
    PARAMETER,
    'Invalid parameter: Duplicated keys are not allowed.',
    'recorded',
  ],
  [
    'GetTopicAttributes',
    { TopicArn: topicArn('x') },
    'NotFoundException',
    'Topic does not exist',
    'recorded',
    404,
  ],
  [
    'GetTopicAttributes',
    { TopicArn: 'topic' },
    PARAMETER,

    'Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1',
    'recorded',
  ],
  ['GetTopicAttributes', {}, PARAMETER, missing('TopicArn'), 'assumed'],
  [
    'SetTopicAttributes',
    { TopicArn: NEWS, AttributeName: 'Nonsense', AttributeValue: '1' },
    PARAMETER,
    'Invalid parameter: AttributeName',
    'recorded',
  ],
  [
    'SetTopicAttributes',
    { TopicArn: NEWS, AttributeName: 'FifoTopic', AttributeValue: 'true' },
    PARAMETER,
    'Invalid parameter: AttributeName',
    'assumed',
  ],
  [
    'SetTopicAttributes',
    { TopicArn: NEWS, AttributeName: 'DisplayName', AttributeValue: 'x'.repeat(101) },
    PARAMETER,
    'Invalid parameter: DisplayName: must be at most 100 characters',
    'docs',
  ],
  ['ListTopics', { NextToken: 'x' }, PARAMETER, 'Invalid parameter: NextToken', 'assumed'],
  [
    'TagResource',
    { ResourceArn: topicArn('x'), Tags: [] },
    'ResourceNotFoundException',
    'Resource does not exist',
    'recorded',
    404,
  ],
  ['TagResource', { ResourceArn: NEWS, Tags: [] }, PARAMETER, missing('Tags'), 'assumed'],
  [
    'TagResource',
    { ResourceArn: NEWS, Tags: Array.from({ length: 51 }, (_, n) => ({ Key: `${n}`, Value: '' })) },

    'TagLimitExceededException',
    'Could not complete request: tag quota of per resource exceeded',
    'model',
  ],
  [
    'AddPermission',
    { TopicArn: NEWS, Label: 'x', AWSAccountId: ['1'], ActionName: ['Publish'] },
    PARAMETER,
    'Invalid parameter: AWSAccountId',
    'assumed',
  ],
  [
    'AddPermission',
    { TopicArn: NEWS, Label: 'x', AWSAccountId: ['111111111111'], ActionName: ['Fly'] },
    PARAMETER,
    'Invalid parameter: Policy statement action out of service scope!',
    'assumed',
  ],
]);
