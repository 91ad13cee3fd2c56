/** The configuration of an event source mapping from a DynamoDB stream: read, checked and shown. */
import type { StreamPosition } from '../dynamodb/dynamodb.ts';
import type { Input, Output } from '../service.ts';
import { outletOf } from './arn.ts';
import { constraintBroken, invalidParameter, notServed } from './errors.ts';
import { compileFilters, type RecordFilter } from './filter.ts';
import {
  optionalChoice,
  optionalFlag,
  optionalInteger,
  optionalStructure,
  optionalText,
  refuseMembers,
} from './input.ts';
import {
  BATCH_SIZE_MAX,
  STREAM_BATCH_SIZE_DEFAULT,
  STREAM_RECORD_AGE_MAX_S,
  STREAM_RECORD_AGE_MIN_S,
  STREAM_RETRIES_MAX,
  WINDOW_MAX_S,
} from './limits.ts';
import { readPatterns, readResponseTypes } from './mapping.ts';

/** A table's stream, as its ARN names it. */
export interface StreamName {
  readonly arn: string;
  readonly region: string;
  readonly account: string;
  readonly table: string;
}

/** What a mapping was asked to do. */
export interface StreamSettings {
  readonly enabled: boolean;
  readonly batchSize: number;
  readonly windowS: number;
  readonly reportsFailures: boolean;
  readonly patterns: readonly string[];
  readonly filter: RecordFilter;
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST';
  /** Whether a failed batch is split in two, to find the record that fails it. */
  readonly bisects: boolean;
  /** Attempts after the first one; -1 for as long as the stream has the records. */
  readonly retriesMax: number;
  /** -1 for as long as the stream has them. */
  readonly recordAgeMaxS: number;
  /** The queue that is told of records that were given up. */
  readonly onFailureArn?: string;
}

/** The state of a mapping. */
export interface StreamMapping {
  readonly uuid: string;
  readonly arn: string;
  readonly stream: StreamName;
  functionArn: string;
  settings: StreamSettings;
  modifiedAt: number;
  lastResult: string;
  /** What comes next. */
  position: StreamPosition;
}

/** What the sources that are not served have, and what queues have alone. */
const UNSERVED = [
  'ParallelizationFactor',
  'StartingPositionTimestamp',
  'TumblingWindowInSeconds',
  'ScalingConfig',
  'Topics',
  'Queues',
  'SourceAccessConfigurations',
  'SelfManagedEventSource',
  'AmazonManagedKafkaEventSourceConfig',
  'SelfManagedKafkaEventSourceConfig',
  'DocumentDBEventSourceConfig',
  'ProvisionedPollerConfig',
  'LoggingConfig',
];

/** Reads the ARN of a table's stream; undefined when it is another resource's. */
export function parseStreamArn(arn: string): StreamName | undefined {
  const match = /^arn:aws[a-z-]*:dynamodb:([a-z0-9-]+):(\d{12}):table\/([a-zA-Z0-9_.-]+)\/stream\/\S+$/.exec(
    arn,
  );
  if (match === null) return undefined;
  const [, region = '', account = '', table = ''] = match;
  return { arn, region, account, table };
}

/** Reads a whole configuration, or the changes to an old one. */
export function readStreamSettings(operation: string, input: Input, old?: StreamSettings): StreamSettings {
  // One batch of a shard at a time is what Lambda does unless asked for more.
  const { ParallelizationFactor: factor, ...rest } = input;
  refuseMembers(operation, factor === 1 ? rest : input, UNSERVED);
  const patterns = readPatterns(input) ?? old?.patterns ?? [];
  const batchSize =
    optionalInteger(input, 'BatchSize', 1, BATCH_SIZE_MAX) ?? old?.batchSize ?? STREAM_BATCH_SIZE_DEFAULT;
  const windowS =
    optionalInteger(input, 'MaximumBatchingWindowInSeconds', 0, WINDOW_MAX_S) ?? old?.windowS ?? 0;
  const destination = optionalStructure(input, 'DestinationConfig');
  const onFailureArn = destination === undefined ? old?.onFailureArn : readOnFailure(destination);
  return {
    enabled: optionalFlag(input, 'Enabled') ?? old?.enabled ?? true,
    batchSize,
    windowS,
    reportsFailures: readResponseTypes(input) ?? old?.reportsFailures ?? false,
    patterns,
    filter: compileFilters(patterns),
    startingPosition: old?.startingPosition ?? readStart(input),
    bisects: optionalFlag(input, 'BisectBatchOnFunctionError') ?? old?.bisects ?? false,
    retriesMax:
      optionalInteger(input, 'MaximumRetryAttempts', -1, STREAM_RETRIES_MAX) ?? old?.retriesMax ?? -1,
    recordAgeMaxS: readAge(input) ?? old?.recordAgeMaxS ?? -1,
    ...(onFailureArn === undefined ? {} : { onFailureArn }),
  };
}

/** EventSourceMappingConfiguration, as the API shows it. */
export function showStreamMapping(mapping: StreamMapping, passing?: string): Output {
  const { settings } = mapping;
  const { onFailureArn, patterns } = settings;
  return {
    UUID: mapping.uuid,
    EventSourceMappingArn: mapping.arn,
    EventSourceArn: mapping.stream.arn,
    FunctionArn: mapping.functionArn,
    StartingPosition: settings.startingPosition,
    BatchSize: settings.batchSize,
    MaximumBatchingWindowInSeconds: settings.windowS,
    ParallelizationFactor: 1,
    BisectBatchOnFunctionError: settings.bisects,
    MaximumRetryAttempts: settings.retriesMax,
    MaximumRecordAgeInSeconds: settings.recordAgeMaxS,
    TumblingWindowInSeconds: 0,
    DestinationConfig: { OnFailure: onFailureArn === undefined ? {} : { Destination: onFailureArn } },
    ...(patterns.length === 0
      ? {}
      : { FilterCriteria: { Filters: patterns.map((Pattern) => ({ Pattern })) } }),
    FunctionResponseTypes: settings.reportsFailures ? ['ReportBatchItemFailures'] : [],
    LastModified: new Date(mapping.modifiedAt),
    LastProcessingResult: mapping.lastResult,
    State: passing ?? (settings.enabled ? 'Enabled' : 'Disabled'),
    StateTransitionReason: 'User action',
  };
}

function readStart(input: Input): StreamSettings['startingPosition'] {
  const start = optionalChoice(input, 'StartingPosition', ['TRIM_HORIZON', 'LATEST', 'AT_TIMESTAMP']);
  if (start === undefined) throw constraintBroken(undefined, 'startingPosition', 'Member must not be null');
  if (start === 'AT_TIMESTAMP') {
    throw invalidParameter('Unsupported starting position for DynamoDB streams: AT_TIMESTAMP.');
  }
  return start;
}

function readAge(input: Input): number | undefined {
  const age = optionalInteger(input, 'MaximumRecordAgeInSeconds', -1, STREAM_RECORD_AGE_MAX_S);
  if (age === undefined || age === -1 || age >= STREAM_RECORD_AGE_MIN_S) return age;
  throw invalidParameter(
    `MaximumRecordAgeInSeconds is -1 or at least ${STREAM_RECORD_AGE_MIN_S}, not ${age}.`,
  );
}

function readOnFailure(destinations: Input): string | undefined {
  refuseMembers('DestinationConfig', destinations, ['OnSuccess']);
  const destination = optionalStructure(destinations, 'OnFailure');
  const arn = destination === undefined ? undefined : optionalText(destination, 'Destination');
  if (arn === undefined || arn === '') return undefined;
  const outlet = outletOf(arn);
  if (outlet === undefined || outlet.kind === 'bus')
    throw notServed(`the OnFailure destination ${arn} of a stream; it serves queues and topics`);
  if (outlet.fifo)
    throw invalidParameter(`The destination ARN ${arn} is invalid: FIFO ${outlet.kind}s are not supported.`);
  return arn;
}
