/** Actions on schedules, limits and long-running workers. */
import { randomUUID } from 'node:crypto';
import type { WorkerCommand } from '../../core/worker-record.ts';
import type { Schedules } from '../../define/schedules-client.ts';
import { CeleriacError } from '../../errors.ts';
import { type DeskContext, findTask, found } from '../context.ts';

/** @throws CeleriacError NO_SCHEDULES where the app keeps none */
export function schedulesOf({ app, ports }: DeskContext): Schedules {
  if (ports.schedules !== undefined) return ports.schedules;
  const text =
    `app '${app.name}' has no schedules; define one, or set runtimeSchedules: true to add ` +
    'them while it runs';
  throw new CeleriacError('NO_SCHEDULES', text, { value: app.name });
}

/** What is null is as it was defined. */
export async function setLimits(
  context: DeskContext,
  name: string,
  rateLimit: string | null,
  concurrency: number | null,
): Promise<void> {
  await context.ports.client.limits.set(findTask(context, name), {
    ...(rateLimit === null ? {} : { rateLimit }),
    ...(concurrency === null ? {} : { concurrency }),
  });
}

/** Lets a worker finish what it runs, and end. */
export async function shutdownWorker(context: DeskContext, name: string): Promise<void> {
  await tell(context, name, { kind: 'shutdown', how: 'warm' });
}

export async function resizeWorker(context: DeskContext, name: string, concurrency: number): Promise<void> {
  const records = (await context.ports.workers?.list()) ?? [];
  const record = found(
    records.find(({ id }) => id === name),
    'long-running worker',
    name,
    () => records.map(({ id }) => id),
  );
  const by = concurrency - record.concurrency;
  if (by > 0) await tell(context, name, { kind: 'grow', by });
  if (by < 0) await tell(context, name, { kind: 'shrink', by: -by });
}

/** It hears of it at its next beat. */
async function tell({ ports }: DeskContext, name: string, command: WorkerCommand): Promise<void> {
  const isTold = await ports.workers?.command(name, { id: randomUUID(), command });
  found(isTold === true ? true : undefined, 'long-running worker', name);
}
