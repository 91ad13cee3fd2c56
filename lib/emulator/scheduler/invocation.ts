/** What a schedule asks of its target's service: the request, and how a dead letter shows it. */

import { toEventTime } from '../eventbridge/event.ts';
import type { Input } from '../service.ts';
import type { Target } from './target.ts';

/** What an attempt tells its target, by `<aws.scheduler.…>` in the input. */
export interface AttemptContext {
  readonly scheduleArn: string;
  /** For which time the schedule fired. */
  readonly due: number;
  readonly executionId: string;
  /** From 1. */
  readonly attempt: number;
}

/** A request of a target's service. */
export interface Invocation {
  readonly service: string;
  readonly operation: string;
  /** As in the API's JSON. */
  readonly request: Input;
}

/** Stands in queue URLs, whose host SQS ignores. */
export const ENDPOINT = 'http://127.0.0.1';

const KEYWORD = /<aws\.scheduler\.(schedule-arn|scheduled-time|execution-id|attempt-number)>/g;

/** Makes the request of one attempt. */
export function toInvocation(target: Target, context: AttemptContext): Invocation {
  const input = fill(target.input ?? toNotification(context), context);
  switch (target.kind) {
    case 'sqs': {
      const group = target.groupId === undefined ? {} : { MessageGroupId: target.groupId };
      const request = { MessageBody: input, QueueUrl: queueUrlOf(target.arn), ...group };
      return { service: 'sqs', operation: 'SendMessage', request };
    }
    case 'lambda': {
      const request = { FunctionName: target.arn, InvocationType: 'Event', Payload: input };
      return { service: 'lambda', operation: 'Invoke', request };
    }
    case 'sns':
      return { service: 'sns', operation: 'Publish', request: { Message: input, TopicArn: target.arn } };
    case 'events': {
      const { detailType = '', source = '' } = target.event ?? {};
      // What a bus without an input gets is not documented.
      const detail = target.input === undefined ? '{}' : input;
      const entry = { Detail: detail, DetailType: detailType, EventBusName: target.arn, Source: source };
      return { service: 'eventbridge', operation: 'PutEvents', request: { Entries: [entry] } };
    }
    case 'universal': {
      const { service = '', operation = '' } = target.call ?? {};
      return { service, operation, request: JSON.parse(input) };
    }
  }
}

/** A target as dead letters name it: templated ones too by the operation that was called. */
export function toUniversalArn({ operation, service }: Invocation): string {
  const action = `${operation.charAt(0).toLowerCase()}${operation.slice(1)}`;
  return `arn:aws:scheduler:::aws-sdk:${service}:${action}`;
}

export function queueUrlOf(arn: string): string {
  const [, , , , account, name] = arn.split(':');
  return `${ENDPOINT}/${account}/${name}`;
}

function fill(input: string, context: AttemptContext): string {
  if (!input.includes('<aws.scheduler.')) return input;
  return input.replace(KEYWORD, (_keyword, name: string) => contextOf(name, context));
}

function contextOf(name: string, { attempt, due, executionId, scheduleArn }: AttemptContext): string {
  if (name === 'schedule-arn') return scheduleArn;
  if (name === 'scheduled-time') return toEventTime(due);
  return name === 'execution-id' ? executionId : String(attempt);
}

/** What a target without an input gets, as it is seen in the real service. */
function toNotification({ due, executionId, scheduleArn }: AttemptContext): string {
  const [, , , region, account] = scheduleArn.split(':');
  return JSON.stringify({
    ...{ version: '0', id: executionId, 'detail-type': 'Scheduled Event', source: 'aws.scheduler' },
    ...{ account, time: toEventTime(due), region, resources: [scheduleArn], detail: '{}' },
  });
}
