/**
 * Order among definitions: SNS and SQS keep it from end to end or not at all, so both ends of a binding are
 * ordered or neither is; and one message of an ordered queue is for one taker, since the copies of others
 * would lose its place.
 */
import { intersectConditions } from '../core/routing/condition.ts';
import type { FlatBinding } from '../core/routing/flatten.ts';
import type { Problem } from '../errors.ts';
import type { App } from './app.ts';
import { type Binding, bindingPath } from './binding.ts';
import type { AnyExchange } from './exchange.ts';
import { caught } from './problem.ts';
import { routesOf, type Taker } from './takers.ts';
import type { Entrance } from './transport.ts';

/** Bindings and alternate exchanges that join what is ordered with what is not. */
export function orderProblems(app: App): Problem[] {
  return [...app.bindings.flatMap(bindingProblems), ...app.exchanges.flatMap(alternateProblems)];
}

function bindingProblems(binding: Binding): Problem[] {
  const { exchange, destination } = binding;
  const end = destination.kind === 'task' ? destination.queue : destination;
  if (end.ordered === exchange.ordered) return [];
  const path = bindingPath(binding);
  const what = `${end.kind} '${end.name}'`;
  if (exchange.ordered) {
    const message =
      `exchange '${exchange.name}' is ordered, and ${what} is not: the order would end there; make it ` +
      'ordered too, or drop ordered from the exchange';
    return [{ code: 'ORDER_LOST', path, message }];
  }
  const message =
    `${what} is ordered, and exchange '${exchange.name}' is not: SNS sends into FIFO queues from FIFO ` +
    'topics only, and EventBridge keeps no order; make the exchange ordered too';
  return [{ code: 'ORDER_MISSING', path, message }];
}

function alternateProblems({ name, ordered, alternate }: AnyExchange): Problem[] {
  if (alternate?.kind !== 'exchange' || alternate.ordered === ordered) return [];
  const [one, other] = ordered ? [name, alternate.name] : [alternate.name, name];
  const message =
    `exchange '${one}' is ordered, and '${other}' is not, so a message would gain or lose its order by ` +
    'being unroutable; make both ordered, or neither';
  return [{ code: 'ORDER_LOST', path: `exchanges.${name}.alternate`, message }];
}

/** Takers of one ordered queue that one message may be for. */
export function overlapProblems(app: App, entrances: readonly Entrance[]): Problem[] {
  if (!app.queues.some((queue) => queue.ordered)) return [];
  const { taker } = routesOf(app);
  const found = new Map<string, Problem>();
  for (const { exchange } of entrances) {
    const names = new Set(togetherWith(app, exchange).map(({ name }) => name));
    const ways = entrances
      .filter((entrance) => names.has(entrance.exchange.name))
      .flatMap(({ bindings }) => bindings.filter(({ to }) => taker(to)?.queue.ordered === true));
    for (const [index, left] of ways.entries()) {
      for (const right of ways.slice(index + 1)) {
        const pair = [taker(left.to), taker(right.to)] as const;
        for (const problem of pairProblems(exchange, left, right, pair)) {
          found.set([left.to, right.to].sort().join(' '), problem);
        }
      }
    }
  }
  return [...found.values()];
}

type Pair = readonly [Taker | undefined, Taker | undefined];

function pairProblems(exchange: AnyExchange, left: FlatBinding, right: FlatBinding, pair: Pair): Problem[] {
  const [one, other] = pair;
  if (one === undefined || other === undefined || one.queue !== other.queue || left.to === right.to)
    return [];
  const path = `bindings.${exchange.name}.${nameOf(other)}`;
  let both = false;
  const problems = caught(path, () => {
    both = intersectConditions(left.condition, right.condition).length > 0;
  });
  if (!both) return problems;
  const message =
    `${called(one)} and ${called(other)} may take the same message of exchange '${exchange.name}' from the ` +
    `ordered queue '${one.queue.name}', where it has one place; bind them by patterns that exclude each ` +
    'other, or give each a queue of its own';
  return [{ code: 'ORDERED_TAKERS_OVERLAP', path, message }];
}

function nameOf(taker: Taker): string {
  return taker.kind === 'task' ? taker.task.name : taker.queue.name;
}

function called(taker: Taker): string {
  return taker.kind === 'task' ? `task '${nameOf(taker)}'` : `the binding to queue '${nameOf(taker)}'`;
}

/**
 * The exchanges at which a message may enter together with this one: itself, and the alternates of exchanges
 * behind it. Its own alternate takes only what it routes nowhere, so the two exclude each other.
 */
function togetherWith(app: App, exchange: AnyExchange): readonly AnyExchange[] {
  const behind = reached(app, [exchange], false).filter((one) => one !== exchange);
  const alternates = behind.flatMap(({ alternate }) => (alternate === undefined ? [] : [alternate]));
  return [exchange, ...reached(app, alternates, true).filter((one) => one !== exchange)];
}

function reached(app: App, from: readonly AnyExchange[], alternates: boolean): readonly AnyExchange[] {
  const seen = new Set(from);
  for (const exchange of seen) {
    for (const binding of app.bindings) {
      if (binding.exchange === exchange && binding.destination.kind === 'exchange')
        seen.add(binding.destination);
    }
    if (alternates && exchange.alternate !== undefined) seen.add(exchange.alternate);
  }
  return [...seen];
}
