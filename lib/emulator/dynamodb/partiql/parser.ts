/**
 * The PartiQL that applications send: INSERT, SELECT, UPDATE and DELETE on one table, with parameters. What
 * else PartiQL knows (EXISTS, joins, aggregates) DynamoDB does not serve either, or it is refused here as
 * malformed.
 */
import { type AttributeValue, type Item, parseValue } from '../attribute-value.ts';
import { parseNumber } from '../decimal.ts';
import type { Condition, Path, Update } from '../expression/syntax.ts';
import { validation } from '../refusals.ts';
import { ConditionParser } from './condition.ts';
import type { Returning, Statement } from './statement.ts';
import { malformed, Tokens } from './tokens.ts';

// An attribute may be nested 32 levels deep, and stands in the tuple of its item.
const DEPTH_MAX = 33;

/** Parses one statement with the values of its parameters. */
export function parseStatement(statement: string, parameters: readonly unknown[]): Statement {
  const parser = new StatementParser(new Tokens(statement), parameters);
  const parsed = parser.parse();
  parser.finish();
  return parsed;
}

/** Values of a statement under names, as conditions and updates refer to them. */
export class StatementParser {
  readonly tokens: Tokens;
  readonly values = new Map<string, AttributeValue>();
  private readonly parameters: readonly unknown[];
  private used = 0;
  private depth = 0;

  constructor(tokens: Tokens, parameters: readonly unknown[]) {
    this.tokens = tokens;
    this.parameters = parameters;
  }

  parse(): Statement {
    if (this.tokens.acceptKeyword('INSERT')) return this.parseInsert();
    if (this.tokens.acceptKeyword('SELECT')) return this.parseSelect();
    if (this.tokens.acceptKeyword('UPDATE')) return this.parseUpdate();
    if (this.tokens.acceptKeyword('DELETE')) return this.parseDelete();
    throw malformed('Expected data manipulation');
  }

  finish(): void {
    if (this.tokens.peek().kind !== 'end') this.tokens.fail('Expected end of statement');
    if (this.used !== this.parameters.length) {
      throw validation("Number of parameters in request and statement don't match.");
    }
  }

  /** Reads a value and gives the name under which it is kept. */
  keepValue(): string {
    const name = `:${this.values.size}`;
    this.values.set(name, this.parseLiteral());
    return name;
  }

  startsValue(): boolean {
    const { kind, text } = this.tokens.peek();
    if (kind === 'text' || kind === 'number' || kind === 'parameter') return true;
    if (kind === 'symbol') return text === '{' || text === '[' || text === '<<';
    return ['TRUE', 'FALSE', 'NULL'].some((word) => this.tokens.isKeyword(word));
  }

  /** Reads `a."b"[1]`. */
  parsePath(): Path {
    const path: (string | number)[] = [this.parseName()];
    for (;;) {
      if (this.tokens.accept('.')) path.push(this.parseName());
      else if (this.tokens.accept('[')) {
        const token = this.tokens.next();
        if (token.kind !== 'number') throw malformed('Expected list index');
        path.push(Number(token.text));
        this.tokens.expect(']');
      } else return path;
    }
  }

  private parseInsert(): Statement {
    this.tokens.expectKeyword('INTO');
    const { table } = this.parseTable();
    this.tokens.expectKeyword('VALUE');
    const value = this.parseLiteral();
    if (value.type !== 'M') throw malformed('Expected tuple as VALUE');
    return { kind: 'insert', table, item: value.value };
  }

  private parseSelect(): Statement {
    const paths = this.tokens.accept('*') ? undefined : this.parseList(() => this.parsePath());
    this.tokens.expectKeyword('FROM');
    const { table, index } = this.parseTable();
    const where = this.parseWhere();
    const descending = this.parseOrder();
    return { kind: 'select', table, index, paths, where, descending, values: this.values };
  }

  private parseUpdate(): Statement {
    const { table } = this.parseTable();
    const set: Update['set'][number][] = [];
    const add: Update['add'][number][] = [];
    const remove: Path[] = [];
    const gone: Update['delete'][number][] = [];
    for (;;) {
      if (this.tokens.acceptKeyword('SET')) this.parseList(() => this.parseAssignment(set, add, gone));
      else if (this.tokens.acceptKeyword('REMOVE')) remove.push(...this.parseList(() => this.parsePath()));
      else break;
    }
    const paths = [...set, ...add, ...gone].map(({ path }) => path).concat(remove);
    if (paths.length === 0) this.tokens.fail('Expected SET or REMOVE');
    const where = this.parseWhere();
    const update = { set, add, remove, delete: gone };
    return {
      kind: 'update',
      table,
      update,
      paths,
      where,
      returning: this.parseReturning(),
      values: this.values,
    };
  }

  private parseDelete(): Statement {
    this.tokens.expectKeyword('FROM');
    const { table } = this.parseTable();
    const where = this.parseWhere();
    const returning = this.parseReturning();
    if (returning !== undefined && returning !== 'ALL OLD') {
      const rule = 'Only RETURNING ALL OLD * is allowed in DELETE statements.';
      throw validation(`Invalid returning clause: RETURNING ${returning} *. ${rule}`);
    }
    return { kind: 'delete', table, where, returning, values: this.values };
  }

  private parseAssignment(
    set: Update['set'][number][],
    add: Update['add'][number][],
    gone: Update['delete'][number][],
  ): void {
    const path = this.parsePath();
    this.tokens.expect('=');
    for (const [word, list] of [
      ['SET_ADD', add],
      ['SET_DELETE', gone],
    ] as const) {
      if (!this.tokens.acceptKeyword(word)) continue;
      this.tokens.expect('(');
      this.parsePath();
      this.tokens.expect(',');
      list.push({ path, value: this.keepValue() });
      this.tokens.expect(')');
      return;
    }
    set.push({ path, value: this.parseSum() });
  }

  private parseSum(): Update['set'][number]['value'] {
    const left = this.parseUpdateOperand();
    const operator = this.tokens.accept('+') ? '+' : this.tokens.accept('-') ? '-' : undefined;
    if (operator !== undefined) return { kind: 'sum', operator, left, right: this.parseUpdateOperand() };
    // `count -1` reads as a name and a negative number.
    const next = this.tokens.peek();
    if (next.kind !== 'number' || !next.text.startsWith('-')) return left;
    return { kind: 'sum', operator: '+', left, right: this.parseUpdateOperand() };
  }

  private parseUpdateOperand(): Update['set'][number]['value'] {
    if (this.startsValue()) return { kind: 'value', name: this.keepValue() };
    if (this.tokens.acceptKeyword('LIST_APPEND')) {
      this.tokens.expect('(');
      const left = this.parseUpdateOperand();
      this.tokens.expect(',');
      const right = this.parseUpdateOperand();
      this.tokens.expect(')');
      return { kind: 'list_append', left, right };
    }
    return { kind: 'path', path: this.parsePath() };
  }

  private parseTable(): { readonly table: string; readonly index: string | undefined } {
    const table = this.parseName();
    const index = this.tokens.accept('.') ? this.parseName() : undefined;
    if (this.tokens.accept('.'))
      throw validation('A path may contain at most 2 components in the FROM clause');
    if (table === '' || index === '') throw validation('Path component cannot be an empty string');
    return { table, index };
  }

  private parseWhere(): Condition | undefined {
    return this.tokens.acceptKeyword('WHERE') ? new ConditionParser(this).parse() : undefined;
  }

  private parseOrder(): boolean | undefined {
    if (!this.tokens.acceptKeyword('ORDER')) return undefined;
    this.tokens.expectKeyword('BY');
    this.parsePath();
    if (this.tokens.acceptKeyword('DESC')) return true;
    this.tokens.acceptKeyword('ASC');
    return false;
  }

  private parseReturning(): Returning | undefined {
    if (!this.tokens.acceptKeyword('RETURNING')) return undefined;
    const scope = this.tokens.acceptKeyword('MODIFIED') ? 'MODIFIED' : 'ALL';
    if (scope === 'ALL') this.tokens.expectKeyword('ALL');
    const version = this.tokens.acceptKeyword('NEW') ? 'NEW' : 'OLD';
    if (version === 'OLD') this.tokens.expectKeyword('OLD');
    this.tokens.expect('*');
    return `${scope} ${version}`;
  }

  private parseName(): string {
    const token = this.tokens.peek();
    if (token.kind !== 'name' && token.kind !== 'quoted') this.tokens.fail('Expected identifier');
    return this.tokens.next().text;
  }

  private parseList<T>(parseOne: () => T): T[] {
    const list = [parseOne()];
    while (this.tokens.accept(',')) list.push(parseOne());
    return list;
  }

  private parseLiteral(): AttributeValue {
    this.depth += 1;
    if (this.depth > DEPTH_MAX) throw malformed('The value is nested too deeply');
    const value = this.parseAnyLiteral();
    this.depth -= 1;
    return value;
  }

  private parseAnyLiteral(): AttributeValue {
    const token = this.tokens.peek();
    if (this.tokens.accept('{')) return { type: 'M', value: this.parseTuple() };
    if (this.tokens.accept('[')) return { type: 'L', value: this.parseUntil(']') };
    if (this.tokens.accept('<<')) return toSet(this.parseUntil('>>'));
    if (this.tokens.acceptKeyword('TRUE')) return { type: 'BOOL', value: true };
    if (this.tokens.acceptKeyword('FALSE')) return { type: 'BOOL', value: false };
    if (this.tokens.acceptKeyword('NULL')) return { type: 'NULL', value: true };
    if (token.kind !== 'text' && token.kind !== 'number' && token.kind !== 'parameter') {
      this.tokens.fail('Expected value');
    }
    this.tokens.next();
    if (token.kind === 'text') return { type: 'S', value: token.text };
    if (token.kind === 'number') return { type: 'N', value: parseNumber(token.text) };
    const parameter = this.parameters[this.used];
    this.used += 1;
    if (parameter === undefined)
      throw validation("Number of parameters in request and statement don't match.");
    return parseValue(parameter);
  }

  private parseTuple(): Item {
    const tuple = new Map<string, AttributeValue>();
    if (this.tokens.accept('}')) return tuple;
    do {
      const name = this.tokens.next();
      if (name.kind !== 'text' && name.kind !== 'quoted')
        throw malformed('Expected attribute name in quotes');
      this.tokens.expect(':');
      tuple.set(name.text, this.parseLiteral());
    } while (this.tokens.accept(','));
    this.tokens.expect('}');
    return tuple;
  }

  private parseUntil(end: string): readonly AttributeValue[] {
    if (this.tokens.accept(end)) return [];
    const list = this.parseList(() => this.parseLiteral());
    this.tokens.expect(end);
    return list;
  }
}

function toSet(members: readonly AttributeValue[]): AttributeValue {
  const type = members[0]?.type;
  if ((type !== 'S' && type !== 'N' && type !== 'B') || members.some((member) => member.type !== type)) {
    throw validation('Sets must contain members of one scalar type and may not be empty');
  }
  return parseValue({ [`${type}S`]: members.map((member) => member.value) });
}
