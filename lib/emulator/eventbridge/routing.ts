/** From a bus to its rules' targets, and into its archives. */

import { archive } from './archiving.ts';
import type { BusEvent } from './event.ts';
import type { Bus, Rule, State } from './state.ts';

/** An event with what its route depends on. */
export interface Arrival {
  readonly event: BusEvent;
  /** When its bus got it: retries count from here. */
  readonly ingestedAt: number;
  /** Whether it came from another bus: then it goes to no third one. */
  readonly forwarded: boolean;
}

/** Puts an event on a bus; `only` limits the rules, by ARN, as a replay does. */
export function route(state: State, bus: Bus, arrival: Arrival, only?: ReadonlySet<string>): void {
  const matched = bus.index.match(arrival.event);
  state.options.trace?.({
    at: state.options.clock.now(),
    service: 'eventbridge',
    operation: 'event',
    account: bus.account,
    region: bus.region,
    target: bus.name,
    eventId: arrival.event.id,
    source: arrival.event.source,
    rules: matched,
  });
  // What was replayed is in the archive already.
  if (arrival.event['replay-name'] === undefined) archive(state, bus, arrival);
  for (const name of matched) {
    const rule = bus.rules.get(name);
    if (rule !== undefined && (only === undefined || only.has(rule.arn))) sendToTargets(state, rule, arrival);
  }
}

export function sendToTargets(state: State, rule: Rule, arrival: Arrival): void {
  for (const target of rule.targets.values()) state.deliver({ rule, target, arrival });
}
