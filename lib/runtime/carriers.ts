/** Which service carries an exchange, and which queues it brings messages to, as the topology has it. */
import type { ArchiveResource, ExchangeResources, TopicResource } from '../define/exchange-topology.ts';

/** What an exchange's messages travel with. */
export type Carrier =
  | { readonly kind: 'topic'; readonly topic: TopicResource }
  | { readonly kind: 'bus'; readonly busName: string };

export interface Carriers {
  /** undefined: no service does, and publishers send to the queues themselves. */
  carrierOf(exchange: string): Carrier | undefined;
  /** Whether the exchange has a subscription or a rule for the queue. */
  brings(exchange: string, queue: string): boolean;
  archiveOf(exchange: string): ArchiveResource | undefined;
}

/** Carriers by the resources of an app, which are worked out when the first message is published. */
export function createCarriers(load: () => ExchangeResources): Carriers {
  let index: Index | undefined;
  const found = (): Index => {
    index ??= toIndex(load());
    return index;
  };
  return {
    carrierOf: (exchange) => found().carriers.get(exchange),
    brings: (exchange, queue) => found().pairs.get(exchange)?.has(queue) === true,
    archiveOf: (exchange) => found().archives.get(exchange),
  };
}

interface Index {
  readonly carriers: ReadonlyMap<string, Carrier>;
  readonly pairs: ReadonlyMap<string, ReadonlySet<string>>;
  readonly archives: ReadonlyMap<string, ArchiveResource>;
}

function toIndex({ topics, subscriptions, rules, archives }: ExchangeResources): Index {
  const pairs = new Map<string, Set<string>>();
  for (const { exchange, queue } of [...subscriptions, ...rules]) {
    const queues = pairs.get(exchange);
    if (queues === undefined) pairs.set(exchange, new Set([queue]));
    else queues.add(queue);
  }
  return {
    carriers: new Map<string, Carrier>([
      // An exchange on the bus that has no rule brings messages nowhere, so nobody needs to know its carrier.
      ...rules.map(({ exchange, busName }) => [exchange, { kind: 'bus', busName }] as const),
      ...topics.map((topic) => [topic.exchange, { kind: 'topic', topic }] as const),
    ]),
    pairs,
    archives: new Map(archives.map((archive) => [archive.exchange, archive])),
  };
}
