/**
 * Filter criteria of an event source mapping: which messages it hands to its function; the others are
 * deleted. The patterns are EventBridge's, less what Lambda does not take from them (wildcard, cidr). An
 * operator outside this list is refused by name when the mapping is made.
 */
import { invalidParameter } from './errors.ts';
import { isStructure } from './input.ts';
import { FILTER_PATTERN_MAX, FILTERS_MAX } from './limits.ts';

/** Says whether a record, as in the event, passes. */
export type RecordFilter = (record: Readonly<Record<string, unknown>>) => boolean;

type Test = (value: unknown) => boolean;

/**
 * Compiles the patterns of FilterCriteria; a record passes when one of them matches. None let everything
 * pass.
 */
export function compileFilters(patterns: readonly string[]): RecordFilter {
  if (patterns.length > FILTERS_MAX) {
    throw invalidParameter(`A mapping takes at most ${FILTERS_MAX} filters, not ${patterns.length}.`);
  }
  const filters = patterns.map(compilePattern);
  if (filters.length === 0) return () => true;
  return (record) => filters.some((filter) => filter(record));
}

function compilePattern(text: string): RecordFilter {
  if (text.length > FILTER_PATTERN_MAX) throw refused(`is longer than ${FILTER_PATTERN_MAX} characters`);
  let pattern: unknown;
  try {
    pattern = JSON.parse(text);
  } catch {
    throw refused('is not JSON');
  }
  if (!isStructure(pattern)) throw refused('is not a JSON object');
  const { body, ...rest } = pattern;
  const test = compileObject(rest);
  if (body === undefined) return test;
  const testBody = compileBody(body);
  return (record) => testBody(String(record.body)) && test(record);
}

/**
 * The body is filtered as what it is: a pattern that is an object looks into JSON objects only, a list of
 * values compares with bodies that are no JSON object only; on a mismatch of the two Lambda drops the
 * message.
 */
function compileBody(pattern: unknown): (body: string) => boolean {
  if (isStructure(pattern)) {
    const test = compileObject(pattern);
    return (body) => {
      const parsed = parseObject(body);
      return parsed !== undefined && test(parsed);
    };
  }
  const test = compileLeaf('body', pattern);
  return (body) => parseObject(body) === undefined && test(body);
}

function parseObject(body: string): Readonly<Record<string, unknown>> | undefined {
  if (!body.trimStart().startsWith('{')) return undefined;
  try {
    const parsed: unknown = JSON.parse(body);
    return isStructure(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function compileObject(pattern: Readonly<Record<string, unknown>>): RecordFilter {
  const { $or: alternatives, ...rest } = pattern;
  const tests = Object.entries(rest).map(([key, value]): RecordFilter => {
    if (!isStructure(value)) {
      const test = compileLeaf(key, value);
      return (record) => test(record[key]);
    }
    const test = compileObject(value);
    const absent = test({});
    // An object may be missing if all that is asked of it is that something does not exist.
    return (record) => {
      const child = record[key];
      return isStructure(child) ? test(child) : absent && child === undefined;
    };
  });
  if (alternatives !== undefined) tests.push(compileAlternatives(alternatives));
  return (record) => tests.every((test) => test(record));
}

function compileAlternatives(alternatives: unknown): RecordFilter {
  if (!Array.isArray(alternatives) || alternatives.length < 2 || !alternatives.every(isStructure)) {
    throw refused('has an $or that is not a list of at least two objects');
  }
  const filters = alternatives.map(compileObject);
  return (record) => filters.some((filter) => filter(record));
}

function compileLeaf(key: string, values: unknown): Test {
  if (!Array.isArray(values) || values.length === 0) {
    throw refused(`has at '${key}' neither an object nor a list of values`);
  }
  const tests = values.map((value) =>
    isStructure(value) ? compileOperator(key, value) : equals(key, value),
  );
  return (value) => {
    // A list in the message matches when one of its members does.
    const candidates = Array.isArray(value) ? value : [value];
    return tests.some((test) => candidates.some(test));
  };
}

function equals(key: string, expected: unknown): Test {
  if (expected !== null && !['string', 'number', 'boolean'].includes(typeof expected)) {
    throw refused(`compares '${key}' with ${JSON.stringify(expected)}`);
  }
  return (value) => value === expected;
}

function compileOperator(key: string, operator: Readonly<Record<string, unknown>>): Test {
  const [name, ...more] = Object.keys(operator);
  if (name === undefined || more.length > 0) throw refused(`has at '${key}' not exactly one operator`);
  const operand = operator[name];
  switch (name) {
    case 'exists':
      if (typeof operand !== 'boolean')
        throw refused(`has at '${key}' an exists that is neither true nor false`);
      // It asks for leaves: an object at this place is not one.
      return (value) => (value !== undefined && !isStructure(value)) === operand;
    case 'anything-but':
      return anythingBut(key, operand);
    case 'numeric':
      return numeric(key, operand);
    default:
      return textOperator(key, name, operand);
  }
}

function textOperator(key: string, name: string, operand: unknown): Test {
  if (!['prefix', 'suffix', 'equals-ignore-case'].includes(name)) {
    throw refused(
      `uses the operator '${name}' at '${key}', which Lambda does not take or the emulator does not serve`,
    );
  }
  if (typeof operand !== 'string') throw refused(`has at '${key}' a ${name} that is not a string`);
  const lower = operand.toLowerCase();
  return (value) => {
    if (typeof value !== 'string') return false;
    if (name === 'prefix') return value.startsWith(operand);
    if (name === 'suffix') return value.endsWith(operand);
    return value.toLowerCase() === lower;
  };
}

function anythingBut(key: string, operand: unknown): Test {
  const listed = Array.isArray(operand) ? operand : [operand];
  const tests = listed.map((each) => {
    if (isStructure(each)) return compileOperator(key, each);
    if (typeof each !== 'string' && typeof each !== 'number')
      throw refused(`has at '${key}' an anything-but without values`);
    return equals(key, each);
  });
  // A value that is not there is not "anything".
  return (value) => value !== undefined && !tests.some((test) => test(value));
}

const COMPARISONS: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

function numeric(key: string, operand: unknown): Test {
  if (!Array.isArray(operand) || (operand.length !== 2 && operand.length !== 4)) {
    throw refused(`has at '${key}' a numeric that is not one or two comparisons`);
  }
  const tests: ((value: number) => boolean)[] = [];
  for (let at = 0; at < operand.length; at += 2) {
    const compare = COMPARISONS[String(operand[at])];
    const bound: unknown = operand[at + 1];
    if (compare === undefined || typeof bound !== 'number') {
      throw refused(`has at '${key}' a numeric with ${JSON.stringify(operand)}`);
    }
    tests.push((value) => compare(value, bound));
  }
  return (value) => typeof value === 'number' && tests.every((test) => test(value));
}

function refused(why: string) {
  return invalidParameter(`Invalid filter pattern definition. The pattern ${why}.`);
}
