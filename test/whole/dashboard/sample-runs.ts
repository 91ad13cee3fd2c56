/** Runs of a shop, as many as wanted: all states, errors with stacks, inputs to search in. */
import type { TaskState } from '../../../lib/core/task-state.ts';
import type { AttemptRow, RunDetail, RunError, RunRow, Waiting } from '../../../lib/dashboard/row.ts';

export const QUEUE_OF = {
  charge: 'payments',
  refund: 'payments',
  thank: 'mail',
  newsletter: 'mail',
  resize: 'images',
  'import-catalogue': 'imports',
  price: 'default',
} as const;

type Task = keyof typeof QUEUE_OF;

// Most end well, as in an app that one keeps.
const STATES: readonly TaskState[] = [
  ...['STARTED', 'PENDING', 'RETRY', 'FAILURE', 'REVOKED'],
  ...Array.from({ length: 13 }, () => 'SUCCESS'),
].map((state) => state as TaskState); // Each word is one of the states.

const TASKS: readonly Task[] = ['charge', 'thank', 'resize', 'charge', 'price', 'import-catalogue', 'refund'];

export function declined(order: string): RunError {
  const message = `the card of order '${order}' was declined: insufficient funds`;
  const stack = [
    `DeclinedError: ${message}`,
    '    at Bank.charge (/app/lib/bank.ts:41:11)',
    '    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)',
    '    at async Object.run (/app/tasks/charge.ts:18:21)',
    '    at async perform (/app/node_modules/celeriac/dist/lib/runtime/perform.js:52:18)',
  ];
  return { name: 'DeclinedError', message, code: 'DECLINED', stack: stack.join('\n') };
}

export function toId(n: number): string {
  return `01JD${String(n).padStart(6, '0')}-7f3a-4c1e-9b52-celery`;
}

export function toDetail(n: number, now: number): RunDetail {
  // The failing one of the tests is where it is looked for, among so many others.
  const state = n === 3 ? 'FAILURE' : (STATES[(n * 7) % STATES.length] ?? 'SUCCESS');
  const task = n === 3 ? 'charge' : (TASKS[n % TASKS.length] ?? 'charge');
  const sentAt = now - n * 4_300 - (n % 5) * 211;
  const started = state !== 'PENDING' && state !== 'REVOKED';
  const ended = state === 'SUCCESS' || state === 'FAILURE';
  const error = declined(`o-${1_000 + n}`);
  const runtime = 40 + ((n * 7_919) % 1_900);
  return {
    id: toId(n),
    task,
    queue: QUEUE_OF[task],
    state,
    sentAt,
    ...(started ? { startedAt: sentAt + 90 + ((n * 131) % 700) } : {}),
    ...(ended ? { endedAt: sentAt + 800 + runtime, runtime } : {}),
    ...(state === 'REVOKED' ? { endedAt: sentAt + 2_000, reason: 'revoked by hand' } : {}),
    retries: state === 'RETRY' || state === 'FAILURE' ? 2 : 0,
    input: JSON.stringify({
      order: `o-${1_000 + n}`,
      customer: `customer-${n % 97}`,
      amount: (n * 37) % 900,
    }),
    ...(state === 'SUCCESS' ? { result: JSON.stringify({ paid: (n * 37) % 900, receipt: `r-${n}` }) } : {}),
    ...(state === 'FAILURE' ? { error: `DeclinedError: ${error.message}`, errorDetail: error } : {}),
    ...(state === 'STARTED' ? { progress: { done: n % 40, total: 40 } } : {}),
    ...(state === 'RETRY' || state === 'PENDING' ? { waiting: toWaiting(n, state, task, now) } : {}),
    attempts: toAttempts(state, sentAt, error),
    headers: { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', tenant: 'eu-1' },
    ...(n % 9 === 4 ? { workflow: { id: 'flow-0', path: `1.${n}` } } : {}),
  };
}

export function toRow(run: RunDetail): RunRow {
  const { id, task, queue, state, customState, sentAt, startedAt, endedAt, runtime, retries, error } = run;
  return {
    ...{ id, task, queue, state, sentAt, retries },
    ...(customState === undefined ? {} : { customState }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(runtime === undefined ? {} : { runtime }),
    ...(error === undefined ? {} : { error }),
  };
}

function toWaiting(n: number, state: TaskState, task: Task, now: number): Waiting {
  if (state === 'RETRY') {
    const sentence = 'retry 2 of 4, after DeclinedError: the card was declined';
    return { kind: 'retry', sentence, until: now + 42_000 };
  }
  if (QUEUE_OF[task] === 'imports') return { kind: 'paused', sentence: 'the queue imports is paused' };
  const reasons: readonly [Waiting, ...Waiting[]] = [
    { kind: 'concurrency', sentence: `all 4 places of ${task} are taken`, by: task },
    {
      kind: 'rate',
      sentence: `the rate limit 100/m of ${task} lets it run in its turn`,
      until: now + 9_000 + n * 300,
      by: task,
    },
    { kind: 'once', sentence: "another run holds the key 'o-1003'", by: toId(0) },
    { kind: 'delayed', sentence: 'sent with a delay of 10 minutes', until: now + 480_000 },
  ];
  return reasons[n % reasons.length] ?? reasons[0];
}

function toAttempts(state: TaskState, sentAt: number, error: RunError): readonly AttemptRow[] {
  if (state === 'PENDING' || state === 'REVOKED') return [];
  if (state === 'SUCCESS' || state === 'STARTED') return [{ attempt: 1, at: sentAt + 300, outcome: state }];
  const failed = { outcome: 'threw', error };
  const attempts = [
    { attempt: 1, at: sentAt + 300, ...failed },
    { attempt: 2, at: sentAt + 2_400, ...failed },
  ];
  return state === 'RETRY' ? attempts : [...attempts, { attempt: 3, at: sentAt + 6_600, ...failed }];
}
