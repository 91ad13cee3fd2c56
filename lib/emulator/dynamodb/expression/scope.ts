/**
 * What an expression is parsed against: its placeholders, the count of its operators, and what is wrong with
 * it. DynamoDB looks for one kind of mistake after the other, so mistakes are collected by kind and the first
 * kind is reported.
 */
import type { AttributeType, AttributeValue } from '../attribute-value.ts';
import { utf8Size } from '../item-size.ts';
import { EXPRESSION_BYTES_MAX, OPERATORS_MAX } from '../limits.ts';
import { validation } from '../refusals.ts';
import { isReserved } from './reserved-words.ts';
import type { Token } from './tokens.ts';

/** In the order in which DynamoDB looks for them. */
export type Mistake =
  | 'parentheses'
  | 'function name'
  | 'function use'
  | 'reserved'
  | 'section'
  | 'undefined'
  | 'operands'
  | 'path';

export interface Placeholders {
  readonly names: ReadonlyMap<string, string>;
  readonly values: ReadonlyMap<string, AttributeValue>;
}

const ORDER: readonly Mistake[] = [
  'parentheses',
  'function name',
  'function use',
  'reserved',
  'section',
  'undefined',
  'operands',
  'path',
];
// Deeper nesting is wrong in any case: parentheses are redundant there, and functions do not take each
// other's results.
const DEPTH_MAX = OPERATORS_MAX + 1;
const LIST_INDEX_MAX = 2 ** 31 - 1;

export class Scope {
  readonly parameter: string;
  readonly usedNames = new Set<string>();
  readonly usedValues = new Set<string>();
  private readonly placeholders: Placeholders;
  private readonly mistakes = new Map<Mistake, string>();
  private operators = 0;
  private depth = 0;

  constructor(parameter: string, expression: string, placeholders: Placeholders) {
    this.parameter = parameter;
    this.placeholders = placeholders;
    if (expression.trim() === '') throw this.refusal('The expression can not be empty;');
    const size = utf8Size(expression);
    if (size > EXPRESSION_BYTES_MAX) {
      const limit = 'Expression size has exceeded the maximum allowed size';
      throw this.refusal(`${limit}; expression size: ${size}`);
    }
  }

  refusal(problem: string): Error {
    return validation(`Invalid ${this.parameter}: ${problem}`);
  }

  note(mistake: Mistake, problem: string): void {
    if (!this.mistakes.has(mistake)) this.mistakes.set(mistake, problem);
  }

  noteRedundantParentheses(): void {
    this.note('parentheses', 'The expression has redundant parentheses;');
  }

  /** Parsed to the end: reports the first kind of mistake, if any. */
  finish(): void {
    for (const mistake of ORDER) {
      const problem = this.mistakes.get(mistake);
      if (problem !== undefined) throw this.refusal(problem);
    }
  }

  countOperator(): void {
    this.operators += 1;
    if (this.operators > OPERATORS_MAX) {
      throw this.refusal(`The expression contains too many operators; operator count: ${this.operators}`);
    }
  }

  enter(): void {
    this.depth += 1;
    if (this.depth <= DEPTH_MAX) return;
    this.noteRedundantParentheses();
    this.finish();
  }

  enterFunction(name: string, known: boolean): void {
    this.depth += 1;
    if (this.depth <= DEPTH_MAX) return;
    if (known) this.noteOperandType(name, 'N');
    else this.note('function name', `Invalid function name; function: ${name}`);
    this.finish();
  }

  leave(): void {
    this.depth -= 1;
  }

  /** The attribute name that a token stands for. */
  nameOf(token: Token): string {
    if (token.kind !== 'alias') {
      if (isReserved(token.text)) {
        this.note('reserved', `Attribute name is a reserved keyword; reserved keyword: ${token.text}`);
      }
      return token.text;
    }
    const name = this.placeholders.names.get(token.text);
    this.usedNames.add(token.text);
    if (name === undefined) {
      const problem = 'An expression attribute name used in the document path is not defined';
      this.note('undefined', `${problem}; attribute name: ${token.text}`);
    }
    return name ?? token.text;
  }

  useValue(name: string): void {
    this.usedValues.add(name);
    if (this.placeholders.values.has(name)) return;
    const problem = 'An expression attribute value used in expression is not defined';
    this.note('undefined', `${problem}; attribute value: ${name}`);
  }

  value(name: string): AttributeValue | undefined {
    return this.placeholders.values.get(name);
  }

  indexOf(token: Token): number {
    const index = Number(token.text);
    if (index > LIST_INDEX_MAX) {
      throw this.refusal(`List index is not within the allowable range; index: [${token.text}]`);
    }
    return index;
  }

  noteOperandCount(name: string, count: number): void {
    const problem = 'Incorrect number of operands for operator or function';
    this.note('operands', `${problem}; operator or function: ${name}, number of operands: ${count}`);
  }

  noteOperandType(name: string, type: AttributeType | string): void {
    const problem = 'Incorrect operand type for operator or function';
    this.note('operands', `${problem}; operator or function: ${name}, operand type: ${type}`);
  }

  notePathExpected(name: string): void {
    const problem = 'Operator or function requires a document path';
    this.note('operands', `${problem}; operator or function: ${name}`);
  }
}
