/**
 * The event patterns of a bus. A bus allows a wildcard in 30 rules only, so those are given out: first to
 * queues where nobody could drop what a pattern lets through for nobody, then to patterns that become exact
 * by it, then to the others.
 */
import { type EventPattern, toEventPattern, WILDCARD_RULES_MAX } from '../core/routing/event-pattern.ts';
import type { Problem } from '../errors.ts';
import type { App } from './app.ts';
import { caught } from './problem.ts';
import type { Queue } from './queue.ts';
import type { Entrance } from './transport.ts';
import { isChecked } from './work.ts';

/** The pattern of one exchange and queue. */
export interface RulePattern {
  readonly exchange: string;
  readonly queue: Queue;
  readonly pattern: EventPattern;
}

interface Candidate {
  readonly path: string;
  readonly exchange: string;
  readonly queue: Queue;
  /** Whether a worker looks again. */
  readonly checked: boolean;
  /** Without and with a wildcard; undefined where it would pass a limit, or where it is the same. */
  readonly plain: EventPattern | undefined;
  readonly wild: EventPattern | undefined;
  readonly problems: readonly Problem[];
}

/** The patterns of all rules of a bus, and those that cannot be. */
export function patternsOf(
  app: App,
  entrances: readonly Entrance[],
): { readonly patterns: readonly RulePattern[]; readonly problems: readonly Problem[] } {
  const candidates = entrances.flatMap((entrance) =>
    entrance.routes.map(({ queue, conditions }) => {
      const bindings = conditions.map((condition) => ({ condition }));
      return toCandidate(app, entrance.exchange.name, queue, bindings);
    }),
  );
  const wild = new Set(byNeed(candidates).slice(0, WILDCARD_RULES_MAX));
  const chosen = candidates.map((one) => ({ ...one, pattern: wild.has(one) ? one.wild : one.plain }));
  return {
    patterns: chosen.flatMap(({ exchange, queue, pattern }) =>
      pattern === undefined ? [] : [{ exchange, queue, pattern }],
    ),
    problems: chosen.flatMap(({ path, queue, checked, pattern, problems }) => {
      if (pattern === undefined) return problems;
      return pattern.exact || checked ? [] : [inexact(path, 'EventBridge', queue, pattern.why)];
    }),
  };
}

/** Says that a queue without a worker of Celeriac would get messages that are not for it. */
export function inexact(path: string, service: string, queue: Queue, why: string): Problem {
  const more =
    service === 'SNS'
      ? "set transport: 'eventbridge' on the exchange"
      : `EventBridge matches it by wildcards, in ${WILDCARD_RULES_MAX} rules of a bus`;
  const message =
    `${service} cannot filter exactly what the bindings of queue '${queue.name}' say (${why}), and the ` +
    `queue has no task and no consumer to drop the rest; give it one, use simpler patterns, or: ${more}`;
  return { code: 'INEXACT_FILTER', path, message };
}

type Bindings = Parameters<typeof toEventPattern>[1];

function toCandidate(app: App, exchange: string, queue: Queue, bindings: Bindings): Candidate {
  const path = `bindings.${exchange}.${queue.name}`;
  const made: { plain?: EventPattern; wild?: EventPattern } = {};
  const problems = caught(path, () => {
    made.plain = toEventPattern(exchange, bindings, { wildcard: false });
  });
  if (made.plain?.exact !== true) {
    // The plain pattern has its problem already, or serves where this one cannot be.
    caught(path, () => {
      made.wild = toEventPattern(exchange, bindings, { wildcard: true });
    });
  }
  const { plain, wild } = made;
  const checked = isChecked(app, queue);
  return {
    path,
    exchange,
    queue,
    checked,
    plain,
    wild: wild?.wildcard === true ? wild : undefined,
    problems,
  };
}

/** The candidates that a wildcard helps, those first that need it most. */
function byNeed(candidates: readonly Candidate[]): readonly Candidate[] {
  const need = ({ checked, plain, wild }: Candidate): number => {
    if (plain === undefined) return 0;
    if (!checked) return 1;
    return wild?.exact === true ? 2 : 3;
  };
  return candidates
    .filter(({ wild }) => wild !== undefined)
    .toSorted((left, right) => need(left) - need(right));
}
