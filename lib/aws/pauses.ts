/** The port Pauses over DynamoDB: an item for each queue that was ever paused, in the table of runs. */
import type { Pauses } from '../runtime/worker-ports.ts';
import type { Call } from './call.ts';
import { readItems } from './read-items.ts';
import type { Key } from './run-item.ts';

/** BatchGetItem: keys of one call (DynamoDB). */
const KEYS_MAX = 100;

export function createPauses(call: Call, tableName: string): Pauses {
  return {
    async paused(queueNames) {
      const found = new Set<string>();
      for (let first = 0; first < queueNames.length; first += KEYS_MAX) {
        const keys = queueNames.slice(first, first + KEYS_MAX).map(toKey);
        for (const { paused, queue } of await readItems(call, tableName, keys))
          if (paused?.BOOL === true && queue?.S !== undefined) found.add(queue.S);
      }
      return found;
    },
    async set(queueName, paused, now) {
      // Without a time to live: a pause holds until somebody ends it.
      await call('dynamodb', 'UpdateItem', {
        TableName: tableName,
        Key: { ...toKey(queueName) },
        UpdateExpression: 'SET #queue = :queue, #paused = :paused, #since = :since',
        ExpressionAttributeNames: { '#queue': 'queue', '#paused': 'paused', '#since': 'since' },
        ExpressionAttributeValues: {
          ':queue': { S: queueName },
          ':paused': { BOOL: paused },
          ':since': { N: String(now) },
        },
      });
    },
  };
}

function toKey(queueName: string): Key {
  return { pk: { S: `pause#${queueName}` }, sk: { S: 'pause' } };
}
