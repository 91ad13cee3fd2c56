/** Values that AWS refuses to store. */
import { describe } from 'vitest';
import { S } from './world.ts';
import { testWrongInput } from './wrong-input.ts';

const put = (Item: object, more: object = {}, TableName = 'hash') => ({
  TableName,
  Item: { a: S('x'), ...Item },
  ...more,
});

const INVALID = 'One or more parameter values were invalid: ';
const EMPTY_VALUE = 'Supplied AttributeValue is empty, must contain exactly one of the supported datatypes';
describe('a value', () => {
  const of = (value: object) => ({ operation: 'PutItem', input: put({ v: value }) });
  testWrongInput([
    { title: 'without a type', ...of({}), message: EMPTY_VALUE, source: 'dynalite' },
    { title: 'of an unknown type', ...of({ X: 'y' }), message: EMPTY_VALUE, source: 'dynalite' },
    { title: 'empty inside a list', ...of({ L: [{}] }), message: EMPTY_VALUE, source: 'dynalite' },
    {
      title: 'of two types',
      ...of({ S: 'a', N: '1' }),
      message:
        'Supplied AttributeValue has more than one datatypes set, must contain ' +
        'exactly one of the supported datatypes',
      source: 'dynalite',
    },
    {
      title: 'null that is false',
      ...of({ NULL: false }),
      message: `${INVALID}Null attribute value types must have the value of true`,
      source: 'dynalite',
    },
    {
      title: 'empty set of strings',
      ...of({ SS: [] }),
      message: `${INVALID}An string set  may not be empty`,
      source: 'conformance',
    },
    {
      title: 'empty set of numbers',
      ...of({ NS: [] }),
      message: `${INVALID}An number set  may not be empty`,
      source: 'conformance',
    },
    {
      title: 'empty set of binaries',
      ...of({ BS: [] }),
      message: `${INVALID}Binary sets should not be empty`,
      source: 'dynalite',
    },
    {
      title: 'string twice in a set',
      ...of({ SS: ['a', 'a'] }),
      message: `${INVALID}Input collection [a, a] contains duplicates.`,
      source: 'dynalite',
    },
    {
      title: 'number twice in a set',
      ...of({ NS: ['1', '1.0'] }),
      message: 'Input collection contains duplicates',
      source: 'dynalite',
    },
    {
      title: 'binary twice in a set',
      ...of({ BS: [Buffer.from('b'), Buffer.from('b')] }),
      message: `${INVALID}Input collection [Yg==, Yg==]of type BS contains duplicates.`,
      source: 'dynalite',
    },
    {
      title: 'empty number',
      ...of({ N: '' }),
      message: 'The parameter cannot be converted to a numeric value',
      source: 'dynalite',
    },
    ...['dog', 'NaN', 'Infinity', ' 1', '1 '].map((text) => ({
      title: `number '${text}'`,
      ...of({ N: text }),
      message: `The parameter cannot be converted to a numeric value: ${text}`,
      source: 'alternator' as const,
    })),
    {
      title: 'number of 39 digits',
      ...of({ N: '123456789012345678901234567890123456789' }),
      message: 'Attempting to store more than 38 significant digits in a Number',
      source: 'dynalite',
    },
    {
      title: 'number that is too big',
      ...of({ N: '-1e126' }),
      message: 'Number overflow. Attempting to store a number with magnitude larger than supported range',
      source: 'dynalite',
    },
    {
      title: 'number that is too small',
      ...of({ N: '1e-131' }),
      message: 'Number underflow. Attempting to store a number with magnitude smaller than supported range',
      source: 'dynalite',
    },
    {
      title: 'number as a number',
      ...of({ N: 123 }),
      code: 'SerializationException',
      message: 'NUMBER_VALUE can not be converted to an String',
      source: 'alternator',
    },
    {
      title: 'nested 33 levels deep',
      ...of(Array.from({ length: 32 }).reduce<object>((inner) => ({ M: { n: inner } }), S('leaf'))),
      message:
        'Nesting Levels have exceeded supported limits: Attributes in the item have ' +
        'nested levels beyond supported limit',
      source: 'conformance',
    },
    {
      title: 'item of more than 400 KB',
      ...of(S('x'.repeat(400 * 1024 - 2))),
      message: 'Item size has exceeded the maximum allowed size',
      source: 'conformance',
    },
  ]);
});
