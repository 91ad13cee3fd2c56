/**
 * What of DynamoDB outlives the process: tables with their settings, items, stream records of the last day,
 * and the tokens of transactions. Times to live follow from the items.
 */
import type { Clock } from '../clock.ts';
import { fromKept, toKept } from '../data/bytes.ts';
import type { Journal, Kept } from '../data/journal.ts';
import { fromItem, parseItem, type ScalarType } from './attribute-value.ts';
import type { Region, Remembered } from './context.ts';
import type { StreamRecord } from './dynamodb.ts';
import type { Fields } from './input.ts';
import type { KeySchema } from './key-code.ts';
import { STREAM_RETENTION_MS } from './limits.ts';
import type { StreamView } from './stream.ts';
import { Table, type TableSettings } from './table.ts';
import type { IndexDefinition } from './table-definition.ts';

/** Tells the journal what happens to tables. */
export interface Keeper {
  /** An operation has been carried out in a region. */
  after(operation: string, input: Fields, region: Region, regionName: string): void;
}

/** What the restoring of tables needs. */
export interface Shelf {
  readonly clock: Clock;
  readonly ttlDelayMs: number;
  /** By account and region, `000000000000/us-east-1`. */
  readonly regions: Map<string, Region>;
  regionOf(name: string): Region;
}

interface KeptTable {
  readonly name: string;
  readonly arn: string;
  readonly region: string;
  readonly createdAt: number;
  readonly keys: KeySchema;
  readonly attributes: readonly (readonly [string, ScalarType])[];
  readonly indexes: readonly IndexDefinition[];
  readonly settings: TableSettings;
  readonly tags: readonly (readonly [string, string])[];
  readonly stream: { readonly view: StreamView; readonly label: string } | undefined;
  readonly ttl: string | undefined;
}

const DEFINING: ReadonlySet<string> = new Set([
  'CreateTable',
  'DeleteTable',
  'TagResource',
  'UntagResource',
  'UpdateContinuousBackups',
  'UpdateTable',
  'UpdateTimeToLive',
]);

/** A keeper together with the kinds that it keeps. */
export interface Keeping extends Keeper {
  readonly kept: readonly Kept[];
}

/** Makes the keeper of all tables. */
export function createKeeper(shelf: Shelf, journal: Journal | undefined): Keeping {
  /** What was noted last, so that a change of one table does not write them all. */
  const known = new Map<string, { readonly table: Table; text: string }>();

  function adopt(table: Table): void {
    if (journal === undefined) return;
    known.set(table.arn, { table, text: '' });
    table.observe({
      item: (key) =>
        journal.note('dynamodb.item', `${table.arn} ${key}`, () => toKeptItem(table.items.get(key)?.item)),
      record(record) {
        const { SequenceNumber: number } = record.dynamodb;
        const { stream } = table;
        journal.note('dynamodb.record', `${stream?.arn} ${number}`, () => toKept(record));
        journal.note('dynamodb.sequence', `${stream?.arn}`, () => number);
      },
    });
  }

  function forget(table: Table): void {
    known.delete(table.arn);
    journal?.note('dynamodb.table', table.arn, gone);
    for (const { key } of table.items.all()) journal?.note('dynamodb.item', `${table.arn} ${key}`, gone);
  }

  function redefine(region: Region, regionName: string): void {
    for (const { table } of known.values()) {
      if (regionOfArn(table.arn) === regionName && region.tables.get(table.name) !== table) forget(table);
    }
    for (const table of region.tables.values()) {
      if (!known.has(table.arn)) adopt(table);
      const entry = known.get(table.arn);
      const text = JSON.stringify(toKeptTable(table));
      if (entry === undefined || entry.text === text) continue;
      entry.text = text;
      journal?.note('dynamodb.table', table.arn, () => toKeptTable(table));
    }
  }

  return {
    after(operation, input, region, regionName) {
      if (DEFINING.has(operation)) redefine(region, regionName);
      const token = operation === 'TransactWriteItems' ? input.ClientRequestToken : undefined;
      if (typeof token !== 'string') return;
      journal?.note('dynamodb.token', `${regionName} ${token}`, () => region.tokens.get(token));
    },
    kept: kinds(shelf, adopt),
  };
}

function kinds(shelf: Shelf, adopt: (table: Table) => void): readonly Kept[] {
  const tables = () => flat(shelf.regions.values(), (region) => region.tables.values());
  const byArn = new Map<string, Table>();
  let sequences: ReadonlyMap<string, unknown> = new Map();
  return [
    {
      kind: 'dynamodb.table',
      entries: () => flat(tables(), (table) => [[table.arn, toKeptTable(table)]]),
      restore(entries) {
        for (const [arn, value] of entries) {
          // Written by `toKeptTable`.
          const table = restoreTable(shelf, value as KeptTable);
          byArn.set(arn, table);
          shelf.regionOf(regionOfArn(arn)).tables.set(table.name, table);
        }
      },
    },
    {
      kind: 'dynamodb.item',
      entries: () =>
        flat(tables(), ({ arn, items }) =>
          flat(items.all(), ({ key, item }) => [[`${arn} ${key}`, toKeptItem(item)]]),
        ),
      restore(entries) {
        for (const [place, value] of entries) {
          const space = place.indexOf(' ');
          const table = byArn.get(place.slice(0, space));
          const item = parseItem(fromKept(value));
          table?.items.put(place.slice(space + 1), item);
          if (table !== undefined) table.expiry.written(place.slice(space + 1), undefined, item);
        }
      },
    },
    {
      kind: 'dynamodb.sequence',
      entries: () => flat(streams(tables()), ({ arn, contents }) => [[arn, contents().last]]),
      restore(entries) {
        sequences = entries;
      },
    },
    {
      kind: 'dynamodb.record',
      entries: () =>
        flat(streams(tables()), ({ arn, contents }) =>
          flat(contents().records, (record) => [
            [`${arn} ${record.dynamodb.SequenceNumber}`, toKept(record)],
          ]),
        ),
      restore(entries) {
        restoreRecords(byArn.values(), entries, sequences, shelf.clock.now());
        for (const table of byArn.values()) adopt(table);
        sequences = new Map();
        byArn.clear();
      },
    },
    {
      kind: 'dynamodb.token',
      entries: () =>
        flat(shelf.regions, ([name, { tokens }]) =>
          flat(tokens, ([token, remembered]) => [[`${name} ${token}`, remembered]]),
        ),
      restore(entries) {
        // Written by `after` above. Old tokens are looked for at the front: in the order of their times.
        const sorted = [...entries].map(([key, value]) => [key, value as Remembered] as const);
        sorted.sort(([, left], [, right]) => left.at - right.at);
        for (const [key, remembered] of sorted) {
          const space = key.indexOf(' ');
          shelf.regionOf(key.slice(0, space)).tokens.set(key.slice(space + 1), remembered);
        }
      },
    },
  ];
}

function restoreTable(shelf: Shelf, kept: KeptTable): Table {
  const { name, arn, region, createdAt, keys, settings, stream, ttl } = kept;
  const definition = {
    ...{ name, keys, settings },
    attributes: new Map(kept.attributes),
    indexes: new Map(kept.indexes.map((index) => [index.name, index])),
    tags: new Map(kept.tags),
    streamView: undefined,
  };
  const table = new Table(definition, { arn, region }, shelf.clock, shelf.ttlDelayMs, createdAt);
  if (stream !== undefined) table.startStream(stream.view, stream.label);
  if (ttl !== undefined) table.expiry.enable(ttl);
  return table;
}

function restoreRecords(
  tables: Iterable<Table>,
  entries: ReadonlyMap<string, unknown>,
  sequences: ReadonlyMap<string, unknown>,
  now: number,
): void {
  const byStream = new Map<string, StreamRecord[]>();
  for (const [key, value] of entries) {
    const arn = key.slice(0, key.indexOf(' '));
    const records = byStream.get(arn) ?? [];
    byStream.set(arn, records);
    // It was a record when `toKept` was given it.
    records.push(fromKept(value) as StreamRecord);
  }
  for (const { stream } of tables) {
    const last = stream === undefined ? undefined : sequences.get(stream.arn);
    if (stream === undefined || typeof last !== 'string') continue;
    const records = (byStream.get(stream.arn) ?? [])
      .filter(({ dynamodb }) => dynamodb.ApproximateCreationDateTime.getTime() >= now - STREAM_RETENTION_MS)
      .sort((left, right) => (left.dynamodb.SequenceNumber < right.dynamodb.SequenceNumber ? -1 : 1));
    stream.restore(last, records);
  }
}

function toKeptTable(table: Table): KeptTable {
  const { name, arn, region, createdAt, keys, settings, stream, expiry } = table;
  return {
    ...{ name, arn, region, createdAt, keys },
    attributes: [...table.attributes],
    indexes: [...table.indexes.values()],
    settings: { ...settings },
    tags: [...table.tags],
    stream: stream === undefined ? undefined : { view: stream.view, label: stream.label },
    ttl: expiry.attribute,
  };
}

function toKeptItem(item: Parameters<typeof fromItem>[0] | undefined): unknown {
  return item === undefined ? undefined : toKept(fromItem(item));
}

/** `account/region` of a table's ARN. */
function regionOfArn(arn: string): string {
  const [, , , region, account] = arn.split(':');
  return `${account}/${region}`;
}

function* streams(tables: Iterable<Table>) {
  for (const { stream } of tables) {
    if (stream !== undefined) yield { arn: stream.arn, contents: () => stream.contents() };
  }
}

function gone(): undefined {
  return undefined;
}

/** What the parts hold, one after the other, without making a list of it all. */
function* flat<T, R>(parts: Iterable<T>, of: (part: T) => Iterable<R>): Generator<R> {
  for (const part of parts) yield* of(part);
}
