/** `celeriac worker`: works off queues of an app on this machine, until it is stopped. */
import { type RunWorkerOptions, runWorker } from '../aws/index.ts';
import type { PoolKind } from '../core/worker-record.ts';
import { toModule } from './app-file.ts';
import { invalid } from './failure.ts';
import { openModule } from './find-app.ts';
import { readDuration } from './given.ts';
import { toPlace } from './place.ts';
import { parsePort } from './port.ts';
import { onReaderGone } from './reader.ts';

export interface WorkerCommandOptions {
  readonly app?: string;
  readonly name?: string;
  readonly queues?: string;
  readonly stage?: string;
  readonly pool?: string;
  readonly concurrency?: string;
  readonly prefetch?: string;
  readonly autoscale?: string;
  readonly maxTasksPerChild?: string;
  readonly maxMemoryPerChild?: string;
  readonly health?: string;
  readonly heartbeat?: string;
  readonly softTimeout?: string;
  readonly endpoint?: string;
  readonly region?: string;
}

/** Ends the process when the worker has stopped, whatever tasks a cold stop has left behind. */
export async function worker(options: WorkerCommandOptions): Promise<void> {
  const settings = { ...toOptions(options), ...toPlace(options) };
  const { app, entry } = await openModule(options);
  const running = await runWorker(app, { ...settings, entry, ...(await ownChild()) });
  onReaderGone(() => running.stop('warm'));
  await running.done;
  process.exit();
}

/**
 * The words of the command line as options; what is a word of another kind is said here, by its name there.
 * @throws CeleriacError INVALID_ARGUMENT
 */
export function toOptions(options: WorkerCommandOptions): RunWorkerOptions {
  const { queues, autoscale, health } = options;
  if (options.heartbeat !== undefined) readDuration('--heartbeat', options.heartbeat);
  if (options.softTimeout !== undefined) readDuration('--soft-timeout', options.softTimeout);
  return {
    // What is none of them is said by runWorker, with all else that is wrong.
    ...(kept(options, ['pool', 'heartbeat', 'softTimeout']) as { readonly pool?: PoolKind }),
    ...numbers(options, ['concurrency', 'prefetch', 'maxTasksPerChild', 'maxMemoryPerChild']),
    ...(queues === undefined ? {} : { queues: queues.split(',').map((name) => name.trim()) }),
    ...(autoscale === undefined ? {} : { autoscale: readScale(autoscale) }),
    ...(health === undefined ? {} : { health: { port: parsePort(health, '--health') } }),
  };
}

type Name = keyof WorkerCommandOptions;

function kept(options: WorkerCommandOptions, names: readonly Name[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.flatMap((name) => (options[name] ? [[name, options[name]]] : [])));
}

function numbers(options: WorkerCommandOptions, names: readonly Name[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const text = options[name];
      if (text === undefined) return [];
      if (!/^\d+$/.test(text)) throw invalid(`--${toWords(name)}`, text, 'a whole number');
      return [[name, Number(text)]];
    }),
  );
}

function readScale(text: string): { readonly min: number; readonly max: number } {
  const [, min, max] = /^(\d+),\s*(\d+)$/.exec(text) ?? [];
  if (min !== undefined && max !== undefined) return { min: Number(min), max: Number(max) };
  throw invalid('--autoscale', text, "the least and the most, such as '2,50'");
}

/** maxTasksPerChild is written max-tasks-per-child on the command line. */
function toWords(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** In a checkout there is no build of the module that children load: it is bundled as an app's file is. */
async function ownChild(): Promise<{ readonly child?: string }> {
  if (!import.meta.url.endsWith('.ts')) return {};
  return { child: await toModule(new URL('../aws/pool-child.ts', import.meta.url).pathname) };
}
