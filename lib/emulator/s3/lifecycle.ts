/**
 * Lifecycle rules: how long objects live. Days are counted as S3 does, up to the midnight (UTC) that follows.
 */
import { ServiceError } from '../error.ts';
import { notServed, refuse, structure, structures, text } from '../operations.ts';
import type { Input } from '../service.ts';

export interface LifecycleRule {
  readonly id: string;
  readonly enabled: boolean;
  readonly days?: number;
  /** Expires at a time instead of at an age. */
  readonly date?: number;
  readonly prefix: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly largerThan: number;
  readonly smallerThan: number;
  /** As it was given, to be shown again. */
  readonly written: Input;
}

interface Aging {
  readonly key: string;
  readonly at: number;
  readonly body: Uint8Array;
  readonly tags: Readonly<Record<string, string>>;
}

const DAY_MS = 86_400_000;
const RULES_MAX = 1000;

/** Reads the rules of PutBucketLifecycleConfiguration. */
export function readRules(input: Input): readonly LifecycleRule[] {
  const rules = structures(structure(input, 'LifecycleConfiguration'), 'Rules');
  if (rules.length === 0 || rules.length > RULES_MAX) {
    const message =
      'The XML you provided was not well-formed or did not validate against our published schema';
    throw new ServiceError('MalformedXML', message);
  }
  return rules.map((rule, index) => readRule(rule, `rule-${index + 1}`));
}

/** When the first of the rules ends an object, and which it is. */
export function toExpiry(
  rules: readonly LifecycleRule[],
  object: Aging,
): { readonly at: number; readonly id: string } | undefined {
  let first: { readonly at: number; readonly id: string } | undefined;
  for (const rule of rules) {
    if (!rule.enabled || !covers(rule, object)) continue;
    const at = rule.days === undefined ? rule.date : nextMidnight(object.at + rule.days * DAY_MS);
    if (at !== undefined && (first === undefined || at < first.at)) first = { at, id: rule.id };
  }
  return first;
}

/** The first midnight (UTC) after a time. */
export function nextMidnight(time: number): number {
  return (Math.floor(time / DAY_MS) + 1) * DAY_MS;
}

function readRule(rule: Input, name: string): LifecycleRule {
  refuse('s3: a lifecycle rule', rule, 'Transitions', 'NoncurrentVersionTransitions');
  const expiration = structure(rule, 'Expiration');
  if (expiration.ExpiredObjectDeleteMarker === true)
    throw notServed('s3: a lifecycle rule with ExpiredObjectDeleteMarker');
  const { Days: days, Date: date } = expiration;
  if (days !== undefined && (typeof days !== 'number' || days < 1 || !Number.isInteger(days))) {
    const message = "'Days' for Expiration action must be a positive integer";
    throw new ServiceError('InvalidArgument', message);
  }
  const filter = structure(rule, 'Filter');
  const and = structure(filter, 'And');
  const pairs = [...structures(and, 'Tags'), ...(filter.Tag === undefined ? [] : [structure(filter, 'Tag')])];
  const status = text(rule, 'Status');
  return {
    id: text(rule, 'ID') ?? name,
    enabled: status === 'Enabled',
    ...(typeof days === 'number' ? { days } : {}),
    ...(date instanceof Date ? { date: date.getTime() } : {}),
    prefix: text(rule, 'Prefix') ?? text(filter, 'Prefix') ?? text(and, 'Prefix') ?? '',
    tags: Object.fromEntries(pairs.map(({ Key, Value }) => [String(Key), String(Value)])),
    largerThan: Number(filter.ObjectSizeGreaterThan ?? and.ObjectSizeGreaterThan ?? -1),
    smallerThan: Number(filter.ObjectSizeLessThan ?? and.ObjectSizeLessThan ?? Number.POSITIVE_INFINITY),
    written: rule.ID === undefined ? { ...rule, ID: name } : rule,
  };
}

function covers(rule: LifecycleRule, { key, body, tags }: Aging): boolean {
  return (
    key.startsWith(rule.prefix) &&
    body.length > rule.largerThan &&
    body.length < rule.smallerThan &&
    Object.entries(rule.tags).every(([name, value]) => tags[name] === value)
  );
}
