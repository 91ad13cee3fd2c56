import { describe, expect, test } from 'vitest';
import { compileFilterPolicy, type FilteredAttribute } from '../../../lib/emulator/pattern/filter-policy.ts';

const text = (StringValue: string): FilteredAttribute => ({ DataType: 'String', StringValue });
const list = (...values: readonly unknown[]): FilteredAttribute => ({
  DataType: 'String.Array',
  StringValue: JSON.stringify(values),
});
const number = (StringValue: string): FilteredAttribute => ({ DataType: 'Number', StringValue });

describe('filter policies by attributes', () => {
  test.each<[string, object, Record<string, FilteredAttribute>, boolean]>([
    ['an empty policy lets everything through', {}, {}, true],
    ['one of several values', { a: ['x', 'y'] }, { a: text('y') }, true],
    ['all of several keys', { a: ['x'], b: ['y'] }, { a: text('x') }, false],
    ['upper case is another text', { a: ['x'] }, { a: text('X') }, false],
    ['any member of a list', { a: ['y'] }, { a: list('x', 'y') }, true],
    ['numbers and booleans in a list', { a: [true], b: [5] }, { a: list(true), b: list('x', 5) }, true],
    [
      'a list that is no JSON matches nothing',
      { a: ['x'] },
      { a: { DataType: 'String.Array', StringValue: 'x' } },
      false,
    ],
    ['an empty list exists', { a: [{ exists: true }] }, { a: list() }, true],
    ['an empty list is not absent', { a: [{ exists: false }] }, { a: list() }, false],
    ['absence', { a: [{ exists: false }] }, { b: text('x') }, true],
    ['binary attributes are not looked at', { a: [{ exists: true }] }, { a: { DataType: 'Binary' } }, false],
    ['a custom text type', { a: ['x'] }, { a: { DataType: 'String.id', StringValue: 'x' } }, true],
    ['a number in a range', { a: [{ numeric: ['>=', 1, '<', 3] }] }, { a: number('2.5') }, true],
    ['a text is no number', { a: [{ numeric: ['>=', 1] }] }, { a: text('2') }, false],
    ['prefix', { a: [{ prefix: 'or' }] }, { a: text('order') }, true],
    ['suffix', { a: [{ suffix: 'er' }] }, { a: text('order') }, true],
    ['equals-ignore-case', { a: [{ 'equals-ignore-case': 'ORDER' }] }, { a: text('order') }, true],
    ['cidr', { a: [{ cidr: '10.0.0.0/8' }] }, { a: text('10.1.2.3') }, true],
    ['anything-but', { a: [{ 'anything-but': ['x', 'y'] }] }, { a: text('z') }, true],
    ['anything-but with a prefix', { a: [{ 'anything-but': { prefix: 'x' } }] }, { a: text('xy') }, false],
    ['anything-but of what is not there', { a: [{ 'anything-but': 'x' }] }, {}, false],
    ['$or', { a: ['x'], $or: [{ b: ['y'] }, { c: ['z'] }] }, { a: text('x'), c: text('z') }, true],
  ])('%s', (_what, policy, attributes, expected) => {
    expect(compileFilterPolicy(JSON.stringify(policy)).matches({ attributes, body: '' })).toBe(expected);
  });
});

describe('filter policies by body', () => {
  test.each<[string, object, string, boolean]>([
    ['nested names', { a: { b: ['x'] } }, '{"a":{"b":"x"}}', true],
    ['lists of values', { a: ['x'] }, '{"a":["y","x"]}', true],
    ['members of a list together', { a: { b: ['x'], c: ['y'] } }, '{"a":[{"b":"x"},{"c":"y"}]}', true],
    ['numbers', { a: [{ numeric: ['=', 5] }] }, '{"a":5}', true],
    ['a body that is no JSON', { a: [{ exists: false }] }, 'hello', false],
    ['a body that is no object', { a: [{ exists: false }] }, '[1]', false],
  ])('%s', (_what, policy, body, expected) => {
    const compiled = compileFilterPolicy(JSON.stringify(policy), { scope: 'MessageBody' });

    expect(compiled.matches({ attributes: {}, body })).toBe(expected);
  });
});

describe('refusals of filter policies', () => {
  const many = (count: number) =>
    JSON.stringify({ a: Array.from({ length: count }, (_, index) => `v${index}`) });

  test.each<[string, string]>([
    ['{', 'FilterPolicy: failed to parse JSON'],
    ['{"a":[]}', 'FilterPolicy: Empty arrays are not allowed'],
    ['{"a":"x"}', 'FilterPolicy: "a" must be an object or an array'],
    ['{"a":[{"wildcard":"x*"}]}', 'FilterPolicy: Unrecognized match type wildcard'],
    ['{"a":[{"anything-but":{"suffix":"x"}}]}', 'FilterPolicy: Unsupported anything-but pattern: suffix'],
    ['{"a":[{"prefix":{"equals-ignore-case":"x"}}]}', 'FilterPolicy: prefix match pattern must be a string'],
    [
      '{"a":["1"],"b":["1"],"c":["1"],"d":["1"],"e":["1"],"f":["1"]}',
      'FilterPolicy: Filter policy can not have more than 5 keys',
    ],
    [many(151), 'FilterPolicy: Filter policy is too complex'],
    ['{"a":{"b":["x"]}}', 'Filter policy scope MessageAttributes does not support nested filter policy'],
  ])('%s', (policy, reason) => {
    expect(() => compileFilterPolicy(policy)).toThrow(
      expect.objectContaining({ name: 'InvalidParameterException', message: `Invalid parameter: ${reason}` }),
    );
  });

  test('150 combinations are accepted, and alternatives are added up', () => {
    const values = Array.from({ length: 75 }, (_, index) => index);

    expect(() => compileFilterPolicy(many(150))).not.toThrow();
    expect(() => compileFilterPolicy(JSON.stringify({ $or: [{ a: values }, { b: values }] }))).not.toThrow();
    expect(() =>
      compileFilterPolicy(JSON.stringify({ x: ['1', '2'], $or: [{ a: values }, { b: [1] }] })),
    ).toThrow('too complex');
  });

  test('in a body, values of nested keys count times their depth', () => {
    const policy = (count: number) =>
      JSON.stringify({ a: { b: { c: Array.from({ length: count }, (_, index) => index) } } });

    expect(() => compileFilterPolicy(policy(50), { scope: 'MessageBody' })).not.toThrow();
    expect(() => compileFilterPolicy(policy(51), { scope: 'MessageBody' })).toThrow(
      'Filter policy is too complex',
    );
  });

  test('Subscribe refuses in its own words', () => {
    expect(() => compileFilterPolicy('{"a":[]}', { operation: 'Subscribe' })).toThrow(
      'Invalid parameter: Attributes Reason: FilterPolicy: Empty arrays are not allowed',
    );
  });

  test('more than 256 KB are refused', () => {
    expect(() => compileFilterPolicy(JSON.stringify({ a: ['x'.repeat(300_000)] }))).toThrow(
      'larger than 262144 bytes',
    );
  });
});
