/** The grammar of condition, filter and key condition expressions. */

import { IN_OPERANDS_MAX } from '../limits.ts';
import { checkBetween, checkComparison, checkFunction } from './operand-checks.ts';
import { parsePath } from './path.ts';
import type { Placeholders } from './scope.ts';
import { Scope } from './scope.ts';
import type { BooleanFunction, Comparator, Condition, Operand } from './syntax.ts';
import { TokenReader } from './tokens.ts';

/** A function call before it is clear whether it stands where a condition or where an operand is wanted. */
interface Call {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly Operand[];
}

type Parsed =
  | { readonly is: 'condition'; readonly condition: Condition; readonly enclosed: boolean }
  | { readonly is: 'operand'; readonly operand: Operand | Call; readonly enclosed: boolean };

export interface ParsedCondition {
  readonly condition: Condition;
  readonly usedNames: ReadonlySet<string>;
  readonly usedValues: ReadonlySet<string>;
}

const COMPARATORS: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>=']);
const BOOLEAN_FUNCTIONS: ReadonlySet<string> = new Set([
  'attribute_exists',
  'attribute_not_exists',
  'attribute_type',
  'begins_with',
  'contains',
]);
const UPDATE_FUNCTIONS: ReadonlySet<string> = new Set(['if_not_exists', 'list_append']);
const KEYWORDS: ReadonlySet<string> = new Set(['AND', 'OR', 'NOT', 'BETWEEN', 'IN']);

/** Parses an expression that is true or false of an item. */
export function parseCondition(
  parameter: string,
  expression: string,
  placeholders: Placeholders,
): ParsedCondition {
  const scope = new Scope(parameter, expression, placeholders);
  const reader = new TokenReader(expression, parameter);
  const condition = new ConditionParser(reader, scope).parse();
  scope.finish();
  return { condition, usedNames: scope.usedNames, usedValues: scope.usedValues };
}

class ConditionParser {
  private readonly reader: TokenReader;
  private readonly scope: Scope;

  constructor(reader: TokenReader, scope: Scope) {
    this.reader = reader;
    this.scope = scope;
  }

  parse(): Condition {
    const parsed = this.parseOr();
    this.reader.expectEnd();
    return this.asCondition(parsed);
  }

  private parseOr(): Parsed {
    return this.parseJoined('or', () => this.parseJoined('and', () => this.parseNot()));
  }

  private parseJoined(kind: 'and' | 'or', parsePart: () => Parsed): Parsed {
    const first = parsePart();
    if (!this.reader.isKeyword(kind.toUpperCase())) return first;
    const parts = [this.asCondition(first)];
    while (this.reader.acceptKeyword(kind.toUpperCase())) {
      this.scope.countOperator();
      parts.push(this.asCondition(parsePart()));
    }
    return { is: 'condition', condition: { kind, parts }, enclosed: false };
  }

  private parseNot(): Parsed {
    let negations = 0;
    while (this.reader.acceptKeyword('NOT')) {
      this.scope.countOperator();
      negations += 1;
    }
    const parsed = this.parseComparison();
    if (negations === 0) return parsed;
    let condition = this.asCondition(parsed);
    for (; negations > 0; negations -= 1) condition = { kind: 'not', part: condition };
    return { is: 'condition', condition, enclosed: false };
  }

  private parseComparison(): Parsed {
    const first = this.parseTerm();
    if (first.is === 'condition') return first;
    const operator = comparatorOf(this.reader.peek().text);
    if (this.reader.peek().kind === 'symbol' && operator !== undefined) {
      this.reader.next();
      return this.compare(operator, first.operand);
    }
    if (this.reader.acceptKeyword('BETWEEN')) return this.between(first.operand);
    if (this.reader.acceptKeyword('IN')) return this.inList(first.operand);
    return first;
  }

  private compare(operator: Comparator, first: Operand | Call): Parsed {
    this.scope.countOperator();
    const left = this.asOperand(first);
    const right = this.parseOperand();
    checkComparison(this.scope, operator, left, right);
    return { is: 'condition', condition: { kind: 'compare', operator, left, right }, enclosed: false };
  }

  private between(first: Operand | Call): Parsed {
    this.scope.countOperator();
    const operand = this.asOperand(first);
    const low = this.parseOperand();
    if (!this.reader.acceptKeyword('AND')) this.reader.fail();
    const high = this.parseOperand();
    checkBetween(this.scope, operand, low, high);
    return { is: 'condition', condition: { kind: 'between', operand, low, high }, enclosed: false };
  }

  private inList(first: Operand | Call): Parsed {
    this.scope.countOperator();
    const operand = this.asOperand(first);
    this.reader.expect('(');
    const list = [this.parseOperand()];
    while (this.reader.accept(',')) list.push(this.parseOperand());
    this.reader.expect(')');
    if (list.length > IN_OPERANDS_MAX) {
      const problem = 'The IN operator is provided with too many operands';
      this.scope.note('operands', `${problem}; number of operands: ${list.length}`);
    }
    return { is: 'condition', condition: { kind: 'in', operand, list }, enclosed: false };
  }

  /** Something in parentheses, or an operand. */
  private parseTerm(): Parsed {
    if (!this.reader.accept('(')) return { is: 'operand', operand: this.parseBare(), enclosed: false };
    this.scope.enter();
    const inner = this.parseOr();
    this.reader.expect(')');
    this.scope.leave();
    if (inner.enclosed) this.scope.noteRedundantParentheses();
    return { ...inner, enclosed: true };
  }

  private parseOperand(): Operand {
    const start = this.reader.peek();
    const parsed = this.parseTerm();
    if (parsed.is === 'condition') this.reader.fail(start);
    return this.asOperand(parsed.operand);
  }

  private parseBare(): Operand | Call {
    const token = this.reader.peek();
    if (token.kind === 'value') {
      this.reader.next();
      this.scope.useValue(token.text);
      return { kind: 'value', name: token.text };
    }
    if (token.kind === 'name' && KEYWORDS.has(token.text.toUpperCase())) this.reader.fail();
    if (token.kind === 'name' && this.reader.isSymbol('(', 1)) return this.parseCall();
    return { kind: 'path', path: parsePath(this.reader, this.scope) };
  }

  private parseCall(): Operand | Call {
    const name = this.reader.next().text;
    this.reader.expect('(');
    this.scope.enterFunction(name, name === 'size' || isBooleanFunction(name));
    const args = [this.parseOperand()];
    while (this.reader.accept(',')) args.push(this.parseOperand());
    this.scope.leave();
    this.reader.expect(')');
    checkFunction(this.scope, name, args);
    const [operand] = args;
    if (name === 'size' && operand !== undefined) return { kind: 'size', operand };
    if (UPDATE_FUNCTIONS.has(name)) {
      const problem = 'The function is not allowed in a condition expression';
      this.scope.note('function use', `${problem}; function: ${name}`);
    } else if (!isBooleanFunction(name)) {
      this.scope.note('function name', `Invalid function name; function: ${name}`);
    }
    return { kind: 'call', name, args };
  }

  private asCondition(parsed: Parsed): Condition {
    if (parsed.is === 'condition') return parsed.condition;
    const { operand } = parsed;
    if (operand.kind === 'path' || operand.kind === 'value') return this.reader.fail();
    const name = operand.kind === 'call' ? operand.name : 'size';
    if (operand.kind === 'call' && isBooleanFunction(operand.name)) {
      return { kind: 'function', name: operand.name, args: operand.args };
    }
    // The mistake is noted, so what is returned is never evaluated.
    if (name === 'size') this.noteMisuse(name);
    return { kind: 'and', parts: [] };
  }

  private asOperand(operand: Operand | Call): Operand {
    if (operand.kind !== 'call') return operand;
    if (isBooleanFunction(operand.name)) this.noteMisuse(operand.name);
    // The mistake is noted, so what is returned is never evaluated.
    return { kind: 'path', path: [operand.name] };
  }

  private noteMisuse(name: string): void {
    const problem = 'The function is not allowed to be used this way in an expression';
    this.scope.note('function use', `${problem}; function: ${name}`);
  }
}

function isBooleanFunction(name: string): name is BooleanFunction {
  return BOOLEAN_FUNCTIONS.has(name);
}

function comparatorOf(text: string): Comparator | undefined {
  // The set holds exactly the members of the type.
  return COMPARATORS.has(text) ? (text as Comparator) : undefined;
}
