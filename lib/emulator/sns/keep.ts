/**
 * What of SNS outlives the process: topics and subscriptions, deduplication windows, sequence numbers, and
 * every message that is on its way. A delivery whose subscription is gone after a restart goes with it.
 */
import { fromKept, toKept } from '../data/bytes.ts';
import type { Journal, Kept } from '../data/journal.ts';
import { createSeldom, type Seldom } from '../data/seldom.ts';
import { Window } from '../sqs/window.ts';
import type { Deliveries, Delivery } from './delivery.ts';
import { DEDUPLICATION_MS } from './limits.ts';
import type { Notification } from './notification.ts';
import type { Published, State, Subscription, Topic } from './state.ts';
import { readSettings } from './subscription-attributes.ts';

/** Tells the journal what happens to topics. */
export interface Keeper extends Pick<Seldom, 'after'> {
  /** A topic was made, now or by an earlier process. */
  adopt(topic: Topic): void;
  published(topic: Topic): void;
  removed(topic: Topic): void;
  readonly kept: readonly Kept[];
}

type KeptDelivery = Pick<Delivery, 'id' | 'stage' | 'attempts' | 'dueAt'> & {
  readonly subscription: string;
  readonly notification: Omit<Notification, 'topic'>;
};

const SEQUENCE = 'sns.sequence';
const SENT = 'sns.sent';
const DELIVERY = 'sns.delivery';

/** Makes the keeper of a state. */
export function createKeeper(state: State, deliveries: Deliveries, journal: Journal | undefined): Keeper {
  const { topics } = state;
  const keeper: Pick<Keeper, 'adopt'> = {
    adopt(topic) {
      if (journal === undefined) return;
      topic.deduplication.observer = ({ key, value, until }) =>
        journal.note(SENT, `${topic.arn} ${key}`, () => [until, value]);
    },
  };
  const seldom = createSeldom(journal, [
    {
      kind: 'sns.topic',
      all: () => [...topics].map(([arn, topic]) => [arn, toKeptTopic(topic)]),
      take(arn, value) {
        const topic = toTopic(arn, value);
        topics.set(arn, topic);
        keeper.adopt(topic);
      },
    },
    {
      kind: 'sns.subscription',
      all: () => [...state.subscriptions].map(([arn, each]) => [arn, toKeptSubscription(each)]),
      take: (arn, value) => takeSubscription(state, arn, value),
    },
  ]);
  return {
    ...keeper,
    after: seldom.after,
    published(topic) {
      if (topic.fifo) journal?.note(SEQUENCE, topic.arn, () => topic.sequence);
    },
    removed(topic) {
      journal?.note(SEQUENCE, topic.arn, gone);
      for (const { key } of topic.deduplication.remembered())
        journal?.note(SENT, `${topic.arn} ${key}`, gone);
    },
    kept: [...seldom.kept, keptSequences(topics), keptSent(topics), keptDeliveries(state, deliveries)],
  };
}

/** Notes where a delivery stands, and that it is finished. */
export function noteDelivery(journal: Journal | undefined, delivery: Delivery, isOpen: () => boolean): void {
  journal?.note(DELIVERY, String(delivery.id), () => (isOpen() ? toKeptDelivery(delivery) : undefined));
}

function keptSequences(topics: ReadonlyMap<string, Topic>): Kept {
  return {
    kind: SEQUENCE,
    *entries() {
      for (const { arn, fifo, sequence } of topics.values()) if (fifo) yield [arn, sequence];
    },
    restore(entries) {
      for (const [arn, value] of entries) {
        const topic = topics.get(arn);
        if (topic !== undefined) topic.sequence = Number(value);
      }
    },
  };
}

function keptSent(topics: ReadonlyMap<string, Topic>): Kept {
  return {
    kind: SENT,
    *entries() {
      for (const { arn, deduplication } of topics.values())
        for (const { key, value, until } of deduplication.remembered())
          yield [`${arn} ${key}`, [until, value]];
    },
    restore(entries) {
      // Written by `adopt` and `entries`. A window forgets from its front, so the order is that of the ends.
      const sorted = [...entries].map(
        ([key, value]) => [key, value as readonly [until: number, published: Published]] as const,
      );
      sorted.sort(([, [left]], [, [right]]) => left - right);
      for (const [key, [until, published]] of sorted) {
        const space = key.indexOf(' ');
        topics.get(key.slice(0, space))?.deduplication.restore(key.slice(space + 1), published, until);
      }
    },
  };
}

function keptDeliveries({ subscriptions }: State, deliveries: Deliveries): Kept {
  return {
    kind: DELIVERY,
    *entries() {
      for (const delivery of deliveries.open()) yield [String(delivery.id), toKeptDelivery(delivery)];
    },
    restore(entries) {
      // Written by `toKeptDelivery`.
      const all = [...entries.values()].map((value) => fromKept(value) as KeptDelivery);
      // A group of a FIFO topic is delivered in the order in which it was published.
      for (const { subscription: arn, notification, ...place } of all.sort((a, b) => a.id - b.id)) {
        const subscription = subscriptions.get(arn);
        if (subscription === undefined) continue;
        const { topic } = subscription;
        deliveries.restore({ ...place, subscription, notification: { ...notification, topic } });
      }
    },
  };
}

function toKeptDelivery({ id, stage, attempts, dueAt, subscription, notification }: Delivery): unknown {
  const { topic: _topic, ...rest } = notification;
  const kept: KeptDelivery = {
    id,
    stage,
    attempts,
    dueAt,
    subscription: subscription.arn,
    notification: rest,
  };
  return toKept(kept);
}

function toKeptTopic({ fifo, attributes, tags, subscriptionsDeleted }: Topic) {
  return { fifo, attributes, subscriptionsDeleted, tags: [...tags] };
}

function toTopic(arn: string, value: unknown): Topic {
  // Written by `toKeptTopic`.
  const { fifo, attributes, tags, subscriptionsDeleted } = value as ReturnType<typeof toKeptTopic>;
  const [, , , region = '', account = '', name = ''] = arn.split(':');
  return {
    ...{ name, account, region, arn, fifo, attributes, subscriptionsDeleted, tags: new Map(tags) },
    ...{ subscriptions: new Map(), byEndpoint: new Map(), deduplication: new Window(DEDUPLICATION_MS) },
    ...{ filterPolicies: 0, sequence: 0 },
  };
}

function toKeptSubscription({ topic, protocol, endpoint, owner, attributes }: Subscription) {
  return { topic: topic.arn, protocol, endpoint, owner, attributes };
}

function takeSubscription(state: State, arn: string, value: unknown): void {
  // Written by `toKeptSubscription`.
  const { topic: topicArn, ...given } = value as ReturnType<typeof toKeptSubscription>;
  const topic = state.topics.get(topicArn);
  if (topic === undefined) return;
  const settings = readSettings(given.attributes, { ...given, topic }, 'Subscribe');
  const subscription: Subscription = { arn, topic, ...given, settings };
  topic.subscriptions.set(arn, subscription);
  topic.byEndpoint.set(`${given.protocol} ${given.endpoint}`, subscription);
  if (settings.filter !== undefined) topic.filterPolicies += 1;
  state.subscriptions.set(arn, subscription);
}

function gone(): undefined {
  return undefined;
}
