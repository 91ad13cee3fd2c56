/** Servers that are measured, each as a process of its own, so that none pays for its client's work. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = join(import.meta.dirname, '../..');

/** A server that is ready. */
export interface ServerProcess {
  readonly url: string;
  /** From the start of the process to its word that it is ready. */
  readonly readyMs: number;
  /** Resident memory now, in MB; undefined where /proc is not. */
  memoryMb(): number | undefined;
  stop(): Promise<void>;
}

/** The package as it would be installed: a build in a folder of its own. */
export interface Build {
  /** The command's file in the build. */
  readonly command: string;
  remove(): void;
}

/** Builds the package into a temporary folder. */
export function build(): Build {
  const folder = mkdtempSync(join(tmpdir(), 'celeriac-build-'));
  const compiler = join(ROOT, 'node_modules/.bin/tsc');
  const args = [
    '-p',
    join(ROOT, 'tsconfig.build.json'),
    '--outDir',
    join(folder, 'dist'),
    '--declaration',
    'false',
  ];
  const { status, stdout } = spawnSync(compiler, args, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0 && !existsSync(join(folder, 'dist/lib/cli/main.js')))
    throw new Error(`the build failed:\n${stdout}`);
  // Without the sources beside it, the command knows that it is in a package.
  const command = join(folder, 'bin/celeriac.js');
  mkdirSync(join(folder, 'bin'));
  copyFileSync(join(ROOT, 'bin/celeriac.js'), command);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return { command, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The command of this checkout, which bundles the sources when they have changed. */
export const CHECKOUT = join(ROOT, 'bin/celeriac.js');

/** Starts the emulator by its command; what the functions of a template print is dropped. */
export function startEmulatorProcess(
  command: string,
  { template }: { readonly template?: string } = {},
): Promise<ServerProcess> {
  const words = [command, 'emulator', '--port', '0'];
  if (template === undefined) return startNode(words, ROOT);
  return startNode([...words, '--template', template], ROOT, 'ignore');
}

/** Starts a script that says `listening http://…` when it is ready. */
export function startScript(script: string): Promise<ServerProcess> {
  return startNode(['--input-type=module', '--eval', script], ROOT);
}

async function startNode(
  args: readonly string[],
  cwd: string,
  stderr: 'inherit' | 'ignore' = 'inherit',
): Promise<ServerProcess> {
  const begin = performance.now();
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', stderr] });
  const url = await readUrl(child);
  const readyMs = performance.now() - begin;
  return {
    url,
    readyMs,
    memoryMb: () => residentMb(child.pid),
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function readUrl(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the server has no output');
  for await (const line of createInterface(child.stdout)) {
    const url = /^listening (http:\S+)$/.exec(line)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error('the server ended before it was ready');
}

function residentMb(pid: number | undefined): number | undefined {
  const path = `/proc/${pid}/status`;
  if (!existsSync(path)) return undefined;
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(path, 'utf8'))?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1_024;
}
