/**
 * Queue attributes: which there are, what values AWS takes, what they mean, and what GetQueueAttributes
 * shows.
 */
import { ServiceError } from '../error.ts';
import { MESSAGE_BYTES_MAX, SECOND_MS } from './limits.ts';
import { checkPolicy } from './policy.ts';
import type { Queue, Settings } from './queue.ts';
import {
  checkRedriveAllowPolicy,
  checkRedrivePolicy,
  type RedriveContext,
  readRedrive,
} from './redrive-policy.ts';
import { invalidAttribute, unknownAttribute } from './refusal.ts';

type Attributes = Readonly<Record<string, string>>;

/** Attributes that are numbers: [from, to, default] (CreateQueue). */
const NUMBERS: Readonly<Record<string, readonly [number, number, number]>> = {
  DelaySeconds: [0, 900, 0],
  MaximumMessageSize: [1024, MESSAGE_BYTES_MAX, MESSAGE_BYTES_MAX],
  MessageRetentionPeriod: [60, 1_209_600, 345_600],
  ReceiveMessageWaitTimeSeconds: [0, 20, 0],
  VisibilityTimeout: [0, 43_200, 30],
  KmsDataKeyReusePeriodSeconds: [60, 86_400, 300],
};

const CHOICES: Readonly<Record<string, readonly string[]>> = {
  FifoQueue: ['true', 'false'],
  ContentBasedDeduplication: ['true', 'false'],
  SqsManagedSseEnabled: ['true', 'false'],
  DeduplicationScope: ['queue', 'messageGroup'],
  FifoThroughputLimit: ['perQueue', 'perMessageGroupId'],
};

const TEXTS: readonly string[] = ['Policy', 'RedrivePolicy', 'RedriveAllowPolicy', 'KmsMasterKeyId'];

const COMPUTED = {
  QueueArn: (queue: Queue) => queue.arn,
  ApproximateNumberOfMessages: (queue: Queue) => String(queue.store.visible),
  ApproximateNumberOfMessagesNotVisible: (queue: Queue) => String(queue.store.inFlight),
  ApproximateNumberOfMessagesDelayed: (queue: Queue) => String(queue.store.delayed),
  CreatedTimestamp: (queue: Queue) => String(Math.floor(queue.createdAt / SECOND_MS)),
  LastModifiedTimestamp: (queue: Queue) => String(Math.floor(queue.modifiedAt / SECOND_MS)),
};

const FIFO_ONLY: readonly string[] = [
  'FifoQueue',
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoThroughputLimit',
];

/** Every name that AttributeNames may hold, of a queue or (in ReceiveMessage) of a message. */
export const QUEUE_ATTRIBUTE_NAMES: ReadonlySet<string> = new Set([
  'All',
  ...Object.keys(NUMBERS),
  ...Object.keys(CHOICES),
  ...TEXTS,
  ...Object.keys(COMPUTED),
]);

const DEFAULTS: Attributes = {
  ...Object.fromEntries(
    Object.entries(NUMBERS)
      .filter(([name]) => name !== 'KmsDataKeyReusePeriodSeconds')
      .map(([name, [, , value]]) => [name, String(value)]),
  ),
  SqsManagedSseEnabled: 'true',
};

const FIFO_DEFAULTS: Attributes = {
  FifoQueue: 'true',
  ContentBasedDeduplication: 'false',
  DeduplicationScope: 'queue',
  FifoThroughputLimit: 'perQueue',
};

/** Checks what a request wants to set and answers all attributes as they are afterwards; changes nothing. */
export function applyAttributes(
  before: Attributes | undefined,
  wanted: Attributes,
  context: RedriveContext,
): Attributes {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(wanted)) {
    values[name] = checkValue(name, value, context, before !== undefined);
  }
  checkEncryption(values);
  const after = { ...(before ?? { ...DEFAULTS, ...(context.fifo ? FIFO_DEFAULTS : {}) }), ...values };
  checkThroughput(after);
  return withoutEmpty(settleEncryption(after, values));
}

function checkValue(name: string, value: string, context: RedriveContext, exists: boolean): string {
  checkName(name, value, context.fifo, exists);
  if (TEXTS.includes(name)) {
    if (value === '') return '';
    if (name === 'Policy') checkPolicy(value);
    if (name === 'RedrivePolicy') checkRedrivePolicy(value, context);
    if (name === 'RedriveAllowPolicy') checkRedriveAllowPolicy(value);
    return value;
  }
  const range = NUMBERS[name];
  if (range !== undefined) {
    const [from, to] = range;
    if (!/^\d{1,10}$/.test(value) || Number(value) < from || Number(value) > to) throw invalidAttribute(name);
    return value;
  }
  const choice = CHOICES[name]?.find((allowed) => allowed.toLowerCase() === value.toLowerCase());
  if (choice === undefined) throw invalidAttribute(name);
  return choice;
}

function checkName(name: string, value: string, fifo: boolean, exists: boolean): void {
  if (name === 'All' || Object.hasOwn(COMPUTED, name) || !QUEUE_ATTRIBUTE_NAMES.has(name))
    throw unknownAttribute(name);
  if (!FIFO_ONLY.includes(name)) return;
  if (!fifo) {
    if (name === 'FifoQueue' || name === 'ContentBasedDeduplication') throw unknownAttribute(name);
    throw new ServiceError(
      'InvalidAttributeName',
      `You can specify the ${name} only when FifoQueue is set to true.`,
    );
  }
  // FifoQueue 'false' is unknown even to a new queue: the name decides the type, the attribute only confirms
  // it.
  if (name === 'FifoQueue' && value.toLowerCase() !== 'true') {
    if (exists) throw invalidAttribute(name, 'Modifying queue type is not supported.');
    throw unknownAttribute(name);
  }
}

function checkEncryption(values: Attributes): void {
  const { KmsMasterKeyId: key = '', SqsManagedSseEnabled: managed } = values;
  if (key === '' || managed !== 'true') return;
  throw new ServiceError(
    'InvalidAttributeName',
    'You can use one type of server-side encryption (SSE) at one time. ' +
      'You can either enable KMS SSE or SQS SSE.',
  );
}

function checkThroughput(after: Attributes): void {
  if (after.FifoThroughputLimit !== 'perMessageGroupId' || after.DeduplicationScope === 'messageGroup')
    return;
  throw invalidAttribute(
    'FifoThroughputLimit',
    'The perMessageGroupId value is allowed only when the value for DeduplicationScope is messageGroup.',
  );
}

// The one kind of encryption that a request turns on turns the other one off.
function settleEncryption(after: Record<string, string>, values: Attributes): Attributes {
  if ((values.KmsMasterKeyId ?? '') !== '') return { ...after, SqsManagedSseEnabled: 'false' };
  if (values.SqsManagedSseEnabled === 'true') return { ...after, KmsMasterKeyId: '' };
  return after;
}

function withoutEmpty(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== ''));
}

/** What the attributes mean. */
export function toSettings(attributes: Attributes): Settings {
  const number = (name: string) => Number(attributes[name] ?? NUMBERS[name]?.[2]);
  const redrive = attributes.RedrivePolicy;
  return {
    delayMs: number('DelaySeconds') * SECOND_MS,
    bytesMax: number('MaximumMessageSize'),
    retentionMs: number('MessageRetentionPeriod') * SECOND_MS,
    waitMs: number('ReceiveMessageWaitTimeSeconds') * SECOND_MS,
    visibilityMs: number('VisibilityTimeout') * SECOND_MS,
    contentBased: attributes.ContentBasedDeduplication === 'true',
    groupScope: attributes.DeduplicationScope === 'messageGroup',
    redrive: redrive === undefined ? undefined : readRedrive(redrive),
  };
}

/** All attributes of a queue as GetQueueAttributes shows them. */
export function showAttributes(queue: Queue): Attributes {
  const shown: Record<string, string> = {};
  for (const [name, value] of Object.entries(COMPUTED)) shown[name] = value(queue);
  for (const [name, value] of Object.entries(queue.attributes)) {
    if (name !== 'KmsDataKeyReusePeriodSeconds') shown[name] = value;
  }
  if (queue.attributes.KmsMasterKeyId !== undefined) {
    shown.KmsDataKeyReusePeriodSeconds = queue.attributes.KmsDataKeyReusePeriodSeconds ?? '300';
  }
  return shown;
}

/** Whether two values of an attribute mean the same; policies are compared as JSON. */
export function sameValue(name: string, left: string | undefined, right: string | undefined): boolean {
  if (left === right || (left ?? '') === (right ?? '')) return true;
  if (!TEXTS.includes(name) || left === undefined || right === undefined) return false;
  return name !== 'KmsMasterKeyId' && canonical(left) === canonical(right);
}

function canonical(json: string): string {
  return JSON.stringify(sorted(JSON.parse(json === '' ? 'null' : json)));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}
