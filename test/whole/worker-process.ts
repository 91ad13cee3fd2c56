/** Starts `celeriac worker` as a user does, for tests. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const ROOT = join(import.meta.dirname, '../..');

const NO_PLACE = {
  AWS_REGION: undefined,
  AWS_DEFAULT_REGION: undefined,
  AWS_ACCESS_KEY_ID: undefined,
  AWS_SECRET_ACCESS_KEY: undefined,
  AWS_PROFILE: undefined,
};

export interface WorkerProcess {
  readonly child: ChildProcess;
  readonly said: () => string;
  /** Where its health is. */
  readonly health: string;
}

export interface WorkerPlace {
  /** The module that exports the app. */
  readonly entry: string;
  /** Of the emulator. */
  readonly url: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the command and waits until it works; `started` is told of it before that. */
export async function startWorkerProcess(
  { entry, url, env = {} }: WorkerPlace,
  words: readonly string[],
  started: (child: ChildProcess) => void,
): Promise<WorkerProcess> {
  const own = ['--app', entry, '--endpoint', url, '--health', '0', '--heartbeat', '1s'];
  const all = ['bin/celeriac.js', 'worker', ...own, ...words];
  // An emulator on this machine needs neither credentials nor a Region.
  const environment = { ...process.env, ...NO_PLACE, ...env };
  const child = spawn(process.execPath, all, {
    cwd: ROOT,
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started(child);
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  for (;;) {
    const health = /"message":"works".*"health":"http:\/\/0\.0\.0\.0:(\d+)"/.exec(said)?.[1];
    if (health !== undefined) return { child, said: () => said, health: `http://127.0.0.1:${health}` };
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the worker ended:\n${said}`);
    await sleep(20);
  }
}

export async function endWorkerProcess(
  { child }: WorkerProcess,
  signal: NodeJS.Signals,
): Promise<number | null> {
  const exited = once(child, 'exit');
  child.kill(signal);
  const [code] = await exited;
  return code;
}
