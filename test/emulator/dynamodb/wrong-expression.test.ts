/** Expressions that AWS refuses before it looks at any item. */
import { describe } from 'vitest';
import { type Source, testWrongInput, type WrongInput } from './wrong-input.ts';

const NAMES = { '#a': 'a1', '#c': 'c', '#d': '[3]' };

function condition(ConditionExpression: string, more: object = {}): WrongInput['input'] {
  return { TableName: 'hash', Item: { a: { S: 'x' } }, ConditionExpression, ...more };
}

function update(UpdateExpression: string, more: object = {}): WrongInput['input'] {
  return { TableName: 'hash', Key: { a: { S: 'x' } }, UpdateExpression, ...more };
}

function rows(
  operation: string,
  parameter: string,
  toInput: (expression: string, more?: object) => WrongInput['input'],
  cases: readonly (readonly [expression: string, problem: string, source: Source, more?: object])[],
): readonly WrongInput[] {
  return cases.map(([expression, problem, source, more]) => ({
    title: expression.length > 60 ? `${expression.slice(0, 60)}…` : expression,
    operation,
    input: toInput(expression, more),
    message: `Invalid ${parameter}: ${problem}`,
    source,
  }));
}

const values = (value: object) => ({ ExpressionAttributeValues: { ':a': value } });
const type = (name: string, operand: string) =>
  `Incorrect operand type for operator or function; operator or function: ${name}, operand type: ${operand}`;
const count = (name: string, operands: number) =>
  'Incorrect number of operands for operator or function; operator or function: ' +
  `${name}, number of operands: ${operands}`;
const misuse = (name: string) =>
  `The function is not allowed to be used this way in an expression; function: ${name}`;
const distinct = (operator: string, operand: string) =>
  'The first operand must be distinct from the remaining operands for this operator or function; ' +
  `operator: ${operator}, first operand: ${operand}`;
const pathNeeded = (name: string) =>
  `Operator or function requires a document path; operator or function: ${name}`;
const syntax = (token: string, near: string) => `Syntax error; token: "${token}", near: "${near}"`;
const PARENTHESES = 'The expression has redundant parentheses;';
const OVERLAP =
  'Two document paths overlap with each other; must remove or rewrite one of these paths; path one: ';
const CONFLICT =
  'Two document paths conflict with each other; must remove or rewrite one of these paths; path one: ';

describe('a condition', () => {
  testWrongInput(
    rows('PutItem', 'ConditionExpression', condition, [
      ['', 'The expression can not be empty;', 'dynalite'],
      ['things are not gonna be ok', syntax('are', 'things are not'), 'dynalite'],
      ['a > 4', syntax('4', '> 4'), 'dynalite'],
      ['attribute_exists(Pictures-RearView)', syntax('-', 'Pictures-RearView'), 'dynalite'],
      ['attribute_exists("Pictures.RearView")', syntax('"', '("Pictures'), 'dynalite'],
      ['attribute_exists(Pictures..RearView)', syntax('.', '..RearView'), 'dynalite'],
      ['attribute_exists(asdf[a])', syntax('a', '[a]'), 'dynalite'],
      ['a in b, c', syntax('b', 'in b,'), 'dynalite'],
      ['a in (b,c,)', syntax(')', ',)'), 'dynalite'],
      ['a > between', syntax('between', '> between'), 'dynalite'],
      ['(a)between(b.c.d)and((c)', syntax('<EOF>', ')'), 'dynalite'],
      ['#$.b > a', syntax('#', '#$'), 'dynalite'],
      ['b[:a] > a', syntax(':a', '[:a]'), 'dynalite'],
      ['ü > a', syntax('ü', 'ü >'), 'dynalite'],
      ['(size(a)).b > a', syntax('.', ').b'), 'dynalite'],
      ['attribute_not_exists(_c)', syntax('_', '(_c'), 'dynalite'],
      ['a = b and', syntax('<EOF>', 'and'), 'docs'],
      ['a and b = c', syntax('and', 'a and b'), 'docs'],
      ['((attribute_not_exists(pk)))', PARENTHESES, 'conformance'],
      ['a=a and a > ((views))', PARENTHESES, 'dynalite'],
      ['a=a AND ((a=a AND (a=a AND a=a)))', PARENTHESES, 'dynalite'],
      [`${'('.repeat(2000)}a = b${')'.repeat(2000)}`, PARENTHESES, 'alternator'],
      ['a=a and whatever((things)) > a', 'Invalid function name; function: whatever', 'dynalite'],
      ['attRIbute_exIsts((views), #a)', 'Invalid function name; function: attRIbute_exIsts', 'dynalite'],
      [`a < ${'f('.repeat(1300)}b${')'.repeat(1300)}`, 'Invalid function name; function: f', 'alternator'],
      [
        'if_not_exists(a, b)',
        'The function is not allowed in a condition expression; function: if_not_exists',
        'docs',
      ],
      ['attribute_not_exists(things) > b', misuse('attribute_not_exists'), 'dynalite'],
      ['size(contains(a, b)) > a', misuse('contains'), 'dynalite'],
      ['size(things)', misuse('size'), 'dynalite'],
      ['a in (b, attribute_exists(things))', misuse('attribute_exists'), 'dynalite'],
      [
        'attribute_exists(views, #a)',
        'Attribute name is a reserved keyword; reserved keyword: views',
        'dynalite',
      ],
      [
        'attribute_exists(#Pictures.RearView)',
        'An expression attribute name used in the document path is not defined; attribute name: #Pictures',
        'dynalite',
      ],
      [
        ':a < :b',
        'An expression attribute value used in expression is not defined; attribute value: :a',
        'dynalite',
      ],
      ['attribute_exists(things, a)', count('attribute_exists', 2), 'dynalite'],
      ['begins_with(things)', count('begins_with', 1), 'dynalite'],
      ['begins_with(things, size(a), b)', count('begins_with', 3), 'dynalite'],
      ['size(things, a) > b', count('size', 2), 'dynalite'],
      ['attribute_type(a, :a)', type('attribute_type', 'N'), 'dynalite', values({ N: '1' })],
      ['begins_with(a, :a)', type('begins_with', 'N'), 'dynalite', values({ N: '1' })],
      ['begins_with(:a, a)', type('begins_with', 'BOOL'), 'dynalite', values({ BOOL: true })],
      ['size(size(a)) > :a', type('size', 'N'), 'dynalite', values({ N: '1' })],
      ['size(:a) > a', type('size', 'NULL'), 'dynalite', values({ NULL: true })],
      ['a <= :a', type('<=', 'BOOL'), 'conformance', values({ BOOL: true })],
      ['a < :a', type('<', 'M'), 'conformance', values({ M: {} })],
      [
        'attribute_type(a, :a)',
        'Invalid attribute type name found; type: 1, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}',
        'dynalite',
        values({ S: '1' }),
      ],
      ['attribute_exists(:a)', pathNeeded('attribute_exists'), 'dynalite', values({ S: '1' })],
      ['attribute_not_exists(size(:a))', pathNeeded('attribute_not_exists'), 'dynalite', values({ S: '1' })],
      ['a = a', distinct('=', '[a]'), 'dynalite'],
      ['contains(ab.bc[1].a, ab.bc[1].a)', distinct('contains', '[ab, bc, [1], a]'), 'dynalite'],
      [
        'a between :b and :a',
        'The BETWEEN operator requires same data type for lower and upper bounds; ' +
          'lower bound operand: AttributeValue: {N:1}, upper bound operand: AttributeValue: {S:a}',
        'dynalite',
        { ExpressionAttributeValues: { ':a': { S: 'a' }, ':b': { N: '1' } } },
      ],
      [
        'a between :b and :a',
        'The BETWEEN operator requires upper bound to be greater than or equal to lower bound; ' +
          'lower bound operand: AttributeValue: {S:b}, upper bound operand: AttributeValue: {S:a}',
        'dynalite',
        { ExpressionAttributeValues: { ':a': { S: 'a' }, ':b': { S: 'b' } } },
      ],
      [
        `a = b${' '.repeat(4092)}`,
        'Expression size has exceeded the maximum allowed size; expression size: 4097',
        'alternator',
      ],
      [
        `${'not '.repeat(1000)}a < b`,
        'The expression contains too many operators; operator count: 301',
        'alternator',
      ],
      ['a[99999999999] = b', 'List index is not within the allowable range; index: [99999999999]', 'docs'],
    ]),
  );
});

describe('an update', () => {
  const names = { ExpressionAttributeNames: NAMES };
  testWrongInput(
    rows('UpdateItem', 'UpdateExpression', update, [
      ['', 'The expression can not be empty;', 'conformance'],
      ['INVALID SYNTAX HERE', syntax('INVALID', 'INVALID SYNTAX'), 'conformance'],
      ['set a1', syntax('<EOF>', 'a1'), 'dynalite'],
      ['add a1 b', syntax('b', 'a1 b'), 'dynalite'],
      ['set a1 = b * c', syntax('*', 'b * c'), 'dynalite'],
      ['set a1 = b + c + d', syntax('+', 'c + d'), 'dynalite'],
      ['set a1[1] = 1', syntax('1', '= 1'), 'dynalite'],
      ['remove :a', syntax(':a', 'remove :a'), 'dynalite'],
      ['set a1 = (b.c).d + e', syntax('.', ').d'), 'dynalite'],
      [' remove Absolute ', 'Attribute name is a reserved keyword; reserved keyword: Absolute', 'dynalite'],
      ['set b = if_not_exist(c)', 'Invalid function name; function: if_not_exist', 'dynalite'],
      ['set b = size(c)', 'The function is not allowed in an update expression; function: size', 'docs'],
      [
        'set a1 = b set c = d',
        'The "SET" section can only be used once in an update expression;',
        'dynalite',
      ],
      [
        'SET attr1 = :v',
        'An expression attribute value used in expression is not defined; attribute value: :v',
        'conformance',
      ],
      ['set a1 = if_not_exists(c)', count('if_not_exists', 1), 'dynalite'],
      ['set a1 = if_not_exists(:a, c)', pathNeeded('if_not_exists'), 'dynalite', values({ S: 'a' })],
      ['set a1 = list_append(:a, a1)', type('list_append', 'S'), 'dynalite', values({ S: 'a' })],
      ['set a1 = a1 + :a', type('+', 'S'), 'dynalite', values({ S: 'a' })],
      ['set a1 = :a - a1', type('-', 'L'), 'dynalite', values({ L: [] })],
      [
        'add b :a',
        'Incorrect operand type for operator or function; operator: ADD, operand type: STRING, ' +
          'typeSet: ALLOWED_FOR_ADD_OPERAND',
        'docs',
        values({ S: 'a' }),
      ],
      [
        'delete b :a',
        'Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER, ' +
          'typeSet: ALLOWED_FOR_DELETE_OPERAND',
        'docs',
        values({ N: '1' }),
      ],
      ['set c.b.#c = a1, c = a1, #d = a1', `${OVERLAP}[c, b, c], path two: [c]`, 'dynalite', names],
      ['remove c, #c.a1, #d', `${OVERLAP}[c], path two: [c, a1]`, 'dynalite', names],
      [
        'set #c[3].#d = a1, #c.#d[3] = a1',
        `${CONFLICT}[c, [3], [3]], path two: [c, [3], [3]]`,
        'dynalite',
        names,
      ],
      ['remove b.#c set b[1] = #d', `${CONFLICT}[b, c], path two: [b, [1]]`, 'dynalite', names],
    ]),
  );
});

describe('a projection', () => {
  const toInput = (ProjectionExpression: string, more: object = {}) => ({
    TableName: 'hash',
    Key: { a: { S: 'x' } },
    ProjectionExpression,
    ...more,
  });
  testWrongInput(
    rows('GetItem', 'ProjectionExpression', toInput, [
      ['!!!', syntax('!', '!!'), 'conformance'],
      ['a, a', `${OVERLAP}[a], path two: [a]`, 'conformance'],
      ['a, a.b', `${OVERLAP}[a], path two: [a, b]`, 'conformance'],
      [
        'b[0].c, #x',
        'An expression attribute name used in the document path is not defined; attribute name: #x',
        'dynalite',
      ],
      ['size', 'Attribute name is a reserved keyword; reserved keyword: size', 'docs'],
    ]),
  );
});
