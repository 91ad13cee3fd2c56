import { describe, expect, test } from 'vitest';
import { compileFilters } from '../../../lib/emulator/lambda/filter.ts';
import { refusal } from './rig.ts';

const record = {
  messageId: 'm1',
  body: JSON.stringify({
    kind: 'order',
    total: 40,
    tags: ['new', 'eu'],
    customer: { name: 'Ada', vip: null },
    open: true,
  }),
  attributes: { MessageGroupId: 'g1', ApproximateReceiveCount: '1' },
  messageAttributes: { source: { stringValue: 'web', dataType: 'String' } },
};
const text = { ...record, body: 'plain text' };

function matches(pattern: unknown, of: Readonly<Record<string, unknown>> = record): boolean {
  return compileFilters([JSON.stringify(pattern)])(of);
}

describe('a pattern', () => {
  test.each<[string, unknown, boolean]>([
    ['an equal string', { body: { kind: ['order'] } }, true],
    ['another string', { body: { kind: ['refund'] } }, false],
    ['one of several strings', { body: { kind: ['refund', 'order'] } }, true],
    ['an equal number', { body: { total: [40] } }, true],
    ['a number written as a string', { body: { total: ['40'] } }, false],
    ['null', { body: { customer: { vip: [null] } } }, true],
    ['true', { body: { open: [true] } }, true],
    ['a member of a list', { body: { tags: ['eu'] } }, true],
    ['no member of a list', { body: { tags: ['us'] } }, false],
    ['several keys', { body: { kind: ['order'], total: [40] } }, true],
    ['several keys of which one differs', { body: { kind: ['order'], total: [41] } }, false],
    ['a prefix', { body: { kind: [{ prefix: 'ord' }] } }, true],
    ['another prefix', { body: { kind: [{ prefix: 'rd' }] } }, false],
    ['a suffix', { body: { kind: [{ suffix: 'der' }] } }, true],
    ['another case', { body: { kind: [{ 'equals-ignore-case': 'ORDER' }] } }, true],
    ['a prefix of a number', { body: { total: [{ prefix: '4' }] } }, false],
    ['anything but another', { body: { kind: [{ 'anything-but': ['refund'] }] } }, true],
    ['anything but this', { body: { kind: [{ 'anything-but': ['refund', 'order'] }] } }, false],
    ['anything but this number', { body: { total: [{ 'anything-but': 40 }] } }, false],
    ['anything but a prefix', { body: { kind: [{ 'anything-but': { prefix: 'or' } }] } }, false],
    ['anything but, of what is not there', { body: { missing: [{ 'anything-but': ['a'] }] } }, false],
    ['an equal numeric', { body: { total: [{ numeric: ['=', 40] }] } }, true],
    ['a range', { body: { total: [{ numeric: ['>', 30, '<=', 40] }] } }, true],
    ['another range', { body: { total: [{ numeric: ['>', 40, '<', 50] }] } }, false],
    ['a numeric of a string', { attributes: { ApproximateReceiveCount: [{ numeric: ['=', 1] }] } }, false],
    ['what exists', { body: { kind: [{ exists: true }] } }, true],
    ['what does not exist', { body: { missing: [{ exists: true }] } }, false],
    ['the absence of what does not exist', { body: { missing: [{ exists: false }] } }, true],
    ['the absence of what exists', { body: { kind: [{ exists: false }] } }, false],
    ['an absence deep in what does not exist', { body: { a: { b: [{ exists: false }] } } }, true],
    ['a value deep in what does not exist', { body: { a: { b: ['c'] } } }, false],
    ['the existence of an object, which is no leaf', { body: { customer: [{ exists: true }] } }, false],
    ['one of two alternatives', { body: { $or: [{ kind: ['refund'] }, { total: [40] }] } }, true],
    ['none of two alternatives', { body: { $or: [{ kind: ['refund'] }, { total: [41] }] } }, false],
    [
      'alternatives and a key',
      { body: { kind: ['refund'], $or: [{ total: [40] }, { open: [true] }] } },
      false,
    ],
    ['an attribute', { attributes: { MessageGroupId: ['g1'] } }, true],
    ['a message attribute', { messageAttributes: { source: { stringValue: ['web'] } } }, true],
    ['another message attribute', { messageAttributes: { source: { stringValue: ['app'] } } }, false],
    ['body and attribute', { body: { kind: ['order'] }, attributes: { MessageGroupId: ['g2'] } }, false],
  ])('of %s', (_name, pattern, expected) => {
    const matched = matches(pattern);

    expect(matched).toBe(expected);
  });

  test.each<[string, unknown, Readonly<Record<string, unknown>>, boolean]>([
    ['plain text matches an equal text', { body: ['plain text'] }, text, true],
    ['plain text does not match another text', { body: ['plain'] }, text, false],
    ['plain text matches a prefix', { body: [{ prefix: 'plain' }] }, text, true],
    ['plain text never matches a pattern for JSON', { body: { kind: [{ exists: false }] } }, text, false],
    ['JSON never matches a pattern for text', { body: [{ prefix: '{' }] }, record, false],
    ['a pattern without body looks at the rest', { attributes: { MessageGroupId: ['g1'] } }, text, true],
    ['an empty text matches the empty string', { body: [''] }, { ...record, body: '' }, true],
  ])('and a body: %s', (_name, pattern, of, expected) => {
    const matched = matches(pattern, of);

    expect(matched).toBe(expected);
  });
});

test('a record passes when one of several patterns matches; without any, always', () => {
  const none = compileFilters([]);
  const two = compileFilters(['{"body":{"kind":["refund"]}}', '{"body":{"kind":["order"]}}']);

  expect([none(record), two(record), two(text)]).toEqual([true, true, false]);
});

test.each<[string, string, string]>([
  [
    'an operator of EventBridge only',
    '{"body":{"a":[{"wildcard":"x*"}]}}',
    "uses the operator 'wildcard' at 'a'",
  ],
  ['cidr', '{"body":{"a":[{"cidr":"10.0.0.0/24"}]}}', "uses the operator 'cidr' at 'a'"],
  ['no JSON', '{', 'is not JSON'],
  ['a list', '[]', 'is not a JSON object'],
  ['a bare value', '{"body":{"a":"b"}}', "has at 'a' neither an object nor a list of values"],
  ['an empty list', '{"body":{"a":[]}}', "has at 'a' neither an object nor a list of values"],
  ['two operators in one', '{"a":[{"prefix":"x","suffix":"y"}]}', "has at 'a' not exactly one operator"],
  [
    'a numeric without a bound',
    '{"a":[{"numeric":[">"]}]}',
    "has at 'a' a numeric that is not one or two comparisons",
  ],
  ['an unknown comparison', '{"a":[{"numeric":["!=",1]}]}', "has at 'a' a numeric with"],
  [
    'an exists that is a string',
    '{"a":[{"exists":"yes"}]}',
    "has at 'a' an exists that is neither true nor false",
  ],
  ['an $or of one', '{"$or":[{"a":[1]}]}', 'has an $or that is not a list of at least two objects'],
  ['a nested list', '{"a":[[1]]}', "compares 'a' with [1]"],
  ['too much text', JSON.stringify({ a: ['x'.repeat(4096)] }), 'is longer than 4096 characters'],
])('%s is refused by name', async (_name, pattern, why) => {
  const refused = await refusal(() => compileFilters([pattern]));

  expect(refused.name).toBe('InvalidParameterValueException');
  expect(refused.message).toContain(`Invalid filter pattern definition. The pattern ${why}`);
});

test('eleven filters are one too many', async () => {
  const refused = await refusal(() => compileFilters(Array.from({ length: 11 }, () => '{"a":[1]}')));

  expect(refused).toMatchObject({
    name: 'InvalidParameterValueException',
    message: 'A mapping takes at most 10 filters, not 11.',
  });
});
