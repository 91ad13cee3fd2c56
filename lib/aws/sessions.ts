/** The port EndedSessions over DynamoDB: an item for each session that was logged out. */
import type { EndedSessions } from '../runtime/desk-ports.ts';
import type { Call } from './call.ts';

export function createEndedSessions(call: Call, tableName: string): EndedSessions {
  return {
    async end(id, until) {
      await call('dynamodb', 'PutItem', {
        TableName: tableName,
        // DynamoDB takes it away when the session's own time is over, mostly within some days of it.
        Item: { id: { S: id }, expiresAt: { N: String(Math.ceil(until / 1_000)) } },
      });
    },
    async has(id) {
      // Consistently: a session that was ended a moment ago is ended.
      const request = { TableName: tableName, Key: { id: { S: id } }, ConsistentRead: true };
      return (await call('dynamodb', 'GetItem', request)).Item !== undefined;
    },
  };
}
