/**
 * The event source mappings of all accounts and regions: the operations of the API on them, and their
 * pollers.
 */
import type { Clock } from '../clock.ts';
import { ServiceError } from '../error.ts';
import type { Caller, Input, Output } from '../service.ts';
import type { Sqs } from '../sqs/sqs.ts';
import { parseQueueArn, type QueueName, resolveFunction } from './arn.ts';
import { conflict, constraintBroken, invalidParameter, notFound, notServed } from './errors.ts';
import type { Executor, LambdaTraceEntry } from './execution.ts';
import type { LambdaFunction } from './function.ts';
import type { Operation } from './functions.ts';
import { optionalInteger, optionalText, requiredText } from './input.ts';
import { uuid } from './lineage.ts';
import { type Mapping, readMappingSettings, showMapping } from './mapping.ts';
import { createPoller, type Poller } from './poller.ts';
import type { QueueClient } from './queue-client.ts';

/** What the mappings work with. */
export interface MappingsOptions {
  readonly clock: Clock;
  readonly sqs: Pick<Sqs, 'watch'>;
  readonly random: () => number;
  readonly executor: Executor;
  readonly find: (arn: string) => LambdaFunction | undefined;
  readonly queue: (arn: string) => QueueClient;
  readonly trace?: (entry: LambdaTraceEntry) => void;
}

/** A mapping, for inspection. */
export interface MappingSummary {
  readonly uuid: string;
  readonly queueArn: string;
  readonly functionArn: string;
  readonly enabled: boolean;
  /** Batches with the function. */
  readonly running: number;
  readonly lastResult: string;
}

interface Entry {
  readonly mapping: Mapping;
  readonly poller: Poller;
}

const LIST_MAX = 100;

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
      GetEventSourceMapping: (input, caller) => showMapping(this.#resolve(input, caller).mapping),
      ListEventSourceMappings: (input, caller) => this.#list(input, caller),
      DeleteEventSourceMapping: (input, caller) => this.#delete(input, caller),
    };
  }

  all(): readonly MappingSummary[] {
    return [...this.#entries.values()].map(({ mapping, poller }) => ({
      uuid: mapping.uuid,
      queueArn: mapping.queue.arn,
      functionArn: mapping.functionArn,
      enabled: mapping.settings.enabled,
      running: poller.running(),
      lastResult: mapping.lastResult,
    }));
  }

  close(): void {
    for (const { poller } of this.#entries.values()) poller.stop();
  }

  async #create(input: Input, caller: Caller): Promise<Output> {
    const functionArn = knownFunction(this.#options, requiredText(input, 'FunctionName'), caller);
    const queue = readSource(input);
    const settings = readMappingSettings('CreateEventSourceMapping', input, queue);
    await checkQueue(this.#options, queue, functionArn);
    const existing = [...this.#entries.values()].find(
      ({ mapping }) => mapping.queue.arn === queue.arn && mapping.functionArn === functionArn,
    );
    if (existing !== undefined) throw alreadyMapped(existing.mapping);
    const id = uuid(this.#options.random);
    const mapping: Mapping = {
      uuid: id,
      arn: `${mappingArnPrefix(caller)}${id}`,
      queue,
      functionArn,
      settings,
      modifiedAt: this.#options.clock.now(),
      lastResult: 'No records processed',
    };
    const poller = createPoller({ ...this.#options, mapping, queue: this.#options.queue(queue.arn) });
    this.#entries.set(id, { mapping, poller });
    if (settings.enabled) poller.start();
    return showMapping(mapping, 'Creating');
  }

  async #update(input: Input, caller: Caller): Promise<Output> {
    const { mapping, poller } = this.#resolve(input, caller);
    const name = optionalText(input, 'FunctionName');
    const functionArn = name === undefined ? mapping.functionArn : knownFunction(this.#options, name, caller);
    if (functionArn !== mapping.functionArn) await checkQueue(this.#options, mapping.queue, functionArn);
    const settings = readMappingSettings('UpdateEventSourceMapping', input, mapping.queue, mapping.settings);
    const was = mapping.settings.enabled;
    mapping.functionArn = functionArn;
    mapping.settings = settings;
    mapping.modifiedAt = this.#options.clock.now();
    if (was === settings.enabled) {
      poller.changed();
      return showMapping(mapping, 'Updating');
    }
    if (settings.enabled) poller.start();
    else poller.stop();
    return showMapping(mapping, settings.enabled ? 'Enabling' : 'Disabling');
  }

  #list(input: Input, caller: Caller): Output {
    const max = Math.min(optionalInteger(input, 'MaxItems', 1, 10_000) ?? LIST_MAX, LIST_MAX);
    const name = optionalText(input, 'FunctionName');
    const functionArn = name === undefined ? undefined : resolveFunction(name, caller);
    const queueArn = optionalText(input, 'EventSourceArn');
    const after = optionalText(input, 'Marker') ?? '';
    const found = [...this.#entries.values()]
      .map(({ mapping }) => mapping)
      .filter(({ arn, uuid: id }) => arn.startsWith(mappingArnPrefix(caller)) && id > after)
      .filter((mapping) => functionArn === undefined || mapping.functionArn === functionArn)
      .filter((mapping) => queueArn === undefined || mapping.queue.arn === queueArn)
      .sort((a, b) => (a.uuid < b.uuid ? -1 : 1));
    const page = found.slice(0, max);
    const last = page.at(-1);
    return {
      EventSourceMappings: page.map((mapping) => showMapping(mapping)),
      ...(last !== undefined && found.length > page.length ? { NextMarker: last.uuid } : {}),
    };
  }

  #delete(input: Input, caller: Caller): Output {
    const { mapping, poller } = this.#resolve(input, caller);
    poller.stop();
    this.#entries.delete(mapping.uuid);
    return showMapping(mapping, 'Deleting');
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

function readSource(input: Input): QueueName {
  const arn = optionalText(input, 'EventSourceArn');
  if (arn === undefined) throw constraintBroken(undefined, 'eventSourceArn', 'Member must not be null');
  const queue = parseQueueArn(arn);
  if (queue === undefined) throw notServed(`the event source ${arn}; it serves SQS queues`);
  return queue;
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

function alreadyMapped({ queue, functionArn, uuid }: Mapping): ServiceError {
  const name = functionArn.slice(functionArn.lastIndexOf(':') + 1);
  return conflict(
    `An event source mapping with SQS arn (" ${queue.arn} ") and function (" ${name} ") already exists. ` +
      `Please update or delete the existing mapping with UUID ${uuid}`,
  );
}
