/** Indexes that AWS refuses to create, add or remove. */
import { describe } from 'vitest';
import { oneError, testWrongInput } from './wrong-input.ts';

const of = (AttributeName: string, AttributeType = 'S') => ({ AttributeName, AttributeType });
const key = (AttributeName: string, KeyType = 'HASH') => ({ AttributeName, KeyType });
const ALL = { ProjectionType: 'ALL' };
const BASE = {
  TableName: 'new',
  AttributeDefinitions: [of('a'), of('b')],
  KeySchema: [key('a'), key('b', 'RANGE')],
  BillingMode: 'PAY_PER_REQUEST',
};
const INVALID = 'One or more parameter values were invalid: ';
const create = (change: object) => ({ operation: 'CreateTable', input: { ...BASE, ...change } });
const local = (change: object) =>
  create({
    LocalSecondaryIndexes: [
      { IndexName: 'abc', KeySchema: [key('a'), key('b', 'RANGE')], Projection: ALL, ...change },
    ],
  });
const global = (change: object, more: object = {}) =>
  create({
    GlobalSecondaryIndexes: [{ IndexName: 'abc', KeySchema: [key('b')], Projection: ALL, ...change }],
    ...more,
  });
const undefinedKeys = (keys: string, defined: string) =>
  `${INVALID}Some index key attributes are not defined in AttributeDefinitions. ` +
  `Keys: [${keys}], AttributeDefinitions: [${defined}]`;
const SAME_NAME = 'Both the Hash Key and the Range Key element in the KeySchema have the same name';

describe('an index', () => {
  testWrongInput([
    {
      title: 'local, of a table without a range',
      ...create({
        AttributeDefinitions: [of('a')],
        KeySchema: [key('a')],
        LocalSecondaryIndexes: [{ IndexName: 'abc', KeySchema: [key('a')], Projection: ALL }],
      }),
      message:
        `${INVALID}Table KeySchema does not have a range key, which is required ` +
        'when specifying a LocalSecondaryIndex',
      source: 'conformance',
    },
    {
      title: 'local, without a range',
      ...local({ KeySchema: [key('a')] }),
      message: `${INVALID}Index KeySchema does not have a range key for index: abc`,
      source: 'dynalite',
    },
    {
      title: 'local, with another hash',
      ...local({ KeySchema: [key('b'), key('a', 'RANGE')] }),
      message:
        `${INVALID}Index KeySchema does not have the same leading hash key ` +
        'as table KeySchema for index: abc. ' +
        'index hash key: b, table hash key: a',
      source: 'dynalite',
    },
    {
      title: 'with one key twice',
      ...local({ KeySchema: [key('a'), key('a', 'RANGE')] }),
      message: SAME_NAME,
      source: 'dynalite',
    },
    {
      title: 'with an undefined key',
      ...local({ KeySchema: [key('a'), key('c', 'RANGE')] }),
      message: undefinedKeys('a, c', 'a, b'),
      source: 'dynalite',
    },
    {
      title: 'without a projection type',
      ...local({ Projection: {} }),
      message: `${INVALID}Unknown ProjectionType: null`,
      source: 'dynalite',
    },
    {
      title: 'with all and some attributes',
      ...local({ Projection: { ProjectionType: 'ALL', NonKeyAttributes: ['x'] } }),
      message: `${INVALID}ProjectionType is ALL, but NonKeyAttributes is specified`,
      source: 'dynalite',
    },
    {
      title: 'with a name of two letters',
      ...global({ IndexName: 'ab' }),
      message: oneError(
        "'ab'",
        'globalSecondaryIndexes.1.member.indexName',
        'have length greater than or equal to 3',
      ),
      source: 'dynalite',
    },
    {
      title: 'without a projection',
      ...global({ Projection: undefined }),
      message: oneError('null', 'globalSecondaryIndexes.1.member.projection', 'not be null'),
      source: 'dynalite',
    },
    {
      title: 'twice',
      ...create({
        GlobalSecondaryIndexes: ['a', 'b'].map((name) => ({
          IndexName: 'same',
          KeySchema: [key(name)],
          Projection: ALL,
        })),
      }),
      message: `${INVALID}Duplicate index name: same`,
      source: 'conformance',
    },
    {
      title: 'too many',
      ...create({
        LocalSecondaryIndexes: ['ab1', 'ab2', 'ab3', 'ab4', 'ab5', 'ab6'].map((IndexName) => ({
          IndexName,
          KeySchema: [key('a'), key('b', 'RANGE')],
          Projection: ALL,
        })),
      }),
      message: `${INVALID}Number of LocalSecondaryIndexes exceeds per-table limit of 5`,
      source: 'docs',
    },
    {
      title: 'with five hash keys',
      ...global(
        { KeySchema: ['a', 'b', 'c', 'd', 'e'].map((name) => key(name)) },
        { AttributeDefinitions: ['a', 'b', 'c', 'd', 'e'].map((name) => of(name)) },
      ),
      message: 'Invalid KeySchema: At most 4 HASH and 4 RANGE KeySchemaElements are allowed',
      source: 'docs',
    },
    {
      title: 'with a hash key after a range key',
      ...global(
        { KeySchema: [key('a'), key('b', 'RANGE'), key('c')] },
        { AttributeDefinitions: ['a', 'b', 'c'].map((name) => of(name)) },
      ),
      message: 'Invalid KeySchema: All HASH KeySchemaElements must come before the RANGE KeySchemaElements',
      source: 'docs',
    },
    {
      title: 'added under a name that is there',
      operation: 'UpdateTable',
      input: {
        TableName: 'range',
        GlobalSecondaryIndexUpdates: [
          { Create: { IndexName: 'global', KeySchema: [key('c')], Projection: ALL } },
        ],
      },
      message: 'Attempting to create an index which already exists',
      source: 'docs',
    },
    {
      title: 'added with an undefined key',
      operation: 'UpdateTable',
      input: {
        TableName: 'hash',
        GlobalSecondaryIndexUpdates: [
          { Create: { IndexName: 'abc', KeySchema: [key('z')], Projection: ALL } },
        ],
      },
      message: undefinedKeys('z', 'a'),
      source: 'dynalite',
    },
    {
      title: 'removed that is not there',
      operation: 'UpdateTable',
      input: { TableName: 'hash', GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'none' } }] },
      code: 'ResourceNotFoundException',
      message: 'Requested resource not found',
      source: 'conformance',
    },
    {
      title: 'removed beside another',
      operation: 'UpdateTable',
      input: {
        TableName: 'range',
        GlobalSecondaryIndexUpdates: [
          { Delete: { IndexName: 'global' } },
          { Delete: { IndexName: 'globalsome' } },
        ],
      },
      code: 'LimitExceededException',
      message:
        'Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table',
      source: 'docs',
    },
  ]);
});
