/** The workers on machines that an app has, and what they can be told, from any process. */
import { randomUUID } from 'node:crypto';
import { isListed, isLost, type WorkerCommand, type WorkerRecord } from '../core/worker-record.ts';
import type { App } from '../define/app.ts';
import { runsTableName } from '../define/resource-name.ts';
import { DEFAULT_STAGE } from '../define/topology.ts';
import type { Workers } from '../runtime/worker-ports.ts';
import type { ConnectOptions } from './connect.ts';
import { createSdk } from './sdk.ts';
import { createWorkers } from './workers.ts';

/** What is known of a worker. */
export interface WorkerInfo extends WorkerRecord {
  /** Whether three of its beats are missing: it has died, or cannot reach DynamoDB. */
  readonly lost: boolean;
}

/**
 * The workers that `runWorker` and `celeriac worker` have started for an app that keeps records; those that
 * stopped within the last 5 minutes or were lost within 24 h are among them. Lambda's functions are not.
 */
export function listWorkers(
  app: Pick<App, 'name'>,
  options: ConnectOptions = {},
): Promise<readonly WorkerInfo[]> {
  return withWorkers(app, options, async (workers) => {
    const now = Date.now();
    const kept = (await workers.list()).filter((record) => isListed(record, now));
    return kept.map((record) => ({ ...record, lost: isLost(record, now) }));
  });
}

/**
 * Tells a worker to shut down, or to run more or fewer messages at once; it hears of it at its next beat.
 * Resolves to false when no worker of that id is known.
 */
export function tellWorker(
  app: Pick<App, 'name'>,
  id: string,
  command: WorkerCommand,
  options: ConnectOptions = {},
): Promise<boolean> {
  return withWorkers(app, options, (workers) => workers.command(id, { id: randomUUID(), command }));
}

async function withWorkers<T>(
  { name }: Pick<App, 'name'>,
  { stage = process.env.CELERIAC_STAGE ?? DEFAULT_STAGE, ...place }: ConnectOptions,
  use: (workers: Workers) => Promise<T>,
): Promise<T> {
  const sdk = createSdk(place);
  try {
    return await use(createWorkers(sdk.call, runsTableName(name, stage)));
  } finally {
    sdk.close();
  }
}
