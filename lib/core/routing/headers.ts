/**
 * Matching of a headers exchange as RabbitMQ does it: `x-match` says whether all arguments of the binding
 * must be met or any one of them, and whether arguments whose name starts with 'x-' count (`all-with-x`,
 * `any-with-x`) or not (`all`, `any`).
 */
import { DefinitionError } from '../../errors.ts';
import { type Headers, type HeaderValue, headerEquals } from './header-value.ts';

export type { Headers, HeaderValue } from './header-value.ts';

const MODES = ['all', 'any', 'all-with-x', 'any-with-x'] as const;

/** The values of `x-match`. */
export type MatchMode = (typeof MODES)[number];

/** Binding arguments after reading: how they are joined, and which of them count. */
export interface HeaderTest {
  readonly join: 'all' | 'any';
  /** Name and wanted value; null asks only that the header is there. */
  readonly wanted: readonly (readonly [name: string, value: HeaderValue])[];
}

/**
 * Whether a binding with these arguments takes a message with these headers. An undefined or null argument
 * asks for the header's presence only. `all` without arguments takes everything, `any` without arguments
 * nothing.
 * @throws DefinitionError HEADERS_MATCH_INVALID when `x-match` is none of the four modes.
 */
export function headersMatch(args: Headers, headers: Headers | null | undefined): boolean {
  // A message without a table of headers is one without headers.
  return headerTestMatches(readHeaderTest(args), headers ?? {});
}

/** `headersMatch` over arguments that were read before. */
export function headerTestMatches(test: HeaderTest, headers: Headers): boolean {
  return test.join === 'all'
    ? test.wanted.every(([name, value]) => isMet(name, value, headers))
    : test.wanted.some(([name, value]) => isMet(name, value, headers));
}

/**
 * Reads the arguments of a binding to a headers exchange.
 * @throws DefinitionError HEADERS_MATCH_INVALID
 */
export function readHeaderTest(args: Headers): HeaderTest {
  const mode = matchMode(args['x-match']);
  const withX = mode.endsWith('-with-x');
  const wanted = Object.entries(args)
    .filter(([name]) => name !== 'x-match' && (withX || !name.startsWith('x-')))
    .map(([name, value]) => [name, value ?? null] as const);
  return { join: mode.startsWith('all') ? 'all' : 'any', wanted };
}

/** The header of this name, or undefined; names that every object has ('constructor') are no headers. */
export function headerOf(headers: Headers, name: string): HeaderValue {
  return Object.hasOwn(headers, name) ? headers[name] : undefined;
}

function matchMode(value: HeaderValue): MatchMode {
  if (value === undefined) return 'all';
  const mode = MODES.find((known) => known === value);
  if (mode !== undefined) return mode;
  throw new DefinitionError(
    'HEADERS_MATCH_INVALID',
    `x-match is ${typeof value === 'string' ? `'${value}'` : String(value)}; allowed are ${MODES.join(', ')}`,
    { value, allowed: MODES },
  );
}

function isMet(name: string, wanted: HeaderValue, headers: Headers): boolean {
  const found = headerOf(headers, name);
  if (found === undefined) return false;
  return wanted === null || headerEquals(wanted, found);
}
