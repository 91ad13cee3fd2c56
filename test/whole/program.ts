/** Programs that serve until they are ended, started for a test: what they say can be waited for. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Program extends AsyncDisposable {
  /** The address in the line `listening http://…`, once it is on stdout. */
  listening(): Promise<string>;
  /** What matches in stderr after the last match, once it is there. */
  says(pattern: RegExp): Promise<string>;
  /** Sends SIGTERM and resolves to how it ended. */
  end(): Promise<Ended>;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a program in a process group of its own, so that nothing it started outlives the test. */
export function startProgram(command: string, words: readonly string[], cwd: string): Program {
  const child = spawn(command, words, { cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
      child.emit('said');
    });
  }
  const closed = once(child, 'close');
  void closed.then(() => child.emit('said'));
  let read = 0;
  return {
    listening: () => waitFor(child, said, () => /^listening (http:\/\/\S+)\n/m.exec(said.stdout)?.[1]),
    says: (pattern) =>
      waitFor(child, said, () => {
        const match = pattern.exec(said.stderr.slice(read));
        if (match !== null) read += match.index + match[0].length;
        return match?.[0];
      }),
    async end() {
      child.kill('SIGTERM');
      const [code] = await closed;
      return { code, ...said };
    },
    async [Symbol.asyncDispose]() {
      if (child.pid !== undefined) endGroup(child.pid);
      await closed;
    },
  };
}

async function waitFor(
  child: ChildProcess,
  said: Readonly<Record<'stdout' | 'stderr', string>>,
  find: () => string | undefined,
): Promise<string> {
  for (;;) {
    const found = find();
    if (found !== undefined) return found;
    // It will never be said by a program that has ended.
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`the program ended (${child.exitCode}):\n${said.stdout}\n${said.stderr}`);
    }
    await once(child, 'said');
  }
}

/** A child of the program may have been left behind, so the whole group is ended. */
function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // Nothing is left of it, which is what is wanted.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
