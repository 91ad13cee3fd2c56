/** `celeriac inspect`: what a running app does, as `celery inspect` tells of its workers. */
import { TASK_STATES } from '../core/task-state.ts';
import type { MessageRow, QueueRow, Waiting } from '../dashboard/row.ts';
import { CeleriacError } from '../errors.ts';
import type { Answer } from './answer.ts';
import { readCount } from './given.ts';
import type { Session } from './over-desk.ts';
import { bold, cyan, dim, green, paintState, red, yellow } from './paint.ts';
import { runColumns, sayLength, sayWhen } from './say.ts';
import { toList, toTable } from './table.ts';

export interface InspectOptions {
  readonly limit: string;
}

const LIMIT_MAX = 500;
/** A run's reason to wait is a question of its own, so fewer are asked for at once. */
const AT_ONCE = 10;

/** Runs that have started and not ended. */
export async function inspectActive({ desk, now }: Session, { limit }: InspectOptions): Promise<Answer> {
  const { rows } = await desk.runs({ state: 'STARTED', limit: readLimit(limit) });
  return { value: rows, text: toTable(rows, runColumns(now()), 'nothing runs') };
}

/** A run, or a message that will be one, that waits. */
interface Scheduled {
  readonly id: string;
  readonly task: string | undefined;
  readonly queue: string;
  readonly waiting: Waiting;
}

/**
 * What waits for a time, with the reason: runs with a record, and delayed messages that can be seen.
 * SQS shows nobody a delayed message, only how many there are; the emulator shows them.
 */
export async function inspectScheduled(session: Session, { limit }: InspectOptions): Promise<Answer> {
  const { desk, now } = session;
  const max = readLimit(limit);
  const queues = (await desk.queues()).filter(({ kind, delayed }) => kind === 'queue' && delayed > 0);
  const waits = await waitingRuns(session, max);
  const known = new Set(waits.map(({ id }) => id));
  for (const { name } of queues) {
    for (const { id, messageId, task, waiting } of await seen(desk, name)) {
      if (waiting?.until === undefined || known.has(id ?? messageId)) continue;
      waits.push({ id: id ?? messageId, task, queue: name, waiting });
    }
  }
  const delayed = Object.fromEntries(queues.map((queue) => [queue.name, queue.delayed]));
  const text = toTable(
    waits.slice(0, max),
    {
      id: ({ id }) => cyan(id),
      task: ({ task }) => task,
      queue: ({ queue }) => queue,
      due: ({ waiting }) => sayWhen(waiting.until, now()),
      waiting: ({ waiting }) => waiting.sentence,
    },
    'nothing that can be seen waits',
  );
  const counts = queues.map((queue) => `${queue.delayed} in ${queue.name}`).join(', ');
  const note = counts === '' ? '' : `\n${dim(`delayed messages: ${counts}`)}`;
  return { value: { waiting: waits.slice(0, max), delayed }, text: text + note };
}

/** As many as a list of messages holds. */
const PEEK_MAX = 100;

/** What can be seen of a queue without receiving: beside an emulator all of it, on AWS nothing. */
async function seen(desk: Session['desk'], queue: string): Promise<readonly MessageRow[]> {
  try {
    return await desk.peek(queue, PEEK_MAX);
  } catch (error) {
    if (error instanceof CeleriacError && error.code === 'PEEK_COUNTS') return [];
    throw error;
  }
}

async function waitingRuns({ desk, progress }: Session, max: number): Promise<Scheduled[]> {
  const pages = await Promise.all(
    (['PENDING', 'RETRY'] as const).map((state) => desk.runs({ state, limit: max })),
  );
  const runs = pages.flatMap(({ rows }) => rows).slice(0, max);
  const bar = progress('asking why they wait');
  const waits: Scheduled[] = [];
  for (let start = 0; start < runs.length; start += AT_ONCE) {
    const asked = await Promise.all(
      runs.slice(start, start + AT_ONCE).map(async (run) => ({ run, waiting: await desk.waiting(run.id) })),
    );
    for (const { run, waiting } of asked) {
      if (waiting !== undefined) waits.push({ id: run.id, task: run.task, queue: run.queue, waiting });
    }
    bar.at(start + asked.length, runs.length);
  }
  return waits;
}

/** What workers have received and not begun, by queue: in flight, less what has started. */
export async function inspectReserved({ desk }: Session): Promise<Answer> {
  const [queues, { rows: started }] = await Promise.all([
    desk.queues(),
    desk.runs({ state: 'STARTED', limit: LIMIT_MAX }),
  ]);
  const value = queues
    .filter(({ kind }) => kind === 'queue')
    .map(({ name, inFlight, consumers }) => {
      const active = started.filter(({ queue }) => queue === name).length;
      return { queue: name, inFlight, active, reserved: Math.max(0, inFlight - active), consumers };
    });
  const text = toTable(value, {
    queue: ({ queue }) => cyan(queue),
    reserved: ({ reserved }) => reserved,
    active: ({ active }) => active,
    'in flight': ({ inFlight }) => inFlight,
    consumers: ({ consumers }) => consumers.join(', '),
  });
  return { value, text };
}

/** Functions and long-running workers. */
export async function inspectWorkers({ desk, now }: Session): Promise<Answer> {
  const value = await desk.workers();
  const text = toTable(
    value,
    {
      worker: ({ name }) => cyan(name),
      kind: ({ kind }) => kind,
      online: ({ online }) => (online ? green('yes') : red('no')),
      queues: ({ queues }) => queues.join(', '),
      concurrency: ({ concurrency }) => concurrency,
      active: ({ active }) => active,
      processed: ({ processed }) => processed,
      errors: ({ errors }) => errors,
      mean: ({ duration }) => (duration === undefined ? undefined : sayLength(duration)),
      pool: ({ pool }) => pool,
      beat: ({ lastBeat }) => sayWhen(lastBeat, now()),
    },
    'no workers',
  );
  return { value, text };
}

/** The app at a glance. */
export async function inspectStats({ desk }: Session): Promise<Answer> {
  const value = await desk.overview();
  const { app, stage, states, queues, deadLetters, keepsRuns, series } = value;
  const counts = TASK_STATES.flatMap((state) =>
    states[state] === undefined ? [] : [`${paintState(state)} ${states[state]}`],
  );
  const sum = (name: 'sent' | 'succeeded' | 'failed' | 'retried'): number =>
    series.reduce((total, minute) => total + minute[name], 0);
  const text = [
    `${bold(app)} (${stage})`,
    keepsRuns ? counts.join('  ') : 'no task keeps records, so there are no runs to count',
    toList({
      'last hour': (['sent', 'succeeded', 'failed', 'retried'] as const)
        .map((name) => `${sum(name)} ${name}`)
        .join(', '),
      'dead letters': deadLetters === 0 ? '0' : red(String(deadLetters)),
    }),
    '',
    queueTable(queues),
  ].join('\n');
  return { value, text };
}

/** Queues as a table. */
export function queueTable(queues: readonly QueueRow[]): string {
  return toTable(
    queues,
    {
      queue: ({ name }) => cyan(name),
      kind: ({ kind }) => kind,
      ready: ({ ready }) => ready,
      'in flight': ({ inFlight }) => inFlight,
      delayed: ({ delayed }) => delayed,
      oldest: ({ oldest }) => (oldest === undefined ? undefined : sayLength(oldest * 1_000)),
      state: ({ paused }) => (paused ? yellow('paused') : undefined),
      tasks: ({ tasks }) => tasks.join(', '),
      consumers: ({ consumers }) => consumers.join(', '),
    },
    'no queues',
  );
}

function readLimit(text: string): number {
  return readCount('--limit', text, 1, LIMIT_MAX);
}
