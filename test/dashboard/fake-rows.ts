/** The rows that the fake desk begins with. */
import type { CostAnswer } from '../../lib/dashboard/cost-row.ts';
import type {
  DeadLetterRow,
  ExchangeRow,
  Overview,
  QueueRow,
  RouteAnswer,
  RunDetail,
  RunRow,
  ScheduleRow,
  Waiting,
  WorkerRow,
  WorkflowNode,
} from '../../lib/dashboard/row.ts';

export const NOW = Date.UTC(2026, 0, 1, 12, 0, 0);
export const MINUTE = 60_000;

export const STATES = [
  'SUCCESS',
  'SUCCESS',
  'FAILURE',
  'STARTED',
  'RETRY',
  'PENDING',
  'SUCCESS',
  'REVOKED',
] as const;
export const TASKS = ['charge', 'mail', 'resize'] as const;
export const QUEUES = { charge: 'payments', mail: 'mail', resize: 'images' } as const;

export const ROUTE: RouteAnswer = {
  routed: true,
  to: [{ kind: 'task', name: 'charge', queue: 'payments', because: 'orders --order.*.created--> charge' }],
};

export function run(n: number): RunDetail {
  const state = STATES[n % STATES.length] ?? 'SUCCESS';
  const task = TASKS[n % TASKS.length] ?? 'charge';
  const sentAt = NOW - n * MINUTE;
  const started = state === 'PENDING' || state === 'REVOKED' ? {} : { startedAt: sentAt + 1_000 };
  const ended = state === 'SUCCESS' || state === 'FAILURE' ? { endedAt: sentAt + 1_250, runtime: 250 } : {};
  const error = {
    name: 'TypeError',
    message: 'the card was declined',
    stack: 'TypeError: the card was declined\n    at charge (charge.ts:7:11)',
  };
  return {
    id: `run-${n}`,
    task,
    queue: QUEUES[task],
    state,
    sentAt,
    retries: state === 'RETRY' ? 1 : 0,
    ...started,
    ...ended,
    input: JSON.stringify({ order: `o${n}`, amount: n }),
    attempts:
      state === 'FAILURE'
        ? [{ attempt: 1, at: sentAt + 1_000, outcome: 'FAILURE', error }]
        : [{ attempt: 1, at: sentAt + 1_000, outcome: state }],
    ...(state === 'SUCCESS' ? { result: '{"paid":40}' } : {}),
    ...(state === 'FAILURE'
      ? { error: 'TypeError: the card was declined', errorDetail: error, reason: 'FAILED' }
      : {}),
    ...(state === 'RETRY' || state === 'PENDING' ? { waiting: WAITING } : {}),
    ...(state === 'STARTED' ? { progress: { done: n % 10, total: 10 } } : {}),
  };
}

export const WAITING: Waiting = {
  kind: 'rate',
  sentence: "the rate limit of 'charge' (100/m) lets it run at 12:00:07",
  until: NOW + 7_000,
  by: 'charge',
};

/** The members of a list's row: what a detail has besides is left out. */
export function toRow({ id, task, queue, state, sentAt, retries, ...rest }: RunDetail): RunRow {
  const { startedAt, endedAt, runtime, error, progress } = rest;
  return {
    id,
    task,
    queue,
    state,
    sentAt,
    retries,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(runtime === undefined ? {} : { runtime }),
    ...(error === undefined ? {} : { error }),
    ...(progress === undefined ? {} : { progress }),
  };
}

export function queueRows(): readonly QueueRow[] {
  const row = { delayed: 2, inFlight: 3, oldest: 95, ordered: false, paused: false } as const;
  return [
    {
      ...row,
      name: 'payments',
      kind: 'queue',
      ready: 41,
      consumers: ['payments'],
      tasks: ['charge'],
      deadLetters: 'payments-dlq',
    },
    {
      ...row,
      name: 'mail',
      kind: 'queue',
      ready: 3,
      consumers: ['box-1'],
      tasks: ['mail'],
      deadLetters: 'mail-dlq',
    },
    {
      ...row,
      name: 'images',
      kind: 'queue',
      ready: 0,
      ordered: true,
      consumers: [],
      tasks: ['resize'],
      deadLetters: 'images-dlq',
    },
    { ...row, name: 'payments-dlq', kind: 'dead-letter', ready: 2, consumers: [], tasks: [] },
    { ...row, name: 'later', kind: 'internal', ready: 1, consumers: ['later'], tasks: [] },
  ];
}

export function deadLetters(): readonly DeadLetterRow[] {
  return [2, 10].map((n) => ({
    messageId: `letter-${n}`,
    id: `run-${n}`,
    task: 'resize',
    sentAt: NOW - n * MINUTE,
    receives: 1,
    body: JSON.stringify({ celeriac: 1, id: `run-${n}`, task: 'resize', input: { order: `o${n}` } }),
    queue: 'images',
    reason: n === 2 ? 'failed' : 'crashed',
    deadAt: NOW - n * MINUTE + 5_000,
    error: { name: 'TypeError', message: 'the picture is empty' },
    attempts: [{ attempt: 1, at: NOW - n * MINUTE, outcome: 'FAILURE' }],
  }));
}

export function scheduleRows(): readonly ScheduleRow[] {
  return [schedule('nightly', 'template'), schedule('watch-tea', 'runtime')];
}

export function schedule(name: string, source: ScheduleRow['source']): ScheduleRow {
  return {
    name,
    trigger: '0 2 * * *',
    sentence: 'every day at 02:00 (Europe/Oslo)',
    source,
    placement: 'native',
    paused: false,
    action: 'send charge',
    next: [1, 2, 3].map((day) => NOW + day * 86_400_000),
    last: NOW - 36_000_000,
    lastOutcome: 'SUCCESS',
    misses: 0,
  };
}

export const EXCHANGES: readonly ExchangeRow[] = [
  {
    name: 'orders',
    type: 'topic',
    carrier: 'EventBridge',
    ordered: false,
    internal: false,
    alternate: 'unrouted',
    bindings: [
      { pattern: 'order.*.created', to: { kind: 'task', name: 'charge' } },
      { pattern: 'order.#', to: { kind: 'queue', name: 'audit' } },
    ],
  },
  {
    name: 'pictures',
    type: 'headers',
    carrier: 'EventBridge',
    ordered: false,
    internal: false,
    bindings: [{ match: 'all', args: { format: 'png' }, to: { kind: 'task', name: 'resize' } }],
  },
];

export const WORKERS: readonly WorkerRow[] = [
  {
    name: 'payments',
    kind: 'function',
    online: true,
    queues: ['payments'],
    concurrency: 20,
    active: 3,
    processed: 1_204,
    errors: 7,
    duration: 312,
  },
  {
    name: 'box-1',
    kind: 'process',
    online: true,
    queues: ['mail'],
    concurrency: 8,
    active: 1,
    lastBeat: NOW - 4_000,
    pool: 'threads',
    tasks: [{ id: 'run-3', task: 'mail', startedAt: NOW - 9_000 }],
  },
];

export const COST: CostAnswer = {
  rows: [
    { service: 'SQS', what: 'requests', calls: 12_345, usd: 0.0049 },
    { service: 'DynamoDB', what: 'write request units', calls: 9_876, usd: 0.0062 },
  ],
  perTask: [{ task: 'charge', runs: 1_204, usdPerMillion: 3.1 }],
  since: NOW - 86_400_000,
  note: 'counted by the emulator; storage and data transfer are not counted',
};

export const SERIES: Overview['series'] = Array.from({ length: 60 }, (_, n) => ({
  at: NOW - (59 - n) * MINUTE,
  sent: 20 + (n % 7),
  succeeded: 18 + (n % 5),
  failed: n % 3,
  retried: n % 4,
  wait: 40 + n,
  runtime: 200 + 3 * n,
}));

export function workflowNode(id: string, path: string): WorkflowNode {
  const step = (at: string, task: string, state: RunRow['state']) =>
    ({ path: at, kind: 'task', task, id: `flow-1.${at}`, state, children: [] }) as const;
  return {
    path,
    kind: 'chain',
    id,
    state: 'STARTED',
    children: [
      step('0', 'charge', 'SUCCESS'),
      {
        path: '1',
        kind: 'group',
        id: 'flow-1.1',
        state: 'STARTED',
        total: 3,
        done: 1,
        failed: 1,
        children: [
          step('1.0', 'mail', 'SUCCESS'),
          step('1.1', 'mail', 'FAILURE'),
          step('1.2', 'mail', 'STARTED'),
        ],
      },
    ],
  };
}
