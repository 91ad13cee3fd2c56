/**
 * SNS's filter policies, by message attributes and by message body: reading them as Subscribe does, and
 * applying them.
 */
import { ServiceError } from '../error.ts';
import { type Clause, readClauses } from './clauses.ts';
import { nameFilter } from './event-pattern.ts';
import { clauseMatches, type Field, type Fields, readFields } from './fields.ts';
import type { Primitive } from './leaf.ts';
import { type Dialect, isObject } from './operators.ts';

export type FilterPolicyScope = 'MessageAttributes' | 'MessageBody';

/** A message attribute as a publisher gives it. */
export interface FilteredAttribute {
  readonly DataType?: string | undefined;
  readonly StringValue?: string | undefined;
}

/** What of a message a filter policy may look at. */
export interface FilteredMessage {
  readonly attributes: Readonly<Record<string, FilteredAttribute>>;
  readonly body: string;
}

/** A policy that was read. */
export interface FilterPolicy {
  matches(message: FilteredMessage): boolean;
}

export interface FilterPolicyOptions {
  /** @default 'MessageAttributes' */
  readonly scope?: FilterPolicyScope;
  /**
   * Subscribe and SetSubscriptionAttributes refuse with different words in front. @default
   * 'SetSubscriptionAttributes'
   */
  readonly operation?: 'Subscribe' | 'SetSubscriptionAttributes';
}

/** SNS: keys of a policy, combinations of its values, its size. */
export const FILTER_POLICY_KEYS_MAX = 5;
export const FILTER_POLICY_COMBINATIONS_MAX = 150;
export const FILTER_POLICY_BYTES_MAX = 262_144;

/** Reads a filter policy; '{}' lets everything through. Throws ServiceError InvalidParameterException. */
export function compileFilterPolicy(policy: string, options: FilterPolicyOptions = {}): FilterPolicy {
  const scope = options.scope ?? 'MessageAttributes';
  const dialect = dialectFor(options.operation ?? 'SetSubscriptionAttributes');
  const parsed = parsePolicy(policy, dialect);
  if (Object.keys(parsed).length === 0) return { matches: () => true };
  checkLimits(parsed, scope, dialect);
  const clauses = readClauses(parsed, dialect);
  const isUsed = nameFilter(new Set(clauses.flat().flatMap((test) => test.path.split('.'))));
  return {
    matches: (message) => {
      const fields =
        scope === 'MessageBody' ? bodyFields(message.body, isUsed) : attributeFields(message.attributes);
      return fields !== undefined && clauses.some((clause: Clause) => clauseMatches(clause, fields));
    },
  };
}

interface SnsDialect extends Dialect {
  /** Refuses what is wrong with the scope and not with the policy alone. */
  refuseScope(reason: string): Error;
}

function dialectFor(operation: 'Subscribe' | 'SetSubscriptionAttributes'): SnsDialect {
  const prefix = operation === 'Subscribe' ? 'Invalid parameter: Attributes Reason: ' : 'Invalid parameter: ';
  const refuseScope = (reason: string) => new ServiceError('InvalidParameterException', prefix + reason);
  return {
    operators: new Set([
      'prefix',
      'suffix',
      'equals-ignore-case',
      'anything-but',
      'numeric',
      'exists',
      'cidr',
    ]),
    exceptions: new Set(['prefix']),
    folding: false,
    refuse: (reason) => refuseScope(`FilterPolicy: ${reason}`),
    refuseScope,
  };
}

function parsePolicy(text: string, dialect: SnsDialect): Readonly<Record<string, unknown>> {
  if (Buffer.byteLength(text) > FILTER_POLICY_BYTES_MAX) {
    throw dialect.refuse(`Filter policy is larger than ${FILTER_POLICY_BYTES_MAX} bytes`);
  }
  const parsed = parseJson(text);
  if (parsed === undefined) throw dialect.refuse('failed to parse JSON');
  if (!isObject(parsed)) throw dialect.refuse('Filter is not an object');
  return parsed;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function checkLimits(
  policy: Readonly<Record<string, unknown>>,
  scope: FilterPolicyScope,
  dialect: SnsDialect,
): void {
  if (Object.keys(policy).length > FILTER_POLICY_KEYS_MAX) {
    throw dialect.refuse(`Filter policy can not have more than ${FILTER_POLICY_KEYS_MAX} keys`);
  }
  if (combinations(policy, 1, 1, scope, dialect) > FILTER_POLICY_COMBINATIONS_MAX) {
    throw dialect.refuse('Filter policy is too complex');
  }
}

/** Values times values over all keys, each times its depth; alternatives of `$or` are added. */
function combinations(
  policy: Readonly<Record<string, unknown>>,
  depth: number,
  before: number,
  scope: FilterPolicyScope,
  dialect: SnsDialect,
): number {
  if (scope === 'MessageAttributes' && depth > 1) {
    throw dialect.refuseScope('Filter policy scope MessageAttributes does not support nested filter policy');
  }
  return Object.entries(policy).reduce((count, [name, value]) => {
    if (isObject(value)) return combinations(value, depth + 1, count, scope, dialect);
    if (!Array.isArray(value)) throw dialect.refuse(`"${name}" must be an object or an array`);
    if (name !== '$or') return count * value.length * depth;
    const branches = value
      .filter(isObject)
      .map((branch) => combinations(branch, depth, count, scope, dialect));
    return branches.reduce((sum, one) => sum + one, 0);
  }, before);
}

/**
 * Attributes by name. Binary ones are not looked at; a list has each of its members, and is there even if it
 * has none.
 */
function attributeFields(attributes: Readonly<Record<string, FilteredAttribute>>): Fields {
  const fields = new Map<string, readonly Field[]>();
  for (const [name, { DataType = 'String', StringValue = '' }] of Object.entries(attributes)) {
    if (DataType.startsWith('Binary')) continue;
    fields.set(
      name,
      attributeValues(DataType, StringValue).map((value) => ({ value, places: [] })),
    );
  }
  return fields;
}

function attributeValues(type: string, text: string): readonly Primitive[] {
  if (type === 'String.Array') {
    const list = parseJson(text);
    return Array.isArray(list) ? list.filter(isPrimitive) : [];
  }
  return [type === 'Number' || type.startsWith('Number.') ? Number(text) : text];
}

function isPrimitive(value: unknown): value is Primitive {
  return (
    value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
  );
}

/**
 * A body that is no JSON object fits no policy. Unlike EventBridge, SNS lets different members of a list
 * serve together.
 */
function bodyFields(body: string, isUsed: (name: string) => boolean): Fields | undefined {
  const parsed = parseJson(body);
  if (!isObject(parsed)) return undefined;
  const fields = [...readFields(parsed, isUsed)];
  return new Map(fields.map(([path, values]) => [path, values.map(({ value }) => ({ value, places: [] }))]));
}
