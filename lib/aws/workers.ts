/** The port Workers over DynamoDB: one item a worker, all under one key of the table of runs. */
import type { WorkerCommand, WorkerRecord } from '../core/worker-record.ts';
import type { SentCommand, Workers } from '../runtime/worker-ports.ts';
import type { Call } from './call.ts';
import type { Item } from './run-item.ts';
import { isConditionFailure } from './updates.ts';

/** A thousand workers that beat every 15 s are 70 writes a second; one partition takes 1,000 (DynamoDB). */
const ALL = { S: 'workers' };
/** A page is 1 MB (DynamoDB); this many hold more workers than anybody runs. */
const PAGES_MAX = 100;

export function createWorkers(call: Call, tableName: string): Workers {
  const toKey = (id: string) => ({ pk: ALL, sk: { S: `worker#${id}` } });
  const beat = async (
    record: WorkerRecord,
    done: readonly string[],
    expiresAt: number,
  ): Promise<readonly SentCommand[]> => {
    const commands = done.map((_, index) => [`#c${index}`, done[index] ?? ''] as const);
    // A path and what is below it cannot both be in one update. What is done was in the map before.
    const change =
      commands.length === 0
        ? ', #commands = if_not_exists(#commands, :none)'
        : ` REMOVE ${commands.map(([name]) => `#commands.${name}`).join(', ')}`;
    const { Attributes } = await call('dynamodb', 'UpdateItem', {
      TableName: tableName,
      Key: toKey(record.id),
      UpdateExpression: `SET #record = :record, #beatAt = :beatAt, #expiresAt = :expiresAt${change}`,
      ExpressionAttributeNames: {
        '#record': 'record',
        '#beatAt': 'beatAt',
        '#expiresAt': 'expiresAt',
        '#commands': 'commands',
        ...Object.fromEntries(commands),
      },
      ExpressionAttributeValues: {
        ':record': { S: JSON.stringify(record) },
        ':beatAt': { N: String(record.beatAt) },
        ':expiresAt': { N: String(Math.ceil(expiresAt / 1_000)) },
        ...(commands.length === 0 ? { ':none': { M: {} } } : {}),
      },
      ReturnValues: 'ALL_NEW',
    });
    return Object.entries(Attributes?.commands?.M ?? {}).map(toSent);
  };
  return {
    async beat(record, done, expiresAt) {
      try {
        return await beat(record, done, expiresAt);
      } catch (error) {
        if (done.length === 0 || !(error instanceof Error) || error.name !== 'ValidationException')
          throw error;
        // The record has expired while nobody beat, and what was told with it; DynamoDB removes nothing from
        // a map that is not there.
        return beat(record, [], expiresAt);
      }
    },
    list: () => list(call, tableName),
    async command(workerId, { id, command }) {
      try {
        await call('dynamodb', 'UpdateItem', {
          TableName: tableName,
          Key: toKey(workerId),
          UpdateExpression: 'SET #commands.#id = :command',
          ConditionExpression: 'attribute_exists(#commands)',
          ExpressionAttributeNames: { '#commands': 'commands', '#id': id },
          ExpressionAttributeValues: { ':command': { S: JSON.stringify(command) } },
        });
        return true;
      } catch (error) {
        if (isConditionFailure(error)) return false;
        throw error;
      }
    },
  };
}

async function list(call: Call, tableName: string): Promise<readonly WorkerRecord[]> {
  const found: WorkerRecord[] = [];
  let after: Item | undefined;
  for (let page = 0; page < PAGES_MAX; page++) {
    const answer = await call('dynamodb', 'Query', {
      TableName: tableName,
      KeyConditionExpression: '#pk = :all',
      ExpressionAttributeNames: { '#pk': 'pk' },
      ExpressionAttributeValues: { ':all': ALL },
      ConsistentRead: true,
      ...(after === undefined ? {} : { ExclusiveStartKey: after }),
    });
    found.push(...(answer.Items ?? []).map((item) => toRecord(item.record?.S ?? '{}')));
    after = answer.LastEvaluatedKey;
    if (after === undefined) break;
  }
  return found;
}

function toRecord(text: string): WorkerRecord {
  // Only `beat` writes it.
  return JSON.parse(text) as WorkerRecord;
}

function toSent([id, value]: [string, { readonly S?: string }]): SentCommand {
  // Only `command` writes it.
  return { id, command: JSON.parse(value.S ?? '{}') as WorkerCommand };
}
