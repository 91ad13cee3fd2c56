/** AddPermission and RemovePermission: kept in the topic's policy and shown; nobody's rights are checked. */
import type { Input, Output } from '../service.ts';
import { toPartition } from '../sqs/queue.ts';
import { parseObject, requiredText, texts } from './fields.ts';
import { invalid, missing } from './refusal.ts';
import { type Call, type Topic, topicOf } from './state.ts';
import { defaultPolicy } from './topic-attributes.ts';

const ACTIONS: readonly string[] = [
  ...['*', 'AddPermission', 'DeleteTopic', 'GetTopicAttributes', 'ListSubscriptionsByTopic', 'Publish'],
  ...['RemovePermission', 'SetTopicAttributes', 'Subscribe', 'Receive'],
];

export function addPermission(call: Call): Output {
  const topic = topicOf(call);
  const label = requiredText(call.input, 'Label');
  const accounts = texts(call.input, 'AWSAccountId');
  const actions = texts(call.input, 'ActionName');
  if (accounts.length === 0) throw missing('AWSAccountId');
  if (actions.length === 0) throw missing('ActionName');
  if (!accounts.every((account) => /^\d{12}$/.test(account))) throw invalid('AWSAccountId');
  if (!actions.every((action) => ACTIONS.includes(action))) {
    throw invalid('Policy statement action out of service scope!');
  }
  const policy = policyOf(topic);
  if (policy.statements.some((statement) => isLabelled(statement, label))) {
    throw invalid('Statement already exists');
  }
  const principals = accounts.map((account) => `arn:${toPartition(topic.region)}:iam::${account}:root`);
  const statement = {
    Sid: label,
    Effect: 'Allow',
    Principal: { AWS: principals.length === 1 ? principals[0] : principals },
    Action: actions.length === 1 ? `SNS:${actions[0]}` : actions.map((action) => `SNS:${action}`),
    Resource: topic.arn,
  };
  store(topic, policy.whole, [...policy.statements, statement]);
  return {};
}

export function removePermission(call: Call): Output {
  const topic = topicOf(call);
  const label = requiredText(call.input, 'Label');
  const { statements, whole } = policyOf(topic);
  store(
    topic,
    whole,
    statements.filter((statement) => !isLabelled(statement, label)),
  );
  return {};
}

function policyOf(topic: Topic): { readonly whole: Input; readonly statements: readonly unknown[] } {
  const whole = parseObject(topic.attributes.Policy ?? defaultPolicy(topic)) ?? {};
  const { Statement: given } = whole;
  return { whole, statements: Array.isArray(given) ? given : [given] };
}

function store(topic: Topic, whole: Input, statements: readonly unknown[]): void {
  const policy = JSON.stringify({ ...whole, Statement: statements });
  topic.attributes = { ...topic.attributes, Policy: policy };
}

function isLabelled(statement: unknown, label: string): boolean {
  return typeof statement === 'object' && statement !== null && 'Sid' in statement && statement.Sid === label;
}
