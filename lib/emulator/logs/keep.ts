/** What of CloudWatch Logs outlives the process: groups, streams, and the events that a group still has. */
import type { Journal, Kept } from '../data/journal.ts';
import { createSeldom, type Seldom } from '../data/seldom.ts';
import type { PerRegion } from '../operations.ts';
import { type Group, type LogEvent, newGroup, type Stream } from './group.ts';

/** Tells the journal what happens to groups. */
export interface Keeper extends Pick<Seldom, 'look' | 'after' | 'kept'> {
  streamChanged(group: Group, stream: Stream): void;
  eventAdded(group: Group, event: LogEvent): void;
  /** Streams of a group are gone, and these events with them. */
  removed(group: Group, streams: Iterable<Stream>, events: readonly LogEvent[]): void;
}

type KeptEvent = readonly [stream: string, message: string, at: number, ingestedAt: number];

const STREAM = 'logs.stream';
const EVENT = 'logs.event';

/** Makes the keeper of all groups. */
export function createKeeper(of: PerRegion<Map<string, Group>>, journal: Journal | undefined): Keeper {
  const groups = function* (): Generator<Group> {
    for (const [, inRegion] of of.all()) yield* inRegion.values();
  };
  const byArn = new Map<string, Group>();
  const seldom = createSeldom(journal, [
    {
      kind: 'logs.group',
      *all() {
        for (const { name, arn, createdAt, retentionDays, tags } of groups())
          yield [arn, { name, arn, createdAt, retentionDays, tags }];
      },
      take(arn, value) {
        // What `all` gave is what comes back.
        const { name, createdAt, ...settings } = value as Group;
        const [, , , region = '', account = ''] = arn.split(':');
        const group = { ...newGroup(name, { account, region }, createdAt), ...settings };
        of({ account, region }).set(name, group);
        byArn.set(arn, group);
      },
    },
  ]);
  const keptOf = <T>(kind: string, list: (group: Group) => Iterable<readonly [string, T]>): Kept => ({
    kind,
    *entries() {
      for (const group of groups()) yield* list(group);
    },
    restore(entries) {
      for (const [key, value] of entries) {
        const space = key.indexOf(' ');
        const group = byArn.get(key.slice(0, space));
        if (group !== undefined) take[kind]?.(group, key.slice(space + 1), value);
      }
      // Events come in the order of their ids, whatever order they were noted in.
      if (kind === EVENT) for (const group of byArn.values()) group.events.sort((a, b) => a.id - b.id);
    },
  });
  const take: Readonly<Record<string, (group: Group, key: string, value: unknown) => void>> = {
    // Written by `streamChanged` or the list below.
    [STREAM]: (group, name, value) => group.streams.set(name, { ...(value as Stream) }),
    [EVENT]: (group, id, value) => {
      // Written by `toKeptEvent`.
      const [stream, message, at, ingestedAt] = value as KeptEvent;
      group.events.push({ id: Number(id), stream, message, at, ingestedAt });
      group.next = Math.max(group.next, Number(id) + 1);
    },
  };
  return {
    ...seldom,
    streamChanged: (group, stream) =>
      journal?.note(STREAM, `${group.arn} ${stream.name}`, () => ({ ...stream })),
    eventAdded: (group, event) => journal?.note(EVENT, `${group.arn} ${event.id}`, () => toKeptEvent(event)),
    removed(group, streams, events) {
      for (const { name } of streams) journal?.note(STREAM, `${group.arn} ${name}`, gone);
      for (const { id } of events) journal?.note(EVENT, `${group.arn} ${id}`, gone);
    },
    kept: [
      ...seldom.kept,
      keptOf(STREAM, ({ arn, streams }) =>
        [...streams.values()].map((stream) => [`${arn} ${stream.name}`, { ...stream }]),
      ),
      keptOf(EVENT, ({ arn, events }) => events.map((event) => [`${arn} ${event.id}`, toKeptEvent(event)])),
    ],
  };
}

function toKeptEvent({ stream, message, at, ingestedAt }: LogEvent): KeptEvent {
  return [stream, message, at, ingestedAt];
}

function gone(): undefined {
  return undefined;
}
