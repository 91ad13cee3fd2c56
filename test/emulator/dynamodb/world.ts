/**
 * A DynamoDB on a virtual clock with the tables that the tests share, and short ways to say what they put and
 * expect.
 */
import { expect } from 'vitest';
import { createVirtualClock } from '../../../lib/emulator/clock.ts';
import { createDynamodb, type DynamodbTrace } from '../../../lib/emulator/dynamodb/dynamodb.ts';
import { ServiceError } from '../../../lib/emulator/error.ts';
import type { Caller, Input } from '../../../lib/emulator/service.ts';

export type Attributes = Record<string, unknown>;

export const START = Date.parse('2026-01-01T00:00:00Z');
export const CALLER: Caller = {
  account: '111122223333',
  region: 'eu-west-1',
  endpoint: 'http://127.0.0.1:4566',
};

const KEY = (name: string, kind: 'HASH' | 'RANGE') => ({ AttributeName: name, KeyType: kind });
const OF = (name: string, type: 'S' | 'N' | 'B') => ({ AttributeName: name, AttributeType: type });

/** Only a hash key: `a`. */
export const HASH_TABLE = {
  TableName: 'hash',
  AttributeDefinitions: [OF('a', 'S')],
  KeySchema: [KEY('a', 'HASH')],
  BillingMode: 'PAY_PER_REQUEST',
};

/**
 * Hash `a`, range `b`; local indexes on `c`, global ones on `c` and on `c` with `d`, with every projection.
 */
export const RANGE_TABLE = {
  TableName: 'range',
  AttributeDefinitions: [OF('a', 'S'), OF('b', 'S'), OF('c', 'S'), OF('d', 'S')],
  KeySchema: [KEY('a', 'HASH'), KEY('b', 'RANGE')],
  BillingMode: 'PAY_PER_REQUEST',
  LocalSecondaryIndexes: [
    {
      IndexName: 'local',
      KeySchema: [KEY('a', 'HASH'), KEY('c', 'RANGE')],
      Projection: { ProjectionType: 'ALL' },
    },
    {
      IndexName: 'localkeys',
      KeySchema: [KEY('a', 'HASH'), KEY('d', 'RANGE')],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
  GlobalSecondaryIndexes: [
    { IndexName: 'global', KeySchema: [KEY('c', 'HASH')], Projection: { ProjectionType: 'ALL' } },
    {
      IndexName: 'globalsome',
      KeySchema: [KEY('c', 'HASH'), KEY('d', 'RANGE')],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['e'] },
    },
  ],
};

/** Hash `p`, range `n`, a number. */
export const NUMBER_TABLE = {
  TableName: 'number',
  AttributeDefinitions: [OF('p', 'S'), OF('n', 'N')],
  KeySchema: [KEY('p', 'HASH'), KEY('n', 'RANGE')],
  BillingMode: 'PAY_PER_REQUEST',
};

/** Hash `p`, range `v`, binary. */
export const BINARY_TABLE = {
  TableName: 'binary',
  AttributeDefinitions: [OF('p', 'S'), OF('v', 'B')],
  KeySchema: [KEY('p', 'HASH'), KEY('v', 'RANGE')],
  BillingMode: 'PAY_PER_REQUEST',
};

export function createWorld(options: { readonly ttlDelayMs?: number } = {}) {
  const clock = createVirtualClock(START);
  const trace: DynamodbTrace[] = [];
  const dynamodb = createDynamodb({ clock, trace: (entry) => trace.push(entry), ...options });
  const call = (operation: string, input: Input, caller = CALLER): Attributes =>
    dynamodb.call(operation, input, caller);
  for (const table of [HASH_TABLE, RANGE_TABLE, NUMBER_TABLE, BINARY_TABLE]) call('CreateTable', table);
  trace.length = 0;
  const put = (TableName: string, ...items: readonly Attributes[]) => {
    for (const Item of items) call('PutItem', { TableName, Item });
  };
  const get = (TableName: string, Key: Attributes) => call('GetItem', { TableName, Key }).Item as Attributes;
  /** The refusal that a call meets. */
  const refusal = (operation: string, input: Input, caller = CALLER): ServiceError => {
    try {
      call(operation, input, caller);
    } catch (error) {
      if (error instanceof ServiceError) return error;
      throw error;
    }
    return expect.fail(`${operation} was not refused`);
  };
  return { clock, trace, dynamodb, call, put, get, refusal };
}

export type World = ReturnType<typeof createWorld>;

export const S = (value: string) => ({ S: value });
export const N = (value: number | string) => ({ N: String(value) });
export const B = (...bytes: number[]) => ({ B: Uint8Array.from(bytes) });
