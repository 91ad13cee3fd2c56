/**
 * What of SQS outlives the process: queues with their attributes, messages with their place, visibility and
 * receive counts, the deduplication windows, sequence numbers, and move tasks. Not kept are receive request
 * attempts and strict mode's memory of deleted queues: a client that repeats either after a restart gets what
 * it would get after five minutes, or one.
 *
 * A message is written whole once; a delivery after that writes only what a delivery changes.
 */
import { fromKept, toKept } from '../data/bytes.ts';
import type { Journal, Kept } from '../data/journal.ts';
import { toSettings } from './attributes.ts';
import { Message, type MessageAttributes, type NewMessage } from './message.ts';
import type { MoveTask } from './move-task.ts';
import { createEmptyQueue, type Queue, type Sent } from './queue.ts';
import type { State } from './state.ts';

/** Tells the journal what happens to queues. */
export interface Keeper {
  /** A queue was made, now or by an earlier process. */
  adopt(queue: Queue): void;
  /** A queue's definition has changed, or it is gone. */
  redefined(queue: Queue): void;
  /** Move tasks have begun, gone on, or ended. */
  moved(): void;
}

/** What a delivery changes. */
type Place = readonly [
  state: Message['state'],
  availableAt: number,
  rank: number,
  receiveCount: number,
  receivesHere: number,
  firstReceivedAt: number | null,
  receivedAt: number,
  timedOut: boolean,
];

type KeptMessage = Omit<NewMessage, 'attributes'> & {
  readonly attributes?: unknown;
  readonly enqueuedAt: number;
  readonly sourceArn: string | undefined;
  readonly place: Place;
};

type KeptQueue = Pick<
  Queue,
  'name' | 'account' | 'region' | 'endpoint' | 'createdAt' | 'attributes' | 'modifiedAt' | 'purgedAt'
> & { readonly tags: Readonly<Record<string, string>> };

type KeptSent = readonly [until: number, messageId: string, sequenceNumber: string];

/** Makes the keeper of a state. */
export function createKeeper(state: State, journal: Journal): Keeper {
  const placeOf = (message: Message) => () => toPlace(message);
  return {
    adopt(queue) {
      const { arn, store } = queue;
      const sequence = () => queue.sequence;
      store.observer = {
        entered(message) {
          journal.note('sqs.message', `${arn} ${message.id}`, () => toKeptMessage(message));
          if (queue.fifo) journal.note('sqs.sequence', arn, sequence);
        },
        changed: (message) => journal.note('sqs.place', `${arn} ${message.id}`, placeOf(message)),
        left: (message) => journal.note('sqs.message', `${arn} ${message.id}`, gone),
      };
      queue.deduplication.observer = ({ key, value, until }) =>
        journal.note('sqs.sent', `${arn} ${key}`, () => toKeptSent(value, until));
    },
    redefined(queue) {
      const { arn } = queue;
      if (state.queues.get(arn) === queue) {
        journal.note('sqs.queue', arn, () => toKeptQueue(queue));
        return;
      }
      journal.note('sqs.queue', arn, gone);
      journal.note('sqs.sequence', arn, gone);
      for (const message of queue.store.all()) journal.note('sqs.message', `${arn} ${message.id}`, gone);
      for (const { key } of queue.deduplication.remembered()) journal.note('sqs.sent', `${arn} ${key}`, gone);
    },
    moved() {
      for (const task of state.moveTasks.values()) journal.note('sqs.task', task.id, () => ({ ...task }));
    },
  };
}

/** The kinds of entities of a state, in the order in which they are taken back. */
export function keptOf(state: State, now: () => number): readonly Kept[] {
  let places: ReadonlyMap<string, unknown> = new Map();
  const queues = () => state.queues.values();
  return [
    {
      kind: 'sqs.queue',
      entries: () => flat(queues(), (queue) => [[queue.arn, toKeptQueue(queue)]]),
      restore: (entries) => {
        for (const value of entries.values()) restoreQueue(state, value);
      },
    },
    {
      kind: 'sqs.sequence',
      entries: () => flat(queues(), ({ arn, fifo, sequence }) => (fifo ? [[arn, sequence]] : [])),
      restore: (entries) => {
        for (const [arn, value] of entries) {
          const queue = state.queues.get(arn);
          if (queue !== undefined) queue.sequence = Number(value);
        }
      },
    },
    {
      // Snapshots have the places inside the messages; only logs have them alone.
      kind: 'sqs.place',
      entries: () => [],
      restore: (entries) => {
        places = entries;
      },
    },
    {
      kind: 'sqs.message',
      entries: () =>
        flat(queues(), ({ arn, store }) =>
          flat(store.all(), (message) => [[`${arn} ${message.id}`, toKeptMessage(message)]]),
        ),
      restore: (entries) => {
        restoreMessages(state, entries, places);
        places = new Map();
      },
    },
    {
      kind: 'sqs.sent',
      entries: () =>
        flat(queues(), ({ arn, deduplication }) =>
          flat(deduplication.remembered(), ({ key, value, until }) =>
            until > now() ? [[`${arn} ${key}`, toKeptSent(value, until)]] : [],
          ),
        ),
      restore: (entries) => restoreSent(state, entries),
    },
    {
      kind: 'sqs.task',
      entries: () => flat(state.moveTasks.values(), (task) => [[task.id, { ...task }]]),
      restore: (entries) => {
        // Written by `moved` above.
        for (const [id, task] of entries) state.moveTasks.set(id, { ...(task as MoveTask) });
      },
    },
  ];
}

function restoreQueue(state: State, value: unknown): void {
  // Written by `toKeptQueue`, and its frame had the right checksum.
  const { tags, modifiedAt, purgedAt, createdAt, attributes, ...identity } = value as KeptQueue;
  const queue = createEmptyQueue(identity, attributes, toSettings(attributes), createdAt);
  for (const [key, tag] of Object.entries(tags)) queue.tags.set(key, tag);
  queue.modifiedAt = modifiedAt;
  queue.purgedAt = purgedAt;
  state.queues.set(queue.arn, queue);
  state.keeper?.adopt(queue);
  state.touched.add(queue);
}

function restoreMessages(
  state: State,
  entries: ReadonlyMap<string, unknown>,
  places: ReadonlyMap<string, unknown>,
): void {
  const found = new Map<Queue, Message[]>();
  for (const [key, value] of entries) {
    const queue = state.queues.get(key.slice(0, key.indexOf(' ')));
    if (queue === undefined) continue;
    const messages = found.get(queue) ?? [];
    found.set(queue, messages);
    // Written by `toKeptMessage` and `toPlace`.
    messages.push(toMessage(value as KeptMessage, places.get(key) as Place | undefined));
  }
  for (const [queue, messages] of found) {
    messages.sort((left, right) => left.rank - right.rank);
    for (const message of messages) queue.store.restore(message);
  }
}

function restoreSent(state: State, entries: ReadonlyMap<string, unknown>): void {
  // Written by `toKeptSent`. A window forgets from its front, so the order has to be that of the ends.
  const sorted = [...entries].map(([key, value]) => [key, value as KeptSent] as const);
  sorted.sort(([, [left]], [, [right]]) => left - right);
  for (const [key, [until, messageId, sequenceNumber]] of sorted) {
    const space = key.indexOf(' ');
    const queue = state.queues.get(key.slice(0, space));
    queue?.deduplication.restore(key.slice(space + 1), { messageId, sequenceNumber }, until);
  }
}

function toKeptQueue(queue: Queue): KeptQueue {
  const { name, account, region, endpoint, createdAt, attributes, modifiedAt, purgedAt } = queue;
  const tags = Object.fromEntries(queue.tags);
  return { name, account, region, endpoint, createdAt, attributes, modifiedAt, purgedAt, tags };
}

function toKeptMessage(message: Message): KeptMessage {
  const { id, body, bodyMd5, attributes, traceHeader, senderId, groupId, deduplicationId } = message;
  const { sequenceNumber, sentAt, enqueuedAt, sourceArn } = message;
  return {
    ...{ id, body, bodyMd5, traceHeader, senderId, groupId, deduplicationId, sequenceNumber, sentAt },
    ...{ enqueuedAt, sourceArn, place: toPlace(message) },
    ...(attributes !== undefined && { attributes: toKept(attributes) }),
  };
}

function toMessage(kept: KeptMessage, later: Place | undefined): Message {
  const { attributes, enqueuedAt, sourceArn, place, ...sent } = kept;
  // `toKept` was given attributes.
  const message = new Message({ ...sent, attributes: fromKept(attributes) as MessageAttributes | undefined });
  message.enqueuedAt = enqueuedAt;
  message.sourceArn = sourceArn;
  const [state, availableAt, rank, receiveCount, receivesHere, firstReceivedAt, receivedAt, timedOut] =
    later ?? place;
  message.state = state;
  message.availableAt = availableAt;
  message.rank = rank;
  message.receiveCount = receiveCount;
  message.receivesHere = receivesHere;
  message.firstReceivedAt = firstReceivedAt ?? undefined;
  message.receivedAt = receivedAt;
  message.timedOut = timedOut;
  return message;
}

function toPlace(message: Message): Place {
  const { state, availableAt, rank, receiveCount, receivesHere, firstReceivedAt, receivedAt, timedOut } =
    message;
  return [
    ...([state, availableAt, rank, receiveCount, receivesHere] as const),
    ...([firstReceivedAt ?? null, receivedAt, timedOut] as const),
  ];
}

function toKeptSent({ messageId, sequenceNumber }: Sent, until: number): KeptSent {
  return [until, messageId, sequenceNumber];
}

function gone(): undefined {
  return undefined;
}

/** What the parts hold, one after the other, without making a list of it all. */
function* flat<T, R>(parts: Iterable<T>, of: (part: T) => Iterable<R>): Generator<R> {
  for (const part of parts) yield* of(part);
}
