import { describe, expect, test } from 'vitest';
import { type Headers, type HeaderValue, headersMatch } from '../../../lib/core/routing/headers.ts';
import vectors from '../../vectors/headers.json' with { type: 'json' };

interface Typed {
  readonly t: string;
  readonly v?: unknown;
}
type Table = Readonly<Record<string, Typed>>;

/** A row with one of these cannot be put in JavaScript's types. */
const SKIPPED: Readonly<Record<string, string>> = {
  decimal: 'JavaScript has no decimal type',
};

function toValue(typed: Typed): HeaderValue {
  switch (typed.t) {
    case 'string':
    case 'bool':
    case 'float':
    case 'double':
      // The vectors hold a value of the type that they name.
      return typed.v as HeaderValue;
    case 'void':
      return null;
    case 'timestamp':
      return new Date(Number(typed.v) * 1_000);
    case 'binary':
      return Buffer.from(String(typed.v));
    case 'array':
      // An array's members are typed values again.
      return (typed.v as readonly Typed[]).map(toValue);
    case 'table':
      // A table's members are typed values again.
      return toHeaders(typed.v as Table);
    default:
      return Number(typed.v);
  }
}

function toHeaders(table: Table): Headers {
  return Object.fromEntries(Object.entries(table).map(([name, typed]) => [name, toValue(typed)]));
}

function types(table: Table | null): readonly string[] {
  return Object.values(table ?? {}).map((typed) => typed.t);
}

interface Row {
  readonly args: Table;
  readonly headers: Table | null;
  readonly match: boolean;
}

/** All pairs of the matrix, each with what RabbitMQ 3.10 measured and what 4.3.5 says where that differs. */
function matrixRows(): readonly (Row & { readonly match43: boolean })[] {
  // JSON modules have the union of all rows as their type; the format is described in the file's own `about`.
  const bindings = vectors.matrix.bindings as unknown as readonly Table[];
  // As above.
  const messages = vectors.matrix.messages as unknown as readonly {
    readonly headers: Table | null;
    readonly matches: readonly number[];
    readonly matches43?: readonly number[];
  }[];
  return messages.flatMap((message) =>
    bindings.map((args, index) => ({
      args,
      headers: message.headers,
      match: message.matches.includes(index),
      match43: (message.matches43 ?? message.matches).includes(index),
    })),
  );
}

const isSkipped = (row: Row) => [...types(row.args), ...types(row.headers)].some((type) => type in SKIPPED);
const has = (table: Table | null, pattern: RegExp) => types(table).some((type) => pattern.test(type));

/** What we expect: RabbitMQ's answer, but for two of its accidents, each with its reason. */
function expected(row: Row & { readonly match43: boolean }): boolean {
  // Dates compare by instant, with dates only: 4.3.5 multiplies a message's timestamp by 1000 and an
  // argument's not.
  if (has(row.headers, /timestamp/) && has(row.args, /timestamp/)) return row.match;
  if (has(row.headers, /timestamp/) && has(row.args, /int|float|double/)) return false;
  if (has(row.args, /timestamp/) && has(row.headers, /int|float|double/)) return false;
  // JavaScript has one type for 1 and 1.0, so they are equal, as in RabbitMQ 3.10 and not as in 4.3.5.
  return has(row.args, /float|double/) ? row.match : row.match43;
}

describe('headersMatch', () => {
  test('agrees with RabbitMQ on every pair of the measured matrix', () => {
    const rows = matrixRows().filter((row) => !isSkipped(row));
    const wrong = rows.filter(
      (row) => headersMatch(toHeaders(row.args), toHeaders(row.headers ?? {})) !== expected(row),
    );

    expect(wrong).toEqual([]);
    expect(rows.length).toBeGreaterThan(1_500);
  });

  test('only rows with a decimal are skipped', () => {
    const skipped = matrixRows().filter(isSkipped);

    expect(skipped.every((row) => types(row.args).includes('decimal'))).toBe(true);
  });

  // The union of all rows, as above.
  test.each(vectors.vectors as unknown as readonly Row[])(
    'agrees with a test of RabbitMQ: $args on $headers',
    (row) => {
      expect(headersMatch(toHeaders(row.args), toHeaders(row.headers ?? {}))).toBe(row.match);
    },
  );

  // The union of all rows, as above.
  test.each(vectors.validation as unknown as readonly { readonly args: Table; readonly accepted: boolean }[])(
    'accepts $args: $accepted',
    (row) => {
      const check = () => headersMatch(toHeaders(row.args), {});

      if (row.accepted) expect(check).not.toThrow();
      else expect(check).toThrow(expect.objectContaining({ code: 'HEADERS_MATCH_INVALID' }));
    },
  );

  test('a wrong x-match is refused with the four modes', () => {
    expect(() => headersMatch({ 'x-match': 'ALL' }, {})).toThrow(
      "x-match is 'ALL'; allowed are all, any, all-with-x, any-with-x",
    );
  });

  test.each<[HeaderValue, HeaderValue, boolean]>([
    [1, 1n, true],
    [1e21, 10n ** 21n, true],
    [0, -0, true],
    ['1', 1, false],
    [1, true, false],
    [new Date(5), new Date(5), true],
    [new Date(5), 5, false],
    [new Uint8Array([98, 97, 114]), 'bar', true],
    [new Uint8Array([255]), new Uint8Array([255]), true],
    [['a', 1], ['a', 1n], true],
    [['a', 1], [1, 'a'], false],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
    [{ a: undefined }, {}, true],
    ['n:1', 1, false],
  ])('argument %o and header %o are equal: %s', (wanted, found, equal) => {
    expect(headersMatch({ h: wanted }, { h: found })).toBe(equal);
  });

  test('a message without a table of headers has no headers', () => {
    expect(headersMatch({ a: null }, null)).toBe(false);
    expect(headersMatch({}, undefined)).toBe(true);
  });

  test('an argument that is undefined asks for presence, and a header that is undefined is not there', () => {
    expect(headersMatch({ a: undefined }, { a: 'anything' })).toBe(true);
    expect(headersMatch({ a: null }, { a: null })).toBe(true);
    expect(headersMatch({ a: null }, { a: undefined })).toBe(false);
    expect(headersMatch({ constructor: null }, {})).toBe(false);
  });
});
