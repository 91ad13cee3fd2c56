/** `celeriac limits` and `celeriac workers`: what Celery's `control` does. */
import type { Answer } from './answer.ts';
import { missing } from './failure.ts';
import { readCount } from './given.ts';
import type { Session } from './over-desk.ts';
import { cyan, green, yellow } from './paint.ts';
import { notDone } from './run-commands.ts';
import { toTable } from './table.ts';

/** Lists rate and concurrency of each task that has some. */
export async function listLimits({ desk }: Session): Promise<Answer> {
  const value = await desk.limits();
  const text = toTable(
    value,
    {
      task: ({ task }) => cyan(task),
      rate: ({ rateLimit }) => rateLimit,
      concurrency: ({ concurrency }) => concurrency,
      changed: ({ changed }) => (changed ? yellow('yes') : undefined),
    },
    'no task has a limit',
  );
  return { value, text };
}

export interface SetLimitsOptions {
  readonly rate?: string;
  readonly concurrency?: string;
  /** Back to those of the definition. */
  readonly reset?: boolean;
}

const CONCURRENCY_MAX = 1_000;

/** Changes a task's limits for all workers at once. */
export async function setLimits(
  { desk }: Session,
  { rate, concurrency, reset = false }: SetLimitsOptions,
  task: string,
): Promise<Answer> {
  if (rate === undefined && concurrency === undefined && !reset)
    throw missing("give --rate '100/m', --concurrency 5, or --reset");
  const slots =
    concurrency === undefined ? null : readCount('--concurrency', concurrency, 1, CONCURRENCY_MAX);
  await desk.setLimits(task, rate ?? null, slots);
  const value = { task, rateLimit: rate ?? null, concurrency: slots };
  return { value, text: `${green('set')}: workers follow within seconds` };
}

/** Lets a long-running worker finish what it has begun, and end. */
export async function shutdownWorker(
  { desk, ask }: Session,
  { yes = false }: { readonly yes?: boolean },
  name: string,
): Promise<Answer> {
  if (!yes && !(await ask(`shut worker ${name} down`))) throw notDone('shut down');
  await desk.shutdownWorker(name);
  return { value: { worker: name, shutdown: true }, text: `told to end: ${name}` };
}

const SLOTS_MAX = 10_000;

/** Gives a long-running worker another number of slots. */
export async function resizeWorker(
  { desk }: Session,
  _: unknown,
  name: string,
  concurrency: string,
): Promise<Answer> {
  const slots = readCount('the concurrency', concurrency, 1, SLOTS_MAX);
  await desk.resizeWorker(name, slots);
  return { value: { worker: name, concurrency: slots }, text: `told to run ${slots} at a time: ${name}` };
}
