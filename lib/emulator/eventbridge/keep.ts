/**
 * What of EventBridge outlives the process: buses, rules with their targets, archives with their events,
 * replays and how far they are, and every event that is on its way to a target. Times of rules' schedules at
 * which no process ran are not made up for. An event whose rule or target is gone after a restart goes too.
 */
import type { Journal, Kept } from '../data/journal.ts';
import { createSeldom, type SeldomKind } from '../data/seldom.ts';
import { compileEventPattern } from '../pattern/event-pattern.ts';
import type { Input, Service } from '../service.ts';
import type { Deliveries, Delivery } from './delivery.ts';
import type { Arrival } from './routing.ts';
import { apply } from './rules.ts';
import {
  type Archive,
  type ArchivedEvent,
  type Bus,
  createBus,
  findBus,
  type Region,
  type Replay,
  type Rule,
  type State,
} from './state.ts';
import { readTarget } from './target.ts';

/** Tells the journal what happens to buses. */
export interface Keeper {
  after(call: Service['call']): Service['call'];
  /** A replay has gone on or ended. */
  replayed(): void;
  archived(archive: Archive, event: ArchivedEvent): void;
  /** Events of an archive are gone, or all of it. */
  forgotten(archive: Archive, events: readonly ArchivedEvent[]): void;
  readonly kept: readonly Kept[];
}

type KeptDelivery = Pick<Delivery, 'id' | 'attempts' | 'dueAt' | 'arrival'> & {
  readonly bus: string;
  readonly rule: string;
  readonly target: string;
};
type KeptRule = Omit<Rule, 'arn' | 'bus' | 'targets' | 'tags' | 'pattern' | 'cancel'> & {
  readonly bus: string;
  readonly targets: readonly Input[];
  readonly tags: readonly (readonly [string, string])[];
  readonly pattern: string | undefined;
};
type KeptArchive = Omit<Archive, 'arn' | 'events' | 'bytes' | 'pattern'> & {
  readonly pattern: string | undefined;
};

const ARCHIVED = 'eventbridge.archived';
const DELIVERY = 'eventbridge.delivery';
/** ARNs say where they belong; only names need a caller. */
const NOBODY = { account: '', region: '' };

/** Makes the keeper of a state. */
export function createKeeper(state: State, deliveries: Deliveries, journal: Journal | undefined): Keeper {
  const seldom = createSeldom(journal, [buses(state), rules(state), archives(state), replays(state)]);
  const note = (archive: Archive, event: ArchivedEvent, read: () => unknown) =>
    journal?.note(ARCHIVED, `${archive.arn} ${event.id}`, read);
  return {
    after: seldom.after,
    replayed: seldom.look,
    archived: (archive, event) => note(archive, event, () => ({ ...event })),
    forgotten(archive, events) {
      for (const event of events) note(archive, event, () => undefined);
    },
    kept: [...seldom.kept, keptEvents(state), keptDeliveries(state, deliveries)],
  };
}

/** Notes where a delivery stands, and that it is finished. */
export function noteDelivery(journal: Journal | undefined, delivery: Delivery, isOpen: () => boolean): void {
  journal?.note(DELIVERY, String(delivery.id), () => (isOpen() ? toKeptDelivery(delivery) : undefined));
}

function buses(state: State): SeldomKind {
  return {
    kind: 'eventbridge.bus',
    *all() {
      for (const { name, arn, createdAt, modifiedAt, policy, settings, tags } of busesOf(state))
        yield [arn, { name, createdAt, modifiedAt, policy, settings, tags: [...tags] }];
    },
    take(arn, value) {
      const { name, createdAt, tags, ...rest } = Object(value);
      const bus = Object.assign(createBus(placeOf(arn), name, createdAt), rest);
      for (const [key, tag] of tags) bus.tags.set(key, tag);
      state.at(bus).buses.set(name, bus);
    },
  };
}

function rules(state: State): SeldomKind {
  return {
    kind: 'eventbridge.rule',
    *all() {
      for (const bus of busesOf(state))
        for (const rule of bus.rules.values()) yield [rule.arn, toKeptRule(rule)];
    },
    take(arn, value) {
      // Written by `toKeptRule`.
      const { bus: busArn, targets, tags, pattern, ...rest } = value as KeptRule;
      const bus = findBus(state, busArn, NOBODY);
      if (bus === undefined) return;
      const read = targets.map((target, index) => readTarget(target, index + 1));
      const rule: Rule = {
        ...{ ...rest, arn, bus, tags: new Map(tags), pattern: compiled(pattern), cancel: undefined },
        targets: new Map(read.map((target) => [target.id, target])),
      };
      bus.rules.set(rule.name, rule);
      apply(rule);
    },
  };
}

function archives(state: State): SeldomKind {
  return {
    kind: 'eventbridge.archive',
    *all() {
      for (const region of state.regions)
        for (const archive of region.archives.values()) yield [archive.arn, toKeptArchive(archive)];
    },
    take(arn, value) {
      // Written by `toKeptArchive`.
      const { pattern, ...rest } = value as KeptArchive;
      const archive: Archive = { ...rest, arn, events: [], bytes: 0, pattern: compiled(pattern) };
      regionOf(state, arn).archives.set(archive.name, archive);
    },
  };
}

function replays(state: State): SeldomKind {
  return {
    kind: 'eventbridge.replay',
    *all() {
      for (const region of state.regions) {
        for (const { cancel: _timer, ...replay } of region.replays.values()) yield [replay.arn, replay];
      }
    },
    take(arn, value) {
      // What `all` gave is what comes back.
      const replay = { ...(value as Replay), cancel: undefined };
      regionOf(state, arn).replays.set(replay.name, replay);
    },
  };
}

function keptEvents(state: State): Kept {
  const all = (region: Region) => [...region.archives.values()];
  return {
    kind: ARCHIVED,
    *entries() {
      for (const archive of state.regions.flatMap(all))
        for (const event of archive.events) yield [`${archive.arn} ${event.id}`, event];
    },
    restore(entries) {
      const byArn = new Map(state.regions.flatMap(all).map((archive) => [archive.arn, archive]));
      for (const [key, value] of entries) {
        const archive = byArn.get(key.slice(0, key.indexOf(' ')));
        if (archive === undefined) continue;
        // Written by `archived` or `entries`.
        const event = value as ArchivedEvent;
        archive.events.push(event);
        archive.bytes += event.bytes;
      }
      for (const { events } of byArn.values()) events.sort((left, right) => left.id - right.id);
    },
  };
}

function keptDeliveries(state: State, deliveries: Deliveries): Kept {
  return {
    kind: DELIVERY,
    *entries() {
      for (const delivery of deliveries.open()) yield [String(delivery.id), toKeptDelivery(delivery)];
    },
    restore(entries) {
      for (const value of entries.values()) {
        // Written by `toKeptDelivery`.
        const { bus, rule: ruleName, target: id, ...place } = value as KeptDelivery;
        const rule = findBus(state, bus, NOBODY)?.rules.get(ruleName);
        const target = rule?.targets.get(id);
        if (rule !== undefined && target !== undefined) deliveries.restore({ ...place, rule, target });
      }
    },
  };
}

function toKeptDelivery({ id, attempts, dueAt, arrival, rule, target }: Delivery): KeptDelivery {
  const sent: Arrival = arrival;
  return { id, attempts, dueAt, arrival: sent, bus: rule.bus.arn, rule: rule.name, target: target.id };
}

function toKeptRule({ arn: _key, bus, targets, tags, pattern, cancel: _timer, ...rest }: Rule): KeptRule {
  return {
    ...{ ...rest, bus: bus.arn, pattern: pattern?.text, tags: [...tags] },
    targets: [...targets.values()].map(({ shown }) => shown),
  };
}

function toKeptArchive({ arn: _key, events: _other, bytes: _sum, pattern, ...rest }: Archive): KeptArchive {
  return { ...rest, pattern: pattern?.text };
}

function compiled(pattern: string | undefined): Rule['pattern'] {
  return pattern === undefined ? undefined : { text: pattern, compiled: compileEventPattern(pattern) };
}

function* busesOf(state: State): Generator<Bus> {
  for (const region of state.regions) yield* region.buses.values();
}

function regionOf(state: State, arn: string): Region {
  return state.at(placeOf(arn));
}

function placeOf(arn: string): { readonly account: string; readonly region: string } {
  const [, , , region = '', account = ''] = arn.split(':');
  return { account, region };
}
