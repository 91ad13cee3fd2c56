import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileEventPattern } from '../../../lib/emulator/pattern/event-pattern.ts';
import { eventPatternIndex } from '../../../lib/emulator/pattern/event-pattern-index.ts';
import vectors from '../../vectors/event-pattern.json' with { type: 'json' };

interface Row {
  readonly pattern: object;
  readonly event: object;
  readonly match: boolean;
}

// The rows have patterns and events of every shape, of which TypeScript would make one enormous union.
const ROWS = vectors.vectors as unknown as readonly Row[];

const matches = (pattern: object, event: object) =>
  compileEventPattern(JSON.stringify(pattern)).matches(event);

describe('event patterns', () => {
  test("agree with AWS's matching engine on every recorded event", () => {
    const wrong = ROWS.filter((row) => matches(row.pattern, row.event) !== row.match);

    expect(wrong).toEqual([]);
    expect(ROWS.length).toBeGreaterThan(2_000);
  });

  test.each<[string, object, object, boolean]>([
    ['values of any type', { a: ['x', 1, true, null] }, { a: null }, true],
    ['numbers by value', { a: [300] }, JSON.parse('{"a":3.0e2}'), true],
    ['no number for a text', { a: ['1'] }, { a: 1 }, false],
    ['addresses by address', { a: ['fe80::1'] }, { a: 'FE80:0:0::1' }, true],
    ['no text for another', { a: ['fe80::1'] }, { a: 'fe80::2' }, false],
    ['a list by any member', { a: ['x'] }, { a: ['y', 'x'] }, true],
    ['a dot in a name as two names', { 'a.b': ['x'] }, { a: { b: 'x' } }, true],
    ['fields of one list member', { a: { b: ['x'], c: ['y'] } }, { a: [{ b: 'x', c: 'y' }] }, true],
    ['no fields of two list members', { a: { b: ['x'], c: ['y'] } }, { a: [{ b: 'x' }, { c: 'y' }] }, false],
    [
      'absence in the same list member',
      { a: { b: ['x'], c: [{ exists: false }] } },
      { a: [{ b: 'x' }, { c: 'y' }] },
      true,
    ],
    ['no object as existing', { a: [{ exists: true }] }, { a: { b: 1 } }, false],
    ['no empty list as existing', { a: [{ exists: true }] }, { a: [] }, false],
    ['null as existing', { a: [{ exists: true }] }, { a: null }, true],
    ['stars by any text', { a: [{ wildcard: 'a*b*c' }] }, { a: 'a-b-b-c' }, true],
    ['no star twice over one text', { a: [{ wildcard: 'ab*ba' }] }, { a: 'aba' }, false],
    ['escaped stars', { a: [{ wildcard: '\\**' }] }, { a: '*x' }, true],
    ['numbers in a range', { a: [{ numeric: ['>', 0, '<=', 5] }] }, { a: 5 }, true],
    ['no number beyond ±5·10⁹', { a: [{ numeric: ['>', 0] }] }, { a: 6e9 }, false],
    ['other types for anything-but', { a: [{ 'anything-but': 'x' }] }, { a: 5 }, true],
    ['nothing absent for anything-but', { a: [{ 'anything-but': 'x' }] }, {}, false],
    ['alternatives', { a: ['x'], $or: [{ b: ['y'] }, { c: ['z'] }] }, { a: 'x', c: 'z' }, true],
    ['alternatives below a name', { a: { $or: [{ b: ['y'] }, { c: ['z'] }] } }, { a: { c: 'z' } }, true],
    ['exactly', { a: [{ exactly: 'x' }] }, { a: 'x' }, true],
  ])('match %s', (_what, pattern, event, expected) => {
    expect(matches(pattern, event)).toBe(expected);
  });

  test.each<[string, string]>([
    ['{', "Expected property name or '}' in JSON at position 1"],
    ['[]', 'Filter is not an object'],
    ['{}', 'Empty objects are not allowed'],
    ['{"a":{}}', 'Empty objects are not allowed'],
    ['{"a":"x"}', '"a" must be an object or an array'],
    ['{"a":[]}', 'Empty arrays are not allowed'],
    ['{"a":[["x"]]}', 'Match value must be String, number, true, false, or null'],
    ['{"a":[{}]}', 'Match expression name not found'],
    ['{"a":[{"like":"x"}]}', 'Unrecognized match type like'],
    ['{"a":[{"prefix":"x","suffix":"y"}]}', 'Only one key allowed in match expression'],
    ['{"a":[{"prefix":1}]}', 'prefix match pattern must be a string'],
    ['{"a":[{"suffix":{"wildcard":"x"}}]}', 'Unsupported suffix pattern: wildcard'],
    ['{"a":[{"prefix":{"equals-ignore-case":1}}]}', 'equals-ignore-case match pattern must be a string'],
    ['{"a":[{"exists":"yes"}]}', 'exists match pattern must be either true or false.'],
    ['{"a":[{"wildcard":"a**b"}]}', 'Consecutive wildcard characters at pos 2'],
    ['{"a":[{"wildcard":"a\\\\b"}]}', 'Invalid escape character at pos 2'],
    ['{"a":[{"cidr":"10.0.0.0"}]}', "Malformed CIDR, one '/' required"],
    ['{"a":[{"cidr":"10.0.0.0/x"}]}', 'Malformed CIDR, mask bits must be an integer'],
    ['{"a":[{"cidr":"10.0.0.0/32"}]}', 'IPv4 mask bits must be < 32'],
    ['{"a":[{"cidr":"host/8"}]}', 'Nonstandard IP address: host'],
    ['{"a":[{"numeric":5}]}', 'Value of numeric must be an array.'],
    ['{"a":[{"numeric":[]}]}', 'Invalid member in numeric match: ]'],
    ['{"a":[{"numeric":["~",1]}]}', 'Unrecognized numeric range operator: ~'],
    ['{"a":[{"numeric":["=","1"]}]}', 'Value of equals must be numeric'],
    ['{"a":[{"numeric":["<",1,">",0]}]}', 'Too many elements in numeric expression'],
    ['{"a":[{"numeric":[">",1,">",0]}]}', 'Bad numeric range operator: >'],
    ['{"a":[{"numeric":[">",5,"<",1]}]}', 'Bottom must be less than top'],
    ['{"a":[{"numeric":[">",1,"<",2,"<",3]}]}', 'Too many terms in numeric range expression'],
    ['{"a":[{"numeric":[">",5000000001]}]}', 'Value must be between -5.0E9 and 5.0E9, inclusive'],
    [
      '{"a":[{"anything-but":true}]}',
      'Value of anything-but must be an array or single string/number value.',
    ],
    ['{"a":[{"anything-but":[null]}]}', 'Inside anything but list, start|null|boolean is not supported.'],
    ['{"a":[{"anything-but":["x",1]}]}', 'Inside anything but list, either all values are number or string'],
    ['{"a":[{"anything-but":{"prefix":""}}]}', 'Null prefix/suffix not allowed'],
    ['{"a":[{"anything-but":{"cidr":"10.0.0.0/8"}}]}', 'Unsupported anything-but pattern: cidr'],
    ['{"$or":{"a":["x"]}}', 'It must be an Array followed with $or.'],
    ['{"$or":[{"a":["x"]}]}', 'There must have at least 2 Objects in $or relationship.'],
    ['{"$or":[{"a":["x"]},"b"]}', 'Only JSON object is allowed in array of $or relationship.'],
    [
      '{"$or":[{"a":["x"]},{"prefix":["y"]}]}',
      'prefix is Ruler reserved fieldName which cannot be used inside $or.',
    ],
  ])('%s is refused: %s', (pattern, reason) => {
    expect(() => compileEventPattern(pattern)).toThrow(
      expect.objectContaining({
        name: 'InvalidEventPatternException',
        status: 400,
        message: expect.stringContaining(`Event pattern is not valid. Reason: ${reason}`),
      }),
    );
  });

  test('more than 1,000 combinations of $or are refused', () => {
    const branches = Array.from({ length: 32 }, (_, index) => ({ a: [index] }));
    const others = branches.map((_, index) => ({ b: [index] }));

    expect(() => compileEventPattern({ x: { $or: branches }, y: { $or: others } })).toThrow(
      expect.objectContaining({
        name: 'InvalidEventPatternException',
        message: expect.stringContaining('at most 1000'),
      }),
    );
  });

  test.each<[object, boolean]>([
    [{ a: [{ wildcard: 'x*' }] }, true],
    [{ a: [{ 'anything-but': { wildcard: 'x*' } }] }, true],
    [{ $or: [{ a: ['x'] }, { a: [{ wildcard: '*' }] }] }, true],
    [{ wildcard: ['x'], a: [{ prefix: 'x' }] }, false],
  ])('%j uses wildcards: %s', (pattern, expected) => {
    expect(compileEventPattern(pattern).wildcard).toBe(expected);
  });
});

/** Thousands of loose patterns are compared with thousands of events; a loaded machine takes its time. */
const TIMEOUT_MS = 60_000;

describe('an index of event patterns', () => {
  const row = fc.constantFrom(...ROWS);

  test(
    'finds what the patterns find one by one, also after changes',
    () => {
      const changes = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.boolean(), row), {
        minLength: 1,
        maxLength: 30,
      });
      fc.assert(
        fc.property(changes, fc.array(row, { maxLength: 5 }), (steps, events) => {
          const index = eventPatternIndex();
          const rules = new Map<string, object>();
          for (const [number, isAdded, { pattern }] of steps) {
            const name = `rule ${number}`;
            rules.delete(name);
            if (isAdded) {
              rules.set(name, pattern);
              index.set(name, compileEventPattern(pattern));
            } else {
              index.delete(name);
            }
          }

          for (const { event } of events) {
            const expected = [...rules]
              .filter(([, pattern]) => matches(pattern, event))
              .map(([name]) => name);
            expect(index.match(event)).toEqual(expected);
          }
        }),
        { numRuns: 300 },
      );
    },
    TIMEOUT_MS,
  );

  test(
    'agrees with the recorded events when it holds all patterns at once',
    () => {
      const index = eventPatternIndex();
      ROWS.forEach(({ pattern }, number) => {
        index.set(String(number), compileEventPattern(pattern));
      });

      const wrong = ROWS.filter(
        ({ event, match }, number) => index.match(event).includes(String(number)) !== match,
      );

      expect(wrong).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
