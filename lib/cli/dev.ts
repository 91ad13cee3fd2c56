/**
 * `celeriac dev`: the app of this folder on the emulator, for as long as one works on it. The sources are
 * watched; a change is synthesized and bundled anew and applied to what runs, so that queues keep their
 * messages.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { createEmulator, type Emulator, type LoadReport, toChangeLines } from '../emulator/index.ts';
import { parsePort } from './port.ts';
import { synthesize } from './synthesize.ts';

export interface DevCommandOptions {
  readonly port: string;
  readonly project: string;
}

/** A save touches several files, and editors write some of them twice. */
const GATHER_MS = 100;
const IGNORED = /(^|\/)(node_modules|\.git|cdk\.out|dist|coverage)(\/|$)/;

/** Runs until SIGINT or SIGTERM. */
export async function dev(options: DevCommandOptions): Promise<void> {
  const interrupted = new Promise<void>((done) => {
    process.once('SIGINT', done);
    process.once('SIGTERM', done);
  });
  const project = resolve(options.project);
  const output = await mkdtemp(join(tmpdir(), 'celeriac-dev-'));
  const emulator = createEmulator({ log: say });
  try {
    const { url } = await emulator.listen({ port: parsePort(options.port) });
    const stop = await watch(project, () => reload(emulator, project, output));
    const loaded = await reload(emulator, project, output);
    // The one line on stdout: scripts wait for it.
    process.stdout.write(`listening ${url}\n`);
    if (loaded !== undefined) say(howToSend(url, loaded));
    await interrupted;
    await stop();
  } finally {
    await emulator.close();
    await rm(output, { recursive: true, force: true });
  }
}

/** Synthesizes and applies; a mistake in the sources is said and waits for the next change. */
async function reload(emulator: Emulator, project: string, output: string): Promise<LoadReport | undefined> {
  try {
    await synthesize({ project, output });
    const report = await emulator.load(output);
    const lines = toChangeLines(report);
    say(lines.length > 0 ? lines.join('\n') : 'nothing changed');
    return report;
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

/** Calls `changed` after sources have changed, never twice at once; resolves to what ends it. */
async function watch(project: string, changed: () => Promise<unknown>): Promise<() => Promise<void>> {
  const { watch: watchFiles } = await import('chokidar');
  const watcher = watchFiles(project, {
    ignored: (path) => IGNORED.test(relative(project, path)),
    ignoreInitial: true,
  });
  const files = new Set<string>();
  let running: Promise<unknown> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  watcher.on('all', (_event, path) => {
    files.add(relative(project, path));
    clearTimeout(timer);
    timer = setTimeout(() => {
      say(`changed: ${[...files].join(', ')}`);
      files.clear();
      running = running.then(changed);
    }, GATHER_MS);
  });
  await new Promise<void>((ready) => watcher.once('ready', () => ready()));
  return async () => {
    clearTimeout(timer);
    await watcher.close();
    await running;
  };
}

function howToSend(url: string, report: LoadReport): string {
  const region = report.stacks[0]?.region ?? 'us-east-1';
  return [
    'send a task from another terminal, with your app and task in place of these:',
    `  AWS_ENDPOINT_URL=${url} AWS_REGION=${region} AWS_ACCESS_KEY_ID=dev AWS_SECRET_ACCESS_KEY=dev \\`,
    "  npx tsx -e \"const { connect } = await import('celeriac/aws'); const { app, task } = await " +
      "import('./app.ts');",
    '  await using client = connect(app); console.log(await (await client.send(task(input))).get())"',
    'functions print here; a saved file is loaded at once; Ctrl-C ends it',
  ].join('\n');
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
