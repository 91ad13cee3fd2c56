/**
 * RedrivePolicy (a source's side) and RedriveAllowPolicy (a dead-letter queue's side): JSON inside
 * attributes.
 */
import { RECEIVE_COUNT_MAX, REDRIVE_SOURCES_MAX } from './limits.ts';
import type { Queue, Redrive } from './queue.ts';
import { invalidAttribute, invalidValue } from './refusal.ts';

/** The queue that the policy is for, and how to find others. */
export interface RedriveContext {
  readonly arn: string;
  readonly fifo: boolean;
  find(arn: string): Queue | undefined;
}

/** Checks a RedrivePolicy in form, and against the dead-letter queue that it names. */
export function checkRedrivePolicy(json: string, context: RedriveContext): void {
  const policy = parseObject(json);
  if (policy === undefined)
    throw invalidAttribute('RedrivePolicy', 'Redrive policy is not a valid JSON map.');
  const refuse = (reason: string) => invalidValue(json, 'RedrivePolicy', reason);
  const { maxReceiveCount: count, deadLetterTargetArn: targetArn, ...rest } = policy;
  for (const [name, value] of Object.entries({ maxReceiveCount: count, deadLetterTargetArn: targetArn })) {
    if (value === undefined) throw refuse(`Redrive policy does not contain mandatory attribute: ${name}.`);
  }
  if (Object.keys(rest).length > 0) {
    throw refuse('Only following attributes are supported: [maxReceiveCount, deadLetterTargetArn].');
  }
  // AWS takes the count as a number and as text.
  const receivesMax = /^\d{1,9}$/.test(String(count)) ? Number(count) : 0;
  if (receivesMax < 1 || receivesMax > RECEIVE_COUNT_MAX) {
    const range = `valid values are from 1 to ${RECEIVE_COUNT_MAX} both inclusive.`;
    throw refuse(`Invalid value for maxReceiveCount: ${String(count)}, ${range}`);
  }
  if (typeof targetArn !== 'string' || targetArn.split(':').length !== 6 || !targetArn.startsWith('arn:')) {
    throw refuse('Invalid value for deadLetterTargetArn.');
  }
  checkTarget(targetArn, context, refuse);
}

/** Reads a RedrivePolicy that was checked when it was set. */
export function readRedrive(json: string): Redrive {
  const { deadLetterTargetArn, maxReceiveCount } = parseObject(json) ?? {};
  return { targetArn: String(deadLetterTargetArn), receivesMax: Number(maxReceiveCount) };
}

function checkTarget(arn: string, context: RedriveContext, refuse: (reason: string) => Error): void {
  const [, , service, region, account, name = ''] = arn.split(':');
  if (service !== 'sqs') throw refuse('Only SQS queues are valid resources for deadLetterTargetArn.');
  if (name.endsWith('.fifo') !== context.fifo) {
    throw refuse('Dead-letter queue must be same type of queue as the source.');
  }
  const [, , , sourceRegion, sourceAccount] = context.arn.split(':');
  if (account !== sourceAccount) throw refuse('Dead-letter target owner should be same as the source.');
  const target = context.find(arn);
  // A queue may be its own dead-letter queue (recorded on AWS), even while it is being made.
  if (arn === context.arn) return;
  if (target === undefined || region !== sourceRegion) throw refuse('Dead letter target does not exist.');
  if (!allows(target, context.arn)) {
    throw refuse('The redrive allow policy of the dead-letter queue does not permit this source queue.');
  }
}

function allows(target: Queue, sourceArn: string): boolean {
  const policy = parseObject(target.attributes.RedriveAllowPolicy ?? '{}');
  if (policy?.redrivePermission === 'denyAll') return false;
  const sources = policy?.sourceQueueArns;
  return policy?.redrivePermission !== 'byQueue' || (Array.isArray(sources) && sources.includes(sourceArn));
}

/** Checks a RedriveAllowPolicy. */
export function checkRedriveAllowPolicy(json: string): void {
  const { redrivePermission, sourceQueueArns, ...rest } = parseObject(json) ?? {};
  const wellFormed =
    ['allowAll', 'denyAll', 'byQueue'].some((permission) => permission === redrivePermission) &&
    (sourceQueueArns === undefined || isTexts(sourceQueueArns)) &&
    Object.keys(rest).length === 0;
  if (!wellFormed) {
    throw invalidAttribute(
      'RedriveAllowPolicy',
      "Amazon SQS can't create the redrive allow policy, as it’s in an unsupported format.",
    );
  }
  const sources = isTexts(sourceQueueArns) ? sourceQueueArns.length : 0;
  const refuse = (reason: string) =>
    invalidValue(json, 'RedriveAllowPolicy', `Amazon SQS can't create the redrive allow policy. ${reason}`);
  if (redrivePermission === 'byQueue' && sources === 0) {
    throw refuse(
      'When you specify the byQueue permission type, ' +
        'you must also specify one or more sourceQueueArns values.',
    );
  }
  if (sources > REDRIVE_SOURCES_MAX) {
    throw refuse(`The maximum number of source queue ARNs you can specify is ${REDRIVE_SOURCES_MAX}.`);
  }
  if (redrivePermission !== 'byQueue' && sourceQueueArns !== undefined) {
    throw refuse('To specify one or more source queue ARNs, you must set redrivePermission to byQueue.');
  }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** Reads a JSON object; undefined for anything else. */
export function parseObject(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    // An object that is no array has string keys, and its members stay unknown.
    return value as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
