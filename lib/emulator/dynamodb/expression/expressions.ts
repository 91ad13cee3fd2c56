/**
 * The expressions of one request: their placeholders, checked as a whole, and their parsed forms. Parsing is
 * remembered by text and placeholders, since an application sends the same few expressions again and again.
 */

import { ServiceError } from '../../error.ts';
import type { Input } from '../../service.ts';
import { type AttributeValue, parseValue } from '../attribute-value.ts';
import { optionalRecord, optionalText } from '../input.ts';
import { isRefusal, validation } from '../refusals.ts';
import { parseCondition } from './condition-parser.ts';
import { parseProjection } from './projection.ts';
import type { Condition, Path, Update } from './syntax.ts';
import { parseUpdate } from './update-parser.ts';

interface Used {
  readonly usedNames: ReadonlySet<string>;
  readonly usedValues: ReadonlySet<string>;
}

const CACHE_MAX = 2000;
const NAME_KEY = /^#[A-Za-z0-9_]+$/;
const VALUE_KEY = /^:[A-Za-z0-9_]+$/;

/** Parsed expressions by their text; forgets all when it is full. */
export type ExpressionCache = Map<string, Used>;

/** The names and values of one request, and what its expressions have used of them. */
export class Expressions {
  readonly names: ReadonlyMap<string, string>;
  readonly values: ReadonlyMap<string, AttributeValue>;
  private readonly cache: ExpressionCache;
  private readonly placeholderKey: string;
  private readonly used: Used[] = [];

  /** `parameters` are the expressions that the operation takes, in the order of its error messages. */
  constructor(input: Input, cache: ExpressionCache, parameters: readonly string[]) {
    this.cache = cache;
    const names = optionalRecord(input, 'ExpressionAttributeNames');
    const values = optionalRecord(input, 'ExpressionAttributeValues');
    const present = parameters.filter((name) => optionalText(input, name) !== undefined);
    if (present.length === 0) refuseWithoutExpression(parameters, names, values);
    this.names = readNames(names);
    this.values = readValues(values);
    this.placeholderKey = placeholderKey(this.names, this.values);
  }

  condition(parameter: string, expression: string): Condition {
    return this.parsed(parameter, expression, () => parseCondition(parameter, expression, this)).condition;
  }

  update(expression: string): { readonly update: Update; readonly paths: readonly Path[] } {
    return this.parsed('UpdateExpression', expression, () => parseUpdate(expression, this));
  }

  projection(expression: string): readonly Path[] {
    return this.parsed('ProjectionExpression', expression, () => parseProjection(expression, this)).paths;
  }

  /** After all expressions are parsed: nothing may be left over. */
  finish(): void {
    checkUsed(
      'Names',
      this.names,
      this.used.map((each) => each.usedNames),
    );
    checkUsed(
      'Values',
      this.values,
      this.used.map((each) => each.usedValues),
    );
  }

  private parsed<T extends Used>(parameter: string, expression: string, parse: () => T): T {
    const key = `${parameter}\n${expression}\n${this.placeholderKey}`;
    // The parameter's name is part of the key, and each has one parser.
    let result = this.cache.get(key) as T | undefined;
    if (result === undefined) {
      result = parse();
      if (this.cache.size >= CACHE_MAX) this.cache.clear();
      if (!dependsOnValues(expression)) this.cache.set(key, result);
    }
    this.used.push(result);
    return result;
  }
}

/**
 * Whether a parser looks at the values themselves, not only at their types: then its result holds for them
 * alone.
 */
function dependsOnValues(expression: string): boolean {
  return /attribute_type|between/i.test(expression);
}

function placeholderKey(
  names: ReadonlyMap<string, string>,
  values: ReadonlyMap<string, AttributeValue>,
): string {
  let key = '';
  // With its length, no name can look like two.
  for (const [alias, name] of names) key += `${alias}${name.length}=${name}`;
  for (const [alias, value] of values) key += `${alias}${value.type}`;
  return key;
}

function refuseWithoutExpression(parameters: readonly string[], names: unknown, values: unknown): void {
  const only = 'can only be specified when using expressions';
  if (names !== undefined) throw validation(`ExpressionAttributeNames ${only}`);
  if (values !== undefined) {
    const verb = parameters.length > 1 ? 'are' : 'is';
    throw validation(`ExpressionAttributeValues ${only}: ${parameters.join(' and ')} ${verb} null`);
  }
}

function readNames(raw: Readonly<Record<string, unknown>> | undefined): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  if (raw === undefined) return names;
  for (const [alias, name] of Object.entries(raw)) {
    if (!NAME_KEY.test(alias)) {
      throw validation(`ExpressionAttributeNames contains invalid key: Syntax error; key: "${alias}"`);
    }
    if (typeof name !== 'string' || name === '') {
      const empty = 'An expression attribute name must not be empty';
      throw validation(`ExpressionAttributeNames contains invalid value: ${empty} for key ${alias}`);
    }
    names.set(alias, name);
  }
  if (names.size === 0) throw validation('ExpressionAttributeNames must not be empty');
  return names;
}

function readValues(raw: Readonly<Record<string, unknown>> | undefined): ReadonlyMap<string, AttributeValue> {
  const values = new Map<string, AttributeValue>();
  if (raw === undefined) return values;
  for (const alias of Object.keys(raw)) {
    if (!VALUE_KEY.test(alias)) {
      throw validation(`ExpressionAttributeValues contains invalid key: Syntax error; key: "${alias}"`);
    }
  }
  for (const [alias, value] of Object.entries(raw)) {
    try {
      values.set(alias, parseValue(value));
    } catch (error) {
      if (!isRefusal(error, 'ValidationException')) throw error;
      const problem = `ExpressionAttributeValues contains invalid value: ${error.message} for key ${alias}`;
      throw new ServiceError(error.name, problem);
    }
  }
  if (values.size === 0) throw validation('ExpressionAttributeValues must not be empty');
  return values;
}

function checkUsed(
  kind: 'Names' | 'Values',
  given: ReadonlyMap<string, unknown>,
  used: readonly ReadonlySet<string>[],
): void {
  const unused = [...given.keys()].filter((key) => !used.some((set) => set.has(key)));
  if (unused.length === 0) return;
  const keys = unused.join(', ');
  throw validation(`Value provided in ExpressionAttribute${kind} unused in expressions: keys: {${keys}}`);
}
