/**
 * Exchange-to-exchange bindings, flattened: from one exchange straight to the queues, each with the
 * conjunction of what the bindings on the path ask. EventBridge forwards an event from bus to bus once only
 * and SNS not at all, so the paths are walked when the app is synthesized and not when a message is
 * published.
 */
import { DefinitionError } from '../../errors.ts';
import {
  type Condition,
  conditionCovers,
  conditionOf,
  intersectConditions,
  withoutCovered,
} from './condition.ts';
import { checkPublishable, type RoutingBinding, type RoutingExchange, type RoutingTable } from './route.ts';

/** A binding of an exchange straight to a queue. */
export interface FlatBinding {
  readonly from: string;
  readonly to: string;
  readonly condition: Condition;
}

/** How many flattened bindings one exchange may have before it is refused. */
export const FLAT_BINDINGS_MAX = 10_000;

/**
 * The bindings of an exchange straight to queues, by which a message with one routing key reaches the same
 * queues as by `route`, alternate exchanges left aside: those are the publisher's to decide
 * (`entryExchanges`).
 * @throws CeleriacError EXCHANGE_NOT_FOUND; DefinitionError ROUTES_TOO_COMPLEX
 */
export function flatten(table: RoutingTable, exchange: string): readonly FlatBinding[] {
  const exchanges = new Map(table.exchanges.map((one) => [one.name, one]));
  checkPublishable(exchanges.has(exchange) ? {} : undefined, exchange);
  const bindings = bySource(table.bindings);
  const reached = new Map<string, Condition[]>([[exchange, [{}]]]);
  const found = new Map<string, Condition[]>();
  const work: [name: string, condition: Condition][] = [[exchange, {}]];
  for (const [name, condition] of work) {
    const visited = exchanges.get(name);
    if (visited === undefined) continue;
    for (const binding of bindings.get(name) ?? []) {
      for (const path of intersectConditions(condition, conditionOf(visited.type, binding))) {
        if (binding.toKind === 'queue') addUncovered(found, binding.to, path);
        // A cycle comes back with a condition that is narrower than the first one, so it ends here.
        else if (addUncovered(reached, binding.to, path)) work.push([binding.to, path]);
      }
      if (work.length > FLAT_BINDINGS_MAX) throw tooMany(exchange);
    }
  }
  return [...found]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .flatMap(([to, conditions]) =>
      withoutCovered(conditions, (one) => one).map((condition) => ({ from: exchange, to, condition })),
    );
}

/**
 * Whether messages with CC or BCC reach the same queues over the flattened bindings. They do not where two
 * bindings on one path look at the routing key: RabbitMQ lets one key pass the first and another key the
 * second.
 */
export function flattensCopies(table: RoutingTable, exchange: string): boolean {
  const exchanges = new Map(table.exchanges.map((one) => [one.name, one]));
  const bindings = bySource(table.bindings);
  const seen = new Set([`0 ${exchange}`]);
  for (const state of seen) {
    const name = state.slice(2);
    const visited = exchanges.get(name);
    for (const binding of visited === undefined ? [] : (bindings.get(name) ?? [])) {
      const looks = visited !== undefined && looksAtKey(visited, binding);
      if (looks && state.startsWith('1')) return false;
      if (binding.toKind === 'exchange') seen.add(`${looks || state.startsWith('1') ? 1 : 0} ${binding.to}`);
    }
  }
  return true;
}

function looksAtKey(exchange: RoutingExchange, binding: RoutingBinding): boolean {
  const { key, topic } = conditionOf(exchange.type, binding);
  return key !== undefined || topic !== undefined;
}

function bySource(bindings: readonly RoutingBinding[]): ReadonlyMap<string, readonly RoutingBinding[]> {
  const sources = new Map<string, RoutingBinding[]>();
  for (const binding of bindings) {
    const list = sources.get(binding.from);
    if (list === undefined) sources.set(binding.from, [binding]);
    else list.push(binding);
  }
  return sources;
}

function addUncovered(places: Map<string, Condition[]>, name: string, condition: Condition): boolean {
  const before = places.get(name);
  if (before === undefined) places.set(name, [condition]);
  else if (before.some((one) => conditionCovers(one, condition))) return false;
  else before.push(condition);
  return true;
}

function tooMany(exchange: string): DefinitionError {
  return new DefinitionError(
    'ROUTES_TOO_COMPLEX',
    `exchange '${exchange}' reaches others on more than ${FLAT_BINDINGS_MAX} paths; bind queues closer to it`,
    { value: exchange, allowed: FLAT_BINDINGS_MAX },
  );
}
