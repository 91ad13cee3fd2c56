/** Reads of many items at once. */
import type { KeysAndAttributes } from '@aws-sdk/client-dynamodb';
import { CeleriacError } from '../errors.ts';
import type { Call } from './call.ts';
import type { Item, Key } from './run-item.ts';

/** Asked again for keys that DynamoDB left unread (a throttle, 16 MB), at most this often. */
const READS_MAX = 8;

/** Reads items, at most 100 keys (DynamoDB); those that are not there are missing. */
export async function readItems(
  call: Call,
  tableName: string,
  keys: readonly Key[],
  how: Omit<KeysAndAttributes, 'Keys'> = { ConsistentRead: true },
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let left = keys.map((key) => ({ ...key }));
  for (let reads = 0; left.length > 0 && reads < READS_MAX; reads++) {
    const request = { RequestItems: { [tableName]: { Keys: left, ...how } } };
    const answer = await call('dynamodb', 'BatchGetItem', request);
    items.push(...(answer.Responses?.[tableName] ?? []));
    left = (answer.UnprocessedKeys?.[tableName]?.Keys ?? []).map(({ pk, sk }) => ({
      pk: { S: pk?.S ?? '' },
      sk: { S: sk?.S ?? '' },
    }));
  }
  // To take what was not read for what is not there would end a workflow, or run what was revoked.
  if (left.length > 0)
    throw new CeleriacError('ITEMS_NOT_READ', `DynamoDB left ${left.length} items unread ${READS_MAX} times`);
  return items;
}
