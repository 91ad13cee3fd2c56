/** Making, finding, changing and deleting topics. */
import { notServed } from '../operations.ts';
import type { Output } from '../service.ts';
import { toPartition } from '../sqs/queue.ts';
import { Window } from '../sqs/window.ts';
import { requiredText, text, textMap } from './fields.ts';
import { DEDUPLICATION_MS, FIFO_TOPIC_NAME, FIFO_TOPICS_MAX, TOPIC_NAME, TOPICS_MAX } from './limits.ts';
import { invalid, overLimit } from './refusal.ts';
import { type Call, checkArn, pageOf, type State, type Topic, topicOf } from './state.ts';
import { checkTags, readTags } from './tags.ts';
import {
  checkLargeMessages,
  checkTopicAttribute,
  effectiveAttributes,
  showTopic,
} from './topic-attributes.ts';

const CREATE = 'Attributes Reason: ';

/** Answers the ARN of a topic that is there already, unless the request says anything else about it. */
export function createTopic(call: Call): Output {
  const { caller, input, state } = call;
  const name = requiredText(input, 'Name');
  const attributes = textMap(input, 'Attributes');
  if (text(input, 'DataProtectionPolicy') !== undefined)
    throw notServed('sns: CreateTopic with DataProtectionPolicy');
  const fifo = attributes.FifoTopic === 'true';
  if (!(fifo ? FIFO_TOPIC_NAME : TOPIC_NAME).test(name)) throw invalid('Topic Name');
  for (const [key, value] of Object.entries(attributes)) checkTopicAttribute(key, value, CREATE, fifo);
  const tags = readTags(input, 'Tags');
  const arn = `arn:${toPartition(caller.region)}:sns:${caller.region}:${caller.account}:${name}`;
  const existing = state.topics.get(arn);
  if (existing !== undefined) return same(existing, attributes, tags);
  checkTags(tags);
  checkQuota(call, fifo);
  const topic: Topic = {
    ...{ name, account: caller.account, region: caller.region, arn, fifo },
    ...{ tags, subscriptions: new Map(), byEndpoint: new Map() },
    deduplication: new Window(DEDUPLICATION_MS),
    attributes: withoutFalseFifo(attributes),
    filterPolicies: 0,
    subscriptionsDeleted: 0,
    sequence: 0,
  };
  state.topics.set(arn, topic);
  state.keeper?.adopt(topic);
  return { TopicArn: arn };
}

/** Deletes the topic and its subscriptions; a topic that is not there is as good as deleted. */
export function deleteTopic(call: Call): Output {
  const arn = requiredText(call.input, 'TopicArn');
  checkArn(arn, 'TopicArn');
  const topic = call.state.topics.get(arn);
  if (topic === undefined) return {};
  for (const subscription of topic.subscriptions.keys()) call.state.subscriptions.delete(subscription);
  topic.subscriptions.clear();
  topic.byEndpoint.clear();
  call.state.topics.delete(arn);
  call.state.keeper?.removed(topic);
  return {};
}

export function getTopicAttributes(call: Call): Output {
  return { Attributes: showTopic(topicOf(call)) };
}

export function setTopicAttributes(call: Call): Output {
  const { input } = call;
  const name = requiredText(input, 'AttributeName');
  const topic = topicOf(call);
  const value = text(input, 'AttributeValue') ?? '';
  if (name === 'FifoTopic') throw invalid('AttributeName');
  checkTopicAttribute(name, value, '', topic.fifo);
  if (name === 'MaximumMessageSize') checkLargeMessages(topic, value);
  const { [name]: _before, ...others } = topic.attributes;
  topic.attributes = value === '' ? others : { ...others, [name]: value };
  return {};
}

export function listTopics(call: Call): Output {
  const all = topicsOf(call.state, call).map(({ arn }) => ({ TopicArn: arn }));
  return pageOf(call, 'Topics', all);
}

function topicsOf(state: State, { caller }: Pick<Call, 'caller'>): readonly Topic[] {
  return [...state.topics.values()].filter(
    ({ account, region }) => account === caller.account && region === caller.region,
  );
}

function checkQuota(call: Call, fifo: boolean): void {
  const max = fifo ? FIFO_TOPICS_MAX : TOPICS_MAX;
  // Counting is worth it only where the quota can be reached at all.
  if (call.state.topics.size < max) return;
  if (topicsOf(call.state, call).filter((topic) => topic.fifo === fifo).length < max) return;
  throw overLimit('Topic', `The account already has ${max} ${fifo ? 'FIFO' : 'standard'} topics`);
}

function same(
  existing: Topic,
  attributes: Readonly<Record<string, string>>,
  tags: ReadonlyMap<string, string>,
): Output {
  const has = effectiveAttributes(existing);
  if (Object.entries(attributes).some(([name, value]) => (has[name] ?? '') !== value)) {
    throw invalid(`${CREATE}Topic already exists with different attributes`);
  }
  if ([...tags].some(([key, value]) => existing.tags.get(key) !== value)) {
    throw invalid('Tags Reason: Topic already exists with different tags');
  }
  return { TopicArn: existing.arn };
}

/** A standard topic does not show that it is no FIFO topic. */
function withoutFalseFifo(attributes: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { FifoTopic: fifo, ...others } = attributes;
  return fifo === 'true' ? attributes : others;
}
