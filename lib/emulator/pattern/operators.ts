/**
 * Reads the match expressions of patterns. EventBridge and SNS have the same language but for some operators;
 * the texts of refusals are those of AWS's matching engine, which both services pass on.
 */
import { parseCidr } from './ip-address.ts';
import {
  cidrLeaf,
  exactLeaf,
  exceptLeaf,
  foldedLeaf,
  foldedPrefixLeaf,
  foldedSuffixLeaf,
  isComparable,
  type Leaf,
  literalLeaf,
  prefixLeaf,
  rangeLeaf,
  suffixLeaf,
  wildcardLeaf,
} from './leaf.ts';

/** What a service's patterns may use, and how it refuses the rest. */
export interface Dialect {
  readonly operators: ReadonlySet<string>;
  /** What may stand inside `anything-but`, besides values. */
  readonly exceptions: ReadonlySet<string>;
  /** What may stand inside `prefix` and `suffix`, besides a string. */
  readonly folding: boolean;
  refuse(reason: string): Error;
}

/** The leaves of one match expression, a member of a field's list. */
export function readLeaf(expression: unknown, dialect: Dialect): Leaf {
  switch (typeof expression) {
    case 'string':
    case 'number':
    case 'boolean':
      return exactLeaf(expression);
    default:
      if (expression === null) return exactLeaf(null);
      if (!isObject(expression))
        throw dialect.refuse('Match value must be String, number, true, false, or null');
      return readOperator(expression, dialect);
  }
}

/** Whether a part of a pattern is a JSON object. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readOperator(expression: Readonly<Record<string, unknown>>, dialect: Dialect): Leaf {
  const [operator, value] = onlyEntry(expression, 'Match expression name not found', dialect);
  if (!dialect.operators.has(operator)) throw dialect.refuse(`Unrecognized match type ${operator}`);
  switch (operator) {
    case 'exactly':
      return literalLeaf(text(value, 'exact match pattern must be a string', dialect));
    case 'prefix':
    case 'suffix':
      return readEdge(operator, value, dialect);
    case 'equals-ignore-case':
      return foldedLeaf(text(value, 'equals-ignore-case match pattern must be a string', dialect));
    case 'wildcard':
      return wildcardLeaf(
        wildcardParts(text(value, 'wildcard match pattern must be a string', dialect), dialect),
      );
    case 'cidr':
      return readCidr(value, dialect);
    case 'exists':
      if (typeof value !== 'boolean')
        throw dialect.refuse('exists match pattern must be either true or false.');
      return { kind: value ? 'present' : 'absent' };
    case 'numeric':
      return readNumeric(value, dialect);
    default:
      return readAnythingBut(value, dialect);
  }
}

function readEdge(operator: 'prefix' | 'suffix', value: unknown, dialect: Dialect): Leaf {
  if (!isObject(value) || !dialect.folding) {
    const edge = text(value, `${operator} match pattern must be a string`, dialect);
    return operator === 'prefix' ? prefixLeaf(edge) : suffixLeaf(edge);
  }
  const title = operator === 'prefix' ? 'Prefix' : 'Suffix';
  const [inner, wanted] = onlyEntry(value, `${title} expression name not found`, dialect);
  if (inner !== 'equals-ignore-case') throw dialect.refuse(`Unsupported ${operator} pattern: ${inner}`);
  const edge = text(wanted, 'equals-ignore-case match pattern must be a string', dialect);
  return operator === 'prefix' ? foldedPrefixLeaf(edge) : foldedSuffixLeaf(edge);
}

function readCidr(value: unknown, dialect: Dialect): Leaf {
  // The engine says 'prefix' here, too.
  const block = parseCidr(text(value, 'prefix match pattern must be a string', dialect));
  if ('refused' in block) throw dialect.refuse(block.refused);
  return cidrLeaf(block);
}

function readAnythingBut(value: unknown, dialect: Dialect): Leaf {
  if (isObject(value)) return readException(value, dialect);
  if (!Array.isArray(value) && typeof value !== 'string' && typeof value !== 'number') {
    throw dialect.refuse('Value of anything-but must be an array or single string/number value.');
  }
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const values = list.filter((one) => typeof one === 'string' || typeof one === 'number');
  if (values.length < list.length) {
    throw dialect.refuse('Inside anything but list, start|null|boolean is not supported.');
  }
  const strings = values.filter((one) => typeof one === 'string').length;
  if (list.length === 0 || (strings > 0 && strings < list.length)) {
    throw dialect.refuse(
      'Inside anything but list, either all values are number or string, mixed type is not supported',
    );
  }
  return exceptLeaf(values.map(literalLeaf));
}

function readException(value: Readonly<Record<string, unknown>>, dialect: Dialect): Leaf {
  const [operator, given] = onlyEntry(value, 'Anything-But expression name not found', dialect);
  if (!dialect.exceptions.has(operator))
    throw dialect.refuse(`Unsupported anything-but pattern: ${operator}`);
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  return exceptLeaf(list.map((one) => exceptionLeaf(operator, one, dialect)));
}

function exceptionLeaf(operator: string, value: unknown, dialect: Dialect): Leaf {
  switch (operator) {
    case 'equals-ignore-case':
      return foldedLeaf(
        text(
          value,
          'Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.',
          dialect,
        ),
      );
    case 'wildcard':
      return wildcardLeaf(
        wildcardParts(text(value, 'wildcard match pattern must be a string', dialect), dialect),
      );
    default: {
      const edge = text(value, 'prefix/suffix match pattern must be a string', dialect);
      if (edge === '') throw dialect.refuse('Null prefix/suffix not allowed');
      return operator === 'prefix' ? prefixLeaf(edge) : suffixLeaf(edge);
    }
  }
}

function wildcardParts(pattern: string, dialect: Dialect): readonly string[] {
  const parts = [''];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] ?? '';
    if (character === '*') {
      // The engine counts positions with the opening quote.
      if (pattern[at + 1] === '*') throw dialect.refuse(`Consecutive wildcard characters at pos ${at + 1}`);
      parts.push('');
      continue;
    }
    const next = pattern[at + 1];
    if (character === '\\' && next !== '*' && next !== '\\') {
      throw dialect.refuse(`Invalid escape character at pos ${at + 1}`);
    }
    parts.push((parts.pop() ?? '') + (character === '\\' ? next : character));
    if (character === '\\') at++;
  }
  return parts;
}

const BOUNDS: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

function readNumeric(value: unknown, dialect: Dialect): Leaf {
  if (!Array.isArray(value)) throw dialect.refuse('Value of numeric must be an array.');
  const members: readonly unknown[] = value;
  const [operator, bound, secondOperator, secondBound] = members;
  if (typeof operator !== 'string') {
    throw dialect.refuse(`Invalid member in numeric match: ${members.length === 0 ? ']' : String(operator)}`);
  }
  const first = BOUNDS[operator];
  if (first === undefined) throw dialect.refuse(`Unrecognized numeric range operator: ${operator}`);
  const low = number(bound, operator === '=' ? 'equals' : operator, dialect);
  if (members.length === 2) return rangeLeaf((given) => first(given, low));
  if (!operator.startsWith('>')) throw dialect.refuse('Too many elements in numeric expression');
  if (typeof secondOperator !== 'string')
    throw dialect.refuse(`Bad value in numeric range: ${String(secondOperator)}`);
  if (!secondOperator.startsWith('<')) throw dialect.refuse(`Bad numeric range operator: ${secondOperator}`);
  const second = BOUNDS[secondOperator];
  if (second === undefined) throw dialect.refuse(`Bad numeric range operator: ${secondOperator}`);
  const high = number(secondBound, secondOperator, dialect);
  if (members.length > 4) throw dialect.refuse('Too many terms in numeric range expression');
  if (low >= high) throw dialect.refuse('Bottom must be less than top');
  return rangeLeaf((given) => first(given, low) && second(given, high));
}

function number(value: unknown, operator: string, dialect: Dialect): number {
  if (typeof value !== 'number') throw dialect.refuse(`Value of ${operator} must be numeric`);
  if (Math.abs(value) > 5e9) throw dialect.refuse('Value must be between -5.0E9 and 5.0E9, inclusive');
  if (!isComparable(value)) throw dialect.refuse(`Only values upto 6 decimals are supported${value}`);
  return value;
}

function text(value: unknown, reason: string, dialect: Dialect): string {
  if (typeof value !== 'string') throw dialect.refuse(reason);
  return value;
}

function onlyEntry(
  object: Readonly<Record<string, unknown>>,
  missing: string,
  dialect: Dialect,
): readonly [string, unknown] {
  const [entry, ...more] = Object.entries(object);
  if (entry === undefined) throw dialect.refuse(missing);
  if (more.length > 0) throw dialect.refuse('Only one key allowed in match expression');
  return entry;
}
