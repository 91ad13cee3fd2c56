/**
 * What is known to wait in a queue without looking into it. A receive counts towards what a worker and SQS
 * take for crashes, and nobody can say how often others have looked, so a queue that is worked is never
 * peeked on AWS; but a run that was put off, or failed and is tried again, has a record, which says what it
 * waits for.
 */
import type { RunDetails } from '../../runtime/desk-ports.ts';
import { type DeskContext, findQueue } from '../context.ts';
import type { WaitingRunRow } from '../waiting-run.ts';
import { recorded } from './run.ts';
import { toRow } from './run-row.ts';
import { listRuns } from './runs.ts';
import { blockedBy } from './waiting-message.ts';

export const WAITING_DEFAULT = 50;
/** DynamoDB: keys of one BatchGetItem. */
const WAITING_MAX = 100;

/**
 * Runs of a queue that wait and have a record, the oldest first; those that were not tried yet have none.
 * @throws CeleriacError NOT_FOUND
 */
export async function listWaiting(
  context: DeskContext,
  name: string,
  limit = WAITING_DEFAULT,
): Promise<readonly WaitingRunRow[]> {
  const named = findQueue(context, name);
  const { index } = context.ports;
  if (index === undefined || named.kind === 'dead-letter') return [];
  const wanted = Math.min(limit, WAITING_MAX);
  const pages = await Promise.all(
    (['PENDING', 'RETRY'] as const).map((state) =>
      listRuns(context, { queue: named.queue.name, state, sort: 'sentAt', limit: wanted }),
    ),
  );
  const ids = pages.flatMap(({ rows }) => rows.map(({ id }) => id)).sort();
  const records = await index.rows(ids.slice(0, wanted), { whole: false });
  const keeping = blockedBy(context, named);
  const waits = ids.slice(0, wanted).flatMap((id) => records.get(id) ?? []);
  return Promise.all(
    waits.filter(isWaiting).map(async (record) => ({
      ...toRow(context, record, record),
      waiting: await recorded(context, record, undefined, keeping),
    })),
  );
}

/** It may have begun since the index said so. */
function isWaiting({ state }: RunDetails): boolean {
  return state === 'PENDING' || state === 'RETRY';
}
