/** Keys that AWS refuses: absent, too many, of the wrong type, empty, too long. */
import { describe } from 'vitest';
import { S } from './world.ts';
import { testWrongInput } from './wrong-input.ts';

const put = (Item: object, more: object = {}, TableName = 'hash') => ({
  TableName,
  Item: { a: S('x'), ...Item },
  ...more,
});
const key = (Key: object, TableName = 'hash') => ({ TableName, Key });

const INVALID = 'One or more parameter values were invalid: ';
const NOT_VALID = 'One or more parameter values are not valid. ';
const MISMATCH = 'The provided key element does not match the schema';
describe('a key', () => {
  testWrongInput([
    {
      title: 'absent',
      operation: 'PutItem',
      input: { TableName: 'hash', Item: { z: S('x') } },
      message: `${INVALID}Missing the key a in the item`,
      source: 'dynalite',
    },
    {
      title: 'of another type',
      operation: 'PutItem',
      input: put({ a: { N: '5' } }),
      message: `${INVALID}Type mismatch for key a expected: S actual: N`,
      source: 'conformance',
    },
    {
      title: 'empty',
      operation: 'PutItem',
      input: put({ a: S('') }),
      message:
        `${NOT_VALID}The AttributeValue for a key attribute cannot ` +
        'contain an empty string value. Key: a',
      source: 'conformance',
    },
    {
      title: 'empty binary',
      operation: 'GetItem',
      input: key({ p: S('x'), v: { B: new Uint8Array() } }, 'binary'),
      message:
        `${NOT_VALID}The AttributeValue for a key attribute cannot ` +
        'contain an empty binary value. Key: v',
      source: 'conformance',
    },
    {
      title: 'hash of 2,049 bytes',
      operation: 'PutItem',
      input: put({ a: S('x'.repeat(2049)) }),
      message: `${INVALID}Size of hashkey has exceeded the maximum size limit of2048 bytes`,
      source: 'dynalite',
    },
    {
      title: 'range of 1,025 bytes',
      operation: 'DeleteItem',
      input: key({ a: S('x'), b: S('x'.repeat(1025)) }, 'range'),
      message: `${INVALID}Aggregated size of all range keys has exceeded the size limit of 1024 bytes`,
      source: 'dynalite',
    },
    { title: 'no attribute', operation: 'GetItem', input: key({}), message: MISMATCH, source: 'dynalite' },
    {
      title: 'another attribute',
      operation: 'GetItem',
      input: key({ b: S('a') }),
      message: MISMATCH,
      source: 'dynalite',
    },
    {
      title: 'one attribute too many',
      operation: 'DeleteItem',
      input: key({ a: S('a'), b: S('a') }),
      message: MISMATCH,
      source: 'dynalite',
    },
    {
      title: 'of the wrong type',
      operation: 'UpdateItem',
      input: key({ a: { N: '1' } }),
      message: MISMATCH,
      source: 'dynalite',
    },
    {
      title: 'without its range',
      operation: 'GetItem',
      input: key({ a: S('a') }, 'range'),
      message: MISMATCH,
      source: 'dynalite',
    },
    {
      title: 'of an index, of another type',
      operation: 'PutItem',
      input: put({ b: S('y'), c: { N: '5' } }, {}, 'range'),
      message: `${INVALID}Type mismatch for Index Key c Expected: S Actual: N IndexName: global`,
      source: 'conformance',
    },
    {
      title: 'of an index, empty',
      operation: 'PutItem',
      input: put({ b: S('y'), c: S('') }, {}, 'range'),
      message:
        `${NOT_VALID}A value specified for a secondary index key is not ` +
        'supported. The AttributeValue for a key ' +
        'attribute cannot contain an empty string value. IndexName: global, IndexKey: c',
      source: 'conformance',
    },
  ]);
});
