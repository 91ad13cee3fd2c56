/**
 * The emulated CloudWatch Logs: groups, streams and their events. What functions print arrives here by
 * itself, in the group and the stream that the function's environment names.
 */
import type { Clock } from '../clock.ts';
import type { Journal, Kept } from '../data/journal.ts';
import { ServiceError } from '../error.ts';
import {
  flag,
  number,
  type Operation,
  type Operations,
  type Place,
  page,
  perRegion,
  refuse,
  requiredText,
  structures,
  text,
  textMap,
  texts,
  toCall,
} from '../operations.ts';
import type { Caller, Input, Output, Service } from '../service.ts';
import { filterEvents, getEvents } from './events.ts';
import { type Group, type LogEvent, newGroup, newStream, type Stream } from './group.ts';
import { createKeeper, type Keeper } from './keep.ts';
import { sift } from './rejected.ts';

/** A function that prints for ever must not fill the memory: a group keeps so many of its newest events. */
export const EVENTS_MAX = 10_000;
/** The retentions that there are (PutRetentionPolicy). */
const RETENTIONS = [
  ...[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288],
  3653,
];

/** A line on its way from a function. */
export interface PrintedLine {
  readonly account: string;
  readonly region: string;
  readonly group: string;
  readonly stream: string;
  readonly text: string;
}

export interface Logs extends Service {
  /** Takes a line that a function printed; its group and stream are made when they are not there. */
  print(line: PrintedLine): void;
  kept(): readonly Kept[];
}

export interface LogsOptions {
  readonly clock: Clock;
  readonly journal?: Journal;
}

type Groups = Map<string, Group>;

/** Makes an emulated CloudWatch Logs without groups. */
export function createLogs({ clock, journal }: LogsOptions): Logs {
  const of = perRegion((): Groups => new Map());
  const at = () => clock.now();
  const keeper = createKeeper(of, journal);
  const operations: Operations = {
    ...groupOperations(of, at, keeper),
    ...streamOperations(of, at, keeper),
    ...tagOperations(of),
    GetLogEvents: (input, caller) => {
      const group = find(of(caller), input);
      return getEvents(group, findStream(group, input), input, at());
    },
    FilterLogEvents: (input, caller) => {
      refuse('logs: FilterLogEvents', input, 'unmask');
      return filterEvents(find(of(caller), input), input, at());
    },
  };
  return {
    call: keeper.after(toCall('logs', operations)),
    print({ account, region, group: name, stream: streamName, text: message }) {
      const groups = of({ account, region });
      const known = groups.get(name);
      const group = known ?? addGroup(groups, name, { account, region }, at());
      if (known === undefined) keeper.look();
      const stream = group.streams.get(streamName) ?? addStream(group, streamName, at());
      add(group, stream, [{ message, at: at() }], at(), keeper);
    },
    kept: () => keeper.kept,
  };
}

type Of = (caller: Place) => Groups;

function groupOperations(of: Of, now: () => number, keeper: Keeper): Operations {
  const named = (input: Input, caller: Caller): Group => find(of(caller), input);
  return {
    CreateLogGroup(input, caller) {
      const name = requiredText(input, 'logGroupName');
      if (of(caller).has(name)) throw exists('The specified log group already exists');
      addGroup(of(caller), name, caller, now()).tags = textMap(input, 'tags');
      return {};
    },
    DeleteLogGroup(input, caller) {
      const group = named(input, caller);
      of(caller).delete(group.name);
      keeper.removed(group, group.streams.values(), group.events);
      return {};
    },
    DescribeLogGroups(input, caller) {
      const prefix = text(input, 'logGroupNamePrefix') ?? '';
      const pattern = text(input, 'logGroupNamePattern') ?? '';
      const all = [...of(caller).values()]
        .filter(({ name }) => name.startsWith(prefix) && name.includes(pattern))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const { items, next } = page(all, text(input, 'nextToken'), number(input, 'limit') ?? 50);
      return { logGroups: items.map(showGroup), ...(next === undefined ? {} : { nextToken: next }) };
    },
    PutRetentionPolicy(input, caller) {
      const days = number(input, 'retentionInDays') ?? 0;
      if (!RETENTIONS.includes(days)) {
        const message = `1 validation error detected: Value '${days}' at 'retentionInDays' failed to satisfy`;
        throw new ServiceError(
          'InvalidParameterException',
          `${message} constraint: Member must satisfy enum value set: [${RETENTIONS.join(', ')}]`,
        );
      }
      named(input, caller).retentionDays = days;
      return {};
    },
    DeleteRetentionPolicy(input, caller) {
      named(input, caller).retentionDays = undefined;
      return {};
    },
  };
}

function streamOperations(of: Of, now: () => number, keeper: Keeper): Operations {
  return {
    CreateLogStream(input, caller) {
      const group = find(of(caller), input);
      const name = requiredText(input, 'logStreamName');
      if (group.streams.has(name)) throw exists('The specified log stream already exists');
      keeper.streamChanged(group, addStream(group, name, now()));
      return {};
    },
    DeleteLogStream(input, caller) {
      const group = find(of(caller), input);
      const stream = findStream(group, input);
      group.streams.delete(stream.name);
      const [left, removed] = [false, true].map((mine) =>
        group.events.filter((event) => (event.stream === stream.name) === mine),
      );
      group.events = left ?? [];
      keeper.removed(group, [stream], removed ?? []);
      return {};
    },
    DescribeLogStreams(input, caller) {
      const group = find(of(caller), input);
      const prefix = text(input, 'logStreamNamePrefix') ?? '';
      const byTime = text(input, 'orderBy') === 'LastEventTime';
      const all = [...group.streams.values()]
        .filter(({ name }) => name.startsWith(prefix))
        .sort((a, b) => (byTime ? (a.lastAt ?? 0) - (b.lastAt ?? 0) : a.name < b.name ? -1 : 1));
      if (flag(input, 'descending')) all.reverse();
      const { items, next } = page(all, text(input, 'nextToken'), number(input, 'limit') ?? 50);
      const logStreams = items.map((stream) => showStream(group, stream));
      return { logStreams, ...(next === undefined ? {} : { nextToken: next }) };
    },
    PutLogEvents(input, caller) {
      const group = find(of(caller), input);
      const stream = findStream(group, input);
      const events = structures(input, 'logEvents').map((event) => ({
        message: requiredText(event, 'message'),
        at: number(event, 'timestamp') ?? now(),
      }));
      if (events.some(({ at: time }, index) => time < (events[index - 1]?.at ?? 0))) {
        const message = 'Log events in a single PutLogEvents request must be in chronological order.';
        throw new ServiceError('InvalidParameterException', message);
      }
      const { taken, rejected } = sift(events, group, now());
      add(group, stream, taken, now(), keeper);
      return { nextSequenceToken: String(stream.count), ...rejected };
    },
  };
}

function tagOperations(of: Of): Operations {
  const named = (input: Input, caller: Caller): Group => {
    const name = /:log-group:([^:]+)/.exec(requiredText(input, 'resourceArn'))?.[1] ?? '';
    return find(of(caller), { logGroupName: name });
  };
  const tag: Operation = (input, caller) => {
    const group = named(input, caller);
    group.tags = { ...group.tags, ...textMap(input, 'tags') };
    return {};
  };
  return {
    TagResource: tag,
    UntagResource(input, caller) {
      const group = named(input, caller);
      const gone = texts(input, 'tagKeys');
      group.tags = Object.fromEntries(Object.entries(group.tags).filter(([key]) => !gone.includes(key)));
      return {};
    },
    ListTagsForResource: (input, caller) => ({ tags: named(input, caller).tags }),
  };
}

function find(groups: Groups, input: Input): Group {
  const identifier = text(input, 'logGroupIdentifier') ?? '';
  const name = text(input, 'logGroupName') ?? /:log-group:([^:]+)/.exec(identifier)?.[1] ?? identifier;
  const group = groups.get(name);
  if (group === undefined) throw notFound('The specified log group does not exist.');
  return group;
}

function findStream(group: Group, input: Input): Stream {
  const stream = group.streams.get(requiredText(input, 'logStreamName'));
  if (stream === undefined) throw notFound('The specified log stream does not exist.');
  return stream;
}

function addGroup(groups: Groups, name: string, place: Place, at: number): Group {
  const group = newGroup(name, place, at);
  groups.set(name, group);
  return group;
}

function addStream(group: Group, name: string, at: number): Stream {
  const stream = newStream(name, at);
  group.streams.set(name, stream);
  return stream;
}

function add(
  group: Group,
  stream: Stream,
  events: readonly Pick<LogEvent, 'message' | 'at'>[],
  ingestedAt: number,
  keeper: Keeper,
): void {
  for (const { message, at } of events) {
    const event = { id: group.next, stream: stream.name, message, at, ingestedAt };
    group.events.push(event);
    keeper.eventAdded(group, event);
    group.next += 1;
    stream.count += 1;
    stream.firstAt ??= at;
    stream.lastAt = at;
  }
  keeper.streamChanged(group, stream);
  // Cut seldom, since a cut copies what stays.
  if (group.events.length <= 2 * EVENTS_MAX) return;
  keeper.removed(group, [], group.events.slice(0, -EVENTS_MAX));
  group.events = group.events.slice(-EVENTS_MAX);
}

function showGroup({ name, arn, createdAt, retentionDays, events }: Group): Output {
  return {
    ...{ logGroupName: name, arn: `${arn}:*`, logGroupArn: arn, creationTime: createdAt },
    ...(retentionDays === undefined ? {} : { retentionInDays: retentionDays }),
    ...{ storedBytes: events.reduce((sum, { message }) => sum + message.length, 0), metricFilterCount: 0 },
    logGroupClass: 'STANDARD',
  };
}

function showStream(group: Group, { name, createdAt, firstAt, lastAt, count }: Stream): Output {
  return {
    ...{ logStreamName: name, creationTime: createdAt, arn: `${group.arn}:log-stream:${name}` },
    ...(firstAt === undefined ? {} : { firstEventTimestamp: firstAt }),
    ...(lastAt === undefined ? {} : { lastEventTimestamp: lastAt, lastIngestionTime: lastAt }),
    uploadSequenceToken: String(count),
  };
}

function exists(message: string): ServiceError {
  return new ServiceError('ResourceAlreadyExistsException', message);
}

function notFound(message: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', message);
}
