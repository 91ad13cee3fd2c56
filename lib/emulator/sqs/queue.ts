/** A queue: its name in all spellings, its attributes as set, what they mean, and its messages. */
import { DEDUPLICATION_MS } from './limits.ts';
import type { Message } from './message.ts';
import { Store } from './store.ts';
import { Window } from './window.ts';

export interface Redrive {
  readonly targetArn: string;
  readonly receivesMax: number;
}

/** What the attributes mean, in the units that the model computes with. */
export interface Settings {
  readonly delayMs: number;
  readonly bytesMax: number;
  readonly retentionMs: number;
  readonly waitMs: number;
  readonly visibilityMs: number;
  readonly contentBased: boolean;
  readonly groupScope: boolean;
  readonly redrive: Redrive | undefined;
}

/** What a receive request attempt got, so that a repetition can get the same. */
export interface Attempt {
  readonly messages: readonly { readonly message: Message; readonly handle: string }[];
  /** The messages' versions then: a difference means that one was deleted, changed or delivered again. */
  readonly versions: readonly number[];
}

export interface Sent {
  readonly messageId: string;
  readonly sequenceNumber: string;
}

export interface Queue {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly arn: string;
  readonly fifo: boolean;
  readonly createdAt: number;
  readonly store: Store;
  readonly tags: Map<string, string>;
  readonly deduplication: Window<Sent>;
  readonly attempts: Window<Attempt>;
  attributes: Readonly<Record<string, string>>;
  settings: Settings;
  modifiedAt: number;
  purgedAt: number | undefined;
  sequence: number;
  /** The account's endpoint when the queue was made, for snapshots; answers use their caller's. */
  readonly endpoint: string;
}

export interface QueueIdentity {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly endpoint: string;
}

export function createEmptyQueue(
  identity: QueueIdentity,
  attributes: Readonly<Record<string, string>>,
  settings: Settings,
  now: number,
): Queue {
  const fifo = identity.name.endsWith('.fifo');
  return {
    ...identity,
    arn: toArn(identity),
    fifo,
    createdAt: now,
    store: new Store(fifo),
    tags: new Map(),
    deduplication: new Window(DEDUPLICATION_MS),
    attempts: new Window(DEDUPLICATION_MS),
    attributes,
    settings,
    modifiedAt: now,
    purgedAt: undefined,
    sequence: 0,
  };
}

export function toArn(queue: {
  readonly name: string;
  readonly account: string;
  readonly region: string;
}): string {
  return `arn:${toPartition(queue.region)}:sqs:${queue.region}:${queue.account}:${queue.name}`;
}

export function toUrl(endpoint: string, queue: { readonly name: string; readonly account: string }): string {
  return `${endpoint}/${queue.account}/${queue.name}`;
}

export function toPartition(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

/** Sequence numbers have 20 digits, grow within a queue, and are not consecutive. */
export function nextSequenceNumber(queue: Queue): string {
  queue.sequence += 256;
  return `188${String(queue.sequence).padStart(17, '0')}`;
}
