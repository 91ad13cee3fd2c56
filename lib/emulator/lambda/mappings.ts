/**
 * The event source mappings of all accounts and regions: the operations of the API on them, and their
 * pollers.
 */
import type { Clock } from '../clock.ts';
import type { Journal } from '../data/journal.ts';
import type { Dynamodb, StreamPosition } from '../dynamodb/dynamodb.ts';
import { ServiceError } from '../error.ts';
import type { Caller, Input, Output } from '../service.ts';
import type { Sqs } from '../sqs/sqs.ts';
import { type AnyMapping, alreadyMapped, fromKept, show, sourceOf, toKept } from './any-mapping.ts';
import { parseQueueArn, type QueueName, resolveFunction } from './arn.ts';
import { constraintBroken, invalidParameter, notFound, notServed } from './errors.ts';
import type { Executor, LambdaTraceEntry } from './execution.ts';
import type { LambdaFunction } from './function.ts';
import type { Operation } from './functions.ts';
import { optionalInteger, optionalText, requiredText } from './input.ts';
import { uuid } from './lineage.ts';
import { type Mapping, readMappingSettings } from './mapping.ts';
import type { Outlets } from './outlets.ts';
import { createPoller, type Poller } from './poller.ts';
import type { QueueClient } from './queue-client.ts';
import { parseStreamArn, readStreamSettings, type StreamName } from './stream-mapping.ts';
import { createStreamPoller } from './stream-poller.ts';

/** What the mappings work with. */
export interface MappingsOptions {
  readonly clock: Clock;
  readonly sqs: Pick<Sqs, 'watch'>;
  readonly random: () => number;
  readonly executor: Executor;
  readonly find: (arn: string) => LambdaFunction | undefined;
  readonly queue: (arn: string) => QueueClient;
  readonly outlets: Outlets;
  readonly trace?: (entry: LambdaTraceEntry) => void;
  /** Absent where there is no DynamoDB. */
  readonly streams?: Pick<Dynamodb, 'readStream' | 'subscribe'>;
  readonly journal?: Journal;
}

/** A mapping, for inspection. */
export interface MappingSummary {
  readonly uuid: string;
  /** The queue or the stream. */
  readonly sourceArn: string;
  /** The queue; absent for a stream. */
  readonly queueArn?: string;
  readonly functionArn: string;
  readonly enabled: boolean;
  /** Batches with the function. */
  readonly running: number;
  readonly lastResult: string;
}

interface Entry {
  readonly mapping: AnyMapping;
  readonly poller: Poller;
}

const LIST_MAX = 100;
const UPDATE = 'UpdateEventSourceMapping';

/** Holds the mappings and runs their pollers; `operations` answers the API. */
export class Mappings {
  readonly operations: Readonly<Record<string, Operation>>;
  readonly #options: MappingsOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: MappingsOptions) {
    this.#options = options;
    this.operations = {
      CreateEventSourceMapping: (input, caller) => this.#create(input, caller),
      UpdateEventSourceMapping: (input, caller) => this.#update(input, caller),
      GetEventSourceMapping: (input, caller) => show(this.#resolve(input, caller).mapping),
      ListEventSourceMappings: (input, caller) => this.#list(input, caller),
      DeleteEventSourceMapping: (input, caller) => this.#delete(input, caller),
    };
  }

  all(): readonly MappingSummary[] {
    return [...this.#entries.values()].map(({ mapping, poller }) => ({
      uuid: mapping.uuid,
      sourceArn: sourceOf(mapping).arn,
      ...('queue' in mapping ? { queueArn: mapping.queue.arn } : {}),
      functionArn: mapping.functionArn,
      enabled: mapping.settings.enabled,
      running: poller.running(),
      lastResult: mapping.lastResult,
    }));
  }

  close(): void {
    for (const { poller } of this.#entries.values()) poller.stop();
  }

  /** Every mapping as it is kept. */
  contents(): readonly (readonly [id: string, read: () => unknown])[] {
    return [...this.#entries].map(([id, { mapping }]) => [id, () => toKept(mapping)]);
  }

  /** Takes a mapping back; it waits for `resume`. */
  restore(value: unknown): void {
    const mapping = fromKept(value);
    this.#entries.set(mapping.uuid, { mapping, poller: this.#pollerOf(mapping) });
  }

  /** Starts the mappings that were taken back. */
  resume(): void {
    for (const { mapping, poller } of this.#entries.values()) if (mapping.settings.enabled) poller.start();
  }

  async #create(input: Input, caller: Caller): Promise<Output> {
    const functionArn = knownFunction(this.#options, requiredText(input, 'FunctionName'), caller);
    const mapping = await this.#read(input, functionArn, caller);
    const existing = [...this.#entries.values()].find(
      (entry) =>
        sourceOf(entry.mapping).arn === sourceOf(mapping).arn && entry.mapping.functionArn === functionArn,
    );
    if (existing !== undefined) throw alreadyMapped(existing.mapping);
    const poller = this.#pollerOf(mapping);
    this.#entries.set(mapping.uuid, { mapping, poller });
    if (mapping.settings.enabled) poller.start();
    return show(mapping, 'Creating');
  }

  async #read(input: Input, functionArn: string, caller: Caller): Promise<AnyMapping> {
    const operation = 'CreateEventSourceMapping';
    const source = readSource(input);
    const shared = { functionArn, lastResult: 'No records processed' };
    if ('table' in source) {
      const settings = readStreamSettings(operation, input);
      const position = startOf(this.#options, source, settings.startingPosition);
      return { ...shared, ...this.#identity(caller), stream: source, settings, position };
    }
    const settings = readMappingSettings(operation, input, source);
    await checkQueue(this.#options, source, functionArn);
    return { ...shared, ...this.#identity(caller), queue: source, settings };
  }

  #identity(caller: Caller): Pick<Mapping, 'uuid' | 'arn' | 'modifiedAt'> {
    const id = uuid(this.#options.random);
    return { uuid: id, arn: `${mappingArnPrefix(caller)}${id}`, modifiedAt: this.#options.clock.now() };
  }

  #pollerOf(mapping: AnyMapping): Poller {
    const options = this.#options;
    if ('queue' in mapping)
      return createPoller({ ...options, mapping, queue: options.queue(mapping.queue.arn) });
    const moved = () => options.journal?.note('lambda.mapping', mapping.uuid, () => this.#kept(mapping.uuid));
    return createStreamPoller({ ...options, streams: streamsOf(options), mapping, moved });
  }

  #kept(id: string): unknown {
    const entry = this.#entries.get(id);
    return entry === undefined ? undefined : toKept(entry.mapping);
  }

  async #update(input: Input, caller: Caller): Promise<Output> {
    const { mapping, poller } = this.#resolve(input, caller);
    const name = optionalText(input, 'FunctionName');
    const functionArn = name === undefined ? mapping.functionArn : knownFunction(this.#options, name, caller);
    const was = mapping.settings.enabled;
    if ('queue' in mapping) {
      if (functionArn !== mapping.functionArn) await checkQueue(this.#options, mapping.queue, functionArn);
      mapping.settings = readMappingSettings(UPDATE, input, mapping.queue, mapping.settings);
    } else mapping.settings = readStreamSettings(UPDATE, input, mapping.settings);
    mapping.functionArn = functionArn;
    mapping.modifiedAt = this.#options.clock.now();
    const { enabled } = mapping.settings;
    if (was === enabled) {
      poller.changed();
      return show(mapping, 'Updating');
    }
    if (enabled) poller.start();
    else poller.stop();
    return show(mapping, enabled ? 'Enabling' : 'Disabling');
  }

  #list(input: Input, caller: Caller): Output {
    const max = Math.min(optionalInteger(input, 'MaxItems', 1, 10_000) ?? LIST_MAX, LIST_MAX);
    const name = optionalText(input, 'FunctionName');
    const functionArn = name === undefined ? undefined : resolveFunction(name, caller);
    const sourceArn = optionalText(input, 'EventSourceArn');
    const after = optionalText(input, 'Marker') ?? '';
    const found = [...this.#entries.values()]
      .map(({ mapping }) => mapping)
      .filter(({ arn, uuid: id }) => arn.startsWith(mappingArnPrefix(caller)) && id > after)
      .filter((mapping) => functionArn === undefined || mapping.functionArn === functionArn)
      .filter((mapping) => sourceArn === undefined || sourceOf(mapping).arn === sourceArn)
      .sort((a, b) => (a.uuid < b.uuid ? -1 : 1));
    const page = found.slice(0, max);
    const last = page.at(-1);
    return {
      EventSourceMappings: page.map((mapping) => show(mapping)),
      ...(last !== undefined && found.length > page.length ? { NextMarker: last.uuid } : {}),
    };
  }

  #delete(input: Input, caller: Caller): Output {
    const { mapping, poller } = this.#resolve(input, caller);
    poller.stop();
    this.#entries.delete(mapping.uuid);
    return show(mapping, 'Deleting');
  }

  #resolve(input: Input, caller: Caller): Entry {
    const entry = this.#entries.get(requiredText(input, 'UUID'));
    if (entry?.mapping.arn.startsWith(mappingArnPrefix(caller)) === true) return entry;
    throw notFound('The resource you requested does not exist.');
  }
}

function mappingArnPrefix({ account, region }: Caller): string {
  return `arn:aws:lambda:${region}:${account}:event-source-mapping:`;
}

function knownFunction(options: MappingsOptions, name: string, caller: Caller): string {
  const arn = resolveFunction(name, caller);
  if (options.find(arn) === undefined) throw invalidParameter('Function does not exist');
  return arn;
}

function streamsOf({ streams }: MappingsOptions): Pick<Dynamodb, 'readStream' | 'subscribe'> {
  if (streams === undefined) throw notServed('streams; there is no DynamoDB beside it');
  return streams;
}

/** Where a new mapping begins. AWS finds out at the same time whether there is such a stream. */
function startOf(
  options: MappingsOptions,
  stream: StreamName,
  start: 'TRIM_HORIZON' | 'LATEST',
): StreamPosition {
  try {
    // "Latest" is a place in the stream from now on; the horizon stays where the oldest record is.
    const { next } = streamsOf(options).readStream(stream.arn, start, 0);
    return start === 'LATEST' ? next : start;
  } catch (error) {
    if (!(error instanceof ServiceError) || error.name !== 'ResourceNotFoundException') throw error;
    throw invalidParameter(`Stream not found: ${stream.arn}`);
  }
}

function readSource(input: Input): QueueName | StreamName {
  const arn = optionalText(input, 'EventSourceArn');
  if (arn === undefined) throw constraintBroken(undefined, 'eventSourceArn', 'Member must not be null');
  const source = parseQueueArn(arn) ?? parseStreamArn(arn);
  if (source !== undefined) return source;
  throw notServed(`the event source ${arn}; it serves SQS queues and DynamoDB streams`);
}

/**
 * AWS looks at the queue when the mapping is made: it must exist, and hide messages for as long as the
 * function may run.
 */
async function checkQueue(options: MappingsOptions, queue: QueueName, functionArn: string): Promise<void> {
  let visibilityS: number;
  try {
    visibilityS = await options.queue(queue.arn).visibilityTimeoutS();
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const reason = `SQS Error Code: ${error.name}. SQS Error Message: ${error.message}`;
    throw invalidParameter(`Error occurred while ReceiveMessage. ${reason}`);
  }
  const timeoutS = options.find(functionArn)?.settings.timeoutS ?? 0;
  if (visibilityS < timeoutS) {
    throw invalidParameter(
      `Queue visibility timeout: ${visibilityS} seconds is less than Function timeout: ${timeoutS} seconds`,
    );
  }
}
