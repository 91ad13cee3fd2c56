/** The routes that ask. */
import { CeleriacError } from '../../errors.ts';
import { get, numberParameter, parameter, type Route, textParameter, timeParameter } from './route.ts';
import {
  COST,
  DEAD_LETTER_ROW,
  EXCHANGE_ROW,
  LIMIT_ROW,
  MESSAGE_ROW,
  OVERVIEW,
  page,
  QUEUE_HISTORY,
  QUEUE_ROW,
  ROUTE_ANSWER,
  RUN_DETAIL,
  RUN_ROW,
  SCHEDULE_ROW,
  STATE,
  TASK_ROW,
  WAITING,
  WAITING_RUN_ROW,
  WORKER_ROW,
  WORKFLOW_NODE,
} from './row-schema.ts';
import { amount, choice, json, list, object, record, text, whole } from './schema.ts';

/** The most rows that one answer has. */
export const ROWS_MAX = 500;

const after = textParameter("the `next` of the page before; without it the list's beginning");
const limit = numberParameter(whole(1, ROWS_MAX), 'how many rows at most');

const RUNS = {
  state: parameter(STATE, 'only runs in this state'),
  task: textParameter('only runs of this task'),
  queue: textParameter('only runs from this queue'),
  from: timeParameter(amount, 'only runs that were sent at or after this time'),
  to: timeParameter(amount, 'only runs that were sent before this time'),
  search: textParameter("Flower's search language, see the documentation"),
  sort: parameter(choice('sentAt', '-sentAt'), 'oldest or newest first; newest is the default'),
  after,
  limit,
};

const DEAD_LETTERS = {
  queue: textParameter('only dead letters of this queue'),
  reason: textParameter('only dead letters with this reason'),
  task: textParameter('only dead letters of this task'),
  search: textParameter('only dead letters whose body or error has this text'),
  limit,
};

export const QUESTIONS: readonly Route[] = [
  get('/api/overview', 'How the app is: states, rates, queues', {
    answer: OVERVIEW,
    run: (desk) => desk.overview(),
  }),
  get('/api/tasks', "The app's tasks", { answer: list(TASK_ROW), run: (desk) => desk.tasks() }),
  get('/api/runs', 'Runs of tasks, by state, task, queue, time and text', {
    query: RUNS,
    answer: page(RUN_ROW),
    run: (desk, { query }) => desk.runs(query),
  }),
  get('/api/runs/:id', 'One run with its input, result, error and attempts', {
    answer: RUN_DETAIL,
    run: (desk, { path }) => desk.run(path.id),
  }),
  get('/api/workflows', 'Workflows, the newest first', {
    query: { after, limit },
    answer: page(RUN_ROW),
    run: (desk, { query }) => desk.workflows(query),
  }),
  get('/api/workflows/:id', "A workflow's tree; the members of a group by page", {
    query: {
      path: textParameter('the node to begin at'),
      after: numberParameter(whole(0, 10_000_000), 'the number of the member that the page begins after'),
    },
    answer: WORKFLOW_NODE,
    run: (desk, { path, query }) => desk.workflow(path.id, query),
  }),
  get('/api/queues', 'Queues with their depths, ages and consumers', {
    answer: list(QUEUE_ROW),
    run: (desk) => desk.queues(),
  }),
  get('/api/queues/:name/messages', 'Looks at messages of a queue, which stay where they are', {
    query: { limit },
    answer: list(MESSAGE_ROW),
    run: (desk, { path, query }) => desk.peek(path.name, query.limit),
  }),
  get(
    '/api/queues/:name/waiting',
    'Runs that are known to wait in a queue, and why, without looking into it',
    {
      query: { limit },
      answer: list(WAITING_RUN_ROW),
      run: (desk, { path, query }) => desk.waitingRuns(path.name, query.limit),
    },
  ),
  get('/api/history', 'How deep the queues were over the last hour, by the minute, where it was measured', {
    answer: QUEUE_HISTORY,
    run: (desk) => desk.history(),
  }),
  get('/api/dead-letters', 'Messages that were given up, and why', {
    query: DEAD_LETTERS,
    answer: page(DEAD_LETTER_ROW),
    run: (desk, { query }) => desk.deadLetters(query),
  }),
  get('/api/exchanges', 'Exchanges and their bindings', {
    answer: list(EXCHANGE_ROW),
    run: (desk) => desk.exchanges(),
  }),
  get('/api/exchanges/:name/route', 'Where a message would go', {
    query: {
      key: textParameter('the routing key'),
      headers: parameter(record(json), 'the headers, as a JSON object', parseHeaders),
    },
    answer: ROUTE_ANSWER,
    run: (desk, { path, query }) => desk.route(path.name, query.key ?? '', query.headers ?? {}),
  }),
  get('/api/schedules', 'Schedules with their next fires', {
    query: { prefix: textParameter('only names that begin so'), after },
    answer: page(SCHEDULE_ROW),
    run: (desk, { query }) => desk.schedules(query),
  }),
  get('/api/workers', 'Functions and long-running workers', {
    answer: list(WORKER_ROW),
    run: (desk) => desk.workers(),
  }),
  get('/api/limits', 'Rate and concurrency limits of tasks', {
    answer: list(LIMIT_ROW),
    run: (desk) => desk.limits(),
  }),
  get('/api/cost', 'What the app costs', { answer: COST, run: (desk) => desk.cost() }),
  get('/api/waiting/:id', 'Why a run or a message does not run', {
    answer: object({}, { waiting: WAITING }),
    run: async (desk, { path }) => {
      const waiting = await desk.waiting(path.id);
      return waiting === undefined ? {} : { waiting };
    },
  }),
  get('/api/graph', 'A drawing of exchanges, queues and tasks', {
    query: { format: parameter(choice('mermaid', 'dot'), 'the language of the drawing') },
    answer: object({ graph: text }),
    run: async (desk, { query }) => ({ graph: await desk.graph(query.format ?? 'mermaid') }),
  }),
];

function parseHeaders(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch (cause) {
    throw new CeleriacError('INVALID_REQUEST', 'headers has to be a JSON object', { value, cause });
  }
}
