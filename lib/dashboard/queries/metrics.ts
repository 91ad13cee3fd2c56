/**
 * Prometheus text: Flower's six metrics, by their own names so that its boards show something, and ours.
 * Flower counts events since it was started; here nobody listens, so what it counts is counted over the last
 * hour and is a gauge of a window in all but name, which the help lines say. Its buckets are the defaults of
 * Prometheus.
 */
import type { IndexedRun } from '../../runtime/desk-ports.ts';
import type { DeskContext } from '../context.ts';
import type { QueueRow, WorkerRow } from '../row.ts';
import { listQueues } from './queues.ts';
import { readRecent } from './recent.ts';
import { listWorkers } from './workers.ts';

type Labels = Readonly<Record<string, string>>;

interface Metric {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly samples: readonly (readonly [suffix: string, labels: Labels, value: number])[];
}

const BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

export async function readMetrics(context: DeskContext): Promise<string> {
  const [queues, workers, recent] = await Promise.all([
    listQueues(context),
    listWorkers(context),
    readRecent(context),
  ]);
  const workerOf = workersByQueue(workers);
  // Workflows are kept beside tasks, under no task's name; none is a task's run or event.
  const rows = recent.rows.filter(({ task }) => task !== '');
  const metrics = [
    ...flowerMetrics(rows, workers, workerOf, context.ports.clock.now()),
    ...ownMetrics(queues, rows),
  ];
  return `${metrics.map(write).join('\n')}\n`;
}

function flowerMetrics(
  rows: readonly IndexedRun[],
  workers: readonly WorkerRow[],
  workerOf: (queue: string) => string,
  now: number,
): readonly Metric[] {
  const online = workers.map(({ name, online }) => ['', { worker: name }, online ? 1 : 0] as const);
  const running = workers.map(({ name, active = 0 }) => ['', { worker: name }, active] as const);
  const held = workers.map(({ name, active = 0 }) => ['', { worker: name, task: '' }, active] as const);
  const waits = groupBy(
    rows.filter(({ startedAt, state }) => startedAt !== undefined && state === 'STARTED'),
    ({ task, queue }) => ({ worker: workerOf(queue), task }),
  );
  return [
    {
      name: 'flower_events_total',
      type: 'counter',
      help: 'Events of tasks, over the last hour',
      samples: groupBy(rows.flatMap(toEvents), ({ row, type }) => ({
        worker: workerOf(row.queue),
        type,
        task: row.task,
      })).map(([labels, events]) => ['', labels, events.length]),
    },
    {
      name: 'flower_task_runtime_seconds',
      type: 'histogram',
      help: 'Time that a task ran, over the last hour',
      samples: groupBy(rows.filter(hasRun), ({ task, queue }) => ({ worker: workerOf(queue), task })).flatMap(
        ([labels, runs]) => toHistogram(labels, runs.map(secondsOf)),
      ),
    },
    {
      name: 'flower_task_prefetch_time_seconds',
      type: 'gauge',
      help: 'Time that the running tasks had waited for their workers',
      samples: waits.map(([labels, runs]) => [
        '',
        labels,
        Math.max(...runs.map(({ sentAt, startedAt = now }) => Math.max(0, startedAt - sentAt) / 1_000)),
      ]),
    },
    {
      name: 'flower_worker_prefetched_tasks',
      type: 'gauge',
      help: 'Messages that a worker holds',
      samples: held,
    },
    { name: 'flower_worker_online', type: 'gauge', help: 'Whether a worker works', samples: online },
    {
      name: 'flower_worker_number_of_currently_executing_tasks',
      type: 'gauge',
      help: 'Tasks that a worker runs now; of a function the most at once over the last hour',
      samples: running,
    },
  ];
}

function ownMetrics(queues: readonly QueueRow[], rows: readonly IndexedRun[]): readonly Metric[] {
  const depths = (['ready', 'inFlight', 'delayed'] as const).flatMap((state) =>
    queues.map((row) => ['', { queue: row.name, state }, row[state]] as const),
  );
  const ages = queues.flatMap(({ name, oldest }) =>
    oldest === undefined ? [] : [['', { queue: name }, oldest] as const],
  );
  const states = groupBy(rows, ({ task, state }) => ({ task, state }));
  return [
    { name: 'celeriac_queue_messages', type: 'gauge', help: 'Messages by queue and state', samples: depths },
    {
      name: 'celeriac_queue_oldest_seconds',
      type: 'gauge',
      help: 'Age of the oldest message',
      samples: ages,
    },
    {
      name: 'celeriac_queue_paused',
      type: 'gauge',
      help: 'Whether a queue is paused',
      samples: queues.map(({ name, paused }) => ['', { queue: name }, paused ? 1 : 0]),
    },
    {
      name: 'celeriac_runs',
      type: 'gauge',
      help: 'Runs of the last hour by task and state',
      samples: states.map(([labels, runs]) => ['', labels, runs.length]),
    },
  ];
}

interface Event {
  readonly row: IndexedRun;
  readonly type: string;
}

/** Celery's events that a run's row tells of. */
function toEvents(row: IndexedRun): readonly Event[] {
  const { startedAt, state, retries } = row;
  const ends = { SUCCESS: 'task-succeeded', FAILURE: 'task-failed', REVOKED: 'task-revoked' } as const;
  const types = [
    'task-sent',
    ...(startedAt === undefined ? [] : ['task-received', 'task-started']),
    ...Array.from({ length: retries }, () => 'task-retried'),
    ...(state === 'SUCCESS' || state === 'FAILURE' || state === 'REVOKED' ? [ends[state]] : []),
  ];
  return types.map((type) => ({ row, type }));
}

function hasRun({ startedAt, endedAt }: IndexedRun): boolean {
  return startedAt !== undefined && endedAt !== undefined && endedAt >= startedAt;
}

function secondsOf({ startedAt = 0, endedAt = 0 }: IndexedRun): number {
  return (endedAt - startedAt) / 1_000;
}

/** The function that works a queue; several processes share one, and the record does not say which it was. */
function workersByQueue(workers: readonly WorkerRow[]): (queue: string) => string {
  const names = new Map(workers.flatMap(({ name, queues }) => queues.map((queue) => [queue, name] as const)));
  return (queue) => names.get(queue) ?? '';
}

function toHistogram(labels: Labels, values: readonly number[]): Metric['samples'] {
  const sum = values.reduce((total, value) => total + value, 0);
  return [
    ...BUCKETS_SECONDS.map(
      (le) =>
        ['_bucket', { ...labels, le: String(le) }, values.filter((value) => value <= le).length] as const,
    ),
    ['_bucket', { ...labels, le: '+Inf' }, values.length],
    ['_sum', labels, sum],
    ['_count', labels, values.length],
  ];
}

function groupBy<Row>(
  rows: readonly Row[],
  labelsOf: (row: Row) => Labels,
): readonly (readonly [Labels, readonly Row[]])[] {
  const groups = new Map<string, readonly [Labels, Row[]]>();
  for (const row of rows) {
    const labels = labelsOf(row);
    const key = JSON.stringify(labels);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [labels, [row]]);
    else group[1].push(row);
  }
  return [...groups.values()];
}

function write({ name, type, help, samples }: Metric): string {
  const lines = samples.map(([suffix, labels, value]) => `${name}${suffix}${writeLabels(labels)} ${value}`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines].join('\n');
}

/** Prometheus: backslash, quote and line feed are escaped in a label's value. */
function writeLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => {
    const escaped = value.replace(/[\\"\n]/g, (one) => (one === '\n' ? '\\n' : `\\${one}`));
    return `${name}="${escaped}"`;
  });
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}
