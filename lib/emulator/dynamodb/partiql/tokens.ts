/** Cuts a PartiQL statement into tokens: names, quoted names, texts, numbers, parameters, symbols. */
import { validation } from '../refusals.ts';

export interface Token {
  readonly kind: 'name' | 'quoted' | 'text' | 'number' | 'parameter' | 'symbol' | 'end';
  readonly text: string;
}

const TOKEN = new RegExp(
  [
    '([A-Za-z_][A-Za-z0-9_]*)',
    '"((?:[^"]|"")*)"',
    "'((?:[^']|'')*)'",
    '(-?\\d+(?:\\.\\d*)?(?:[eE][+-]?\\d+)?)',
    '(\\?)',
    '(<<|>>|<>|!=|<=|>=|[{}[\\]().,:=<>+*-])',
    '\\s+',
    '(.)',
  ].join('|'),
  'gsu',
);
const KINDS = ['name', 'quoted', 'text', 'number', 'parameter', 'symbol'] as const;

/** The refusal of a statement that is no statement. */
export function malformed(detail: string): Error {
  return validation(`Statement wasn't well formed, can't be processed: ${detail}`);
}

/** The tokens of one statement, with a place in them. */
export class Tokens {
  private readonly tokens: readonly Token[];
  private at = 0;

  constructor(statement: string) {
    this.tokens = tokensOf(statement);
  }

  peek(ahead = 0): Token {
    return this.tokens[this.at + ahead] ?? { kind: 'end', text: '<EOF>' };
  }

  next(): Token {
    const token = this.peek();
    this.at += 1;
    return token;
  }

  isKeyword(word: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'name' && token.text.toUpperCase() === word;
  }

  acceptKeyword(word: string): boolean {
    if (!this.isKeyword(word)) return false;
    this.at += 1;
    return true;
  }

  expectKeyword(word: string): void {
    if (!this.acceptKeyword(word)) this.fail(`Expected ${word}`);
  }

  accept(symbol: string): boolean {
    const token = this.peek();
    if (token.kind !== 'symbol' || token.text !== symbol) return false;
    this.at += 1;
    return true;
  }

  expect(symbol: string): void {
    if (!this.accept(symbol)) this.fail(`Expected ${symbol}`);
  }

  fail(expected: string): never {
    throw malformed(`${expected}, got ${this.peek().text}`);
  }
}

/** Statements whose values are parameters come again and again as the same text. */
const known = new Map<string, readonly Token[]>();
const KNOWN_MAX = 200;

function tokensOf(statement: string): readonly Token[] {
  const before = known.get(statement);
  if (before !== undefined) return before;
  const tokens = [...tokenize(statement)];
  // Those with values in them are another text each time, and must not gather here.
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(statement, tokens);
  return tokens;
}

function* tokenize(statement: string): Iterable<Token> {
  for (const match of statement.matchAll(TOKEN)) {
    const groups = match.slice(1);
    const index = groups.findIndex((group) => group !== undefined);
    if (index < 0) continue;
    const kind = KINDS[index];
    if (kind === undefined) throw malformed(`Unexpected character ${match[0]}`);
    const quote = kind === 'quoted' ? '"' : "'";
    yield { kind, text: (groups[index] ?? '').replaceAll(quote + quote, quote) };
  }
}
