/**
 * DynamoDB in one process: tables with their items, indexes and streams for each account and region, every
 * operation carried out at once and as a whole, all time taken from the emulator's clock.
 */
import type { Clock } from '../clock.ts';
import type { Journal, Kept } from '../data/journal.ts';
import type { Caller, Input, Output, Service } from '../service.ts';
import { batchGetItem, batchWriteItem } from './batch.ts';
import type { Context, Region } from './context.ts';
import { createTable } from './create-table.ts';
import type { ExpressionCache } from './expression/expressions.ts';
import type { Fields } from './input.ts';
import { deleteItem, getItem, putItem, updateItem } from './item-operations.ts';
import { createKeeper } from './keep.ts';
import { batchExecuteStatement, executeStatement } from './partiql/operations.ts';
import { query } from './query.ts';
import { notFound, notServed } from './refusals.ts';
import { scan } from './scan.ts';
import type { Stream } from './stream.ts';
import {
  deleteTable,
  describeContinuousBackups,
  describeEndpoints,
  describeLimits,
  describeTableOperation,
  describeTimeToLive,
  listTables,
  updateContinuousBackups,
  updateTimeToLive,
} from './table-operations.ts';
import { listTagsOfResource, tagResource, untagResource } from './tags.ts';
import { transactGetItems, transactWriteItems } from './transactions.ts';
import { updateTable } from './update-table.ts';

/** One line of the emulator's trace. */
export interface DynamodbTrace {
  readonly at: number;
  readonly service: 'dynamodb';
  readonly operation: string;
  readonly account: string;
  readonly region: string;
  readonly table?: string;
  readonly [detail: string]: unknown;
}

export interface DynamodbOptions {
  readonly clock: Clock;
  readonly trace?: (entry: DynamodbTrace) => void;
  /**
   * How long after its time an expired item is deleted; until then reads still find it. @default 3_600_000
   */
  readonly ttlDelayMs?: number;
  /** Where changes are noted that are to outlive the process. */
  readonly journal?: Journal;
}

/** A change of one item, in the shape in which DynamoDB Streams and Lambda show it. */
export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly eventVersion: string;
  readonly eventSource: 'aws:dynamodb';
  readonly awsRegion: string;
  readonly dynamodb: {
    readonly ApproximateCreationDateTime: Date;
    readonly Keys: Readonly<Record<string, unknown>>;
    readonly NewImage?: Readonly<Record<string, unknown>>;
    readonly OldImage?: Readonly<Record<string, unknown>>;
    readonly SequenceNumber: string;
    readonly SizeBytes: number;
    readonly StreamViewType: string;
  };
  readonly userIdentity?: { readonly Type: string; readonly PrincipalId: string };
}

/** Where a reader starts: after a record it knows, at the oldest one kept, or with what comes from now on. */
export type StreamPosition = 'TRIM_HORIZON' | 'LATEST' | { readonly after: string };

export interface StreamPage {
  readonly records: readonly StreamRecord[];
  /** Where to go on reading. */
  readonly next: StreamPosition;
}

export interface Dynamodb extends Service {
  call(operation: string, input: Input, caller: Caller): Output;
  /**
   * Records of a stream in the order of the changes; refuses with ResourceNotFoundException when there is
   * none.
   */
  readStream(streamArn: string, from: StreamPosition, limit: number): StreamPage;
  /** Calls `wake` whenever a stream has got new records. Returns a function that ends it. */
  subscribe(streamArn: string, wake: () => void): () => void;
  /** What outlives the process, to be written whole or taken back. */
  kept(): readonly Kept[];
}

type Operation = (context: Context, input: Fields) => Output;

const OPERATIONS: ReadonlyMap<string, Operation> = new Map([
  ['BatchExecuteStatement', batchExecuteStatement],
  ['BatchGetItem', batchGetItem],
  ['BatchWriteItem', batchWriteItem],
  ['CreateTable', createTable],
  ['DeleteItem', deleteItem],
  ['DeleteTable', deleteTable],
  ['DescribeContinuousBackups', describeContinuousBackups],
  ['DescribeEndpoints', describeEndpoints],
  ['DescribeLimits', describeLimits],
  ['DescribeTable', describeTableOperation],
  ['DescribeTimeToLive', describeTimeToLive],
  ['ExecuteStatement', executeStatement],
  ['GetItem', getItem],
  ['ListTables', listTables],
  ['ListTagsOfResource', listTagsOfResource],
  ['PutItem', putItem],
  ['Query', query],
  ['Scan', scan],
  ['TagResource', tagResource],
  ['TransactGetItems', transactGetItems],
  ['TransactWriteItems', transactWriteItems],
  ['UntagResource', untagResource],
  ['UpdateContinuousBackups', updateContinuousBackups],
  ['UpdateItem', updateItem],
  ['UpdateTable', updateTable],
  ['UpdateTimeToLive', updateTimeToLive],
]);
const TTL_DELAY_MS = 60 * 60 * 1000;

/** An empty DynamoDB. */
export function createDynamodb(options: DynamodbOptions): Dynamodb {
  const { clock, trace } = options;
  const regions = new Map<string, Region>();
  const expressions: ExpressionCache = new Map();
  const ttlDelayMs = options.ttlDelayMs ?? TTL_DELAY_MS;
  const tellFor =
    ({ account, region }: Caller): Context['trace'] =>
    (operation, table, details) => {
      const of = table === undefined ? {} : { table };
      trace?.({ at: clock.now(), service: 'dynamodb', operation, account, region, ...of, ...details });
    };
  const regionOf = (name: string) => {
    const known = regions.get(name) ?? { tables: new Map(), tokens: new Map() };
    regions.set(name, known);
    return known;
  };
  const keeper = createKeeper({ clock, ttlDelayMs, regions, regionOf }, options.journal);
  return {
    call: (operation, input, caller) => {
      const carryOut = OPERATIONS.get(operation);
      if (carryOut === undefined) throw notServed(`the operation ${operation}`);
      const name = `${caller.account}/${caller.region}`;
      const region = regionOf(name);
      const context = { clock, caller, region, expressions, ttlDelayMs, trace: tellFor(caller) };
      const output = carryOut(context, input);
      if (options.journal !== undefined) keeper.after(operation, input, region, name);
      return output;
    },
    readStream: (streamArn, from, limit) => findStream(regions.values(), streamArn).read(from, limit),
    subscribe: (streamArn, wake) => findStream(regions.values(), streamArn).subscribe(wake),
    kept: () => keeper.kept,
  };
}

function findStream(regions: Iterable<Region>, arn: string): Stream {
  for (const { tables } of regions) {
    for (const { stream } of tables.values()) if (stream?.arn === arn) return stream;
  }
  throw notFound(`Requested resource not found: Stream: ${arn} not found`);
}
