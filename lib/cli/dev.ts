/**
 * `celeriac dev`: the app of this folder on the emulator, for as long as one works on it. The sources are
 * watched; a change is synthesized and bundled anew and applied to what runs, so that queues keep their
 * messages.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { createEmulator, type Emulator, type LoadReport, toChangeLines } from '../emulator/index.ts';
import { createDevDashboard, type DevDashboard } from './dev-dashboard.ts';
import { NO_SOURCE, type RunningApp, toExampleCall } from './example-call.ts';
import { parsePort } from './port.ts';
import { readConfiguration, type SynthesizeOptions, synthesize } from './synthesize.ts';

export interface DevCommandOptions {
  readonly port: string;
  readonly project: string;
  /** The dashboard's port, or 'off'. @default the one after the emulator's; any free one, if that is */
  readonly dashboard?: string;
}

/** A save touches several files, and editors write some of them twice. */
const GATHER_MS = 100;

/** Runs until SIGINT or SIGTERM. */
export async function dev(options: DevCommandOptions): Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const interrupted = new Promise<void>((done) => {
    const stop = (): void => {
      stopping.abort(new Error('interrupted'));
      done();
    };
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
  });
  const project = resolve(options.project);
  // A folder without an app is a mistake in the call, and not one that a saved file will mend.
  await readConfiguration(project);
  const output = await mkdtemp(join(tmpdir(), 'celeriac-dev-'));
  const emulator = createEmulator({ log: say });
  try {
    const { url } = await emulator.listen({ port: parsePort(options.port) });
    const dashboard = openDashboard(emulator, options);
    let taught = false;
    const reload = inTurn(async () => {
      const report = await load(emulator, { project, output, signal });
      if (report === undefined) return;
      const running = toRunning(emulator, project, url, report);
      await dashboard?.show(running);
      if (taught) return;
      taught = true;
      say(await howToSend(running));
    });
    const watching = await watch(project, reload);
    await reload();
    // The one line on stdout: scripts wait for it.
    if (!signal.aborted) process.stdout.write(`listening ${url}\n`);
    await interrupted;
    await watching.close();
    // What is being loaded is in the way of what is closed next.
    await reload.idle();
    await dashboard?.close();
  } finally {
    await emulator.close();
    await rm(output, { recursive: true, force: true });
  }
}

/** Synthesizes and applies; a mistake in the sources is said and waits for the next change. */
async function load(
  emulator: Emulator,
  options: SynthesizeOptions & { readonly signal: AbortSignal },
): Promise<LoadReport | undefined> {
  const { signal, output } = options;
  if (signal.aborted) return undefined;
  try {
    await synthesize(options);
    const report = await emulator.load(output);
    const lines = toChangeLines(report);
    say(lines.length > 0 ? lines.join('\n') : 'nothing changed');
    return report;
  } catch (error) {
    // Ctrl-C reaches the CDK app too, and how that ends is nothing to mend.
    if (!signal.aborted) say(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

interface Turns {
  (): Promise<void>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

/** Never does the work twice at once: they share a folder. */
function inTurn(work: () => Promise<void>): Turns {
  let last: Promise<void> = Promise.resolve();
  const turn = (): Promise<void> => {
    last = last.then(work);
    return last;
  };
  return Object.assign(turn, { idle: () => last });
}

/** Calls `changed` after sources have changed, once for all that is saved together. */
async function watch(project: string, changed: () => Promise<unknown>): Promise<{ close(): Promise<void> }> {
  const { watch: watchFiles } = await import('chokidar');
  const watcher = watchFiles(project, {
    ignored: (path) => NO_SOURCE.test(relative(project, path)),
    ignoreInitial: true,
  });
  const files = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  watcher.on('all', (_event, path) => {
    files.add(relative(project, path));
    clearTimeout(timer);
    timer = setTimeout(() => {
      say(`changed: ${[...files].join(', ')}`);
      files.clear();
      void changed();
    }, GATHER_MS);
  });
  await new Promise<void>((ready) => watcher.once('ready', () => ready()));
  return {
    async close() {
      clearTimeout(timer);
      await watcher.close();
    },
  };
}

/** What a client must be told is in the functions' environment, where Broker has put it. */
function toRunning(emulator: Emulator, project: string, url: string, report: LoadReport): RunningApp {
  const functions = emulator.services.lambda.functions();
  const worker = functions.find(({ variables }) => variables.CELERIAC_APP !== undefined);
  const { CELERIAC_APP: app = '', CELERIAC_STAGE: stage = 'dev' } = worker?.variables ?? {};
  return { project, app, stage, url, region: report.stacks[0]?.region ?? 'us-east-1' };
}

/** Nothing where it is switched off. */
function openDashboard(emulator: Emulator, options: DevCommandOptions): DevDashboard | undefined {
  if (options.dashboard === 'off') return undefined;
  const own = parsePort(options.port);
  const port =
    options.dashboard === undefined ? (own === 0 ? 0 : own + 1) : parsePort(options.dashboard, '--dashboard');
  return createDevDashboard({ emulator, port, say });
}

async function howToSend(running: RunningApp): Promise<string> {
  const call = await toExampleCall(running);
  return `${call}\nfunctions print here; a saved file is loaded at once; Ctrl-C ends it`;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
