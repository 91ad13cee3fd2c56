/** Targets of rules: read and checked, and the text that each makes of an event. */
import { notServed } from '../operations.ts';
import type { Input } from '../service.ts';
import type { BusEvent } from './event.ts';
import { optionalStructure, parseJson, readName, requiredText, text, whole } from './fields.ts';
import { type TransformerContext, templateProblem, transform } from './input-transformer.ts';
import { parseJsonPath } from './json-path.ts';
import {
  EVENT_AGE_MAX_S,
  EVENT_AGE_MIN_S,
  INPUT_MAX,
  INPUT_PATHS_MAX,
  RETRY_ATTEMPTS_MAX,
} from './limits.ts';
import { constraint, invalid, invalidParameter } from './refusal.ts';

export interface Target {
  readonly id: string;
  readonly arn: string;
  readonly kind: 'sqs' | 'lambda' | 'sns' | 'bus';
  readonly groupId: string | undefined;
  readonly attemptsMax: number;
  readonly ageMaxMs: number;
  readonly deadLetterArn: string | undefined;
  /** As it was put, for ListTargetsByRule. */
  readonly shown: Input;
  /** What it makes of an event; without it the event goes as it is. */
  readonly toInput: ((event: BusEvent, context: TransformerContext) => string) | undefined;
}

const QUEUE_ARN = /^arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,80}(\.fifo)?$/;
const FUNCTION_ARN = /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]+(:[A-Za-z0-9_$-]+)?$/;
const TOPIC_ARN = /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/;
const BUS_ARN = /^arn:aws[a-z-]*:events:[a-z0-9-]+:\d{12}:event-bus\/[/.\-_A-Za-z0-9]+$/;
const ANY_ARN = /^arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:[0-9]*:.+$/;

const KEPT = ['Id', 'Arn', 'RoleArn', 'Input', 'InputPath', 'InputTransformer', 'SqsParameters'];
const KEPT_TOO = ['DeadLetterConfig', 'RetryPolicy'];

/** Reads a target; `position` counts from 1, as AWS's messages do. */
export function readTarget(input: Input, position: number): Target {
  const id = readName(input, 'Id', 64, `targets.${position}.member.id`);
  const arn = requiredText(input, 'Arn');
  if (!ANY_ARN.test(arn)) throw invalidParameter(arn, 'Provided Arn is not in correct format.');
  const kind = kindOf(arn);
  for (const [member, value] of Object.entries(input)) {
    if (value === undefined || value === null || KEPT.includes(member) || KEPT_TOO.includes(member)) continue;
    throw notServed(`eventbridge: PutTargets with ${member}`);
  }
  const retry = optionalStructure(input, 'RetryPolicy') ?? {};
  const ageS = whole(retry, 'MaximumEventAgeInSeconds', EVENT_AGE_MIN_S, EVENT_AGE_MAX_S);
  const toInput = readInput(input, id);
  if (kind === 'bus' && toInput !== undefined) {
    throw notServed('eventbridge: PutTargets with Input, InputPath or InputTransformer for an event bus');
  }
  return {
    ...{ id, arn, kind, toInput },
    groupId: readGroup(input, id, arn),
    attemptsMax: whole(retry, 'MaximumRetryAttempts', 0, RETRY_ATTEMPTS_MAX) ?? RETRY_ATTEMPTS_MAX,
    ageMaxMs: (ageS ?? EVENT_AGE_MAX_S) * 1_000,
    deadLetterArn: readDeadLetter(input),
    shown: Object.fromEntries(
      Object.entries(input).filter(([, value]) => value !== undefined && value !== null),
    ),
  };
}

function kindOf(arn: string): Target['kind'] {
  if (QUEUE_ARN.test(arn)) return 'sqs';
  if (FUNCTION_ARN.test(arn)) return 'lambda';
  // A FIFO topic has a dot in its name: EventBridge does not support those as targets (user guide, "Event bus
  // targets"); how it says so is not recorded.
  if (TOPIC_ARN.test(arn)) return 'sns';
  if (BUS_ARN.test(arn)) return 'bus';
  const service = arn.split(':')[2];
  if (service !== undefined && ['sqs', 'lambda', 'sns', 'events'].includes(service)) {
    throw invalidParameter(arn, 'Provided Arn is not in correct format.');
  }
  throw notServed(`eventbridge: PutTargets with a target of ${service}`);
}

function readGroup(input: Input, id: string, arn: string): string | undefined {
  const parameters = optionalStructure(input, 'SqsParameters');
  const groupId = parameters === undefined ? undefined : text(parameters, 'MessageGroupId');
  if (groupId === undefined && arn.endsWith('.fifo')) {
    throw invalid(`Parameter(s) SqsParameters must be specified for target: ${id}.`);
  }
  if (groupId !== undefined && !/^[!-~]{1,128}$/.test(groupId)) {
    throw invalid(`Parameter MessageGroupId is not valid for target: ${id}.`);
  }
  return groupId;
}

function readDeadLetter(input: Input): string | undefined {
  const config = optionalStructure(input, 'DeadLetterConfig');
  const arn = config === undefined ? undefined : text(config, 'Arn');
  if (arn === undefined) return undefined;
  if (!QUEUE_ARN.test(arn))
    throw invalidParameter('DeadLetterConfig.Arn', 'Provided Arn is not in correct format.');
  if (arn.endsWith('.fifo')) {
    throw invalidParameter('DeadLetterConfig.Arn', 'FIFO queues are not supported as dead-letter queues.');
  }
  return arn;
}

function readInput(input: Input, id: string): Target['toInput'] {
  const constant = text(input, 'Input');
  const path = text(input, 'InputPath');
  const transformer = optionalStructure(input, 'InputTransformer');
  if ([constant, path, transformer].filter((each) => each !== undefined).length > 1) {
    throw invalid(`Only one of Input, InputPath, or InputTransformer must be provided for target ${id}.`);
  }
  if (constant !== undefined) return readConstant(constant, id);
  if (transformer !== undefined) return readTransformer(transformer, id);
  if (path === undefined || path === '$') return undefined;
  const parsed = parseJsonPath(path);
  if (parsed === undefined || path.length > 256) throw invalid(`Invalid InputPath for target ${id}.`);
  // A path that leads nowhere gives JSON's nothing.
  return (event) => JSON.stringify(parsed.read(event) ?? null);
}

function readConstant(constant: string, id: string): Target['toInput'] {
  if (constant.length > INPUT_MAX) {
    throw constraint(
      constant.slice(0, 100),
      'targets.1.member.input',
      `have length less than or equal to ${INPUT_MAX}`,
    );
  }
  if (parseJson(constant) === undefined) throw invalid(`JSON syntax error in input for target ${id}.`);
  return () => constant;
}

function readTransformer(transformer: Input, id: string): Target['toInput'] {
  const template = requiredText(transformer, 'InputTemplate');
  const given = optionalStructure(transformer, 'InputPathsMap') ?? {};
  const names = Object.keys(given);
  if (template.length < 1 || template.length > INPUT_MAX) {
    throw invalid(`Invalid InputTemplate for target ${id} : it must have 1–${INPUT_MAX} characters.`);
  }
  if (names.length > INPUT_PATHS_MAX) {
    throw invalid(`Invalid InputPathsMap for target ${id} : at most ${INPUT_PATHS_MAX} paths are allowed.`);
  }
  const paths: Record<string, string> = {};
  for (const name of names) {
    const path = requiredText(given, name);
    const reserved = /^aws\./i.test(name);
    if (reserved || !/^[A-Za-z0-9_-]{1,256}$/.test(name) || parseJsonPath(path) === undefined) {
      throw invalid(`Invalid InputPathsMap for target ${id} : ${name} = ${path}.`);
    }
    paths[name] = path;
  }
  const problem = templateProblem(template, paths);
  if (problem !== undefined) throw invalid(`Invalid InputTemplate for target ${id} : ${problem}.`);
  return (event, context) => transform(template, paths, event, context);
}
