/** Publish and PublishBatch. */
import { hash } from 'node:crypto';
import { ServiceError } from '../error.ts';
import { notServed } from '../operations.ts';
import type { Input, Output } from '../service.ts';
import { randomId } from '../sqs/state.ts';
import { list, parseObject, requiredText, structure, text } from './fields.ts';
import { BATCH_ENTRIES_MAX, BATCH_ID, SUBJECT_MAX, TOKEN } from './limits.ts';
import { attributesBytes, type MessageAttributes, readMessageAttributes } from './message-attributes.ts';
import { messageFor, type Notification } from './notification.ts';
import { invalid, missing } from './refusal.ts';
import { type Call, findTopic, type Published, type Topic, topicOf } from './state.ts';
import { messageBytesMax } from './topic-attributes.ts';

/** A message as asked for: read and checked, not published yet. */
interface Draft {
  readonly message: string;
  readonly byProtocol: Readonly<Record<string, string>> | undefined;
  readonly subject: string | undefined;
  readonly attributes: MessageAttributes;
  readonly groupId: string | undefined;
  readonly deduplicationId: string | undefined;
  readonly bytes: number;
}

export function publish(call: Call): Output {
  const { input } = call;
  checkMessage(input);
  const topic = targetOf(call);
  const draft = readDraft(input, topic, '');
  if (draft.bytes > messageBytesMax(topic)) throw invalid('Message too long');
  return answer(publishDraft(call, topic, draft));
}

/** A wrong entry refuses the whole batch, as recorded on AWS; Failed is for what fails inside of SNS. */
export function publishBatch(call: Call): Output {
  const entries = readEntries(call.input);
  const topic = topicOf(call);
  const drafts = entries.map(({ id, input }, index) => {
    checkMessage(input);
    return { id, draft: readDraft(input, topic, `publishBatchRequestEntries.${index + 1}.member.`) };
  });
  const bytes = drafts.reduce((sum, { draft }) => sum + draft.bytes, 0);
  if (bytes > messageBytesMax(topic)) {
    const limit = 'The length of all the messages put together is more than the limit.';
    throw new ServiceError('BatchRequestTooLongException', limit);
  }
  const successful = drafts.map(({ draft, id }) => ({ Id: id, ...answer(publishDraft(call, topic, draft)) }));
  return { Successful: successful, Failed: [] };
}

function readEntries(input: Input): readonly { readonly id: string; readonly input: Input }[] {
  const entries = list(input, 'PublishBatchRequestEntries');
  if (entries === undefined || entries.length === 0) {
    throw new ServiceError('EmptyBatchRequestException', "The batch request doesn't contain any entries.");
  }
  if (entries.length > BATCH_ENTRIES_MAX) {
    const limit = 'The batch request contains more entries than permissible.';
    throw new ServiceError('TooManyEntriesInBatchRequestException', limit);
  }
  const ids = new Set<string>();
  return entries.map((item) => {
    const entry = structure(item, 'PublishBatchRequestEntries');
    const id = requiredText(entry, 'Id');
    if (!BATCH_ID.test(id)) {
      const rule = 'The Id of a batch entry in a batch request does not abide by the specification.';
      throw new ServiceError('InvalidBatchEntryIdException', rule);
    }
    if (ids.has(id)) {
      const rule = 'Two or more batch entries in the request have the same Id.';
      throw new ServiceError('BatchEntryIdsNotDistinctException', rule);
    }
    ids.add(id);
    return { id, input: entry };
  });
}

function targetOf(call: Call): Topic {
  const { input } = call;
  if (text(input, 'PhoneNumber') !== undefined) throw notServed('sns: Publish to a PhoneNumber');
  const topicArn = text(input, 'TopicArn');
  if (topicArn !== undefined) return findTopic(call, topicArn, 'TopicArn');
  const targetArn = text(input, 'TargetArn');
  if (targetArn === undefined) throw missing('TopicArn or TargetArn');
  if (targetArn.includes(':endpoint/')) {
    throw invalid('TargetArn Reason: No endpoint found for the target arn specified');
  }
  return findTopic(call, targetArn, 'TargetArn');
}

function checkMessage(input: Input): void {
  const message = requiredText(input, 'Message');
  if (message === '') throw invalid('Empty message');
  const subject = text(input, 'Subject');
  if (subject === undefined) return;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is control characters that are refused.
  if (subject === '' || subject.length > SUBJECT_MAX || /[\u0000-\u001F\u007F]/.test(subject)) {
    throw invalid('Subject');
  }
}

function readDraft(input: Input, topic: Topic, path: string): Draft {
  const body = requiredText(input, 'Message');
  const { byProtocol, message } = readStructure(input, body);
  const group = readGroup(input, topic, body);
  const attributes = readMessageAttributes(input, path);
  const bytes = Buffer.byteLength(body) + attributesBytes(attributes);
  return { message, byProtocol, subject: text(input, 'Subject'), attributes, ...group, bytes };
}

function readStructure(input: Input, body: string): Pick<Draft, 'message' | 'byProtocol'> {
  const kind = text(input, 'MessageStructure');
  if (kind === undefined) return { message: body, byProtocol: undefined };
  if (kind !== 'json') throw invalid('MessageStructure');
  const parsed = parseObject(body);
  if (parsed === undefined) throw invalid('Message Structure - JSON message body failed to parse');
  const strings = Object.entries(parsed).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  const byProtocol = Object.fromEntries(strings);
  const { default: message } = byProtocol;
  if (message === undefined) throw invalid('Message Structure - No default entry in JSON message body');
  return { message, byProtocol };
}

function readGroup(input: Input, topic: Topic, body: string): Pick<Draft, 'groupId' | 'deduplicationId'> {
  const groupId = text(input, 'MessageGroupId');
  const deduplicationId = text(input, 'MessageDeduplicationId');
  if (topic.fifo && (groupId === undefined || groupId === '')) {
    throw invalid('The MessageGroupId parameter is required for FIFO topics');
  }
  checkToken(groupId, 'MessageGroupId');
  if (!topic.fifo) {
    if (deduplicationId !== undefined) {
      const rule = 'that is not valid for this topic type';
      throw invalid(
        `MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter ${rule}`,
      );
    }
    return { groupId, deduplicationId };
  }
  checkToken(deduplicationId, 'MessageDeduplicationId');
  if (deduplicationId !== undefined) return { groupId, deduplicationId };
  if (topic.attributes.ContentBasedDeduplication === 'true') {
    return { groupId, deduplicationId: hash('sha256', body) };
  }
  throw invalid(
    'The topic should either have ContentBasedDeduplication enabled ' +
      'or MessageDeduplicationId provided explicitly',
  );
}

function checkToken(value: string | undefined, name: string): void {
  if (value === undefined || TOKEN.test(value)) return;
  const rule = 'can only include alphanumeric and punctuation characters. 1 to 128 in length.';
  throw invalid(`${name} Reason: ${name} ${rule}`);
}

function publishDraft(call: Call, topic: Topic, draft: Draft): Published {
  const { caller, now, state } = call;
  const key = deduplicationKey(topic, draft);
  const duplicate = key === undefined ? undefined : topic.deduplication.get(key, now);
  if (duplicate !== undefined) return duplicate;
  const published = { messageId: randomId(state.random), sequenceNumber: nextSequenceNumber(topic) };
  if (key !== undefined) topic.deduplication.set(key, published, now);
  state.keeper?.published(topic);
  const { bytes: _bytes, ...rest } = draft;
  const { endpoint, lineage } = caller;
  const notification: Notification = { topic, ...published, ...rest, publishedAt: now, endpoint, lineage };
  let subscriptions = 0;
  for (const subscription of topic.subscriptions.values()) {
    const { filter } = subscription.settings;
    const body = messageFor(notification, subscription.protocol);
    if (filter !== undefined && !filter.matches({ attributes: draft.attributes, body })) continue;
    subscriptions += 1;
    state.deliver({ subscription, notification });
  }
  const { messageId } = published;
  state.trace?.({
    at: now,
    service: 'sns',
    operation: 'publish',
    account: topic.account,
    region: topic.region,
    target: topic.name,
    messageId,
    subscriptions,
  });
  return published;
}

// Neither id can contain the space.
function deduplicationKey(topic: Topic, { deduplicationId, groupId }: Draft): string | undefined {
  if (!topic.fifo) return undefined;
  const byGroup = topic.attributes.FifoThroughputScope === 'MessageGroup';
  return byGroup ? `${groupId} ${deduplicationId}` : deduplicationId;
}

/** Sequence numbers have 20 digits, grow within a topic, and are not consecutive. */
function nextSequenceNumber(topic: Topic): string | undefined {
  if (!topic.fifo) return undefined;
  topic.sequence += 1;
  return `1${String(topic.sequence).padStart(16, '0')}000`;
}

function answer({ messageId, sequenceNumber }: Published): Output {
  return { MessageId: messageId, ...(sequenceNumber !== undefined && { SequenceNumber: sequenceNumber }) };
}
