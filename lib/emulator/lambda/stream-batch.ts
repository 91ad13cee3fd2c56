/** What goes to a function for a batch of stream records, and what is said of records that were given up. */
import type { StreamRecord } from '../dynamodb/dynamodb.ts';
import { isStructure } from './input.ts';

/** A record as a function gets it. */
export interface StreamEventRecord {
  readonly sequence: string;
  readonly createdAt: number;
  readonly record: Readonly<Record<string, unknown>>;
  readonly json: string;
  readonly sizeBytes: number;
}

/** The one shard that an emulated stream has. */
const SHARD_ID = 'shardId-00000000000000000000-00000001';

/** A record of the stream in the shape of the event: times in seconds, bytes in base64. */
export function toEventRecord(record: StreamRecord, streamArn: string): StreamEventRecord {
  const { ApproximateCreationDateTime: created, SequenceNumber: sequence } = record.dynamodb;
  const shown = {
    ...record,
    dynamodb: { ...record.dynamodb, ApproximateCreationDateTime: created.getTime() / 1000 },
    eventSourceARN: streamArn,
  };
  const json = JSON.stringify(toJson(shown));
  return {
    sequence,
    createdAt: created.getTime(),
    // It was made of an object just now.
    record: JSON.parse(json) as Readonly<Record<string, unknown>>,
    json,
    sizeBytes: Buffer.byteLength(json) + 1,
  };
}

/**
 * How many records from the first on are done, by the rules of ReportBatchItemFailures for streams: the
 * lowest reported number is where it goes on; none reported = all; what cannot be understood = none.
 */
export function doneOf(batch: readonly StreamEventRecord[], answer: string): number {
  let parsed: unknown;
  try {
    parsed = answer.trim() === '' ? undefined : JSON.parse(answer);
  } catch {
    return 0;
  }
  if (parsed === undefined || parsed === null || parsed === '') return batch.length;
  if (!isStructure(parsed)) return 0;
  const failures = parsed.batchItemFailures ?? [];
  if (!Array.isArray(failures)) return 0;
  let done = batch.length;
  for (const failure of failures) {
    const id: unknown = isStructure(failure) ? failure.itemIdentifier : undefined;
    const index = batch.findIndex(({ sequence }) => sequence === id);
    if (index < 0) return 0;
    done = Math.min(done, index);
  }
  return done;
}

/** Why records were given up. */
export interface GivenUp {
  readonly condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded';
  readonly requestId: string;
  readonly functionArn: string;
  /** The version that was invoked. */
  readonly version: string;
  readonly attempts: number;
  readonly now: number;
}

/** What the destination gets: where to find the records, not the records themselves. */
export function toNotice(
  batch: readonly StreamEventRecord[],
  streamArn: string,
  { condition, requestId, functionArn, version, attempts, now }: GivenUp,
): string {
  const [first] = batch;
  const last = batch.at(-1);
  return JSON.stringify({
    requestContext: { requestId, functionArn, condition, approximateInvokeCount: attempts },
    ...(attempts === 0
      ? {}
      : { responseContext: { statusCode: 200, executedVersion: version, functionError: 'Unhandled' } }),
    version: '1.0',
    timestamp: new Date(now).toISOString(),
    DDBStreamBatchInfo: {
      shardId: SHARD_ID,
      startSequenceNumber: first?.sequence,
      endSequenceNumber: last?.sequence,
      approximateArrivalOfFirstRecord: toTime(first),
      approximateArrivalOfLastRecord: toTime(last),
      batchSize: batch.length,
      streamArn,
    },
  });
}

function toTime(record: StreamEventRecord | undefined): string | undefined {
  return record === undefined ? undefined : new Date(record.createdAt).toISOString();
}

function toJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(toJson);
  if (!isStructure(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, toJson(each)]));
}
