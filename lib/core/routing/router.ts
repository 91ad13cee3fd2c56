/**
 * Routing for large tables: the same answers as `route`, from a trie for topic exchanges and indexes for the
 * others, made once per table.
 */
import { headerIndex } from './header-index.ts';
import { type Headers, readHeaderTest } from './headers.ts';
import {
  checkPublishable,
  DEFAULT_EXCHANGE,
  deliveredHeaders,
  type RoutedMessage,
  type RoutingBinding,
  type RoutingExchange,
  type RoutingTable,
  routingKeys,
} from './route.ts';
import { topicTrie } from './topic-trie.ts';

/** A routing table that was compiled. */
export interface Router {
  /**
   * The queues that get the message, each once, sorted.
   * @throws CeleriacError EXCHANGE_NOT_FOUND, EXCHANGE_INTERNAL, CC_NOT_A_LIST
   */
  route(exchange: string, message: RoutedMessage): readonly string[];
}

type Found = (target: number) => void;
type Lookup = (keys: readonly string[], headers: Headers, found: Found) => void;

interface CompiledExchange {
  readonly internal?: boolean;
  readonly alternate: number | undefined;
  readonly lookup: Lookup;
}

/** Compiles a routing table; the table must not change afterwards. */
export function compileRouter(table: RoutingTable): Router {
  const names = sortedNames(table);
  const queueSet = new Set(table.queues);
  const numbers = targetNumbers(names, table);
  const sources = new Map<string, Target[]>();
  for (const binding of table.bindings) {
    const target = binding.toKind === 'queue' ? numbers.queue(binding.to) : numbers.exchange(binding.to);
    const list = sources.get(binding.from);
    if (list === undefined) sources.set(binding.from, [{ binding, target }]);
    else list.push({ binding, target });
  }
  const exchanges = table.exchanges.map((one) => ({
    ...(one.internal === undefined ? {} : { internal: one.internal }),
    alternate: one.alternate === undefined ? undefined : numbers.exchange(one.alternate),
    lookup: lookupFor(one, sources.get(one.name) ?? []),
  }));
  const collect = collector(names, exchanges);
  return {
    route: (exchange, message) => {
      const keys = routingKeys(message);
      if (exchange === DEFAULT_EXCHANGE) return keys.filter((key) => queueSet.has(key)).sort();
      const first = numbers.exchange(exchange);
      checkPublishable(exchanges[first - names.length], exchange);
      return collect(first, keys, deliveredHeaders(message.headers));
    },
  };
}

/** Queues are numbered in the order of their names, so that sorting numbers sorts names. */
function sortedNames(table: RoutingTable): readonly string[] {
  const bound = table.bindings.filter((binding) => binding.toKind === 'queue').map((binding) => binding.to);
  return [...new Set([...table.queues, ...bound])].sort();
}

/** Queues come first, then exchanges, then one number for everything that does not exist. */
function targetNumbers(names: readonly string[], table: RoutingTable) {
  const queues = new Map(names.map((name, index) => [name, index]));
  const exchanges = new Map(table.exchanges.map((one, index) => [one.name, names.length + index]));
  const nowhere = names.length + table.exchanges.length;
  return {
    queue: (name: string): number => queues.get(name) ?? nowhere,
    exchange: (name: string): number => exchanges.get(name) ?? nowhere,
  };
}

interface Target {
  readonly binding: RoutingBinding;
  readonly target: number;
}

function lookupFor(exchange: RoutingExchange, targets: readonly Target[]): Lookup {
  switch (exchange.type) {
    case 'fanout':
      return (_keys, _headers, found) => {
        for (const { target } of targets) found(target);
      };
    case 'direct':
      return directLookup(targets);
    case 'topic': {
      const trie = topicTrie();
      for (const { binding, target } of targets) trie.add(binding.key ?? '', target);
      return (keys, _headers, found) => {
        for (const key of keys) trie.match(key, found);
      };
    }
    case 'headers': {
      const tests = targets.map(({ binding, target }) => ({
        test: readHeaderTest(binding.args ?? {}),
        target,
      }));
      const index = headerIndex(tests);
      return (_keys, headers, found) => index.match(headers, found);
    }
  }
}

function directLookup(targets: readonly Target[]): Lookup {
  const byKey = new Map<string, number[]>();
  for (const { binding, target } of targets) {
    const key = binding.key ?? '';
    const list = byKey.get(key);
    if (list === undefined) byKey.set(key, [target]);
    else list.push(target);
  }
  return (keys, _headers, found) => {
    for (const key of keys) for (const target of byKey.get(key) ?? []) found(target);
  };
}

/** Walks from exchange to exchange and gathers queues; its two lists are kept from call to call. */
function collector(names: readonly string[], exchanges: readonly CompiledExchange[]) {
  const lastRun = new Uint32Array(names.length + exchanges.length + 1);
  const queues: number[] = [];
  const work: number[] = [];
  let run = 0;
  let taken = 0;
  const found = (target: number) => {
    taken++;
    if (lastRun[target] === run) return;
    lastRun[target] = run;
    (target < names.length ? queues : work).push(target);
  };
  return (first: number, keys: readonly string[], headers: Headers): readonly string[] => {
    run = (run + 1) >>> 0;
    // Once in four thousand million calls the run numbers start over, and old marks must not be taken for new
    // ones.
    if (run === 0) {
      lastRun.fill(0);
      run = 1;
    }
    queues.length = 0;
    work.length = 0;
    found(first);
    for (let at = 0; at < work.length; at++) {
      const exchange = exchanges[(work[at] ?? first) - names.length];
      if (exchange === undefined) continue;
      taken = 0;
      exchange.lookup(keys, headers, found);
      if (taken === 0 && exchange.alternate !== undefined) found(exchange.alternate);
    }
    if (queues.length > 1) queues.sort((left, right) => left - right);
    return queues.map((queue) => names[queue] ?? '');
  };
}
