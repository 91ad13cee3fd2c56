/** Topics, subscriptions, a bus, rules, archives, levels and a bucket, from the pure routing of an app. */
import type { App, Queue } from '#lib';
import { toEventPattern } from '../../lib/core/routing/event-pattern.ts';
import { toFilterPolicy } from '../../lib/core/routing/filter-policy.ts';
import { type FlatBinding, flatten } from '../../lib/core/routing/flatten.ts';
import type { AnyExchange } from '../../lib/define/exchange.ts';
import type { ExchangeResources } from '../../lib/define/exchange-topology.ts';
import { blobsBucketName, busName, queueName, topicName } from '../../lib/define/resource-name.ts';
import { routesOf } from '../../lib/define/takers.ts';
import type { Emulator } from '../../lib/emulator/index.ts';

export const REGION = 'us-east-1';
const ACCOUNT = '000000000000';
const STAGE = 'dev';

/** The resources that carry an app's exchanges. */
export function toResources(app: App): ExchangeResources {
  const bus = busName(app.name, STAGE);
  const onBus = app.exchanges.filter(needsBus);
  const onTopics = app.exchanges.filter((exchange) => !onBus.includes(exchange));
  const topics = onTopics.map((exchange) => {
    const name = topicName(app.name, STAGE, exchange);
    const subscriptions = pairsOf(app, exchange).map(({ queue, bindings }) => {
      const { policy, facts, exact } = toFilterPolicy(exchange.name, bindings);
      const pair = { exchange: exchange.name, topicName: name, ...namesOf(app, queue) };
      return { facts, subscription: { ...pair, filterPolicy: policy, exact } };
    });
    const facts = subscriptions.some((one) => one.facts);
    const topic = {
      exchange: exchange.name,
      topicName: name,
      fifo: exchange.ordered,
      facts,
      bytesMax: 262_144,
    };
    return { topic, subscriptions: subscriptions.map(({ subscription }) => subscription) };
  });
  const names = { onBus: onBus.map(({ name }) => name) };
  return {
    ...names,
    topics: topics.map(({ topic }) => topic),
    subscriptions: topics.flatMap(({ subscriptions }) => subscriptions),
    busName: onBus.length > 0 ? bus : undefined,
    rules: onBus.flatMap((exchange) =>
      pairsOf(app, exchange).map(({ queue, bindings }) => {
        const { pattern, exact } = toEventPattern(exchange.name, bindings);
        return { exchange: exchange.name, busName: bus, ...namesOf(app, queue), pattern, exact };
      }),
    ),
    archives: onBus
      .filter(({ archiveDays }) => archiveDays !== undefined)
      .map(({ name, archiveDays = 1 }) => ({
        ...{ exchange: name, busName: bus, archiveName: `${bus}-${name}`, days: archiveDays },
        pattern: { source: [name] },
      })),
  };
}

function needsBus({ type, transport, archiveDays }: AnyExchange): boolean {
  if (transport !== undefined) return transport === 'eventbridge';
  return type === 'topic' || type === 'headers' || archiveDays !== undefined;
}

function namesOf(app: App, queue: Queue): { readonly queue: string; readonly queueName: string } {
  return { queue: queue.name, queueName: queueName(app.name, STAGE, queue) };
}

/** The flattened bindings of an exchange by queue. */
function pairsOf(app: App, exchange: AnyExchange) {
  const { table, taker } = routesOf(app);
  const flat = flatten(table, exchange.name);
  return app.queues.flatMap((queue): { queue: Queue; bindings: readonly FlatBinding[] }[] => {
    const bindings = flat.filter(({ to }) => taker(to)?.queue === queue);
    return bindings.length > 0 ? [{ queue, bindings }] : [];
  });
}

/** Creates them, and what an app's queues need besides. */
export async function buildExchanges(emulator: Emulator, app: App, found: ExchangeResources): Promise<void> {
  for (const queue of app.queues) {
    for (let level = 1; level < queue.priorities; level++)
      await emulator.call('sqs', 'CreateQueue', { QueueName: queueName(app.name, STAGE, queue, level) });
  }
  await emulator.call('s3', 'CreateBucket', { Bucket: blobsBucketName(app.name, STAGE, ACCOUNT, REGION) });
  for (const { topicName: Name, fifo } of found.topics)
    await emulator.call('sns', 'CreateTopic', {
      Name,
      ...(fifo ? { Attributes: { FifoTopic: 'true' } } : {}),
    });
  for (const { topicName: name, queueName: endpoint, filterPolicy } of found.subscriptions) {
    const Attributes = {
      RawMessageDelivery: 'true',
      ...(filterPolicy === undefined ? {} : { FilterPolicy: JSON.stringify(filterPolicy) }),
    };
    const TopicArn = `arn:aws:sns:${REGION}:${ACCOUNT}:${name}`;
    await emulator.call('sns', 'Subscribe', {
      TopicArn,
      Protocol: 'sqs',
      Endpoint: arn(endpoint),
      Attributes,
    });
  }
  if (found.busName === undefined) return;
  await emulator.call('eventbridge', 'CreateEventBus', { Name: found.busName });
  for (const [index, rule] of found.rules.entries()) {
    const at = { EventBusName: rule.busName };
    const EventPattern = JSON.stringify(rule.pattern);
    await emulator.call('eventbridge', 'PutRule', { Name: `rule-${index}`, ...at, EventPattern });
    const Targets = [{ Id: 'Queue', Arn: arn(rule.queueName), InputPath: '$.detail.message' }];
    await emulator.call('eventbridge', 'PutTargets', { Rule: `rule-${index}`, ...at, Targets });
  }
  for (const { archiveName, busName: name, pattern } of found.archives)
    await emulator.call('eventbridge', 'CreateArchive', {
      ArchiveName: archiveName,
      EventSourceArn: `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/${name}`,
      EventPattern: JSON.stringify(pattern),
    });
}

function arn(name: string): string {
  return `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`;
}
