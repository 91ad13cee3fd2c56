/** The grammar of update expressions: SET, REMOVE, ADD and DELETE, each once, in any order. */
import type { AttributeValue } from '../attribute-value.ts';
import { parsePath } from './path.ts';
import { checkPaths } from './path-checks.ts';
import { type Placeholders, Scope } from './scope.ts';
import type { Path, Update, UpdateOperand } from './syntax.ts';
import { TokenReader } from './tokens.ts';

export interface ParsedUpdate {
  readonly update: Update;
  /** Every path that is written, in the order of the expression. */
  readonly paths: readonly Path[];
  readonly usedNames: ReadonlySet<string>;
  readonly usedValues: ReadonlySet<string>;
}

type Section = 'SET' | 'REMOVE' | 'ADD' | 'DELETE';

const SECTIONS: readonly Section[] = ['SET', 'REMOVE', 'ADD', 'DELETE'];
const CONDITION_FUNCTIONS: ReadonlySet<string> = new Set([
  'attribute_exists',
  'attribute_not_exists',
  'attribute_type',
  'begins_with',
  'contains',
  'size',
]);
// The operand types that ADD and DELETE take, by DynamoDB's names for them.
const ADDABLE: ReadonlySet<string> = new Set(['N', 'SS', 'NS', 'BS']);
const DELETABLE: ReadonlySet<string> = new Set(['SS', 'NS', 'BS']);
const LONG_NAMES: Readonly<Record<AttributeValue['type'], string>> = {
  S: 'STRING',
  N: 'NUMBER',
  B: 'BINARY',
  BOOL: 'BOOLEAN',
  NULL: 'NULL',
  SS: 'STRING_SET',
  NS: 'NUMBER_SET',
  BS: 'BINARY_SET',
  L: 'LIST',
  M: 'MAP',
};

/** Parses an update expression. */
export function parseUpdate(expression: string, placeholders: Placeholders): ParsedUpdate {
  const scope = new Scope('UpdateExpression', expression, placeholders);
  const parser = new UpdateParser(new TokenReader(expression, 'UpdateExpression'), scope);
  const update = parser.parse();
  checkPaths(scope, parser.paths);
  scope.finish();
  return { update, paths: parser.paths, usedNames: scope.usedNames, usedValues: scope.usedValues };
}

class UpdateParser {
  readonly paths: Path[] = [];
  private readonly reader: TokenReader;
  private readonly scope: Scope;
  private readonly set: { path: Path; value: UpdateOperand }[] = [];
  private readonly remove: Path[] = [];
  private readonly add: { path: Path; value: string }[] = [];
  private readonly delete: { path: Path; value: string }[] = [];

  constructor(reader: TokenReader, scope: Scope) {
    this.reader = reader;
    this.scope = scope;
  }

  parse(): Update {
    const seen = new Set<Section>();
    while (this.reader.peek().kind !== 'end') {
      const section = SECTIONS.find((word) => this.reader.acceptKeyword(word));
      if (section === undefined) return this.reader.fail();
      if (seen.has(section)) {
        this.scope.note('section', `The "${section}" section can only be used once in an update expression;`);
      }
      seen.add(section);
      do this.parseAction(section);
      while (this.reader.accept(','));
    }
    return { set: this.set, remove: this.remove, add: this.add, delete: this.delete };
  }

  private parseAction(section: Section): void {
    const path = parsePath(this.reader, this.scope);
    this.paths.push(path);
    switch (section) {
      case 'SET':
        this.reader.expect('=');
        this.set.push({ path, value: this.parseSum() });
        return;
      case 'REMOVE':
        this.remove.push(path);
        return;
      case 'ADD':
        this.add.push({ path, value: this.parseSetValue(section, ADDABLE) });
        return;
      case 'DELETE':
        this.delete.push({ path, value: this.parseSetValue(section, DELETABLE) });
        return;
    }
  }

  private parseSetValue(section: 'ADD' | 'DELETE', allowed: ReadonlySet<string>): string {
    const token = this.reader.peek();
    if (token.kind !== 'value') this.reader.fail();
    this.reader.next();
    this.scope.countOperator();
    this.scope.useValue(token.text);
    const value = this.scope.value(token.text);
    if (value !== undefined && !allowed.has(value.type)) {
      const problem = 'Incorrect operand type for operator or function';
      const operand = `operator: ${section}, operand type: ${LONG_NAMES[value.type]}`;
      this.scope.note('operands', `${problem}; ${operand}, typeSet: ALLOWED_FOR_${section}_OPERAND`);
    }
    return token.text;
  }

  private parseSum(): UpdateOperand {
    const left = this.parseOperand();
    const operator = this.reader.isSymbol('+') ? '+' : this.reader.isSymbol('-') ? '-' : undefined;
    if (operator === undefined) return left;
    this.reader.next();
    this.scope.countOperator();
    const right = this.parseOperand();
    for (const operand of [left, right]) this.checkType(operator, operand, 'N');
    return { kind: 'sum', operator, left, right };
  }

  private parseOperand(): UpdateOperand {
    const token = this.reader.peek();
    if (this.reader.isSymbol('(')) return this.parseEnclosed();
    if (token.kind === 'value') {
      this.reader.next();
      this.scope.useValue(token.text);
      return { kind: 'value', name: token.text };
    }
    if (token.kind === 'name' && this.reader.isSymbol('(', 1)) return this.parseCall();
    return { kind: 'path', path: parsePath(this.reader, this.scope) };
  }

  private parseEnclosed(): UpdateOperand {
    this.reader.next();
    this.scope.enter();
    if (this.reader.isSymbol('(')) {
      const inner = this.parseSum();
      // `((a) + b)` begins with two parentheses and needs both.
      if (inner.kind !== 'sum') this.scope.noteRedundantParentheses();
      this.reader.expect(')');
      this.scope.leave();
      return inner;
    }
    const inner = this.parseSum();
    this.reader.expect(')');
    this.scope.leave();
    return inner;
  }

  private parseCall(): UpdateOperand {
    const name = this.reader.next().text;
    const known = name === 'if_not_exists' || name === 'list_append';
    this.reader.expect('(');
    this.scope.enterFunction(name, known);
    const args = [this.parseOperand()];
    while (this.reader.accept(',')) args.push(this.parseOperand());
    this.scope.leave();
    this.reader.expect(')');
    const [first, second] = args;
    if (CONDITION_FUNCTIONS.has(name)) {
      const problem = 'The function is not allowed in an update expression';
      this.scope.note('function use', `${problem}; function: ${name}`);
    } else if (!known) this.scope.note('function name', `Invalid function name; function: ${name}`);
    else if (args.length !== 2) this.scope.noteOperandCount(name, args.length);
    if (first === undefined || second === undefined) return { kind: 'path', path: [name] };
    if (name === 'list_append') {
      if (args.some(({ kind }) => kind === 'list_append')) {
        const problem = 'The function is not allowed to be used this way in an expression';
        this.scope.note('function use', `${problem}; function: ${name}`);
      }
      for (const operand of args) this.checkType(name, operand, 'L');
      return { kind: 'list_append', left: first, right: second };
    }
    if (first.kind !== 'path') {
      if (known) this.scope.notePathExpected(name);
      return first;
    }
    return { kind: 'if_not_exists', path: first.path, fallback: second };
  }

  private checkType(name: string, operand: UpdateOperand, wanted: 'N' | 'L'): void {
    if (operand.kind !== 'value') return;
    const type = this.scope.value(operand.name)?.type;
    if (type !== undefined && type !== wanted) this.scope.noteOperandType(name, type);
  }
}
