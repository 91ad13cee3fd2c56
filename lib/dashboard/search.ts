/**
 * Flower's search language. Terms are joined by AND; `OR` and parentheses group; `"a phrase"` is one term. A
 * term with a field ('name:charge', 'input:sku=tea') is looked for there, one without in everything. A bare
 * term and a text field take any part of the text, whatever its case; 'state:' takes the whole word. There
 * is no negation. Flower's 'args:' and 'kwargs:' are 'input:' here.
 */
import type { Json } from '../core/json.ts';
import { CeleriacError } from '../errors.ts';

export type SearchField = 'name' | 'state' | 'queue' | 'id' | 'input' | 'result' | 'error';

export type Search =
  | { readonly kind: 'all'; readonly of: readonly Search[] }
  | { readonly kind: 'any'; readonly of: readonly Search[] }
  | { readonly kind: 'term'; readonly field?: SearchField; readonly text: string };

/** What a search looks at: texts as they are shown. */
export type Searched = Readonly<Partial<Record<SearchField, string>>>;

/** A bare term with less matches nearly everything (Flower). */
export const TERM_LENGTH_MIN = 3;
const TERMS_MAX = 50;

const FIELDS: Readonly<Record<string, SearchField>> = {
  name: 'name',
  task: 'name',
  state: 'state',
  queue: 'queue',
  id: 'id',
  uuid: 'id',
  input: 'input',
  args: 'input',
  kwargs: 'input',
  result: 'result',
  error: 'error',
};

/** These stand in the index already; the others are read from the record. */
const LISTED: ReadonlySet<SearchField | undefined> = new Set(['name', 'state', 'queue', 'id'] as const);

/**
 * Reads a search.
 * @throws CeleriacError INVALID_SEARCH: an unknown field, a term that is too short, parentheses that do not
 * match, nothing to look for.
 */
export function parseSearch(written: string): Search {
  const tokens = tokenize(written);
  const reader = { tokens, at: 0 };
  const search = readAny(reader, written);
  if (reader.at < tokens.length) throw wrong(written, `a ')' has no '('`);
  return search;
}

/** Whether a search is answered by what an index holds. */
export function isListed(search: Search): boolean {
  return search.kind === 'term' ? LISTED.has(search.field) : search.of.every(isListed);
}

/**
 * What a field must hold for a search to be answered, where it says so of one field for all of its answers.
 */
export function termOf(search: Search, field: SearchField): string | undefined {
  if (search.kind === 'any') return undefined;
  if (search.kind === 'term') return search.field === field ? search.text : undefined;
  return search.of.map((part) => termOf(part, field)).find((text) => text !== undefined);
}

/** Whether something is what is searched for. */
export function matches(search: Search, searched: Searched): boolean {
  switch (search.kind) {
    case 'all':
      return search.of.every((part) => matches(part, searched));
    case 'any':
      return search.of.some((part) => matches(part, searched));
    case 'term': {
      const { field, text } = search;
      if (field === undefined) return Object.values(searched).some((value) => holds(value, text));
      const value = searched[field];
      if (value === undefined) return false;
      if (field === 'state') return value.toLowerCase() === text.toLowerCase();
      return holds(value, text) || (field === 'input' && hasMember(value, text));
    }
  }
}

function holds(value: string, text: string): boolean {
  return value.toLowerCase().includes(text.toLowerCase());
}

/** 'sku=tea', as Flower's 'kwargs:sku=tea': a member of the input with this value. */
function hasMember(input: string, text: string): boolean {
  const at = text.indexOf('=');
  if (at < 1) return false;
  const value = memberOf(input, text.slice(0, at));
  const wanted = text.slice(at + 1);
  return value !== undefined && (value === wanted || JSON.stringify(value) === wanted);
}

function memberOf(input: string, path: string): Json | undefined {
  try {
    let value: Json | undefined = JSON.parse(input);
    for (const name of path.split('.')) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
      // `hasOwn` has just asked; of a list the name is a place.
      value = (value as Readonly<Record<string, Json | undefined>>)[name];
    }
    return value;
  } catch {
    // An input that was cut for being shown is no JSON any more.
    return undefined;
  }
}

type Token = { readonly kind: '(' | ')' | 'or' } | { readonly kind: 'term'; readonly term: Search };

const TOKEN = /\s*(?:([()])|(?:(\w+):)?(?:"((?:[^"\\]|\\.)*)"|([^\s()"]+)))/y;

function tokenize(written: string): readonly Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  const rest = written.trimEnd();
  while (TOKEN.lastIndex < rest.length) {
    const from = TOKEN.lastIndex;
    const found = TOKEN.exec(rest);
    if (found === null)
      throw wrong(written, `what begins at '${rest.slice(from).trim().slice(0, 20)}' cannot be read`);
    const [, parenthesis, field, phrase, word] = found;
    if (parenthesis === '(' || parenthesis === ')') tokens.push({ kind: parenthesis });
    else if (field === undefined && word === 'OR') tokens.push({ kind: 'or' });
    else if (field !== undefined || phrase !== undefined || word !== 'AND') {
      const text = phrase === undefined ? (word ?? '') : phrase.replace(/\\(.)/g, '$1');
      tokens.push({ kind: 'term', term: toTerm(written, field, text) });
    }
    if (tokens.length > TERMS_MAX) throw wrong(written, `it has more than ${TERMS_MAX} terms`);
  }
  return tokens;
}

function toTerm(written: string, name: string | undefined, text: string): Search {
  if (name === undefined) {
    if (text.length < TERM_LENGTH_MIN)
      throw wrong(written, `'${text}' has less than ${TERM_LENGTH_MIN} characters`);
    return { kind: 'term', text };
  }
  const field = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
  if (field === undefined) {
    const allowed = Object.keys(FIELDS);
    throw wrong(written, `there is no field '${name}'; there are ${allowed.join(', ')}`);
  }
  if (text === '') throw wrong(written, `'${name}:' has nothing after it`);
  return { kind: 'term', field, text };
}

interface Reader {
  readonly tokens: readonly Token[];
  at: number;
}

function readAny(reader: Reader, written: string): Search {
  const parts = [readAll(reader, written)];
  while (reader.tokens[reader.at]?.kind === 'or') {
    reader.at++;
    parts.push(readAll(reader, written));
  }
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { kind: 'any', of: parts };
}

function readAll(reader: Reader, written: string): Search {
  const parts: Search[] = [];
  for (;;) {
    const token = reader.tokens[reader.at];
    if (token === undefined || token.kind === ')' || token.kind === 'or') break;
    reader.at++;
    if (token.kind === 'term') {
      parts.push(token.term);
      continue;
    }
    parts.push(readAny(reader, written));
    if (reader.tokens[reader.at]?.kind !== ')') throw wrong(written, `a '(' has no ')'`);
    reader.at++;
  }
  const [only] = parts;
  if (only === undefined) throw wrong(written, 'a term is missing');
  return parts.length === 1 ? only : { kind: 'all', of: parts };
}

function wrong(written: string, why: string): CeleriacError {
  return new CeleriacError('INVALID_SEARCH', `the search '${written}' cannot be read: ${why}`, {
    value: written,
    allowed: 'name:charge (state:FAILURE OR state:RETRY) "card was declined"',
  });
}
