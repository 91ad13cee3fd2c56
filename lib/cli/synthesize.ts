/**
 * Runs a project's CDK app as a process of its own, as the cdk command would, but without that command, which
 * takes another second. Nothing here imports the CDK.
 */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CeleriacError } from '../errors.ts';

export interface SynthesizeOptions {
  /** The folder that holds cdk.json. */
  readonly project: string;
  /** Where template, manifest and bundles are written. */
  readonly output: string;
  /**
   * Whether the rules about AWS are checked: they are for what is deployed, `cdk synth` always asks them, and
   * they take two seconds. @default false
   */
  readonly validate?: boolean;
  /** Ends the app, and waits for nothing more. */
  readonly signal?: AbortSignal;
}

/**
 * Synthesizes.
 * @throws Error with the app's own words when it fails, or with what is missing in cdk.json.
 */
export async function synthesize(options: SynthesizeOptions): Promise<void> {
  const { app, context } = await readConfiguration(options.project);
  const child = spawn(app, {
    cwd: options.project,
    shell: true,
    // A group of its own, so that what the shell has started can be ended with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      CDK_OUTDIR: options.output,
      CDK_CONTEXT_JSON: JSON.stringify(context),
      ...(options.validate === true ? {} : { CDK_VALIDATION: 'false' }),
    },
  });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => said.push(text));
  }
  const { signal } = options;
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
    const end = (): void => {
      endGroup(child.pid);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', end, { once: true });
    if (signal?.aborted === true) end();
  });
  if (code === 0) return;
  const text = `the CDK app '${app}' ended with code ${code}:\n${said.join('').trim()}`;
  throw new CeleriacError('SYNTH_FAILED', text, { value: code, allowed: 0 });
}

/**
 * Reads how the CDK app of a project is started.
 * @throws CeleriacError NO_CDK_APP when there is no cdk.json, or no command in it.
 */
export async function readConfiguration(
  project: string,
): Promise<{ readonly app: string; readonly context: unknown }> {
  const file = join(project, 'cdk.json');
  const text = await readFile(file, 'utf8').catch(() => {
    const text = `there is no ${file}; run this in a folder with a CDK app, or name one with --project`;
    throw new CeleriacError('NO_CDK_APP', text, { value: project });
  });
  const parsed = parse(file, text);
  if (typeof parsed !== 'object' || parsed === null || !('app' in parsed) || typeof parsed.app !== 'string') {
    const wrong = `${file} has no 'app': the command that starts the CDK app`;
    throw new CeleriacError('NO_CDK_APP', wrong, { value: project });
  }
  return { app: parsed.app, context: 'context' in parsed ? parsed.context : {} };
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CeleriacError('NO_CDK_APP', `${file} cannot be read: ${String(cause)}`, { value: file, cause });
  }
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid);
  } catch {
    // It has ended already.
  }
}
