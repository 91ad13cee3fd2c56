/** The port RunAdmin over DynamoDB: what only clients do to runs. */
import type { RunAdmin } from '../runtime/control-port.ts';
import type { Call } from './call.ts';
import { FINAL, FINAL_VALUES, toRevocationKey } from './run-control.ts';
import { toKey } from './run-item.ts';
import { stateShard } from './run-shard.ts';
import { createUpdates } from './updates.ts';

export function createRunAdmin(call: Call, tableName: string): Omit<RunAdmin, 'overdue'> {
  const updates = createUpdates(call, tableName);
  return {
    async reopen(id, generation) {
      const values = {
        ':next': { N: String(generation + 1) },
        ':generation': { N: String(generation) },
        ':pending': { S: 'PENDING' },
        ':stateShard': { S: stateShard('PENDING', id) },
        ':zero': { N: '0' },
        ...FINAL_VALUES,
      };
      const set = [
        '#generation = :next, #state = :pending, #stateShard = :stateShard, #retries = :zero, ' +
          '#ends = #starts',
      ];
      const remove = ['#endedAt', '#reason', '#result', '#error', '#progress', '#forgotten', '#attempts'];
      const marks = ['#resultUntil', '#resultOf', '#revokedAt', '#terminate'];
      const update = { set, remove: [...remove, ...marks], values };
      await updates(toKey(id), update, `#generation = :generation AND ${FINAL}`);
    },
    async revokeBy(name, { until, terminate }, expiresAt) {
      const values = {
        ':until': { N: String(until) },
        ':expiresAt': { N: String(Math.ceil(expiresAt / 1_000)) },
      };
      // Whoever was told to stop by an earlier one is to stop all the same.
      const set = [
        '#until = :until, #expiresAt = :expiresAt',
        ...(terminate ? ['#terminateUntil = :until'] : []),
      ];
      await updates(
        toRevocationKey(name),
        { set, values },
        'attribute_not_exists(#until) OR #until <= :until',
      );
    },
  };
}
