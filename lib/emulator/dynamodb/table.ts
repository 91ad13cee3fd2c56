/** One table: its definition, its settings, its items, and the single place where an item changes. */
import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Item } from './attribute-value.ts';
import { equalItems } from './comparison.ts';
import type { StreamRecord } from './dynamodb.ts';
import { pick } from './expression/projection.ts';
import { ItemStore } from './item-store.ts';
import { type KeySchema, keyParts } from './key-code.ts';
import { Stream, type StreamView } from './stream.ts';
import type { IndexDefinition, TableDefinition, Throughput } from './table-definition.ts';
import { Expiry } from './ttl.ts';

/** What UpdateTable and its relatives change. */
export interface TableSettings {
  billingMode: 'PROVISIONED' | 'PAY_PER_REQUEST';
  throughput: Throughput;
  deletionProtection: boolean;
  tableClass: string | undefined;
  encryption: Readonly<Record<string, unknown>> | undefined;
  onDemandThroughput: Readonly<Record<string, unknown>> | undefined;
  warmThroughput: Readonly<Record<string, unknown>> | undefined;
  pointInTimeRecovery: { readonly enabledAt: number; readonly days: number } | undefined;
  billingModeSince: number | undefined;
}

/** Hears of each change of a table's contents. */
export interface TableObserver {
  item(key: string): void;
  record(record: StreamRecord): void;
}

export class Table {
  readonly name: string;
  readonly arn: string;
  readonly id: string;
  readonly region: string;
  readonly createdAt: number;
  readonly keys: KeySchema;
  readonly items: ItemStore;
  readonly tags: Map<string, string>;
  readonly settings: TableSettings;
  readonly expiry: Expiry;
  attributes: TableDefinition['attributes'];
  indexes: ReadonlyMap<string, IndexDefinition>;
  stream: Stream | undefined;
  private readonly clock: Clock;
  private observer: TableObserver | undefined = undefined;

  constructor(
    definition: TableDefinition,
    place: { arn: string; region: string },
    clock: Clock,
    ttlDelayMs: number,
    createdAt = clock.now(),
  ) {
    this.name = definition.name;
    this.arn = place.arn;
    this.region = place.region;
    this.clock = clock;
    this.createdAt = createdAt;
    this.id = uuid(`${place.arn} ${this.createdAt}`);
    this.keys = definition.keys;
    this.attributes = definition.attributes;
    this.indexes = definition.indexes;
    this.settings = { ...definition.settings };
    this.tags = new Map(definition.tags);
    this.items = new ItemStore(
      this.keys,
      new Map([...this.indexes].map(([name, index]) => [name, index.keys])),
    );
    this.expiry = new Expiry(clock, ttlDelayMs, {
      items: () => this.items.all(),
      get: (key) => this.items.get(key),
      remove: (key) => this.change(key, undefined, 0, true),
    });
    if (definition.streamView !== undefined) this.startStream(definition.streamView);
  }

  /** Puts an item under its key, or deletes what is there; the stream, the indexes and the expiry follow. */
  change(key: string, after: Item | undefined, size: number, expired = false): void {
    const before = this.items.get(key)?.item;
    if (after === undefined) this.items.delete(key);
    else this.items.put(key, after, size);
    if (after !== undefined) this.expiry.written(key, before, after);
    this.observer?.item(key);
    if (this.stream === undefined) return;
    const item = after ?? before;
    const unchanged = before !== undefined && after !== undefined && equalItems(before, after);
    if (item === undefined || unchanged) return;
    const names = keyParts(this.keys).map((part) => part.name);
    this.stream.append({ keys: pick(item, names), before, after, expired });
  }

  startStream(view: StreamView, label?: string): void {
    this.stream = new Stream(this.arn, this.region, view, () => this.clock.now(), label);
    this.stream.observer = this.observer?.record;
  }

  /** Tells of every change from now on. */
  observe(observer: TableObserver): void {
    this.observer = observer;
    if (this.stream !== undefined) this.stream.observer = observer.record;
  }

  /** The table is gone: nothing of it may happen any more. */
  dispose(): void {
    this.expiry.stop();
  }
}

// Ids look random but follow from the table, so that a run can be repeated.
function uuid(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return parts.join('-');
}
