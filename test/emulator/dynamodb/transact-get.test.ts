import { expect, test } from 'vitest';
import { createVirtualClock } from '../../../lib/emulator/clock.ts';
import { createDynamodb } from '../../../lib/emulator/dynamodb/dynamodb.ts';

const caller = { account: '123456789012', region: 'eu-west-1', endpoint: 'http://127.0.0.1:4566' };

test('a member that no Get of a transaction has is refused by its name', () => {
  const dynamodb = createDynamodb({ clock: createVirtualClock(0) });
  const Get = { TableName: 'runs', Key: { id: { S: 'a' } }, ConsistentRead: true };

  const work = () => dynamodb.call('TransactGetItems', { TransactItems: [{ Get }] }, caller);

  expect(work).toThrow('the parameter ConsistentRead of TransactGetItems');
});

test('ExecuteTransaction is refused by its name', () => {
  const dynamodb = createDynamodb({ clock: createVirtualClock(0) });

  const work = () => dynamodb.call('ExecuteTransaction', {}, caller);

  expect(work).toThrow('the operation ExecuteTransaction');
});
