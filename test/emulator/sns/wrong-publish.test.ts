import type { Input } from '../../../lib/emulator/service.ts';
import { text, topicArn } from './world.ts';
import { FIFO, missing, NEWS, NOT_SERVED, PARAMETER, testCases, VALUE } from './wrong-input.ts';

const TYPES = 'the set of supported type prefixes is Binary, Number, and String.';

function publish(more: Input): Input {
  return { TopicArn: NEWS, Message: 'a', ...more };
}

function attribute(name: string, value: Input): Input {
  return publish({ MessageAttributes: { [name]: value } });
}

function batch(...entries: readonly Input[]): Input {
  return { TopicArn: NEWS, PublishBatchRequestEntries: entries };
}

testCases([
  ['Publish', publish({ Message: '' }), PARAMETER, 'Invalid parameter: Empty message', 'recorded'],
  ['Publish', { TopicArn: NEWS }, PARAMETER, missing('Message'), 'assumed'],
  ['Publish', publish({ Subject: '' }), PARAMETER, 'Invalid parameter: Subject', 'recorded'],
  ['Publish', publish({ Subject: 'a\nb' }), PARAMETER, 'Invalid parameter: Subject', 'model'],
  ['Publish', publish({ Subject: 'x'.repeat(101) }), PARAMETER, 'Invalid parameter: Subject', 'model'],
  ['Publish', { Message: 'a' }, PARAMETER, missing('TopicArn or TargetArn'), 'recorded'],
  [
    'Publish',
    { Message: 'a', PhoneNumber: '+4712345678' },
    NOT_SERVED,
    'sns: Publish to a PhoneNumber',
    'assumed',
    501,
  ],
  [
    'Publish',
    publish({ TopicArn: topicArn('x') }),
    'NotFoundException',
    'Topic does not exist',
    'recorded',
    404,
  ],
  [
    'Publish',
    publish({ TopicArn: 'arn:' }),
    PARAMETER,

    'Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 2',
    'recorded',
  ],
  [
    'Publish',
    publish({ TopicArn: NEWS.replace('eu-north-1', 'us-east-1') }),
    PARAMETER,
    'Invalid parameter: TopicArn',
    'recorded',
  ],
  [
    'Publish',
    { Message: 'a', TargetArn: 'arn:aws:sns:eu-north-1:123456789012:endpoint/APNS/app/1' },

    PARAMETER,
    'Invalid parameter: TargetArn Reason: No endpoint found for the target arn specified',
    'recorded',
  ],
  [
    'Publish',
    publish({ Message: 'x'.repeat(262_145) }),
    PARAMETER,
    'Invalid parameter: Message too long',
    'recorded',
  ],
  [
    'Publish',
    publish({ Message: '{"sqs":"a"}', MessageStructure: 'json' }),
    PARAMETER,

    'Invalid parameter: Message Structure - No default entry in JSON message body',
    'recorded',
  ],
  [
    'Publish',
    publish({ Message: '{x', MessageStructure: 'json' }),
    PARAMETER,
    'Invalid parameter: Message Structure - JSON message body failed to parse',
    'recorded',
  ],
  [
    'Publish',
    publish({ MessageStructure: 'xml' }),
    PARAMETER,
    'Invalid parameter: MessageStructure',
    'assumed',
  ],
  [
    'Publish',
    publish({ MessageDeduplicationId: 'x' }),
    PARAMETER,
    'The request includes MessageDeduplicationId parameter that is not valid for this topic type',
    'recorded',
  ],
  [
    'Publish',
    publish({ MessageGroupId: 'a b' }),
    PARAMETER,
    'Invalid parameter: MessageGroupId Reason:',
    'model',
  ],
  [
    'Publish',
    publish({ TopicArn: FIFO }),
    PARAMETER,
    'Invalid parameter: The MessageGroupId parameter is required for FIFO topics',
    'recorded',
  ],
  [
    'Publish',
    publish({ TopicArn: FIFO, MessageGroupId: 'g' }),
    PARAMETER,
    'The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId',
    'recorded',
  ],
  [
    'Publish',
    attribute('a', { DataType: 'String', StringValue: '' }),
    VALUE,
    "'a' must contain non-empty message attribute value for message attribute type 'String'.",
    'recorded',
  ],
  [
    'Publish',
    attribute('a', { DataType: 'Binary' }),
    VALUE,
    "'a' must contain non-empty message attribute value for message attribute type 'Binary'.",
    'recorded',
  ],
  [
    'Publish',
    attribute('a', { DataType: 'Number', BinaryValue: Uint8Array.of(1) }),
    VALUE,
    "The message attribute 'a' with type 'Number' must use field 'String'.",
    'recorded',
  ],
  [
    'Publish',
    attribute('a', { DataType: 'Binary', StringValue: 'x' }),
    VALUE,
    "The message attribute 'a' with type 'Binary' must use field 'Binary'.",
    'recorded',
  ],
  [
    'Publish',
    attribute('a', { DataType: 'Boolean', StringValue: 'x' }),
    VALUE,
    `The message attribute 'a' has an invalid message attribute type, ${TYPES}`,
    'recorded',
  ],
  [
    'Publish',
    attribute('a', { StringValue: 'x' }),
    'ValidationException',
    "Value null at 'messageAttributes.a.member.dataType' failed to satisfy constraint",
    'recorded',
  ],
  [
    'Publish',
    attribute('a'.repeat(257), text('x')),
    VALUE,
    'Length of message attribute name must be less than 256 bytes.',
    'recorded',
  ],
  [
    'Publish',
    attribute('a^', text('x')),
    VALUE,

    "Invalid non-alphanumeric character '#x5E' was found in the message attribute name.",
    'recorded',
  ],
  [
    'Publish',
    attribute('.a', text('x')),
    VALUE,
    "Invalid message attribute name starting with character '.' was found.",
    'recorded',
  ],
  [
    'Publish',
    attribute('a.', text('x')),
    VALUE,
    "Invalid message attribute name ending with character '.' was found.",
    'recorded',
  ],
  [
    'Publish',
    attribute('a..b', text('x')),
    VALUE,
    "Message attribute name can not have successive '.' character.",
    'recorded',
  ],
  [
    'Publish',
    attribute('a', { DataType: 'Number', StringValue: 'x' }),
    VALUE,
    "Could not cast message attribute 'a'",
    'assumed',
  ],
  [
    'Publish',
    attribute('a', { DataType: 'String.Array', StringValue: 'x' }),
    VALUE,
    "The message attribute 'a' of type 'String.Array'",
    'assumed',
  ],
  [
    'PublishBatch',
    batch(),
    'EmptyBatchRequestException',
    "The batch request doesn't contain any entries.",
    'model',
  ],
  [
    'PublishBatch',
    batch(...Array.from({ length: 11 }, (_, index) => ({ Id: `${index}`, Message: 'a' }))),

    'TooManyEntriesInBatchRequestException',
    'The batch request contains more entries than permissible.',
    'recorded',
  ],
  [
    'PublishBatch',
    batch({ Id: '1', Message: 'a' }, { Id: '1', Message: 'b' }),

    'BatchEntryIdsNotDistinctException',
    'Two or more batch entries in the request have the same Id.',
    'recorded',
  ],
  [
    'PublishBatch',
    batch({ Id: 'a b', Message: 'a' }),
    'InvalidBatchEntryIdException',

    'The Id of a batch entry in a batch request does not abide by the specification.',
    'model',
  ],
  [
    'PublishBatch',
    batch({ Id: '1', Message: 'x'.repeat(200_000) }, { Id: '2', Message: 'x'.repeat(100_000) }),

    'BatchRequestTooLongException',
    'The length of all the messages put together is more than the limit.',
    'recorded',
  ],
  [
    'PublishBatch',
    batch({ Id: '1', Message: 'a', MessageAttributes: { a: { StringValue: 'x' } } }),
    'ValidationException',
    "Value null at 'publishBatchRequestEntries.1.member.messageAttributes.a.member.dataType'",
    'recorded',
  ],
  [
    'PublishBatch',
    { ...batch({ Id: '1', Message: 'a' }), TopicArn: topicArn('x') },
    'NotFoundException',
    'Topic does not exist',
    'recorded',
    404,
  ],
]);
