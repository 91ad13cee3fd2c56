/** The WHERE clause of a statement, as the condition that expressions are. */
import type { BooleanFunction, Comparator, Condition, Operand } from '../expression/syntax.ts';
import { validation } from '../refusals.ts';
import type { StatementParser } from './parser.ts';
import { malformed } from './tokens.ts';

const COMPARATORS: ReadonlyMap<string, Comparator> = new Map([
  ['=', '='],
  ['<>', '<>'],
  ['!=', '<>'],
  ['<', '<'],
  ['<=', '<='],
  ['>', '>'],
  ['>=', '>='],
]);
const FUNCTIONS: readonly BooleanFunction[] = ['begins_with', 'contains', 'attribute_type'];
const ORDERED: ReadonlySet<string> = new Set(['S', 'N', 'B']);
const DEPTH_MAX = 300;

export class ConditionParser {
  private readonly parser: StatementParser;
  private depth = 0;

  constructor(parser: StatementParser) {
    this.parser = parser;
  }

  parse(): Condition {
    return this.joined('or', () => this.joined('and', () => this.parseNot()));
  }

  private joined(kind: 'and' | 'or', parsePart: () => Condition): Condition {
    const first = parsePart();
    const parts = [first];
    while (this.parser.tokens.acceptKeyword(kind.toUpperCase())) parts.push(parsePart());
    return parts.length === 1 ? first : { kind, parts };
  }

  private parseNot(): Condition {
    this.depth += 1;
    if (this.depth > DEPTH_MAX) throw malformed('The condition is nested too deeply');
    const part = this.parser.tokens.acceptKeyword('NOT') ? this.parseNot() : undefined;
    const condition: Condition = part === undefined ? this.parsePrimary() : { kind: 'not', part };
    this.depth -= 1;
    return condition;
  }

  private parsePrimary(): Condition {
    const { tokens } = this.parser;
    if (tokens.accept('(')) {
      const inner = this.parse();
      tokens.expect(')');
      return inner;
    }
    const name = FUNCTIONS.find((each) => tokens.isKeyword(each.toUpperCase()));
    if (name !== undefined) return this.parseFunction(name);
    return this.parseComparison(this.parseOperand());
  }

  private parseFunction(name: BooleanFunction): Condition {
    const { tokens } = this.parser;
    tokens.next();
    tokens.expect('(');
    const first = this.parseOperand();
    tokens.expect(',');
    const second = this.parseOperand();
    tokens.expect(')');
    return { kind: 'function', name, args: [first, second] };
  }

  private parseComparison(left: Operand): Condition {
    const { tokens } = this.parser;
    const operator = tokens.peek().kind === 'symbol' ? COMPARATORS.get(tokens.peek().text) : undefined;
    if (operator !== undefined) {
      tokens.next();
      const right = this.parseOperand();
      this.checkOrdered(operator, right);
      return { kind: 'compare', operator, left, right };
    }
    if (tokens.acceptKeyword('BETWEEN')) {
      const low = this.parseOperand();
      tokens.expectKeyword('AND');
      return { kind: 'between', operand: left, low, high: this.parseOperand() };
    }
    if (tokens.acceptKeyword('IN')) return { kind: 'in', operand: left, list: this.parseMembers() };
    if (tokens.acceptKeyword('IS')) {
      const name = tokens.acceptKeyword('NOT') ? 'attribute_exists' : 'attribute_not_exists';
      tokens.expectKeyword('MISSING');
      return { kind: 'function', name, args: [left] };
    }
    return tokens.fail('Expected comparison');
  }

  private checkOrdered(operator: Comparator, right: Operand): void {
    const type = right.kind === 'value' ? this.parser.values.get(right.name)?.type : undefined;
    if (operator === '=' || operator === '<>' || type === undefined || ORDERED.has(type)) return;
    const problem = 'Incorrect operand type for operator or function';
    throw validation(`${problem}; operator or function: ${operator}, operand type: ${type}`);
  }

  private parseMembers(): readonly Operand[] {
    const { tokens } = this.parser;
    const end = tokens.accept('[') ? ']' : ')';
    if (end === ')') tokens.expect('(');
    const members = [this.parseOperand()];
    while (tokens.accept(',')) members.push(this.parseOperand());
    tokens.expect(end);
    return members;
  }

  private parseOperand(): Operand {
    const { tokens } = this.parser;
    if (this.parser.startsValue()) return { kind: 'value', name: this.parser.keepValue() };
    const next = tokens.peek(1);
    if (tokens.isKeyword('SIZE') && next.kind === 'symbol' && next.text === '(') {
      tokens.next();
      tokens.expect('(');
      const operand = this.parseOperand();
      tokens.expect(')');
      return { kind: 'size', operand };
    }
    return { kind: 'path', path: this.parser.parsePath() };
  }
}
