/** The emulated Amazon SNS: finds an operation's model, and gives it the time and the way to subscribers. */
import { notServed } from '../operations.ts';
import type { Caller, Input, Output } from '../service.ts';
import { Deliveries } from './delivery.ts';
import { createKeeper } from './keep.ts';
import type { Sns, SnsOptions, TopicSnapshot } from './options.ts';
import { addPermission, removePermission } from './permission.ts';
import { publish, publishBatch } from './publish.ts';
import type { Call, State, Topic } from './state.ts';
import {
  confirmSubscription,
  getSubscriptionAttributes,
  listSubscriptions,
  listSubscriptionsByTopic,
  setSubscriptionAttributes,
  subscribe,
  unsubscribe,
} from './subscription-operations.ts';
import { listTagsForResource, tagResource, untagResource } from './tags.ts';
import {
  createTopic,
  deleteTopic,
  getTopicAttributes,
  listTopics,
  setTopicAttributes,
} from './topic-operations.ts';

export type { Sns, SnsOptions, SnsTraceEntry, SubscriptionSnapshot, TopicSnapshot } from './options.ts';

const OPERATIONS: ReadonlyMap<string, (call: Call) => Output> = new Map(
  Object.entries({
    AddPermission: addPermission,
    ConfirmSubscription: confirmSubscription,
    CreateTopic: createTopic,
    DeleteTopic: deleteTopic,
    GetSubscriptionAttributes: getSubscriptionAttributes,
    GetTopicAttributes: getTopicAttributes,
    ListSubscriptions: listSubscriptions,
    ListSubscriptionsByTopic: listSubscriptionsByTopic,
    ListTagsForResource: listTagsForResource,
    ListTopics: listTopics,
    Publish: publish,
    PublishBatch: publishBatch,
    RemovePermission: removePermission,
    SetSubscriptionAttributes: setSubscriptionAttributes,
    SetTopicAttributes: setTopicAttributes,
    Subscribe: subscribe,
    TagResource: tagResource,
    Unsubscribe: unsubscribe,
    UntagResource: untagResource,
  }),
);

/** Makes an emulated SNS without topics. */
export function createSns(options: SnsOptions): Sns {
  const subscriptions: State['subscriptions'] = new Map();
  const deliveries = new Deliveries(options, ({ arn }) => subscriptions.has(arn));
  const state: State = {
    topics: new Map(),
    subscriptions,
    random: options.random ?? Math.random,
    trace: options.trace,
    deliver: deliveries.add,
  };
  const keeper = createKeeper(state, deliveries, options.journal);
  state.keeper = keeper;
  function call(operation: string, input: Input, caller: Caller): Output {
    const run = OPERATIONS.get(operation);
    if (run === undefined) throw notServed(`sns: ${operation}`);
    return run({ state, input, caller, now: options.clock.now() });
  }
  return {
    call: keeper.after(call),
    kept: () => keeper.kept,
    resume: () => deliveries.resume(),
    snapshot: () => [...state.topics.values()].map(toSnapshot),
    pendingDeliveries: () => deliveries.size,
    close: () => deliveries.close(),
  };
}

function toSnapshot(topic: Topic): TopicSnapshot {
  const { arn, attributes, fifo, name } = topic;
  return {
    ...{ arn, name, fifo, attributes },
    tags: Object.fromEntries(topic.tags),
    subscriptions: [...topic.subscriptions.values()].map((subscription) => ({
      arn: subscription.arn,
      protocol: subscription.protocol,
      endpoint: subscription.endpoint,
      attributes: subscription.attributes,
    })),
  };
}
