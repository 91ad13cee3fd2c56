/** PutPermission and RemovePermission: a bus's policy, kept and shown; who may do what is not checked. */
import { ServiceError } from '../error.ts';
import type { Input, Output } from '../service.ts';
import { toPartition } from '../sqs/queue.ts';
import { optionalStructure, parseObject, requiredText, text } from './fields.ts';
import { POLICY_BYTES_MAX } from './limits.ts';
import { constraint, invalid, invalidParameter, notFound } from './refusal.ts';
import { type Bus, busOf, type Call } from './state.ts';

export function putPermission(call: Call): Output {
  const bus = busOf(call);
  const whole = text(call.input, 'Policy');
  if (whole !== undefined) {
    const parsed = parseObject(whole);
    if (parsed?.Statement === undefined)
      throw invalidParameter('Policy', 'The policy is not a valid policy document.');
    store(bus, whole, call.now);
    return {};
  }
  const id = requiredText(call.input, 'StatementId');
  if (!/^[a-zA-Z0-9-_]{1,64}$/.test(id)) {
    throw constraint(id, 'statementId', 'satisfy regular expression pattern: [a-zA-Z0-9-_]+');
  }
  const action = requiredText(call.input, 'Action');
  if (!/^events:[a-zA-Z]+$/.test(action)) {
    throw constraint(action, 'action', 'satisfy regular expression pattern: events:[a-zA-Z]+');
  }
  const principal = requiredText(call.input, 'Principal');
  if (!/^(\d{12}|\*)$/.test(principal)) {
    throw constraint(principal, 'principal', 'satisfy regular expression pattern: (\\d{12}|\\*)');
  }
  const statement = {
    Sid: id,
    Effect: 'Allow',
    Principal: principal === '*' ? '*' : { AWS: `arn:${toPartition(bus.region)}:iam::${principal}:root` },
    Action: action,
    Resource: bus.arn,
    ...readCondition(call.input),
  };
  const others = statementsOf(bus).filter((each) => sidOf(each) !== id);
  store(bus, JSON.stringify({ Version: '2012-10-17', Statement: [...others, statement] }), call.now);
  return {};
}

export function removePermission(call: Call): Output {
  const bus = busOf(call);
  if (call.input.RemoveAllPermissions === true) {
    bus.policy = undefined;
    return {};
  }
  const id = text(call.input, 'StatementId');
  if (id === undefined)
    throw invalid('Parameter StatementId is not valid. Reason: StatementId is a required argument.');
  const statements = statementsOf(bus);
  const kept = statements.filter((each) => sidOf(each) !== id);
  if (kept.length === statements.length) throw notFound('Statement with the provided id does not exist.');
  const empty = kept.length === 0;
  if (empty) bus.policy = undefined;
  else store(bus, JSON.stringify({ Version: '2012-10-17', Statement: kept }), call.now);
  return {};
}

function readCondition(input: Input): Readonly<Record<string, unknown>> {
  const condition = optionalStructure(input, 'Condition');
  if (condition === undefined) return {};
  const [type, key] = [requiredText(condition, 'Type'), requiredText(condition, 'Key')];
  return { Condition: { [type]: { [key]: requiredText(condition, 'Value') } } };
}

function statementsOf(bus: Bus): readonly unknown[] {
  const given = parseObject(bus.policy ?? '')?.Statement ?? [];
  return Array.isArray(given) ? given : [given];
}

function sidOf(statement: unknown): unknown {
  return typeof statement === 'object' && statement !== null && 'Sid' in statement
    ? statement.Sid
    : undefined;
}

function store(bus: Bus, policy: string, now: number): void {
  if (Buffer.byteLength(policy) > POLICY_BYTES_MAX) {
    throw new ServiceError('PolicyLengthExceededException', 'The event bus policy is too long.');
  }
  bus.policy = policy;
  bus.modifiedAt = now;
}
