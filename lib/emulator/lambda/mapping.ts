/**
 * The configuration of an event source mapping: read and checked as AWS checks it, and shown as AWS shows it.
 */
import type { Input, Output } from '../service.ts';
import type { QueueName } from './arn.ts';
import { invalidParameter } from './errors.ts';
import { compileFilters, type RecordFilter } from './filter.ts';
import {
  isStructure,
  optionalFlag,
  optionalInteger,
  optionalList,
  optionalStructure,
  optionalTexts,
  refuseMembers,
} from './input.ts';
import {
  BATCH_SIZE_DEFAULT,
  BATCH_SIZE_MAX,
  BATCH_SIZE_MAX_FIFO,
  BATCH_SIZE_MAX_WITHOUT_WINDOW,
  MAPPING_CONCURRENCY_MAX,
  MAPPING_CONCURRENCY_MIN,
  WINDOW_MAX_S,
} from './limits.ts';

/** What a mapping was asked to do. */
export interface MappingSettings {
  readonly enabled: boolean;
  readonly batchSize: number;
  readonly windowS: number;
  readonly concurrencyMax?: number;
  readonly reportsFailures: boolean;
  readonly patterns: readonly string[];
  readonly filter: RecordFilter;
}

/** The state of a mapping. */
export interface Mapping {
  readonly uuid: string;
  readonly arn: string;
  readonly queue: QueueName;
  functionArn: string;
  settings: MappingSettings;
  modifiedAt: number;
  lastResult: string;
}

/** What only streams and Kafka have, and what is not served. */
const UNSERVED = [
  'ParallelizationFactor',
  'StartingPosition',
  'StartingPositionTimestamp',
  'DestinationConfig',
  'MaximumRecordAgeInSeconds',
  'BisectBatchOnFunctionError',
  'MaximumRetryAttempts',
  'TumblingWindowInSeconds',
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

/** Reads a whole configuration, or the changes to an old one. */
export function readMappingSettings(
  operation: string,
  input: Input,
  queue: QueueName,
  old?: MappingSettings,
): MappingSettings {
  refuseMembers(operation, input, UNSERVED);
  const patterns = readPatterns(input) ?? old?.patterns ?? [];
  const scaling = optionalStructure(input, 'ScalingConfig');
  // An empty ScalingConfig takes the limit away.
  const concurrencyMax =
    scaling === undefined
      ? old?.concurrencyMax
      : optionalInteger(scaling, 'MaximumConcurrency', MAPPING_CONCURRENCY_MIN, MAPPING_CONCURRENCY_MAX);
  const batchSize =
    optionalInteger(input, 'BatchSize', 1, BATCH_SIZE_MAX) ?? old?.batchSize ?? BATCH_SIZE_DEFAULT;
  const windowS =
    optionalInteger(input, 'MaximumBatchingWindowInSeconds', 0, WINDOW_MAX_S) ?? old?.windowS ?? 0;
  checkBatch(queue, batchSize, windowS);
  return {
    enabled: optionalFlag(input, 'Enabled') ?? old?.enabled ?? true,
    batchSize,
    windowS,
    ...(concurrencyMax === undefined ? {} : { concurrencyMax }),
    reportsFailures: readResponseTypes(input) ?? old?.reportsFailures ?? false,
    patterns,
    filter: compileFilters(patterns),
  };
}

/** EventSourceMappingConfiguration, as the API shows it; answers to changes show the state on the way. */
export function showMapping(mapping: Mapping, passing?: string): Output {
  const { settings } = mapping;
  const { concurrencyMax, patterns } = settings;
  return {
    UUID: mapping.uuid,
    EventSourceMappingArn: mapping.arn,
    EventSourceArn: mapping.queue.arn,
    FunctionArn: mapping.functionArn,
    BatchSize: settings.batchSize,
    MaximumBatchingWindowInSeconds: settings.windowS,
    ...(concurrencyMax === undefined ? {} : { ScalingConfig: { MaximumConcurrency: concurrencyMax } }),
    ...(patterns.length === 0
      ? {}
      : { FilterCriteria: { Filters: patterns.map((Pattern) => ({ Pattern })) } }),
    FunctionResponseTypes: settings.reportsFailures ? ['ReportBatchItemFailures'] : [],
    LastModified: new Date(mapping.modifiedAt),
    LastProcessingResult: mapping.lastResult,
    State: passing ?? (settings.enabled ? 'Enabled' : 'Disabled'),
    StateTransitionReason: 'USER_INITIATED',
  };
}

function checkBatch(queue: QueueName, batchSize: number, windowS: number): void {
  if (queue.fifo && batchSize > BATCH_SIZE_MAX_FIFO) {
    throw invalidParameter(
      `The batch size of a FIFO queue is at most ${BATCH_SIZE_MAX_FIFO}, not ${batchSize}.`,
    );
  }
  if (queue.fifo && windowS > 0) {
    throw invalidParameter('Batching window is not supported for FIFO queues');
  }
  if (batchSize > BATCH_SIZE_MAX_WITHOUT_WINDOW && windowS === 0) {
    throw invalidParameter(
      'Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10',
    );
  }
}

/** The patterns of FilterCriteria; undefined when there are none in the input. */
export function readPatterns(input: Input): readonly string[] | undefined {
  const criteria = optionalStructure(input, 'FilterCriteria');
  if (criteria === undefined) return undefined;
  return (optionalList(criteria, 'Filters') ?? []).map((filter) => {
    if (isStructure(filter) && typeof filter.Pattern === 'string') return filter.Pattern;
    throw invalidParameter('Invalid filter pattern definition. A filter has no Pattern.');
  });
}

/** Whether the function reports failed records; undefined when the input does not say. */
export function readResponseTypes(input: Input): boolean | undefined {
  const types = optionalTexts(input, 'FunctionResponseTypes');
  if (types === undefined) return undefined;
  const unknown = types.find((type) => type !== 'ReportBatchItemFailures');
  if (unknown !== undefined) throw invalidParameter(`Unsupported function response type '${unknown}'.`);
  return types.length > 0;
}
