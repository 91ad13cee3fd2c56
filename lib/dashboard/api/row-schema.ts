/** The schemas of what a desk answers with; their types are those of row.ts. */
import { TASK_STATES } from '../../core/task-state.ts';
import type { CostAnswer } from '../cost-row.ts';
import type { QueueHistory } from '../history.ts';
import type {
  AttemptRow,
  DeadLetterRow,
  ExchangeRow,
  LimitRow,
  MessageRow,
  Overview,
  Page,
  QueueRow,
  Redrive,
  RedriveAnswer,
  RouteAnswer,
  RunDetail,
  RunError,
  RunRow,
  ScheduleRow,
  TaskRow,
  Waiting,
  WorkerRow,
  WorkflowNode,
} from '../row.ts';
import type { WaitingRunRow } from '../waiting-run.ts';
import { amount, choice, flag, json, list, named, object, record, type Schema, text } from './schema.ts';

export const STATE = choice(...TASK_STATES);
const TEXTS = list(text);

/** A page of rows. */
export function page<Row>(row: Schema<Row>): Schema<Page<Row>> {
  return object({ rows: list(row) }, { next: text });
}

const runRequired = { id: text, task: text, queue: text, state: STATE, sentAt: amount, retries: amount };
const runOptional = {
  customState: text,
  startedAt: amount,
  endedAt: amount,
  runtime: amount,
  error: text,
  progress: json,
};

export const RUN_ROW: Schema<RunRow> = named('RunRow', () => object(runRequired, runOptional));

const RUN_ERROR: Schema<RunError> = named('RunError', () =>
  object({ name: text, message: text }, { code: text, stack: text }),
);

const ATTEMPT: Schema<AttemptRow> = named('AttemptRow', () =>
  object({ attempt: amount, at: amount, outcome: text }, { error: RUN_ERROR }),
);

export const WAITING: Schema<Waiting> = named('Waiting', () =>
  object(
    {
      kind: choice(
        'delayed',
        'rate',
        'concurrency',
        'once',
        'retry',
        'group',
        'paused',
        'no-worker',
        'queued',
        'unknown-task',
      ),
      sentence: text,
    },
    { until: amount, by: text },
  ),
);

export const WAITING_RUN_ROW: Schema<WaitingRunRow> = named('WaitingRunRow', () =>
  object({ ...runRequired, waiting: WAITING }, runOptional),
);

export const RUN_DETAIL: Schema<RunDetail> = named('RunDetail', () =>
  object(
    { ...runRequired, attempts: list(ATTEMPT) },
    {
      ...runOptional,
      input: text,
      result: text,
      errorDetail: RUN_ERROR,
      reason: text,
      headers: record(json),
      deadLetter: text,
      workflow: object({ id: text, path: text }),
      waiting: WAITING,
      logsUrl: text,
    },
  ),
);

export const QUEUE_ROW: Schema<QueueRow> = named('QueueRow', () =>
  object(
    {
      name: text,
      kind: choice('queue', 'dead-letter', 'internal'),
      ready: amount,
      inFlight: amount,
      delayed: amount,
      ordered: flag,
      paused: flag,
      consumers: TEXTS,
      tasks: TEXTS,
    },
    { oldest: amount, deadLetters: text },
  ),
);

const pointOptional = {
  ready: amount,
  inFlight: amount,
  delayed: amount,
  oldest: amount,
  sent: amount,
  deleted: amount,
};

export const QUEUE_HISTORY: Schema<QueueHistory> = named('QueueHistory', () =>
  object({
    stepMs: amount,
    queues: list(object({ name: text, points: list(object({ at: amount }, pointOptional)) })),
  }),
);

const messageRequired = { messageId: text, receives: amount, body: text };
const messageOptional = { id: text, task: text, sentAt: amount, group: text, waiting: WAITING };

export const MESSAGE_ROW: Schema<MessageRow> = named('MessageRow', () =>
  object(messageRequired, messageOptional),
);

export const DEAD_LETTER_ROW: Schema<DeadLetterRow> = named('DeadLetterRow', () =>
  object(
    { ...messageRequired, queue: text, reason: text, attempts: list(ATTEMPT) },
    { ...messageOptional, deadAt: amount, error: RUN_ERROR },
  ),
);

export const REDRIVE: Schema<Redrive> = named('Redrive', () =>
  object(
    { queue: text },
    {
      ids: TEXTS,
      filter: object({}, { reason: text, task: text, search: text }),
      to: text,
      input: text,
      preview: flag,
    },
  ),
);

export const REDRIVE_ANSWER: Schema<RedriveAnswer> = named('RedriveAnswer', () =>
  object({ matched: amount, sent: amount, rows: list(DEAD_LETTER_ROW) }),
);

export const EXCHANGE_ROW: Schema<ExchangeRow> = named('ExchangeRow', () =>
  object(
    {
      name: text,
      type: choice('fanout', 'direct', 'topic', 'headers'),
      carrier: text,
      ordered: flag,
      internal: flag,
      bindings: list(
        object(
          { to: object({ kind: choice('task', 'queue', 'exchange', 'consumer'), name: text }) },
          { pattern: text, match: text, args: record(json) },
        ),
      ),
    },
    { alternate: text },
  ),
);

export const ROUTE_ANSWER: Schema<RouteAnswer> = named('RouteAnswer', () =>
  object(
    {
      routed: flag,
      to: list(object({ kind: choice('task', 'queue', 'consumer'), name: text, queue: text, because: text })),
    },
    { alternate: text },
  ),
);

export const SCHEDULE_ROW: Schema<ScheduleRow> = named('ScheduleRow', () =>
  object(
    {
      name: text,
      trigger: text,
      sentence: text,
      source: choice('template', 'runtime'),
      placement: choice('native', 'ticked'),
      paused: flag,
      action: text,
      next: list(amount),
      misses: amount,
    },
    { last: amount, lastOutcome: text },
  ),
);

export const WORKER_ROW: Schema<WorkerRow> = named('WorkerRow', () =>
  object(
    { name: text, kind: choice('function', 'process'), online: flag, queues: TEXTS },
    {
      concurrency: amount,
      active: amount,
      processed: amount,
      errors: amount,
      duration: amount,
      lastBeat: amount,
      pool: text,
      tasks: list(object({ id: text, task: text, startedAt: amount })),
    },
  ),
);

export const LIMIT_ROW: Schema<LimitRow> = named('LimitRow', () =>
  object({ task: text, changed: flag }, { rateLimit: text, concurrency: text }),
);

export const TASK_ROW: Schema<TaskRow> = named('TaskRow', () =>
  object({ name: text, queue: text, result: flag, attempts: amount, once: flag }, { limits: LIMIT_ROW }),
);

export const COST: Schema<CostAnswer> = named('CostAnswer', () =>
  object({
    rows: list(object({ service: text, what: text, calls: amount, usd: amount })),
    perTask: list(object({ task: text, runs: amount, usdPerMillion: amount })),
    since: amount,
    note: text,
  }),
);

const STATES_COUNTED: Schema<Overview['states']> = object(
  {},
  { PENDING: amount, STARTED: amount, RETRY: amount, SUCCESS: amount, FAILURE: amount, REVOKED: amount },
);

export const OVERVIEW: Schema<Overview> = named('Overview', () =>
  object({
    app: text,
    stage: text,
    now: amount,
    readOnly: flag,
    keepsRuns: flag,
    states: STATES_COUNTED,
    series: list(
      object(
        { at: amount, sent: amount, succeeded: amount, failed: amount, retried: amount },
        { wait: amount, runtime: amount },
      ),
    ),
    queues: list(QUEUE_ROW),
    deadLetters: amount,
  }),
);

export const WORKFLOW_NODE: Schema<WorkflowNode> = named('WorkflowNode', () =>
  object(
    {
      path: text,
      kind: choice('task', 'chain', 'group', 'chord'),
      id: text,
      state: STATE,
      children: list(WORKFLOW_NODE),
    },
    { task: text, total: amount, done: amount, failed: amount },
  ),
);
