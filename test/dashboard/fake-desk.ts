/**
 * A desk in memory, with one of everything, for the tests of what stands on a desk: the HTTP API, the page,
 * the command line. It keeps what was done to it, so that an action is seen in the next answer.
 */
import type { Desk } from '../../lib/dashboard/desk.ts';
import type { LimitRow, RunRow } from '../../lib/dashboard/row.ts';
import { CeleriacError } from '../../lib/errors.ts';
import {
  COST,
  deadLetters,
  EXCHANGES,
  MINUTE,
  NOW,
  QUEUES,
  queueRows,
  ROUTE,
  run,
  SERIES,
  STATES,
  schedule,
  scheduleRows,
  TASKS,
  toRow,
  WAITING,
  WORKERS,
  workflowNode,
} from './fake-rows.ts';

export { NOW };

export interface FakeDesk extends Desk {
  /** What was done, in order: 'purge mail'. */
  readonly done: readonly string[];
}

export interface FakeDeskOptions {
  /** @default 137 */
  readonly runs?: number;
  readonly readOnly?: boolean;
  /** false: as an app whose tasks keep no records. @default true */
  readonly keepsRuns?: boolean;
}

/** Makes the desk; ids are 'run-0' (the newest) and so on. */
export function createFakeDesk(options: FakeDeskOptions = {}): FakeDesk {
  const { readOnly = false, keepsRuns = true } = options;
  const runs = new Map(
    Array.from({ length: keepsRuns ? (options.runs ?? 137) : 0 }, (_, n) => [`run-${n}`, run(n)]),
  );
  const queues = new Map(queueRows().map((row) => [row.name, row]));
  const schedules = new Map(scheduleRows().map((row) => [row.name, row]));
  const limits = new Map<string, LimitRow>([
    ['charge', { task: 'charge', rateLimit: '100/m', concurrency: '4', changed: false }],
  ]);
  let letters = deadLetters();
  const done: string[] = [];
  let sent = 0;

  const act = (what: string): void => {
    if (readOnly) throw new CeleriacError('READ_ONLY', 'this desk answers questions only');
    done.push(what);
  };
  const send = (task: string, input: string, what: string): { readonly id: string } => {
    find(TASKS, task, 'task');
    act(`${what} ${task} ${input}`);
    const id = `sent-${++sent}`;
    runs.set(id, { ...run(5), id, task, input, sentAt: NOW, state: 'PENDING' });
    return { id };
  };
  const change = <Row>(rows: Map<string, Row>, name: string, changes: Partial<Row>, what: string): void => {
    const row = get(rows, name, what);
    act(`${what} ${name}`);
    rows.set(name, { ...row, ...changes });
  };
  const listed = (): readonly RunRow[] => [...runs.values()].sort((a, b) => b.sentAt - a.sentAt).map(toRow);

  return {
    done,
    async overview() {
      return {
        app: 'shop',
        stage: 'dev',
        now: NOW,
        readOnly,
        keepsRuns,
        states: Object.fromEntries(
          [...new Set(STATES)].map((state) => [state, listed().filter((row) => row.state === state).length]),
        ),
        series: SERIES,
        queues: [...queues.values()],
        deadLetters: letters.length,
      };
    },
    async tasks() {
      return TASKS.map((name) => {
        const limit = limits.get(name);
        return {
          name,
          queue: QUEUES[name],
          result: true,
          attempts: 4,
          once: name === 'charge',
          ...(limit === undefined ? {} : { limits: limit }),
        };
      });
    },
    async runs(query) {
      const { state, task, queue, from = 0, to = Number.MAX_SAFE_INTEGER, search = '', limit = 50 } = query;
      const begin = query.after === undefined ? 0 : Number(query.after);
      const rows = listed().filter(
        (row) =>
          (state === undefined || row.state === state) &&
          (task === undefined || row.task === task) &&
          (queue === undefined || row.queue === queue) &&
          row.sentAt >= from &&
          row.sentAt < to &&
          JSON.stringify(runs.get(row.id)).includes(search),
      );
      if (query.sort === 'sentAt') rows.reverse();
      const next = begin + limit;
      return { rows: rows.slice(begin, next), ...(next < rows.length ? { next: String(next) } : {}) };
    },
    run: async (id) => get(runs, id, 'run'),
    async workflows() {
      return keepsRuns ? { rows: [toRow({ ...run(0), id: 'flow-1', task: 'chain' })] } : { rows: [] };
    },
    async workflow(id, { path = '' } = {}) {
      if (id !== 'flow-1')
        throw new CeleriacError('NOT_FOUND', `there is no workflow '${id}'`, { value: id });
      return workflowNode(id, path);
    },
    queues: async () => [...queues.values()],
    history: async () => ({
      stepMs: MINUTE,
      queues: [...queues.keys()].map((name) => ({ name, points: [{ at: NOW - MINUTE, ready: 2, sent: 3 }] })),
    }),
    async waitingRuns(queue) {
      get(queues, queue, 'queue');
      const waiting = {
        kind: 'rate',
        sentence: 'it waits for its slot',
        until: NOW + MINUTE,
        by: 'mail',
      } as const;
      return [{ ...toRow(run(0)), waiting }];
    },
    async peek(queue, limit = 10) {
      const { ready } = get(queues, queue, 'queue');
      return Array.from({ length: Math.min(ready, limit) }, (_, n) => ({
        messageId: `message-${n}`,
        id: `run-${n}`,
        task: 'mail',
        sentAt: NOW - n * MINUTE,
        receives: 0,
        body: JSON.stringify({ celeriac: 1, id: `run-${n}`, task: 'mail', input: { to: 'ann@example.org' } }),
        waiting: WAITING,
      }));
    },
    async deadLetters({ queue, reason, task, search = '', limit = 100 }) {
      const rows = letters.filter(
        (row) =>
          (queue === undefined || row.queue === queue) &&
          (reason === undefined || row.reason === reason) &&
          (task === undefined || row.task === task) &&
          JSON.stringify(row).includes(search),
      );
      return { rows: rows.slice(0, limit) };
    },
    exchanges: async () => EXCHANGES,
    async route(exchange, key) {
      find(['orders', 'pictures'], exchange, 'exchange');
      return key.startsWith('order.') ? ROUTE : { routed: false, to: [], alternate: 'unrouted' };
    },
    async schedules({ prefix = '' }) {
      return { rows: [...schedules.values()].filter(({ name }) => name.startsWith(prefix)) };
    },
    workers: async () => WORKERS,
    limits: async () => [...limits.values()],
    cost: async () => COST,
    async waiting(id) {
      return get(runs, id, 'run').waiting;
    },
    metrics: async () => '# TYPE flower_worker_online gauge\nflower_worker_online{worker="payments"} 1\n',
    graph: async (format) => (format === 'dot' ? 'digraph shop {}\n' : 'flowchart LR\n  orders --> charge\n'),
    send: async (task, input) => send(task, input, 'send'),
    async call(task, input, timeoutMs) {
      send(task, input, `call(${timeoutMs})`);
      return { result: '{"paid":40}' };
    },
    async publish(exchange, key, body) {
      find(['orders', 'pictures'], exchange, 'exchange');
      act(`publish ${exchange} ${key} ${body}`);
      return { messageId: `published-${done.length}`, route: ROUTE };
    },
    async revoke(id, terminate) {
      change(runs, id, { state: 'REVOKED', endedAt: NOW }, terminate ? 'terminate' : 'revoke');
      return { outcome: 'revoked' };
    },
    async retry(id, input) {
      change(runs, id, { state: 'SUCCESS', ...(input === undefined ? {} : { input }) }, 'retry');
      return { id };
    },
    forget: async (id) => change(runs, id, {}, 'forget'),
    async result(id) {
      return { result: get(runs, id, 'run').result ?? 'null' };
    },
    async purge(queue) {
      const { ready } = get(queues, queue, 'queue');
      change(queues, queue, { ready: 0, inFlight: 0, delayed: 0 }, 'purge');
      return { purged: ready };
    },
    pauseQueue: async (queue) => change(queues, queue, { paused: true }, 'pause'),
    resumeQueue: async (queue) => change(queues, queue, { paused: false }, 'resume'),
    async redrive({ queue, ids, filter, preview = false }) {
      const { rows } = await this.deadLetters({ ...filter, queue });
      const chosen = rows.filter(
        ({ id = '', messageId }) => ids?.some((one) => one === id || one === messageId) ?? true,
      );
      if (preview) return { matched: chosen.length, sent: 0, rows: chosen };
      act(`redrive ${chosen.map(({ id }) => id).join(',')}`);
      letters = letters.filter((row) => !chosen.includes(row));
      return { matched: chosen.length, sent: chosen.length, rows: chosen };
    },
    async addSchedule(name, trigger, task) {
      if (schedules.has(name)) throw new CeleriacError('SCHEDULE_EXISTS', `there is a schedule '${name}'`);
      act(`add ${name} ${trigger} ${task}`);
      schedules.set(name, { ...schedule(name, 'runtime'), trigger, action: `send ${task}` });
    },
    rescheduleSchedule: async (name, trigger) => change(schedules, name, { trigger }, 'reschedule'),
    pauseSchedule: async (name) => change(schedules, name, { paused: true }, 'pause'),
    resumeSchedule: async (name) => change(schedules, name, { paused: false }, 'resume'),
    async runSchedule(name) {
      get(schedules, name, 'schedule');
      act(`run ${name}`);
      return { id: `fire-${done.length}` };
    },
    async removeSchedule(name) {
      change(schedules, name, {}, 'remove');
      schedules.delete(name);
    },
    async setLimits(task, rateLimit, concurrency) {
      const changes = {
        ...(rateLimit === null ? {} : { rateLimit }),
        ...(concurrency === null ? {} : { concurrency: String(concurrency) }),
      };
      change(limits, task, { ...changes, changed: true }, 'limit');
    },
    async shutdownWorker(name) {
      find(['box-1'], name, 'worker');
      act(`shutdown ${name}`);
    },
    async resizeWorker(name, concurrency) {
      find(['box-1'], name, 'worker');
      act(`resize ${name} ${concurrency}`);
    },
  };
}

function get<Row>(rows: ReadonlyMap<string, Row>, name: string, what: string): Row {
  const row = rows.get(name);
  if (row === undefined)
    throw new CeleriacError('NOT_FOUND', `there is no ${what} '${name}'`, { value: name });
  return row;
}

function find(names: readonly string[], name: string, what: string): void {
  if (!names.includes(name)) {
    throw new CeleriacError('NOT_FOUND', `there is no ${what} '${name}'`, { value: name, allowed: names });
  }
}
