/**
 * A queue's resource policy: kept and checked in form, not enforced, and edited by AddPermission and
 * RemovePermission.
 */
import type { Output } from '../service.ts';
import { requiredText, texts } from './fields.ts';
import { PERMISSION_ACTIONS_MAX, POLICY_STATEMENTS_MAX } from './limits.ts';
import { type Queue, toPartition } from './queue.ts';
import { parseObject } from './redrive-policy.ts';
import { invalid, invalidAttribute, invalidValue, missing, overLimit } from './refusal.ts';
import { type Call, queueOf } from './state.ts';

type Fields = Readonly<Record<string, unknown>>;

const VERSIONS: readonly unknown[] = ['2008-10-17', '2012-10-17', undefined];
const POLICY_FIELDS: readonly string[] = ['Version', 'Id', 'Statement'];
const STATEMENT_FIELDS: readonly string[] = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
];

/** Actions that a queue's owner can give to others; a batch action is given with its single one. */
const GRANTED: readonly string[] = [
  '*',
  'SendMessage',
  'ReceiveMessage',
  'DeleteMessage',
  'ChangeMessageVisibility',
  'GetQueueAttributes',
  'GetQueueUrl',
  'ListDeadLetterSourceQueues',
  'PurgeQueue',
];

const OWNER_ONLY: readonly string[] = [
  'AddPermission',
  'CancelMessageMoveTask',
  'CreateQueue',
  'DeleteQueue',
  'ListMessageMoveTasks',
  'ListQueues',
  'ListQueueTags',
  'RemovePermission',
  'SetQueueAttributes',
  'StartMessageMoveTask',
  'TagQueue',
  'UntagQueue',
];

/** Checks the form of a Policy attribute. */
export function checkPolicy(json: string): void {
  const policy = parseObject(json);
  if (policy === undefined || !VERSIONS.includes(policy.Version) || !hasOnly(policy, POLICY_FIELDS)) {
    throw invalidAttribute('Policy');
  }
  const statements = statementsOf(policy);
  if (statements.length > POLICY_STATEMENTS_MAX) {
    const limit = `max allowed is ${POLICY_STATEMENTS_MAX}`;
    throw overLimit(`${statements.length} statements were found in the submitted policy, ${limit}`);
  }
  if (statements.length === 0 || !statements.every(isStatement)) throw invalidAttribute('Policy');
}

function isStatement(statement: unknown): boolean {
  if (typeof statement !== 'object' || statement === null) return false;
  // An object's own members, whatever they are.
  const fields = statement as Fields;
  const effect = fields.Effect === 'Allow' || fields.Effect === 'Deny';
  return effect && hasOnly(fields, STATEMENT_FIELDS);
}

function hasOnly(fields: Fields, allowed: readonly string[]): boolean {
  return Object.keys(fields).every((name) => allowed.includes(name));
}

function statementsOf(policy: Fields): readonly unknown[] {
  const { Statement: statement } = policy;
  if (statement === undefined) return [];
  return Array.isArray(statement) ? statement : [statement];
}

/** AddPermission: one more statement of the policy, under a label. */
export function addPermission(call: Call): Output {
  const queue = queueOf(call);
  const label = requiredText(call.input, 'Label');
  if (!/^[A-Za-z0-9_-]{1,80}$/.test(label)) {
    const rule = 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.';
    throw invalidValue(label, 'Label', rule);
  }
  const actions = checkActions(texts(call.input, 'Actions'));
  const accounts = checkAccounts(texts(call.input, 'AWSAccountIds'));
  const policy = currentPolicy(queue);
  const statements = statementsOf(policy);
  if (statements.some((statement) => isLabelled(statement, label))) {
    throw invalidValue(label, 'Label', 'Already exists.');
  }
  if (statements.length >= POLICY_STATEMENTS_MAX) {
    const limit = `maximum allowed is ${POLICY_STATEMENTS_MAX}.`;
    throw overLimit(`${statements.length + 1} Statements were found, ${limit}`);
  }
  const principals = accounts.map((account) => `arn:${toPartition(queue.region)}:iam::${account}:root`);
  const statement = {
    Sid: label,
    Effect: 'Allow',
    Principal: { AWS: oneOrMany(principals) },
    Action: oneOrMany(actions.map((action) => `SQS:${action}`)),
    Resource: queue.arn,
  };
  store(queue, { ...policy, Statement: [...statements, statement] }, call.now);
  return {};
}

/** RemovePermission: takes the statement with the label away, and the policy with its last statement. */
export function removePermission(call: Call): Output {
  const queue = queueOf(call);
  const label = requiredText(call.input, 'Label');
  const policy = currentPolicy(queue);
  const statements = statementsOf(policy);
  const kept = statements.filter((statement) => !isLabelled(statement, label));
  if (kept.length === statements.length) throw invalidValue(label, 'Label', "can't find label.");
  store(queue, { ...policy, Statement: kept }, call.now);
  return {};
}

function checkActions(actions: readonly string[]): readonly string[] {
  if (actions.length === 0) throw missing('Actions');
  if (actions.length > PERMISSION_ACTIONS_MAX) {
    throw overLimit(`${actions.length} Actions were found, maximum allowed is ${PERMISSION_ACTIONS_MAX}.`);
  }
  for (const action of actions) {
    if (OWNER_ONLY.includes(action)) {
      throw invalidValue(
        `SQS:${action}`,
        'ActionName',
        'Only the queue owner is allowed to invoke this action.',
      );
    }
    if (!GRANTED.includes(action)) {
      const reason = 'Please refer to the appropriate WSDL for a list of valid actions.';
      throw invalidValue(`SQS:${action}`, 'ActionName', reason);
    }
  }
  return actions;
}

function checkAccounts(accounts: readonly string[]): readonly string[] {
  if (accounts.length > 0 && accounts.every((account) => /^\d{12}$/.test(account))) return accounts;
  throw invalid(
    `Value [${accounts.join(', ')}] for parameter PrincipalId is invalid. Reason: Unable to verify.`,
  );
}

function isLabelled(statement: unknown, label: string): boolean {
  return typeof statement === 'object' && statement !== null && 'Sid' in statement && statement.Sid === label;
}

function currentPolicy(queue: Queue): Fields {
  const fresh = { Version: '2008-10-17', Id: `${queue.arn}/SQSDefaultPolicy`, Statement: [] };
  return parseObject(queue.attributes.Policy ?? '') ?? fresh;
}

function store(queue: Queue, policy: Fields, now: number): void {
  const { Policy: _before, ...others } = queue.attributes;
  const empty = statementsOf(policy).length === 0;
  queue.attributes = empty ? others : { ...others, Policy: JSON.stringify(policy) };
  queue.modifiedAt = now;
}

function oneOrMany(values: readonly string[]): string | readonly string[] {
  const [first, ...others] = values;
  return first !== undefined && others.length === 0 ? first : values;
}
