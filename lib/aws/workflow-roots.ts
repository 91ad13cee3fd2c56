/**
 * The records of workflows: items of runs, under the workflow's id, which nobody claims. They wait as PENDING
 * in the index by state, where the sweeper finds those whose deadline has passed. That of a single task with
 * links is its run's own, which waits as RETRY too; while it runs it is left alone, until the next sweep.
 */
import { RECORD_MS } from '../core/limits.ts';
import { isFinal } from '../core/task-state.ts';
import type { Ending } from '../runtime/ports.ts';
import type { Overdue, WorkflowEnd, WorkflowRoot, Workflows } from '../runtime/workflow-ports.ts';
import type { Call } from './call.ts';
import { readItems } from './read-items.ts';
import { fromItem, type Item, type Key, toKey } from './run-item.ts';
import { RUN_SHARDS, stateShard, taskShard } from './run-shard.ts';
import { createUpdates, type Update } from './updates.ts';

export function createWorkflowRoots(
  call: Call,
  tableName: string,
): Pick<Workflows, 'begin' | 'end' | 'unlist'> {
  const updates = createUpdates(call, tableName);
  return {
    async begin(root) {
      await updates(toKey(root.id), beginUpdate(root), 'attribute_not_exists(#pk)');
    },
    async end(workflowId, ending, now, listed = false) {
      const written = await updates(toKey(workflowId), endUpdate(workflowId, ending, now, listed), OPEN);
      if (written.kind === 'written') return ending;
      return written.item.state === undefined ? {} : toEnd(fromItem(written.item).record);
    },
    async unlist(workflowId) {
      const [item] = await readItems(call, tableName, [toKey(workflowId)]);
      const state = item === undefined ? undefined : fromItem(item).record.state;
      if (state === undefined || !isFinal(state)) return;
      const values = { ':shard': { S: stateShard(state, workflowId) }, ':state': { S: state } };
      await updates(toKey(workflowId), { set: ['#stateShard = :shard'], values }, '#state = :state');
    },
  };
}

/** A workflow that is a single task with links has that task's record, and may wait for its next attempt. */
const OPEN = '#state IN (:pending, :retry)';
const OPEN_STATES = ['PENDING', 'RETRY'] as const;

/** The other side of `listed`: those under way, or not known to have been settled, whose time is over. */
export function createOverdue(call: Call, tableName: string): Overdue {
  return {
    async overdue(now, limit) {
      const found: string[] = [];
      for (const name of shards())
        for await (const ids of idsIn(call, tableName, name)) {
          const items = await readItems(call, tableName, ids.map(toKey));
          found.push(...items.filter((item) => isLate(item, now)).map((item) => fromItem(item).record.id));
          if (found.length >= limit) return found.slice(0, limit);
        }
      return found;
    },
  };
}

/** A run that was run again by hand is wanted for itself, whenever that is. */
function isLate({ deadline, generation }: Item, now: number): boolean {
  return deadline !== undefined && Number(deadline.N) <= now && Number(generation?.N ?? 0) === 0;
}

function shards(): readonly string[] {
  return OPEN_STATES.flatMap((state) =>
    Array.from({ length: RUN_SHARDS }, (_, shard) => `${state}#${shard}`),
  );
}

/** DynamoDB reads a hundred keys at once. */
const PAGE = 100;
/** Pages of one shard that one sweep looks at: what is behind them is found by the next. */
const PAGES_MAX = 1_000;

/** The ids of one shard of what waits, page by page. */
async function* idsIn(call: Call, tableName: string, shard: string): AsyncGenerator<readonly string[]> {
  let from: Key | undefined;
  for (let pages = 0; pages < PAGES_MAX; pages++) {
    const answer = await call('dynamodb', 'Query', {
      TableName: tableName,
      IndexName: 'byState',
      KeyConditionExpression: '#stateShard = :shard',
      ExpressionAttributeNames: { '#stateShard': 'stateShard' },
      ExpressionAttributeValues: { ':shard': { S: shard } },
      Limit: PAGE,
      ...(from === undefined ? {} : { ExclusiveStartKey: { ...from } }),
    });
    yield (answer.Items ?? []).flatMap(({ id }) => id?.S ?? []);
    if (answer.LastEvaluatedKey === undefined) return;
    // What DynamoDB has just given: the keys of the table and of the index.
    from = answer.LastEvaluatedKey as unknown as Key;
  }
}

function toEnd({
  state,
  reason,
}: {
  readonly state: WorkflowEnd['state'];
  readonly reason?: string;
}): WorkflowEnd {
  return { ...(state === undefined ? {} : { state }), ...(reason === undefined ? {} : { reason }) };
}

function beginUpdate({ id, task, queue, sentAt, deadline }: WorkflowRoot): Update {
  return {
    set: [
      '#id = :id, #task = :task, #queue = :queue, #sentAt = :sentAt, #taskShard = :taskShard, ' +
        '#state = :pending, #stateShard = :stateShard, #deadline = :deadline, #expiresAt = :expiresAt, ' +
        '#generation = :zero, #retries = :zero, #starts = :zero, #ends = :zero',
    ],
    values: {
      ':id': { S: id },
      ':task': { S: task },
      ':queue': { S: queue },
      ':sentAt': { N: String(sentAt) },
      ':taskShard': { S: taskShard(task, id) },
      ':pending': { S: 'PENDING' },
      ':stateShard': { S: stateShard('PENDING', id) },
      ':deadline': { N: String(deadline) },
      ':expiresAt': { N: String(Math.ceil((sentAt + RECORD_MS) / 1_000)) },
      ':zero': { N: '0' },
    },
  };
}

function endUpdate(id: string, ending: Ending, now: number, listed: boolean): Update {
  const texts = (['result', 'reason', 'blob'] as const).filter((name) => ending[name] !== undefined);
  const error = ending.error === undefined ? undefined : JSON.stringify(ending.error);
  return {
    set: [
      '#state = :ended, #endedAt = :now',
      ...(listed ? [] : ['#stateShard = :shard']),
      ...texts.map((name) => `#${name} = :${name}`),
      ...(error === undefined ? [] : ['#error = :error']),
      // Who revokes the whole writes to the record by himself (run-control.ts).
      ...(ending.state === 'REVOKED' ? ['#byPart = :byPart'] : []),
    ],
    values: {
      ':ended': { S: ending.state },
      ':now': { N: String(now) },
      ':pending': { S: 'PENDING' },
      ':retry': { S: 'RETRY' },
      ':byPart': { BOOL: true },
      ':shard': { S: stateShard(ending.state, id) },
      ...Object.fromEntries(texts.map((name) => [`:${name}`, { S: ending[name] ?? '' }])),
      ...(error === undefined ? {} : { ':error': { S: error } }),
    },
  };
}
