/** Cuts an expression into tokens and says where its syntax is wrong, in DynamoDB's words. */
import { validation } from '../refusals.ts';

export interface Token {
  /** `bad` is what no expression may contain; it fits nowhere and so becomes a syntax error. */
  readonly kind: 'name' | 'alias' | 'value' | 'index' | 'symbol' | 'bad' | 'end';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const TOKEN =
  /([A-Za-z][A-Za-z0-9_]*)|(#[A-Za-z0-9_]+)|(:[A-Za-z0-9_]+)|(\d+)|(<>|<=|>=|[()[\].,=<>+-])|(\S)/gu;
const KINDS = ['name', 'alias', 'value', 'index', 'symbol', 'bad'] as const;

/** The tokens of one expression, with a place in them. */
export class TokenReader {
  private readonly tokens: readonly Token[];
  private readonly source: string;
  private readonly parameter: string;
  private at = 0;

  constructor(source: string, parameter: string) {
    this.source = source;
    this.parameter = parameter;
    this.tokens = tokenize(source);
  }

  peek(ahead = 0): Token {
    const token = this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)];
    // Every list of tokens ends with an end token.
    if (token === undefined) throw new Error('an expression without an end');
    return token;
  }

  next(): Token {
    const token = this.peek();
    this.at += 1;
    return token;
  }

  isSymbol(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'symbol' && token.text === text;
  }

  isKeyword(word: string): boolean {
    const token = this.peek();
    return token.kind === 'name' && token.text.toUpperCase() === word;
  }

  accept(symbol: string): boolean {
    if (!this.isSymbol(symbol)) return false;
    this.at += 1;
    return true;
  }

  acceptKeyword(word: string): boolean {
    if (!this.isKeyword(word)) return false;
    this.at += 1;
    return true;
  }

  expect(symbol: string): void {
    if (!this.accept(symbol)) this.fail();
  }

  expectEnd(): void {
    if (this.peek().kind !== 'end') this.fail();
  }

  /** The next token cannot stand here; shown with its neighbours. */
  fail(token = this.peek()): never {
    const index = this.tokens.indexOf(token);
    const from = this.tokens[Math.max(index - 1, 0)]?.start ?? 0;
    const to = this.tokens[Math.min(index + 1, this.tokens.length - 1)]?.end ?? this.source.length;
    const shown = token.kind === 'end' ? '<EOF>' : token.text;
    const near = this.source.slice(from, to).trimEnd();
    throw validation(`Invalid ${this.parameter}: Syntax error; token: "${shown}", near: "${near}"`);
  }
}

function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  for (const match of source.matchAll(TOKEN)) {
    const kind = KINDS[match.slice(1).findIndex((group) => group !== undefined)] ?? 'bad';
    tokens.push({ kind, text: match[0], start: match.index, end: match.index + match[0].length });
  }
  tokens.push({ kind: 'end', text: '', start: source.length, end: source.length });
  return tokens;
}
