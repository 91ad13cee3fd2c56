/**
 * From the exchanges and bindings of an app to topics, subscriptions, the bus and its rules, as finished
 * data: one subscription or rule for each pair of exchange and queue, so that a queue gets a message once.
 *
 * A queue with priorities is reached at its lowest level, where messages without a priority belong: a
 * publisher sends those with one straight to the level's queue.
 */
import {
  ARCHIVE_NAME_LENGTH_MAX,
  LARGE_TOPIC_SUBSCRIPTIONS_MAX,
  ORDERED_TOPIC_SUBSCRIPTIONS_MAX,
  TOPIC_BYTES_DEFAULT,
  TOPIC_BYTES_MAX,
  TOPIC_FILTER_POLICIES_MAX,
} from '../core/limits.ts';
import { BUS_RULES_MAX } from '../core/routing/event-pattern.ts';
import { type FilterPolicyObject, toFilterPolicy } from '../core/routing/filter-policy.ts';
import type { Problem } from '../errors.ts';
import type { App } from './app.ts';
import { caught } from './problem.ts';
import { archiveName, busName, queueName, topicName } from './resource-name.ts';
import { inexact, patternsOf } from './rule-pattern.ts';
import { type Entrance, entrancesOf } from './transport.ts';
import { isChecked } from './work.ts';

/** An SNS topic: an exchange that SNS carries. */
export interface TopicResource {
  readonly exchange: string;
  readonly topicName: string;
  readonly fifo: boolean;
  /** Whether publishers give the facts that subscriptions filter by, beside the key. */
  readonly facts: boolean;
  /** The largest message with its attributes, and the largest batch: 1 MiB, or 256 KiB above 100 queues. */
  readonly bytesMax: number;
}

/** All bindings between one exchange and one queue, over SNS. */
export interface SubscriptionResource {
  readonly exchange: string;
  readonly topicName: string;
  /** The queue's name in the app, and its SQS queue: the lowest level of priorities. */
  readonly queue: string;
  readonly queueName: string;
  /** undefined: every message. */
  readonly filterPolicy: FilterPolicyObject | undefined;
  /** Whether exactly the right messages pass; else the worker drops those that are for nobody. */
  readonly exact: boolean;
}

/** All bindings between one exchange and one queue, over EventBridge. */
export interface RuleResource {
  readonly exchange: string;
  readonly busName: string;
  readonly queue: string;
  readonly queueName: string;
  readonly pattern: object;
  readonly exact: boolean;
}

/** An archive of an exchange's messages. */
export interface ArchiveResource {
  readonly exchange: string;
  readonly busName: string;
  readonly archiveName: string;
  readonly pattern: object;
  readonly days: number;
}

/** What the exchanges of an app need: topics with their subscriptions, a bus with its rules. */
export interface ExchangeResources {
  readonly topics: readonly TopicResource[];
  readonly subscriptions: readonly SubscriptionResource[];
  /** undefined where no exchange is carried by EventBridge. */
  readonly busName: string | undefined;
  /** The exchanges that it carries; one of them may have no rule yet. */
  readonly onBus: readonly string[];
  readonly rules: readonly RuleResource[];
  readonly archives: readonly ArchiveResource[];
}

/** Of an app without exchanges. */
export const NO_EXCHANGES: ExchangeResources = Object.freeze({
  topics: [],
  subscriptions: [],
  busName: undefined,
  onBus: [],
  rules: [],
  archives: [],
});

/** The resources, and every limit of a service that they pass. */
export interface ExchangePlan {
  readonly resources: ExchangeResources;
  readonly problems: readonly Problem[];
}

/** The resources of an app's exchanges; the topology reports its problems with those of its other parts. */
export function planExchanges(app: App, stage: string): ExchangePlan {
  const { entrances, problems } = entrancesOf(app);
  const topics = entrances
    .filter(({ transport }) => transport === 'sns')
    .map((entrance) => planTopic(app, stage, entrance));
  const bus = planBus(
    app,
    stage,
    entrances.filter(({ transport }) => transport === 'eventbridge'),
  );
  return {
    resources: {
      topics: topics.map(({ topic }) => topic),
      subscriptions: topics.flatMap(({ subscriptions }) => subscriptions),
      ...bus.resources,
    },
    problems: [...problems, ...topics.flatMap((planned) => planned.problems), ...bus.problems],
  };
}

interface TopicPlan {
  readonly topic: TopicResource;
  readonly subscriptions: readonly SubscriptionResource[];
  readonly problems: readonly Problem[];
}

function planTopic(app: App, stage: string, { exchange, routes }: Entrance): TopicPlan {
  const problems: Problem[] = [];
  const subscriptions: SubscriptionResource[] = [];
  const name = topicName(app.name, stage, exchange);
  let facts = false;
  for (const { queue, conditions } of routes) {
    const path = `bindings.${exchange.name}.${queue.name}`;
    const wrong = caught(path, () => {
      const filter = toFilterPolicy(
        exchange.name,
        conditions.map((condition) => ({ condition })),
      );
      facts ||= filter.facts;
      if (!filter.exact && !isChecked(app, queue)) problems.push(inexact(path, 'SNS', queue, filter.why));
      subscriptions.push({
        exchange: exchange.name,
        topicName: name,
        queue: queue.name,
        queueName: queueName(app.name, stage, queue),
        filterPolicy: filter.policy,
        exact: filter.exact,
      });
    });
    problems.push(...(exchange.ordered ? wrong.map(withoutWayOut) : wrong));
  }
  const large = subscriptions.length <= LARGE_TOPIC_SUBSCRIPTIONS_MAX;
  const topic = {
    exchange: exchange.name,
    topicName: name,
    fifo: exchange.ordered,
    facts,
    bytesMax: large ? TOPIC_BYTES_MAX : TOPIC_BYTES_DEFAULT,
  };
  return { topic, subscriptions, problems: [...problems, ...topicLimits(topic, subscriptions)] };
}

/** A filter's own advice is EventBridge, which an ordered exchange cannot take as it is. */
function withoutWayOut(problem: Problem): Problem {
  return { ...problem, message: `${problem.message}, which needs an exchange that is not ordered` };
}

function topicLimits(topic: TopicResource, subscriptions: readonly SubscriptionResource[]): Problem[] {
  const { exchange } = topic;
  const path = `exchanges.${exchange}`;
  const policies = subscriptions.filter(({ filterPolicy }) => filterPolicy !== undefined).length;
  const problems: Problem[] = [];
  if (policies > TOPIC_FILTER_POLICIES_MAX) {
    const message =
      `exchange '${exchange}' has ${policies} queues that do not take everything, SNS allows ` +
      `${TOPIC_FILTER_POLICIES_MAX} filter policies a topic; split the exchange, or bind several tasks to ` +
      'one queue';
    problems.push({ code: 'TOO_MANY_FILTER_POLICIES', path, message });
  }
  if (topic.fifo && subscriptions.length > ORDERED_TOPIC_SUBSCRIPTIONS_MAX) {
    const message =
      `exchange '${exchange}' is ordered and has ${subscriptions.length} queues, SNS allows ` +
      `${ORDERED_TOPIC_SUBSCRIPTIONS_MAX} subscriptions of a FIFO topic; split the exchange`;
    problems.push({ code: 'TOO_MANY_SUBSCRIPTIONS', path, message });
  }
  return problems;
}

interface BusPlan {
  readonly resources: Pick<ExchangeResources, 'busName' | 'onBus' | 'rules' | 'archives'>;
  readonly problems: readonly Problem[];
}

function planBus(app: App, stage: string, entrances: readonly Entrance[]): BusPlan {
  if (entrances.length === 0)
    return { resources: { busName: undefined, onBus: [], rules: [], archives: [] }, problems: [] };
  const bus = busName(app.name, stage);
  const { patterns, problems } = patternsOf(app, entrances);
  const rules = patterns.map(({ exchange, queue, pattern }) => ({
    exchange,
    busName: bus,
    queue: queue.name,
    queueName: queueName(app.name, stage, queue),
    pattern: pattern.pattern,
    exact: pattern.exact,
  }));
  const archives = entrances.flatMap(({ exchange }) => {
    const { archiveDays: days, name } = exchange;
    if (days === undefined) return [];
    return [
      {
        exchange: name,
        busName: bus,
        archiveName: archiveName(app.name, stage, exchange),
        pattern: { source: [name] },
        days,
      },
    ];
  });
  return {
    resources: { busName: bus, onBus: entrances.map(({ exchange }) => exchange.name), rules, archives },
    problems: [...problems, ...busLimits(rules.length, archives), ...archives.flatMap(archiveNameProblems)],
  };
}

function busLimits(rules: number, archives: readonly ArchiveResource[]): Problem[] {
  // Each archive has a rule that EventBridge manages; that it counts among the 300 is a guess, on the safe
  // side.
  const all = rules + archives.length;
  if (all <= BUS_RULES_MAX) return [];
  const message =
    `the exchanges of the app make ${all} rules (one for each exchange and queue, and for each archive), ` +
    `EventBridge allows ${BUS_RULES_MAX} rules a bus; bind several tasks to one queue, or set ` +
    "transport: 'sns' on some exchanges";
  return [{ code: 'TOO_MANY_RULES', path: 'exchanges', message }];
}

function archiveNameProblems({ exchange, archiveName: name }: ArchiveResource): Problem[] {
  if (name.length <= ARCHIVE_NAME_LENGTH_MAX) return [];
  const message =
    `exchange '${exchange}': its archive would be called '${name}', EventBridge allows ` +
    `${ARCHIVE_NAME_LENGTH_MAX} characters and this has ${name.length}; shorten the exchange's name`;
  return [{ code: 'NAME_TOO_LONG', path: `exchanges.${exchange}.archive`, message }];
}
