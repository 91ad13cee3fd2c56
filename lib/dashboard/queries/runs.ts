/**
 * Lists of runs, by state, task, queue, time and text. A page is bounded by what is looked at, not only by
 * what it shows: a search for something rare answers with few rows, or none, and a cursor to go on from.
 */
import { idStart, sentAtOf } from '../../core/id.ts';
import { TASK_STATES, type TaskState } from '../../core/task-state.ts';
import { CeleriacError } from '../../errors.ts';
import type { IndexedRun, IndexPage, RunDetails, RunIndex } from '../../runtime/desk-ports.ts';
import type { DeskContext } from '../context.ts';
import type { Page, RunRow, RunsQuery } from '../row.ts';
import { isListed, matches, parseSearch, type Search, termOf } from '../search.ts';
import { merged, type Partition } from './newest.ts';
import { toRow, toSearched } from './run-row.ts';

export const ROWS_DEFAULT = 50;
export const ROWS_MAX = 500;
/** What one request looks at: of an index, of an index and the records behind it. */
const LISTED_MAX = 5_000;
const RECORDS_MAX = 1_000;
/** DynamoDB: keys of one BatchGetItem. */
const BATCH = 100;
/** Rows that are read of each partition at once; there are 48 of them when no state is asked for. */
const CHUNK_MIN = 8;

/** The runs that are asked for; no rows where no task keeps a record. */
export async function listRuns(context: DeskContext, query: RunsQuery): Promise<Page<RunRow>> {
  const { index } = context.ports;
  const limit = query.limit ?? ROWS_DEFAULT;
  if (!Number.isInteger(limit) || limit < 1 || limit > ROWS_MAX) {
    const text = `a list has 1 to ${ROWS_MAX} rows, not ${limit}`;
    throw new CeleriacError('INVALID_LIMIT', text, { value: limit, allowed: `1 to ${ROWS_MAX}` });
  }
  const search = query.search === undefined || query.search.trim() === '' ? undefined : query.search.trim();
  if (index === undefined) return { rows: [] };
  if (search !== undefined && sentAtOf({ app: context.app.name, stage: context.stage }, search) !== undefined)
    return byId(context, index, search);
  return scan(context, index, query, limit, search === undefined ? undefined : parseSearch(search));
}

/** A whole id is looked up, wherever it stands in time. */
async function byId(context: DeskContext, index: RunIndex, id: string): Promise<Page<RunRow>> {
  const details = (await index.rows([id])).get(id);
  return { rows: details === undefined ? [] : [toRow(context, details, details)] };
}

async function scan(
  context: DeskContext,
  index: RunIndex,
  query: RunsQuery,
  limit: number,
  search: Search | undefined,
): Promise<Page<RunRow>> {
  const newestFirst = query.sort !== 'sentAt';
  const plan = planOf(context, query, search);
  const partitions = partitionsOf(index, query, plan, newestFirst);
  // A list by task has ids only, and a search may look at what stands in records alone.
  const readsRecords = plan.kind === 'tasks' || (search !== undefined && !isListed(search));
  const filtered = search !== undefined || query.queue !== undefined || query.task !== undefined;
  // Of a list by state the index gives only what is asked for, however much it looks at.
  const many = !filtered ? 2 : plan.kind === 'states' ? 16 : 4;
  const chunk = Math.max(CHUNK_MIN, Math.ceil((many * limit) / partitions.length));
  const lookedMax = readsRecords ? RECORDS_MAX : LISTED_MAX;
  const shown: (readonly [IndexedRun, RunDetails | undefined])[] = [];
  let looked = 0;
  let next: string | undefined;
  let more = true;
  const rows = merged(partitions, { newestFirst, after: query.after, chunk, lookedMax });
  while (more && shown.length < limit && looked < lookedMax) {
    // Without a search nearly all are what is asked for, so no more records are read than the page has rows.
    const taken = await take(rows, search === undefined ? Math.min(BATCH, limit - shown.length) : BATCH);
    const ids = taken.rows.map(({ id }) => id);
    const details = readsRecords ? await index.rows(ids, { whole: search !== undefined }) : undefined;
    let used = 0;
    for (const row of taken.rows) {
      if (shown.length === limit) break;
      used++;
      next = row.id;
      const record = details?.get(row.id);
      // Its record may have expired between the two reads.
      if (readsRecords && record === undefined) continue;
      if (isAsked(context, query, search, record ?? row, record)) shown.push([record ?? row, record]);
    }
    looked += used;
    if (used < taken.rows.length || !taken.over) continue;
    more = false;
    next = taken.next;
  }
  const records = await detailsOf(index, shown);
  return {
    rows: shown.map(([row]) => toRow(context, row, records.get(row.id))),
    ...(next === undefined ? {} : { next }),
  };
}

/** Which index is walked. */
type IndexPlan =
  | { readonly kind: 'states'; readonly states: readonly TaskState[] }
  | { readonly kind: 'tasks'; readonly tasks: readonly string[] };

/** Of so many tasks the partitions are walked side by side; of more the index by state costs less. */
const TASKS_MAX = 6;

/**
 * A list of a state is walked in that state. One of a task, of a queue, or of tasks with a name, is walked
 * by task, where every run counts: a queue's runs are those of its tasks. (Runs of tasks that the app does
 * not have any more are found by state and by id.)
 */
function planOf({ app }: DeskContext, query: RunsQuery, search: Search | undefined): IndexPlan {
  const written = search === undefined ? undefined : termOf(search, 'state')?.toUpperCase();
  const state = query.state ?? TASK_STATES.find((known) => known === written);
  if (state !== undefined) return { kind: 'states', states: [state] };
  if (query.task !== undefined) return { kind: 'tasks', tasks: [query.task] };
  const name = search === undefined ? undefined : termOf(search, 'name')?.toLowerCase();
  const tasks = app.tasks.filter(
    (task) =>
      (query.queue === undefined || task.queue.name === query.queue) &&
      (name === undefined || task.name.toLowerCase().includes(name)),
  );
  const asked = query.queue !== undefined || name !== undefined;
  return asked && tasks.length <= TASKS_MAX
    ? { kind: 'tasks', tasks: tasks.map((task) => task.name) }
    : { kind: 'states', states: TASK_STATES };
}

function partitionsOf(
  index: RunIndex,
  { from = 0, to, task, queue }: RunsQuery,
  plan: IndexPlan,
  newestFirst: boolean,
): readonly Partition<IndexedRun>[] {
  const shards = Array.from({ length: index.shards }, (_, shard) => shard);
  const first = idStart(from);
  // An id of exactly that time is behind this text, and so is in no list until then.
  const last = to === undefined ? '~' : idStart(to);
  const page = (shard: number, at: string | undefined, limit: number): IndexPage => {
    const bounds = newestFirst ? { from: first, to: at ?? last } : { from: at ?? first, to: last };
    return { shard, ...bounds, newestFirst, limit };
  };
  // A page may begin where the list does not reach, such as one of the last hour that was opened before it.
  const isOutside = ({ from, to }: IndexPage): boolean => from > to;
  switch (plan.kind) {
    case 'tasks':
      return plan.tasks.flatMap((task) =>
        shards.map(
          (shard): Partition<IndexedRun> =>
            async (at, limit) => {
              const asked = page(shard, at, limit);
              if (isOutside(asked)) return NOTHING;
              const stretch = await index.byTask(task, asked);
              return { ...stretch, rows: stretch.rows.map(({ id }) => ({ ...UNREAD, id, task })) };
            },
        ),
      );
    case 'states': {
      const filter = { ...(task === undefined ? {} : { task }), ...(queue === undefined ? {} : { queue }) };
      return plan.states.flatMap((state) =>
        shards.map(
          (shard): Partition<IndexedRun> =>
            async (at, limit) => {
              const asked = page(shard, at, limit);
              return isOutside(asked) ? NOTHING : index.byState(state, asked, filter);
            },
        ),
      );
    }
  }
}

const NOTHING = { rows: [], looked: 0 } as const;

/** Stands for what only a record tells. */
const UNREAD = { queue: '', state: 'PENDING', retries: 0, sentAt: 0 } as const;

function isAsked(
  context: DeskContext,
  query: RunsQuery,
  search: Search | undefined,
  row: IndexedRun,
  record: RunDetails | undefined,
): boolean {
  if (query.task !== undefined && row.task !== query.task) return false;
  if (query.state !== undefined && row.state !== query.state) return false;
  if (query.queue !== undefined && row.queue !== query.queue) return false;
  return search === undefined || matches(search, toSearched(context, row, record));
}

interface TakenRows<Row> {
  readonly rows: readonly Row[];
  /** There are no more; or too many were looked at, and `next` is where to go on. */
  readonly over: boolean;
  readonly next?: string | undefined;
}

async function take<Row>(
  rows: AsyncGenerator<Row, string | undefined>,
  count: number,
): Promise<TakenRows<Row>> {
  const taken: Row[] = [];
  while (taken.length < count) {
    const step = await rows.next();
    if (step.done === true) return { rows: taken, over: true, next: step.value };
    taken.push(step.value);
  }
  return { rows: taken, over: false };
}

/**
 * The records of what is shown and has more to show than the index holds: an error, progress. Those of runs
 * that went well, which are most, are not read.
 */
async function detailsOf(
  index: RunIndex,
  shown: readonly (readonly [IndexedRun, RunDetails | undefined])[],
): Promise<ReadonlyMap<string, RunDetails>> {
  const known = new Map(shown.flatMap(([{ id }, record]) => (record === undefined ? [] : [[id, record]])));
  const wanted = shown
    .filter(
      ([{ id, state }]) =>
        !known.has(id) && (state === 'FAILURE' || state === 'RETRY' || state === 'STARTED'),
    )
    .map(([{ id }]) => id);
  const batches = Array.from({ length: Math.ceil(wanted.length / BATCH) }, (_, at) =>
    index.rows(wanted.slice(at * BATCH, (at + 1) * BATCH), { whole: false }),
  );
  for (const batch of await Promise.all(batches)) for (const [id, record] of batch) known.set(id, record);
  return known;
}
