/** Who works: functions, and the processes of long-running workers. */
import { isListed, isLost, type WorkerRecord } from '../../core/worker-record.ts';
import type { QueueMapping } from '../../runtime/desk-ports.ts';
import { type DeskContext, queuesOf } from '../context.ts';
import type { WorkerRow } from '../row.ts';
import { mappingsOf } from './mappings.ts';

/** Functions that work queues off, and processes that do. */
export async function listWorkers(context: DeskContext): Promise<readonly WorkerRow[]> {
  const [functions, processes] = await Promise.all([listFunctions(context), listProcesses(context)]);
  return [...functions, ...processes];
}

async function listFunctions(context: DeskContext): Promise<readonly WorkerRow[]> {
  const worked = await Promise.all(
    queuesOf(context).map(async (named) => ({
      queue: named.name,
      mappings: await mappingsOf(context, named),
    })),
  );
  const byFunction = new Map<string, { readonly queues: string[]; readonly mappings: QueueMapping[] }>();
  for (const { queue, mappings } of worked) {
    for (const mapping of mappings) {
      const known = byFunction.get(mapping.functionName) ?? { queues: [], mappings: [] };
      known.queues.push(queue);
      known.mappings.push(mapping);
      byFunction.set(mapping.functionName, known);
    }
  }
  const figures = await context.ports.gauges.functions([...byFunction.keys()]);
  return [...byFunction].map(([name, { queues, mappings }]): WorkerRow => {
    const limits = mappings.flatMap(({ concurrency }) => concurrency ?? []);
    return {
      name,
      kind: 'function',
      online: mappings.some(({ enabled }) => enabled),
      queues,
      ...(limits.length === 0 ? {} : { concurrency: limits.reduce((sum, one) => sum + one, 0) }),
      ...figures.get(name),
    };
  });
}

/** The long-running workers that take messages: one that was killed has left a record that says it runs. */
export async function livingWorkers({ ports }: DeskContext): Promise<readonly WorkerRecord[]> {
  const now = ports.clock.now();
  const records = (await ports.workers?.list()) ?? [];
  return records.filter((record) => record.state === 'running' && !isLost(record, now));
}

async function listProcesses({ ports }: DeskContext): Promise<readonly WorkerRow[]> {
  const now = ports.clock.now();
  const records = (await ports.workers?.list()) ?? [];
  return records.filter((record) => isListed(record, now)).map((record) => toProcess(record, now));
}

function toProcess(record: WorkerRecord, now: number): WorkerRow {
  return {
    name: record.id,
    kind: 'process',
    online: record.state !== 'stopped' && !isLost(record, now),
    queues: record.queues,
    concurrency: record.concurrency,
    active: record.running.length,
    processed: record.processed,
    lastBeat: record.beatAt,
    pool: record.pool,
    tasks: record.running.map(({ id, task, since }) => ({ id, task, startedAt: since })),
  };
}
