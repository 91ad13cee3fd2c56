/** Tables that AWS refuses to create. */
import { describe } from 'vitest';
import { oneError, testWrongInput } from './wrong-input.ts';

const of = (AttributeName: string, AttributeType = 'S') => ({ AttributeName, AttributeType });
const key = (AttributeName: string, KeyType = 'HASH') => ({ AttributeName, KeyType });
const BASE = {
  TableName: 'new',
  AttributeDefinitions: [of('a'), of('b')],
  KeySchema: [key('a'), key('b', 'RANGE')],
  BillingMode: 'PAY_PER_REQUEST',
};
const INVALID = 'One or more parameter values were invalid: ';
const create = (change: object) => ({ operation: 'CreateTable', input: { ...BASE, ...change } });
const undefinedKeys = (keys: string, defined: string) =>
  `${INVALID}Some index key attributes are not defined in AttributeDefinitions. ` +
  `Keys: [${keys}], AttributeDefinitions: [${defined}]`;
const NO_HASH = 'Invalid KeySchema: The first KeySchemaElement is not a HASH key type';
const SAME_NAME = 'Both the Hash Key and the Range Key element in the KeySchema have the same name';

describe('a new table', () => {
  testWrongInput([
    {
      title: 'without a name',
      ...create({ TableName: undefined }),
      message: "The parameter 'TableName' is required but was not present in the request",
      source: 'conformance',
    },
    {
      title: 'with a name of two letters',
      ...create({ TableName: 'ab' }),
      message: oneError("'ab'", 'tableName', 'have length greater than or equal to 3'),
      source: 'conformance',
    },
    {
      title: 'that is there',
      ...create({ TableName: 'hash' }),
      code: 'ResourceInUseException',
      message: 'Table already exists: hash',
      source: 'docs',
    },
    {
      title: 'without attributes',
      ...create({ AttributeDefinitions: undefined }),
      message: oneError('null', 'attributeDefinitions', 'not be null'),
      source: 'dynalite',
    },
    {
      title: 'without a key',
      ...create({ KeySchema: undefined }),
      message: oneError('null', 'keySchema', 'not be null'),
      source: 'dynalite',
    },
    {
      title: 'with an empty key',
      ...create({ KeySchema: [] }),
      message: oneError("'[]'", 'keySchema', 'have length greater than or equal to 1'),
      source: 'dynalite',
    },
    {
      title: 'with three keys',
      ...create({ KeySchema: [key('a'), key('b', 'RANGE'), key('c', 'RANGE')] }),
      message: oneError(
        "'[KeySchemaElement(attributeName=a, keyType=HASH), " +
          'KeySchemaElement(attributeName=b, keyType=RANGE), ' +
          "KeySchemaElement(attributeName=c, keyType=RANGE)]'",
        'keySchema',
        'have length less than or equal to 2',
      ),
      source: 'conformance',
    },
    {
      title: 'with an unknown kind of key',
      ...create({ KeySchema: [key('a', 'INVALID')] }),
      message: oneError("'INVALID'", 'keySchema.1.member.keyType', 'satisfy enum value set: [HASH, RANGE]'),
      source: 'conformance',
    },
    {
      title: 'with a set as a key',
      ...create({ AttributeDefinitions: [of('a', 'SS')] }),
      message: oneError(
        "'SS'",
        'attributeDefinitions.1.member.attributeType',
        'satisfy enum value set: [B, N, S]',
      ),
      source: 'dynalite',
    },
    {
      title: 'with an undefined key',
      ...create({ AttributeDefinitions: [of('b')], KeySchema: [key('a')] }),
      message: undefinedKeys('a', 'b'),
      source: 'dynalite',
    },
    {
      title: 'with one of two keys undefined',
      ...create({ AttributeDefinitions: [of('a')] }),
      message: 'Invalid KeySchema: Some index key attribute have no definition',
      source: 'conformance',
    },
    {
      title: 'with one key twice',
      ...create({ KeySchema: [key('a'), key('a', 'RANGE')] }),
      message: SAME_NAME,
      source: 'dynalite',
    },
    {
      title: 'with two hash keys',
      ...create({ KeySchema: [key('a'), key('b')] }),
      message: 'Invalid KeySchema: The second KeySchemaElement is not a RANGE key type',
      source: 'dynalite',
    },
    {
      title: 'with the range first',
      ...create({ KeySchema: [key('a', 'RANGE'), key('b')] }),
      message: NO_HASH,
      source: 'dynalite',
    },
    {
      title: 'with an attribute too many',
      ...create({ KeySchema: [key('a')] }),
      message:
        `${INVALID}Number of attributes in KeySchema does not exactly match number of ` +
        'attributes defined in AttributeDefinitions',
      source: 'dynalite',
    },
    {
      title: 'provisioned, without throughput',
      ...create({ BillingMode: undefined }),
      message:
        `${INVALID}ReadCapacityUnits and WriteCapacityUnits must both be ` +
        'specified when BillingMode is PROVISIONED',
      source: 'docs',
    },
    {
      title: 'on demand, with throughput',
      ...create({ ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 } }),
      message:
        `${INVALID}Neither ReadCapacityUnits nor WriteCapacityUnits can be ` +
        'specified when BillingMode is PAY_PER_REQUEST',
      source: 'docs',
    },
    {
      title: 'with negative throughput',
      ...create({
        BillingMode: 'PROVISIONED',
        ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: -1 },
      }),
      message: oneError(
        "'-1'",
        'provisionedThroughput.writeCapacityUnits',
        'have value greater than or equal to 1',
      ),
      source: 'dynalite',
    },
    {
      title: 'with endless throughput',
      ...create({
        BillingMode: 'PROVISIONED',
        ProvisionedThroughput: { ReadCapacityUnits: 1000000000001, WriteCapacityUnits: 1 },
      }),
      message: 'Given value 1000000000001 for ReadCapacityUnits is out of bounds',
      source: 'dynalite',
    },
    {
      title: 'with replicas',
      ...create({ ReplicaUpdates: [] }),
      code: 'NotImplementedException',
      status: 501,
      message: 'the parameter ReplicaUpdates of CreateTable is not served by the emulated DynamoDB',
      source: 'emulator',
    },
  ]);
});
