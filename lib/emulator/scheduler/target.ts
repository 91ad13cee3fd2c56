/** What a schedule invokes: templated targets (a queue, a function, a topic, a bus) and universal ones. */
import type { ServiceError } from '../error.ts';
import { notServed } from '../operations.ts';
import type { Input } from '../service.ts';
import { check, optional, optionalStructure, parseJson, required, text, whole } from './fields.ts';
import {
  ARN_MAX,
  DETAIL_TYPE_MAX,
  EVENT_AGE_MAX_S,
  EVENT_AGE_MIN_S,
  INPUT_MAX_BYTES,
  MESSAGE_GROUP_MAX,
  RETRY_ATTEMPTS_MAX,
  SOURCE_MAX,
} from './limits.ts';
import type { SchedulerOptions } from './options.ts';
import { constraint, invalid, invalidParameter } from './refusal.ts';

export interface Target {
  readonly arn: string;
  readonly kind: 'sqs' | 'lambda' | 'sns' | 'events' | 'universal';
  /** As written; without it the target gets a notification. */
  readonly input: string | undefined;
  readonly groupId: string | undefined;
  readonly event: { readonly detailType: string; readonly source: string } | undefined;
  /** Of universal targets: the service by its name in the ARN, and the operation. */
  readonly call: { readonly service: string; readonly operation: string } | undefined;
  readonly attemptsMax: number;
  readonly ageMaxMs: number;
  readonly deadLetterArn: string | undefined;
  /** As GetSchedule shows it. */
  readonly shown: Input;
}

const ROLE_ARN = /^arn:aws(-[a-z]+)?:iam::\d{12}:role\/[\w+=,.@/-]+$/;
// No FIFO queue passes: its name has a dot.
const DEAD_LETTER_ARN = /^arn:aws(-[a-z]+)?:sqs:[a-z0-9-]+:\d{12}:[a-zA-Z0-9-_]+$/;
const SOURCE = /^(?=[/.\-_A-Za-z0-9]+)((?!aws\.).*)|(\$(\.[\w_-]+(\[(\d+|\*)\])*)*)$/;
const ANY_ARN = /^arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:[0-9]*:.+$/;
const UNIVERSAL_ARN = /^arn:aws(?:-[a-z]+)*:scheduler:::aws-sdk:([a-z0-9-]+):([a-zA-Z0-9]+)$/;
const TEMPLATED: Readonly<Record<string, RegExp>> = {
  sqs: /^arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,80}(\.fifo)?$/,
  lambda: /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]+(:[A-Za-z0-9_$-]+)?$/,
  sns: /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?$/,
  events: /^arn:aws[a-z-]*:events:[a-z0-9-]+:\d{12}:event-bus\/[/.\-_A-Za-z0-9]+$/,
};
/** Templated targets that AWS has besides (user guide, "Using templated targets"). */
const OTHERS = [
  'codebuild',
  'codepipeline',
  'ecs',
  'firehose',
  'inspector',
  'kinesis',
  'sagemaker',
  'states',
];
/** Operations that begin so only read, and cannot be a target (user guide, "Using universal targets"). */
const READING = [
  ...['get', 'describe', 'list', 'poll', 'receive', 'search', 'scan', 'query', 'select', 'read', 'lookup'],
  ...['discover', 'validate', 'batchGet', 'batchDescribe', 'batchRead', 'transactGet', 'adminGet'],
  ...['adminList', 'testMigration', 'retrieve', 'testConnection', 'translateDocument', 'isAuthorized'],
  'invokeModel',
];

/** Parameters of a kind of target, and the service that they belong to. */
const PARAMETERS: Readonly<Record<string, string>> = {
  EcsParameters: 'ecs',
  EventBridgeParameters: 'events',
  EventBridgePutEventsV2Parameters: 'eventsv2',
  EventBridgePutRawEventsParameters: 'eventsv2',
  KinesisParameters: 'kinesis',
  SageMakerPipelineParameters: 'sagemaker',
  SqsParameters: 'sqs',
};

/** What reading a target depends on. */
export interface TargetContext {
  readonly region: string;
  readonly universal: SchedulerOptions['universal'];
}

/** Reads a target with the checks that need nothing but the request. */
export function readTarget(input: Input, { region, universal }: TargetContext): Target {
  const arn = required(input, 'Arn', { at: 'target.arn', max: ARN_MAX });
  const RoleArn = required(input, 'RoleArn', { at: 'target.roleArn', max: ARN_MAX, pattern: ROLE_ARN });
  const retry = readRetry(input);
  const deadLetterArn = readDeadLetter(input);
  const written = readInput(input);
  const kind = kindOf(arn);
  const call = kind === 'universal' ? readCall(arn, universal) : undefined;
  const service = arn.split(':')[2] ?? '';
  checkParameters(input, service);
  const [, , , place = ''] = arn.split(':');
  if (kind !== 'universal' && place !== region)
    throw invalid(`The target ARN provided does not match the current region ${region}.`);
  const groupId = readGroup(input, arn, kind);
  const event = kind === 'events' ? readEvent(input) : undefined;
  if (kind === 'universal' && written === undefined)
    throw invalid('You must provide an input to set this target for your schedule.');
  // The user guide lets queues and topics have any text.
  const isJson = kind === 'sqs' || kind === 'sns' || parseJson(written ?? '{}') !== undefined;
  if (!isJson) throw invalid('JSON syntax error in input for the target.');
  return {
    ...{ arn, kind, input: written, groupId, event, call, deadLetterArn },
    attemptsMax: retry.MaximumRetryAttempts,
    ageMaxMs: retry.MaximumEventAgeInSeconds * 1_000,
    shown: {
      ...{ Arn: arn, RoleArn, RetryPolicy: retry },
      ...(written !== undefined && { Input: written }),
      ...(deadLetterArn !== undefined && { DeadLetterConfig: { Arn: deadLetterArn } }),
      ...(groupId !== undefined && { SqsParameters: { MessageGroupId: groupId } }),
      ...(event !== undefined && {
        EventBridgeParameters: { DetailType: event.detailType, Source: event.source },
      }),
    },
  };
}

function kindOf(arn: string): Target['kind'] {
  if (!ANY_ARN.test(arn) && !UNIVERSAL_ARN.test(arn)) throw wrongArn(arn);
  if (UNIVERSAL_ARN.test(arn)) return 'universal';
  const service = arn.split(':')[2] ?? '';
  if (service === 'sqs' || service === 'lambda' || service === 'sns' || service === 'events') {
    if (TEMPLATED[service]?.test(arn) === true) return service;
    throw wrongArn(arn);
  }
  if (OTHERS.includes(service)) throw notServed(`scheduler: CreateSchedule with a target of ${service}`);
  throw invalid(`${service} is not a supported service for a target.`);
}

function readCall(arn: string, universal: TargetContext['universal']): Target['call'] {
  const [, service = '', action = ''] = UNIVERSAL_ARN.exec(arn) ?? [];
  if (READING.some((prefix) => action.startsWith(prefix))) throw invalid(`${action} API is not supported.`);
  const operation = `${action.charAt(0).toUpperCase()}${action.slice(1)}`;
  if (universal?.(service)?.has(operation) !== true)
    throw notServed(`scheduler: CreateSchedule with the universal target ${service}:${action}`);
  return { service, operation };
}

function checkParameters(input: Input, service: string): void {
  for (const [member, belongsTo] of Object.entries(PARAMETERS)) {
    if (optionalStructure(input, member) === undefined || service === belongsTo) continue;
    throw invalid(`Parameters ${member} not supported for the target.`);
  }
}

function readGroup(input: Input, arn: string, kind: Target['kind']): string | undefined {
  if (kind !== 'sqs') return undefined;
  const parameters = optionalStructure(input, 'SqsParameters');
  const at = 'target.sqsParameters.messageGroupId';
  const groupId =
    parameters === undefined
      ? undefined
      : optional(parameters, 'MessageGroupId', { at, max: MESSAGE_GROUP_MAX });
  const fifo = arn.endsWith('.fifo');
  if (fifo && groupId === undefined) throw invalid('Parameters SqsParameters must be specified.');
  if (!fifo && groupId !== undefined) throw invalid('Parameters MessageGroupId not valid for the target.');
  return groupId;
}

function readEvent(input: Input): Target['event'] {
  const parameters = optionalStructure(input, 'EventBridgeParameters');
  if (parameters === undefined) throw invalid('Parameters EventBridgeParameters must be specified.');
  const at = 'target.eventBridgeParameters';
  const source = { at: `${at}.source`, max: SOURCE_MAX, pattern: SOURCE };
  return {
    detailType: required(parameters, 'DetailType', { at: `${at}.detailType`, max: DETAIL_TYPE_MAX }),
    source: required(parameters, 'Source', source),
  };
}

function readRetry(input: Input) {
  const at = 'target.retryPolicy';
  const policy = optionalStructure(input, 'RetryPolicy') ?? {};
  return {
    MaximumEventAgeInSeconds:
      within(policy, 'MaximumEventAgeInSeconds', at, EVENT_AGE_MIN_S, EVENT_AGE_MAX_S) ?? EVENT_AGE_MAX_S,
    MaximumRetryAttempts:
      within(policy, 'MaximumRetryAttempts', at, 0, RETRY_ATTEMPTS_MAX) ?? RETRY_ATTEMPTS_MAX,
  };
}

/** A whole number inside a structure, whose place stands in AWS's message. */
export function within(
  input: Input,
  member: string,
  at: string,
  min: number,
  max: number,
): number | undefined {
  const value = whole(input, member, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  if (value === undefined || (value >= min && value <= max)) return value;
  const rule = value < min ? `greater than or equal to ${min}` : `less than or equal to ${max}`;
  const name = `${member.charAt(0).toLowerCase()}${member.slice(1)}`;
  throw constraint(String(value), `${at}.${name}`, `have value ${rule}`);
}

function readDeadLetter(input: Input): string | undefined {
  const config = optionalStructure(input, 'DeadLetterConfig');
  const at = 'target.deadLetterConfig.arn';
  return config === undefined
    ? undefined
    : optional(config, 'Arn', { at, max: ARN_MAX, pattern: DEAD_LETTER_ARN });
}

function readInput(input: Input): string | undefined {
  const written = text(input, 'Input');
  if (written === undefined) return undefined;
  check(written, { at: 'target.input', max: Number.POSITIVE_INFINITY });
  if (Buffer.byteLength(written) <= INPUT_MAX_BYTES) return written;
  const rule = `have length less than or equal to ${INPUT_MAX_BYTES}`;
  throw constraint(`${written.slice(0, 100)}…`, 'target.input', rule);
}

function wrongArn(arn: string): ServiceError {
  return invalidParameter(arn, 'Provided Arn is not in correct format.');
}
