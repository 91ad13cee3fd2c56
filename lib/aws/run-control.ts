/** The port RunControl over DynamoDB: changes of a run's item by others than the claims in runs.ts. */
import { RECORD_MS } from '../core/limits.ts';
import type { Revocation, Revoked, RevokeRequest, RunControl } from '../runtime/control-port.ts';
import { createApart } from './apart.ts';
import type { Call } from './call.ts';
import { readItems } from './read-items.ts';
import { type Key, toKey } from './run-item.ts';
import { stateShard, taskShard } from './run-shard.ts';
import { createUpdates, type Update, type Updates } from './updates.ts';

export function createRunControl(call: Call, tableName: string): RunControl {
  const updates = createUpdates(call, tableName);
  const apart = createApart(call, tableName);
  return {
    async extend(id, owner, leaseUntil) {
      const { kind, item } = await updates(
        toKey(id),
        {
          set: ['#leaseUntil = :leaseUntil, #terminate = if_not_exists(#terminate, :no)'],
          values: {
            ':leaseUntil': { N: String(leaseUntil) },
            ':owner': { S: owner },
            ':no': { BOOL: false },
          },
        },
        '#owner = :owner',
      );
      if (kind === 'refused') return 'lost';
      return item.terminate?.BOOL === true ? 'terminate' : 'kept';
    },
    revoke: (request) => revoke(updates, request),
    async forget(id) {
      const values = { ':now': { BOOL: true }, ...FINAL_VALUES };
      const set = ['#forgotten = :now'];
      const remove = ['#result', '#error', '#progress', '#letter'];
      if ((await updates(toKey(id), { set, remove, values }, FINAL)).kind !== 'written') return false;
      await apart.drop(await readItems(call, tableName, [toKey(id)]));
      return true;
    },
    async report(id, owner, { value, state }) {
      const set = ['#progress = :progress'];
      const progress = JSON.stringify({ value, state });
      const values = { ':progress': { S: progress }, ':owner': { S: owner } };
      return (await updates(toKey(id), { set, values }, '#owner = :owner')).kind === 'written';
    },
    async revocations(names) {
      const items = await readItems(call, tableName, names.map(toRevocationKey));
      return items.map(
        (item): Revocation => ({
          until: Number(item.until?.N ?? 0),
          terminate: item.terminate?.BOOL === true,
        }),
      );
    },
  };
}

export const FINAL = '#state IN (:success, :failure, :revoked)';
export const FINAL_VALUES = {
  ':success': { S: 'SUCCESS' },
  ':failure': { S: 'FAILURE' },
  ':revoked': { S: 'REVOKED' },
};

export function toRevocationKey(name: string): Key {
  return { pk: { S: `revoked#${name}` }, sk: { S: 'revoked' } };
}

/**
 * One that waits ends here; of one that runs it is remembered, for its heartbeat and for its next attempt.
 */
async function revoke(updates: Updates, request: RevokeRequest): Promise<Revoked> {
  const key = toKey(request.id);
  const waiting = 'attribute_not_exists(#pk) OR #state IN (:pending, :retry)';
  for (;;) {
    const ended = await updates(key, revokedUpdate(request), waiting);
    if (ended.kind === 'written') return 'revoked';
    if (ended.item.state?.S !== 'STARTED') return 'over';
    const { now, terminate } = request;
    const marked = await updates(
      key,
      {
        // Whoever asks gently takes back nothing: it may not have heard yet that it is to stop.
        set: [`#revokedAt = :now${terminate ? ', #terminate = :yes' : ''}`],
        values: {
          ':now': { N: String(now) },
          ...(terminate ? { ':yes': { BOOL: true } } : {}),
          ':started': { S: 'STARTED' },
        },
      },
      '#state = :started',
    );
    // In between its attempt may have ended, and then it waits or is over.
    if (marked.kind === 'written') return 'running';
  }
}

function revokedUpdate({ id, task, queue, sentAt, now }: RevokeRequest): Update {
  return {
    set: [
      '#id = :id, #task = :task, #queue = :queue, #sentAt = :sentAt, #taskShard = :taskShard, ' +
        '#state = :revoked, #stateShard = :stateShard, #reason = :reason, #endedAt = :now, ' +
        '#generation = if_not_exists(#generation, :zero), #retries = if_not_exists(#retries, :zero), ' +
        '#starts = if_not_exists(#starts, :zero), #ends = if_not_exists(#starts, :zero), ' +
        '#expiresAt = :expiresAt',
    ],
    values: {
      ':id': { S: id },
      ':task': { S: task },
      ':queue': { S: queue },
      ':sentAt': { N: String(Math.min(sentAt, now)) },
      ':taskShard': { S: taskShard(task, id) },
      ':revoked': { S: 'REVOKED' },
      ':stateShard': { S: stateShard('REVOKED', id) },
      ':reason': { S: 'revoked' },
      ':now': { N: String(now) },
      ':zero': { N: '0' },
      // The id of what waits for long is of a later time, and the record has to be there when it comes.
      ':expiresAt': { N: String(Math.ceil((Math.max(sentAt, now) + RECORD_MS) / 1_000)) },
      ':pending': { S: 'PENDING' },
      ':retry': { S: 'RETRY' },
    },
  };
}
