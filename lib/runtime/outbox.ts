/**
 * Everything that a process sends, by target: queues, topics, buses, and the bucket of large payloads. How
 * entries share calls, are tried again and keep their order is the same for all of them: lane.ts.
 */
import { BATCH_BYTES_MAX, BATCH_ENTRIES_MAX, EVENTS_BYTES_MAX } from '../core/limits.ts';
import { sizeBytes } from '../core/message.ts';
import { eventBytes, topicMessageBytes } from './entry-size.ts';
import { createLane, type Lane, type LanePorts, type Target } from './lane.ts';
import type { BusEvent, OutgoingMessage, Ports, TopicMessage } from './ports.ts';

/** What is to be kept in the bucket. */
interface Blob {
  readonly key: string;
  readonly text: string;
}

export interface Outbox {
  /**
   * Resolves when the queue has taken the message.
   * @throws SendError SEND_FAILED with the service's code and message, after its tries.
   */
  send(queueName: string, message: OutgoingMessage): Promise<void>;
  /** The same for a topic; `bytesMax` is what a batch may hold. */
  publish(topicName: string, message: TopicMessage, bytesMax: number): Promise<void>;
  /** The same for a bus. */
  put(busName: string, event: BusEvent): Promise<void>;
  /** The same for the bucket of large payloads. */
  store(key: string, text: string): Promise<void>;
  /** Resolves when nothing is under way; whether it succeeded is told to those who sent. */
  flush(): Promise<void>;
}

export type OutboxPorts = LanePorts & Pick<Ports, 'queues' | 'topics' | 'buses' | 'blobs'>;

/** An outbox over ports. */
export function createOutbox(ports: OutboxPorts): Outbox {
  const underWay = new Set<Promise<void>>();

  /** Lanes by target, and the way of an entry through its own. */
  function lanes<Entry>(toTarget: (name: string, bytesMax: number) => Target<Entry>) {
    const made = new Map<string, Lane<Entry>>();
    return (name: string, entry: Entry, bytesMax: number): Promise<void> => {
      const lane = made.get(name) ?? createLane(ports, toTarget(name, bytesMax));
      made.set(name, lane);
      const taken = lane.hand(entry);
      underWay.add(taken);
      const forget = (): void => void underWay.delete(taken);
      taken.then(forget, forget);
      return ports.clock.waiting(taken);
    };
  }

  const toQueue = lanes((name, bytesMax) => queueTarget(ports, name, bytesMax));
  const toTopic = lanes((name, bytesMax) => topicTarget(ports, name, bytesMax));
  const toBus = lanes((name, bytesMax) => busTarget(ports, name, bytesMax));
  const toBucket = lanes((_, bytesMax) => blobTarget(ports, bytesMax));
  return {
    send: (queueName, message) => toQueue(queueName, message, BATCH_BYTES_MAX),
    publish: (topicName, message, bytesMax) => toTopic(topicName, message, bytesMax),
    put: (busName, event) => toBus(busName, event, EVENTS_BYTES_MAX),
    store: (key, text) => toBucket('', { key, text }, Number.POSITIVE_INFINITY),
    async flush() {
      while (underWay.size > 0) await ports.clock.waiting(Promise.allSettled([...underWay]));
    },
  };
}

function queueTarget({ queues }: OutboxPorts, name: string, bytesMax: number): Target<OutgoingMessage> {
  return {
    title: `queue '${name}'`,
    entriesMax: BATCH_ENTRIES_MAX,
    bytesMax,
    sizeOf: ({ body }) => sizeBytes(body),
    groupOf: orderedGroup,
    submit: (messages) => queues.send(name, messages),
  };
}

function topicTarget({ topics }: OutboxPorts, name: string, bytesMax: number): Target<TopicMessage> {
  return {
    title: `topic '${name}'`,
    entriesMax: BATCH_ENTRIES_MAX,
    bytesMax,
    sizeOf: topicMessageBytes,
    groupOf: orderedGroup,
    submit: async (messages) => needed(topics, 'topics').publish(name, messages),
  };
}

function busTarget({ buses }: OutboxPorts, name: string, bytesMax: number): Target<BusEvent> {
  return {
    title: `bus '${name}'`,
    entriesMax: BATCH_ENTRIES_MAX,
    bytesMax,
    sizeOf: eventBytes,
    groupOf: () => undefined,
    submit: async (events) => needed(buses, 'buses').put(name, events),
  };
}

function blobTarget({ blobs }: OutboxPorts, bytesMax: number): Target<Blob> {
  return {
    title: 'the bucket of large payloads',
    entriesMax: 1,
    bytesMax,
    sizeOf: () => 0,
    groupOf: () => undefined,
    async submit(one) {
      for (const { key, text } of one) await needed(blobs, 'blobs').put(key, text);
      return [];
    },
  };
}

/** A group on a standard queue is a tenant of a fair queue, whose messages have no order. */
function orderedGroup({ group, deduplication }: OutgoingMessage | TopicMessage): string | undefined {
  return deduplication === undefined ? undefined : group;
}

/** What the topology has promised: that it is missing is a mistake of whoever wired the ports. */
function needed<T>(port: T | undefined, name: string): T {
  if (port !== undefined) return port;
  const error = new Error(`this process has no port '${name}', which its app needs`);
  throw Object.assign(error, { retryable: false });
}
