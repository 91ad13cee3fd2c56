/** The emulator as a process of its own, to be killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Server {
  readonly url: string;
  readonly child: ChildProcess;
}

const ROOT = new URL('../../', import.meta.url).pathname;

/** Starts the command on a data folder, and waits until it listens. */
export async function start(folder: string, ...more: readonly string[]): Promise<Server> {
  const words = ['bin/celeriac.js', 'emulator', '--port', '0', '--data', folder, ...more];
  const child = spawn(process.execPath, words, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface(child.stdout)) {
    const url = /^listening (\S+)$/.exec(line)?.[1];
    if (url !== undefined) return { url, child };
  }
  throw new Error(`the emulator ended before it listened: ${words.join(' ')}`);
}
