/** `celeriac emulator`: the emulated AWS on a port, until it is interrupted. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { FaultPlan } from '../emulator/index.ts';
import { invalid } from './failure.ts';
import { parsePort } from './port.ts';

export interface EmulatorCommandOptions {
  readonly port: string;
  readonly host: string;
  readonly template?: string;
  readonly virtual?: string;
  readonly data?: string;
  readonly fsync?: boolean;
  readonly faults?: string;
}

/** Serves until SIGINT or SIGTERM; all it prints on stdout is `listening http://…`, once it is ready. */
export async function emulator(options: EmulatorCommandOptions): Promise<void> {
  const port = parsePort(options.port);
  const clock = options.virtual === undefined ? 'real' : { virtual: parseTime(options.virtual) };
  // From the start, so that an interruption while the template loads ends the process in order too.
  const interrupted = new Promise<void>((end) => {
    process.once('SIGINT', end);
    process.once('SIGTERM', end);
  });
  const { createEmulator } = await import('../emulator/index.ts');
  const data =
    options.data === undefined
      ? {}
      : { data: { folder: resolve(options.data), fsync: options.fsync === true } };
  const log = (line: string) => process.stderr.write(`${line}\n`);
  const faults = options.faults === undefined ? {} : { faults: await readPlan(options.faults) };
  const running = createEmulator({ clock, log, ...data, ...faults });
  try {
    const { url } = await running.listen({ port, host: options.host });
    const { template } = options;
    const loaded = template === undefined ? Promise.resolve() : running.load(template).then(() => undefined);
    const ready = loaded.then(() => 'ready');
    if ((await Promise.race([ready, interrupted])) === 'ready') {
      process.stdout.write(`listening ${url}\n`);
      await interrupted;
    }
  } finally {
    await running.close();
  }
}

/** Reads a plan of faults; the emulator checks what it says. */
async function readPlan(path: string): Promise<FaultPlan> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    const problem = `${path}: ${error instanceof Error ? error.message : String(error)}`;
    throw invalid('--faults', problem, 'a file with a plan of faults as JSON');
  }
}

function parseTime(text: string): number {
  const time = Date.parse(text);
  if (Number.isFinite(time)) return time;
  throw invalid('--virtual', text, 'a time such as 2026-01-01T00:00:00Z');
}
