import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { onceKey } from '../../lib/core/once-key.ts';
import vectors from '../vectors/celery-once-keys.json' with { type: 'json' };

interface Row {
  readonly task: string;
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly keys?: readonly string[];
  readonly collidesWith?: readonly Readonly<Record<string, unknown>>[];
}

// The rows of the file have different members; this is the form that they share.
const ROWS = vectors.vectors as unknown as readonly Row[];

/** The arguments that count, as a task's `once` function would return them. */
function counted(row: Row): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(row.kwargs).filter(([name]) => row.keys === undefined || row.keys.includes(name)),
  );
}

/** The same value with the members of all its objects in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reversed(member)]),
  );
}

describe('onceKey', () => {
  test.each(ROWS)('$task $kwargs has the same key in any order of its members', (row) => {
    expect(onceKey(row.task, reversed(counted(row)))).toBe(onceKey(row.task, counted(row)));
  });

  test.each(ROWS.filter((row) => row.collidesWith !== undefined))(
    '$kwargs does not collide, as it does in Celery Once',
    (row) => {
      const others = (row.collidesWith ?? []).map((kwargs) => onceKey(row.task, kwargs));

      expect(others).not.toContain(onceKey(row.task, row.kwargs));
    },
  );

  test('arguments that do not count do not change the key', () => {
    expect(onceKey('example', counted({ task: 'example', kwargs: { pk: 10, id: 10 }, keys: ['pk'] }))).toBe(
      onceKey('example', { pk: 10 }),
    );
  });

  test('values have the same key exactly when they are the same JSON but for the order of members', () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    const sorted = (one: unknown): unknown => {
      if (Array.isArray(one)) return one.map(sorted);
      if (typeof one !== 'object' || one === null) return one;
      return Object.entries(one)
        .map(([name, member]) => [name, sorted(member)])
        .sort(([left], [right]) => (String(left) < String(right) ? -1 : 1))
        .concat([['object', true]]);
    };
    fc.assert(
      fc.property(value, value, (left, right) => {
        const same = JSON.stringify(sorted(left)) === JSON.stringify(sorted(right));

        expect(onceKey('t', left) === onceKey('t', right)).toBe(same);
        expect(onceKey('t', reversed(left))).toBe(onceKey('t', left));
      }),
      { numRuns: 1_000 },
    );
  });

  test('a date has the key of its JSON, since the worker sees only that', () => {
    const date = new Date(0);

    expect(onceKey('t', { at: date })).toBe(onceKey('t', { at: date.toJSON() }));
  });

  test('a hole in an array has its place', () => {
    // Holes at different places; a literal with one does not pass the linter.
    const [first, last] = [new Array(2), new Array(2)];
    first[1] = 1;
    last[0] = 1;

    expect(onceKey('t', first)).not.toBe(onceKey('t', last));
  });

  test('an object of a class that shows its members is a key, and so is an empty object', () => {
    class Order {
      readonly id = 1;
    }

    expect(onceKey('t', new Order())).toBe(onceKey('t', { id: 1 }));
    expect(onceKey('t', {})).toBe(onceKey('t', Object.create(null)));
  });

  test('tasks do not share keys, and a key has a fixed length after its task', () => {
    expect(onceKey('a', 'x')).not.toBe(onceKey('b', 'x'));
    expect(onceKey('a', 'x'.repeat(100_000))).toMatch(/^a:[\w-]{43}$/);
  });

  test.each([
    [() => 1, 'key[1].v is a function'],
    [Number.NaN, 'key[1].v is NaN'],
    [new Map(), 'key[1].v is a Map'],
    [Promise.resolve(1), 'key[1].v is a Promise'],
    [/a/, 'key[1].v is a RegExp'],
  ])('refuses %o with its place', (value, text) => {
    expect(() => onceKey('t', { v: value })).toThrow(
      expect.objectContaining({
        code: 'ONCE_KEY_INVALID',
        message: `${text}; a once key is made of what JSON can say`,
      }),
    );
  });
});
