/**
 * What of EventBridge Scheduler outlives the process: groups with their tags, schedules with their definition
 * and their place in time, invocations that are not finished, and client tokens. A fire changes a schedule's
 * place only, so its input is not written again.
 */
import type { Journal, Kept } from '../data/journal.ts';
import type { Input } from '../service.ts';
import { readDefinition, showDefinition } from './definition.ts';
import type { Deliveries, Delivery } from './delivery.ts';
import { createGroup, type Group, type Region, type Remembered, type Schedule, type State } from './state.ts';
import { readTarget } from './target.ts';

/** Tells the journal what happens to groups and schedules. */
export interface Keeper {
  /** A group was made or changed, or is gone. */
  group(group: Group): void;
  /** A schedule was made or changed. */
  defined(schedule: Schedule): void;
  removed(schedule: Schedule): void;
  /** A schedule has another next time. */
  moved(schedule: Schedule): void;
  token(region: Region, key: string): void;
  delivery(delivery: Delivery, gone: boolean): void;
}

interface KeptGroup {
  readonly createdAt: number;
  readonly tags: readonly (readonly [string, string])[];
}

interface KeptSchedule {
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly countsFrom: number;
  readonly input: Input;
}

/** When it fires next, and when it has fired last. */
type Place = readonly [due: number | null, firedFor: number | null];

type KeptDelivery = Omit<Delivery, 'target'> & { readonly target: Input };

const GROUP = 'scheduler.group';
const SCHEDULE = 'scheduler.schedule';
const PLACE = 'scheduler.place';
const TOKEN = 'scheduler.token';
const DELIVERY = 'scheduler.delivery';

/** Makes the keeper of a state. */
export function createKeeper(journal: Journal): Keeper {
  const moved = (schedule: Schedule) => journal.note(PLACE, schedule.arn, () => toPlace(schedule));
  return {
    moved,
    group(group) {
      const { arn, name, region } = group;
      const read = () => (region.groups.get(name) === group ? toKeptGroup(group) : undefined);
      journal.note(GROUP, arn, read);
    },
    defined(schedule) {
      journal.note(SCHEDULE, schedule.arn, () => toKeptSchedule(schedule));
      moved(schedule);
    },
    removed({ arn }) {
      journal.note(SCHEDULE, arn, gone);
      journal.note(PLACE, arn, gone);
    },
    token(region, key) {
      const { account, region: name, tokens } = region;
      journal.note(TOKEN, `${account}/${name} ${key}`, () => tokens.get(key));
    },
    delivery(delivery, isGone) {
      journal.note(DELIVERY, delivery.id, isGone ? gone : () => toKeptDelivery(delivery));
    },
  };
}

/** What is kept, and how it is taken back. */
export function kinds(state: State, deliveries: Deliveries): readonly Kept[] {
  const groups = () => flat(state.regions, (region) => region.groups.values());
  const schedules = () => flat(groups(), (group) => group.schedules.values());
  const restored: Schedule[] = [];
  return [
    {
      kind: GROUP,
      entries: () => flat(groups(), (group) => [[group.arn, toKeptGroup(group)]]),
      restore(entries) {
        // Written by `toKeptGroup`.
        for (const [arn, value] of entries) restoreGroup(state, arn, value as KeptGroup);
      },
    },
    {
      kind: SCHEDULE,
      entries: () => flat(schedules(), (schedule) => [[schedule.arn, toKeptSchedule(schedule)]]),
      restore(entries) {
        for (const [arn, value] of entries) {
          // Written by `toKeptSchedule`.
          restored.push(restoreSchedule(state, arn, value as KeptSchedule));
        }
      },
    },
    {
      kind: PLACE,
      entries: () => flat(schedules(), (schedule) => [[schedule.arn, toPlace(schedule)]]),
      restore(entries) {
        for (const schedule of restored) {
          // Written by `toPlace`, together with each schedule.
          const [due, firedFor] = (entries.get(schedule.arn) ?? [null, null]) as Place;
          if (firedFor !== null) schedule.firedFor = firedFor;
          state.agenda.resume(schedule, due ?? undefined);
        }
        restored.length = 0;
      },
    },
    {
      kind: DELIVERY,
      entries: () => flat(deliveries.all(), (delivery) => [[delivery.id, toKeptDelivery(delivery)]]),
      restore(entries) {
        for (const value of entries.values()) {
          // Written by `toKeptDelivery`.
          const { target, ...rest } = value as KeptDelivery;
          const [, , , region = ''] = rest.scheduleArn.split(':');
          const { universal } = state.options;
          deliveries.restore({ ...rest, target: readTarget(target, { region, universal }) });
        }
      },
    },
    {
      kind: TOKEN,
      entries: () =>
        flat(state.regions, ({ account, region, tokens }) =>
          flat(tokens, ([key, value]) => [[`${account}/${region} ${key}`, value]]),
        ),
      restore(entries) {
        // Written by `token` above; old ones are looked for at the front.
        const sorted = [...entries].map(([key, value]) => [key, value as Remembered] as const);
        sorted.sort(([, left], [, right]) => left.at - right.at);
        for (const [place, remembered] of sorted) {
          const [where = '', ...key] = place.split(' ');
          const [account = '', region = ''] = where.split('/');
          state.at({ account, region }).tokens.set(key.join(' '), remembered);
        }
      },
    },
  ];
}

function restoreGroup(state: State, arn: string, kept: KeptGroup): void {
  const [, , , place = '', account = '', resource = ''] = arn.split(':');
  const region = state.at({ account, region: place });
  const group = createGroup(region, resource.slice('schedule-group/'.length), kept.createdAt);
  for (const [key, value] of kept.tags) group.tags.set(key, value);
  region.groups.set(group.name, group);
}

function restoreSchedule(state: State, arn: string, kept: KeptSchedule): Schedule {
  const [, , , place = '', account = '', resource = ''] = arn.split(':');
  const [, groupName = '', name = ''] = resource.split('/');
  const region = state.at({ account, region: place });
  const group = region.groups.get(groupName) ?? createGroup(region, groupName, kept.createdAt);
  region.groups.set(groupName, group);
  const { createdAt, modifiedAt, countsFrom, input } = kept;
  const dates = { StartDate: toDate(input.StartDate), EndDate: toDate(input.EndDate) };
  const { universal } = state.options;
  const schedule: Schedule = {
    ...{ name, arn, group, createdAt, modifiedAt, countsFrom },
    definition: readDefinition({ ...input, ...dates }, { region: place, universal }),
    ...{ next: undefined, firedFor: undefined, cancel: undefined },
  };
  group.schedules.set(name, schedule);
  region.schedules += 1;
  return schedule;
}

function toKeptGroup({ createdAt, tags }: Group): KeptGroup {
  return { createdAt, tags: [...tags] };
}

function toKeptSchedule({ countsFrom, createdAt, definition, modifiedAt }: Schedule): KeptSchedule {
  return { createdAt, modifiedAt, countsFrom, input: showDefinition(definition) };
}

function toPlace({ firedFor, next }: Schedule): Place {
  return [next?.due ?? null, firedFor ?? null];
}

function toKeptDelivery({ target, ...rest }: Delivery): KeptDelivery {
  return { ...rest, target: target.shown };
}

/** A date as JSON has brought it back. */
function toDate(value: unknown): Date | undefined {
  return typeof value === 'string' ? new Date(value) : undefined;
}

function gone(): undefined {
  return undefined;
}

function* flat<T, R>(parts: Iterable<T>, of: (part: T) => Iterable<R>): Generator<R> {
  for (const part of parts) yield* of(part);
}
