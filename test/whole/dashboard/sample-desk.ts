/** A desk in memory with a whole shop on it. What is done shows in the next answer, and is noted. */
import type { Desk } from '../../../lib/dashboard/desk.ts';
import type {
  LimitRow,
  QueueRow,
  RunDetail,
  RunRow,
  ScheduleRow,
  TaskRow,
} from '../../../lib/dashboard/row.ts';
import { CeleriacError } from '../../../lib/errors.ts';
import * as rows from './sample-rows.ts';
import { QUEUE_OF, toDetail, toId, toRow } from './sample-runs.ts';
import { schedule as scheduleOf, schedules as schedulesOf } from './sample-schedules.ts';

export interface SampleDesk extends Desk {
  /** What was done, in order. */
  readonly done: string[];
}

export interface SampleOptions {
  /** @default 400 */
  readonly runs?: number;
  readonly readOnly?: boolean;
  readonly keepsRuns?: boolean;
  /** Lists without a row, as in an app that was just deployed. */
  readonly empty?: boolean;
}

const MINUTE = 60_000;

export function createSampleDesk(options: SampleOptions = {}): SampleDesk {
  const { empty = false, readOnly = false, keepsRuns = true } = options;
  const now = Date.now();
  const count = empty ? 0 : (options.runs ?? 400);
  const runs = new Map(Array.from({ length: count }, (_, n) => [toId(n), toDetail(n, now)]));
  const listed = [...runs.keys()];
  const queues = new Map((empty ? [] : rows.queues()).map((row) => [row.name, row]));
  const schedules = new Map((empty ? [] : schedulesOf(now)).map((row) => [row.name, row]));
  const limits = new Map((empty ? [] : rows.limits()).map((row) => [row.task, row]));
  const workers = new Map((empty ? [] : rows.workers(now)).map((row) => [row.name, row]));
  let letters = empty ? [] : rows.deadLetters(now);
  const done: string[] = [];
  const act = (what: string) => {
    if (readOnly) throw new CeleriacError('READ_ONLY', 'this desk answers questions only');
    done.push(what);
  };
  const change = <Row>(of: Map<string, Row>, name: string, changes: Partial<Row>, what: string) => {
    const row = find(of, name);
    act(`${what} ${name}`);
    of.set(name, { ...row, ...changes });
  };
  const send = (task: string, input: string, what: string) => {
    act(`${what} ${task} ${input}`);
    const id = `sent-${done.length}`;
    const run: RunDetail = {
      ...{ id, task, input, state: 'PENDING', sentAt: Date.now(), retries: 0, attempts: [] },
      queue: tasks().find(({ name }) => name === task)?.queue ?? 'default',
      waiting: { kind: 'queued', sentence: 'behind 12 others in its queue' },
    };
    runs.set(id, run);
    listed.unshift(id);
    return { id };
  };
  const tasks = (): readonly TaskRow[] =>
    empty
      ? []
      : Object.entries(QUEUE_OF).map(([name, queue]) => {
          const limit = limits.get(name);
          return {
            ...{ name, queue, attempts: name === 'price' ? 1 : 4, result: name !== 'newsletter' },
            once: name === 'charge',
            ...(limit === undefined ? {} : { limits: limit }),
          };
        });
  const all = function* (): Generator<RunDetail> {
    for (const id of listed) yield find(runs, id);
  };

  return {
    done,
    async overview() {
      const states: Partial<Record<RunRow['state'], number>> = {};
      for (const { state } of all()) states[state] = (states[state] ?? 0) + 1;
      return {
        ...{ app: 'shop', stage: 'dev', now: Date.now(), readOnly, keepsRuns, states },
        series: empty ? [] : rows.series(Date.now()),
        queues: [...queues.values()],
        deadLetters: letters.length,
      };
    },
    tasks: async () => tasks(),
    async runs(query) {
      const { state, task, queue, from = 0, to = Number.MAX_SAFE_INTEGER, search = '', limit = 50 } = query;
      const matching = [...all()].filter(
        (run) =>
          (state === undefined || run.state === state) &&
          (task === undefined || run.task === task) &&
          (queue === undefined || run.queue === queue) &&
          run.sentAt >= from &&
          run.sentAt < to &&
          (search === '' || JSON.stringify(run).includes(search)),
      );
      if (query.sort === 'sentAt') matching.reverse();
      const begin = Number(query.after ?? 0);
      const next = begin + limit < matching.length ? { next: String(begin + limit) } : {};
      return { rows: matching.slice(begin, begin + limit).map(toRow), ...next };
    },
    run: async (id) => find(runs, id),
    async workflows() {
      if (empty) return { rows: [] };
      const flow = (n: number, state: RunRow['state'], task: string): RunRow => ({
        ...{ id: `flow-${n}`, task, state, queue: 'default', retries: 0, sentAt: now - n * 7 * MINUTE },
        ...(state === 'STARTED' ? {} : { endedAt: now - n * 7 * MINUTE + 94_000 }),
        ...(state === 'FAILURE' ? { error: 'DeclinedError: the card was declined' } : {}),
      });
      return {
        rows: [flow(0, 'STARTED', 'chain'), flow(1, 'SUCCESS', 'chord'), flow(2, 'FAILURE', 'chain')],
      };
    },
    workflow: async (_id, { path = '', after = -1 } = {}) => rows.workflow(path, after),
    queues: async () => [...queues.values()],
    history: async () => ({ stepMs: 60_000, queues: [] }),
    async waitingRuns(queue) {
      find(queues, queue);
      const known = [...all()].flatMap((run) =>
        run.queue === queue && run.waiting !== undefined ? [{ ...run, waiting: run.waiting }] : [],
      );
      return known.sort((one, other) => one.sentAt - other.sentAt);
    },
    async peek(queue, limit = 10) {
      const { ready, ordered } = find(queues, queue);
      return [...all()]
        .filter((run) => run.queue === queue && run.waiting !== undefined)
        .slice(0, Math.min(ready, limit))
        .map(({ id, task, sentAt, input, waiting }, n) => ({
          ...{ id, task, sentAt, messageId: `message-${n}`, receives: n % 2 },
          body: JSON.stringify({ celeriac: 1, id, task, input: JSON.parse(input ?? 'null') }),
          ...(waiting === undefined ? {} : { waiting }),
          ...(ordered ? { group: `customer-${n}` } : {}),
        }));
    },
    async deadLetters({ queue, reason, task, search = '', limit = 100 }) {
      const matching = letters.filter(
        (row) =>
          (queue === undefined || row.queue === queue) &&
          (reason === undefined || row.reason === reason) &&
          (task === undefined || row.task === task) &&
          JSON.stringify(row).includes(search),
      );
      return { rows: matching.slice(0, limit) };
    },
    exchanges: async () => (empty ? [] : rows.EXCHANGES),
    async route(exchange, key) {
      return key.endsWith('.created')
        ? {
            routed: true,
            to: [
              {
                kind: 'task',
                name: 'charge',
                queue: 'payments',
                because: `${exchange} --order.*.created--> charge`,
              },
            ],
          }
        : { routed: false, to: [], alternate: 'unrouted' };
    },
    async schedules({ prefix = '' }) {
      return { rows: [...schedules.values()].filter(({ name }) => name.startsWith(prefix)) };
    },
    workers: async () => [...workers.values()],
    limits: async () => [...limits.values()],
    cost: async () => (empty ? { ...rows.cost(now), rows: [], perTask: [] } : rows.cost(now)),
    waiting: async (id) => find(runs, id).waiting,
    metrics: async () => '',
    graph: async () => '',

    send: async (task, input) => send(task, input, 'send'),
    async call(task, input) {
      act(`call ${task} ${input}`);
      return { result: '{"paid":40}' };
    },
    async publish(exchange, key, body, headers) {
      act(`publish ${exchange} ${key} ${body} ${JSON.stringify(headers)}`);
      return { messageId: 'm-1', route: await this.route(exchange, key, headers) };
    },
    async revoke(id, terminate) {
      change(runs, id, { state: 'REVOKED', endedAt: Date.now() }, terminate ? 'terminate' : 'revoke');
      return { outcome: 'it will not run' };
    },
    async retry(id, input) {
      const again = input === undefined ? {} : { input };
      change(runs, id, { state: 'SUCCESS', result: '{"paid":40}', ...again }, `retry ${input ?? ''}`.trim());
      const { error: _, errorDetail: __, ...rest } = find(runs, id);
      runs.set(id, rest);
      return { id };
    },
    async forget(id) {
      act(`forget ${id}`);
      const { input: _, result: __, errorDetail: ___, ...rest } = find(runs, id);
      runs.set(id, rest);
    },
    result: async (id) => ({ result: find(runs, id).result ?? 'null' }),
    async purge(queue) {
      const { ready } = find(queues, queue);
      change<QueueRow>(queues, queue, { ready: 0, delayed: 0 }, 'purge');
      return { purged: ready };
    },
    pauseQueue: async (queue) => change<QueueRow>(queues, queue, { paused: true }, 'pause queue'),
    resumeQueue: async (queue) => change<QueueRow>(queues, queue, { paused: false }, 'resume queue'),
    async redrive({ queue, ids, filter, to, input, preview = false }) {
      const { rows: matching } = await this.deadLetters({ ...filter, queue });
      const chosen = matching.filter(({ id, messageId }) => ids?.includes(id ?? messageId) ?? true);
      if (preview) return { matched: chosen.length, sent: 0, rows: chosen };
      const given = input === undefined ? '' : ` with ${input}`;
      act(`redrive ${chosen.map(({ id }) => id)} to ${to ?? queue}${given}`);
      letters = letters.filter((row) => !chosen.includes(row));
      return { matched: chosen.length, sent: chosen.length, rows: chosen };
    },
    async addSchedule(name, trigger, task, input) {
      if (schedules.has(name))
        throw new CeleriacError('SCHEDULE_EXISTS', `there is a schedule '${name}' already`);
      act(`add ${name} ${trigger} ${task} ${input}`);
      const row = scheduleOf(name, trigger, `as '${trigger}'`, `send ${task}`, [Date.now() + 15 * MINUTE]);
      schedules.set(name, { ...row, source: 'runtime' });
    },
    rescheduleSchedule: async (name, trigger) =>
      change<ScheduleRow>(schedules, name, { trigger }, `reschedule ${trigger}`),
    pauseSchedule: async (name) => change<ScheduleRow>(schedules, name, { paused: true }, 'pause'),
    resumeSchedule: async (name) => change<ScheduleRow>(schedules, name, { paused: false }, 'resume'),
    async runSchedule(name) {
      act(`run ${name}`);
      return { id: 'fire-1' };
    },
    async removeSchedule(name) {
      act(`remove ${name}`);
      schedules.delete(name);
    },
    async setLimits(task, rateLimit, concurrency) {
      act(`limits ${task} ${rateLimit} ${concurrency}`);
      const row: LimitRow = {
        ...{ task, changed: true },
        ...(rateLimit === null ? {} : { rateLimit }),
        ...(concurrency === null ? {} : { concurrency: String(concurrency) }),
      };
      limits.set(task, row);
    },
    async shutdownWorker(name) {
      act(`shutdown ${name}`);
      workers.delete(name);
    },
    resizeWorker: async (name, concurrency) =>
      change(workers, name, { concurrency }, `resize ${concurrency}`),
  };
}

function find<Row>(of: ReadonlyMap<string, Row>, name: string): Row {
  const row = of.get(name);
  if (row === undefined) throw new CeleriacError('NOT_FOUND', `there is no '${name}'`, { value: name });
  return row;
}
