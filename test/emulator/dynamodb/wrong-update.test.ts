/** Updates that AWS refuses for what they would do to an item. */
import { describe } from 'vitest';
import { S } from './world.ts';
import { testWrongInput, type WrongInput } from './wrong-input.ts';

const update = (UpdateExpression: string, more: object = {}, TableName = 'hash') => ({
  TableName,
  Key: TableName === 'hash' ? { a: S('x') } : { a: S('x'), b: S('y') },
  UpdateExpression,
  ...more,
});
const values = (value: object) => ({ ExpressionAttributeValues: { ':v': value } });

const INVALID = 'One or more parameter values were invalid: ';
const NOT_VALID = 'One or more parameter values are not valid. ';
describe('an update', () => {
  const cannot = (name: string) =>
    `${INVALID}Cannot update attribute ${name}. This attribute is part of the key`;
  const wrongPath = 'The document path provided in the update expression is invalid for update';
  const wrongType = 'An operand in the update expression has an incorrect data type';
  const absent = 'The provided expression refers to an attribute that does not exist in the item';
  const of = (expression: string, value?: object, table?: string) => ({
    operation: 'UpdateItem',
    input: update(expression, value === undefined ? {} : values(value), table),
  });
  const rows: readonly WrongInput[] = [
    { title: 'of the hash key', ...of('SET a = :v', S('n')), message: cannot('a'), source: 'conformance' },
    {
      title: 'of the range key',
      ...of('SET b = :v', S('n'), 'range'),
      message: cannot('b'),
      source: 'conformance',
    },
    { title: 'below the key', ...of('ADD a.b :v', { N: '1' }), message: cannot('a'), source: 'dynalite' },
    { title: 'from an absent attribute', ...of('SET b = c'), message: absent, source: 'dynalite' },
    {
      title: 'from an absent list',
      ...of('SET b = list_append(c, :v)', { L: [] }),
      message: absent,
      source: 'dynalite',
    },
    {
      title: 'inside an absent map',
      ...of('SET b.c = :v', S('n')),
      message: wrongPath,
      source: 'dynalite',
    },
    {
      title: 'inside an absent list',
      ...of('SET b[1] = :v', S('n')),
      message: wrongPath,
      source: 'dynalite',
    },
    { title: 'of a list by name', ...of('REMOVE #l.b', undefined), message: wrongPath, source: 'dynalite' },
    {
      title: 'of a text by index',
      ...of('REMOVE #t[0]', undefined),
      message: wrongPath,
      source: 'dynalite',
    },
    {
      title: 'that deletes below nothing',
      ...of('DELETE b.c :v', { SS: ['n'] }),
      message: wrongPath,
      source: 'dynalite',
    },
    {
      title: 'that sums a text',
      ...of('SET b = #t + :v', { N: '1' }),
      message: wrongType,
      source: 'dynalite',
    },
    {
      title: 'that adds a set to a number',
      ...of('ADD #c :v', { NS: ['1'] }),
      message: wrongType,
      source: 'dynalite',
    },
    {
      title: 'that adds a number to a list',
      ...of('ADD #l :v', { N: '1' }),
      message: wrongType,
      source: 'dynalite',
    },
    {
      title: 'that deletes from a number',
      ...of('DELETE #c :v', { NS: ['1'] }),
      message: wrongType,
      source: 'dynalite',
    },
    {
      title: 'that appends to a number',
      ...of('SET b = list_append(#c, :v)', { L: [] }),
      message: wrongType,
      source: 'dynalite',
    },
    {
      title: 'that appends to what it appends',
      ...of('SET b = list_append(list_append(:v, :v), :v)', { L: [] }),
      message:
        'Invalid UpdateExpression: The function is not allowed to be used this way in an expression; ' +
        'function: list_append',
      source: 'alternator',
    },
    {
      title: 'beyond the largest number',
      ...of('SET b = :v + :v', { N: '9e125' }),
      message: 'Number overflow. Attempting to store a number with magnitude larger than supported range',
      source: 'alternator',
    },
    {
      title: 'to more than 38 digits',
      ...of('ADD #c :v', { N: '1e50' }),
      message: 'Number overflow. Attempting to store a number with magnitude larger than supported range',
      source: 'alternator',
    },
    {
      title: 'to more than 400 KB',
      ...of('SET b = :v', S('x'.repeat(400 * 1024))),
      message: 'Item size to update has exceeded the maximum allowed size',
      source: 'dynalite',
    },
    {
      title: 'of an index key to another type',
      ...of('SET c = :v', { N: '1' }, 'range'),
      message: `${INVALID}Type mismatch for Index Key c Expected: S Actual: N IndexName: global`,
      source: 'conformance',
    },
    {
      title: 'of an index key to nothing',
      ...of('SET c = :v', S(''), 'range'),
      message:
        `${NOT_VALID}The update expression attempted to update a secondary ` +
        'index key to a value that is not ' +
        'supported. The AttributeValue for a key attribute cannot contain an empty string value.',
      source: 'conformance',
    },
    {
      title: 'of an index key to something computed',
      ...of('SET c = if_not_exists(e, :v)', { N: '1' }, 'range'),
      message: 'The update expression attempted to update the secondary index key to unsupported type',
      source: 'dynalite',
    },
    {
      title: 'inside an index key',
      ...of('SET d[1] = :v', { N: '1' }, 'range'),
      message:
        "Key attributes must be scalars; list random access '[]' and map " +
        "lookup '.' are not allowed: IndexKey: d",
      source: 'dynalite',
    },
  ];
  testWrongInput(rows.map(withNames));
});

/** The stored item's attributes have reserved names, which an expression has to go around. */
function withNames(row: WrongInput): WrongInput {
  const names = { '#t': 'text', '#c': 'count', '#l': 'list' };
  const text = JSON.stringify(row.input);
  const used = Object.entries(names).filter(([alias]) => text.includes(alias));
  if (used.length === 0) return row;
  return { ...row, input: { ...row.input, ExpressionAttributeNames: Object.fromEntries(used) } };
}
