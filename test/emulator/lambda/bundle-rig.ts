/** Functions from bundle folders that a test writes, in worker threads on the machine's clock. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  createLambda,
  type FunctionActivity,
  type Lambda,
  type LogLine,
} from '../../../lib/emulator/lambda/lambda.ts';
import { createRealClock } from '../../../lib/emulator/real-clock.ts';
import type { Input, Output } from '../../../lib/emulator/service.ts';
import { createSqs } from '../../../lib/emulator/sqs/sqs.ts';
import { caller, encode, functionArn, functionInput } from './rig.ts';

/** The files of a bundle; a text is its index.js. */
export type Files = string | Readonly<Record<string, string>>;

/** Settings of the function, and of its threads. */
export interface WorkerOptions {
  readonly settings?: Input;
  readonly idleMs?: number;
  readonly initMs?: number;
}

/** A Lambda with one function, 'worker'. */
export interface WorkerRig {
  readonly lambda: Lambda;
  readonly lines: readonly LogLine[];
  invoke(event?: unknown, more?: Input): Promise<Output>;
  stats(): FunctionActivity | undefined;
}

/** A temporary place, and what was opened over it. */
export interface BundleRig {
  readonly root: string;
  /** Writes a bundle and says where it is. */
  bundle(files: Files): string;
  open(files: Files, options?: WorkerOptions): Promise<WorkerRig>;
  /** Has a Lambda closed with the others. */
  keep(lambda: Lambda): void;
  /** Closes what was opened. */
  close(): Promise<void>;
  /** Removes the bundles. */
  remove(): void;
}

/** Makes an empty place. */
export function createBundleRig(): BundleRig {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'lambda-')));
  const opened: Lambda[] = [];
  let bundles = 0;

  function bundle(files: Files): string {
    bundles += 1;
    const folder = join(root, `b${bundles}`);
    for (const [name, text] of Object.entries(typeof files === 'string' ? { 'index.js': files } : files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    return folder;
  }

  async function open(files: Files, { settings, ...threads }: WorkerOptions = {}): Promise<WorkerRig> {
    const clock = createRealClock();
    const lines: LogLine[] = [];
    const lambda = createLambda({
      clock,
      sqs: createSqs({ clock }),
      endpoint: () => 'http://127.0.0.1:4566',
      log: (line) => lines.push(line),
      threads,
    });
    opened.push(lambda);
    // Time in a thread is real: a busy machine may need more of it than the three seconds of the default.
    const input = functionInput('worker', { Timeout: 60, Code: { Folder: bundle(files) }, ...settings });
    await lambda.call('CreateFunction', input, caller);
    return {
      lambda,
      lines,
      invoke: async (event = {}, more = {}) =>
        lambda.call('Invoke', { FunctionName: 'worker', Payload: encode(event), ...more }, caller),
      stats: () => lambda.stats()[functionArn('worker')],
    };
  }

  return {
    root,
    bundle,
    open,
    keep: (lambda) => opened.push(lambda),
    async close() {
      await Promise.all(opened.splice(0).map((lambda) => lambda.close()));
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
