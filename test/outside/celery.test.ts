/** Celery's own SQS transport (kombu): workers and clients in processes of their own, results in files. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEmulator, type Emulator } from '../../lib/emulator/index.ts';
import { type Checked, celery, checksOf, environment, runChecks } from './clients.ts';

const CELERY = celery();
const QUEUE = 'outside-celery';

describe(CELERY.name, () => {
  describe('a worker that makes its queue itself', () => {
    const setting = useSetting('celery_work.py', {}, ['--pool=prefork', '--concurrency=2']);

    test.for(checksOf('celery_work.py'))('%s', ([, check], { skip }) => {
      skip(CELERY.missing !== undefined, CELERY.missing);

      expect(setting.checked().get(check)).toEqual({ check, outcome: 'passed', text: '' });
    });

    test('leaves nothing in the queue, and ends in order', async ({ skip }) => {
      skip(CELERY.missing !== undefined, CELERY.missing);

      const code = await setting.stop();
      const [queue] = setting.emulator().services.sqs.snapshot();

      expect(code).toBe(0);
      expect(queue).toMatchObject({ name: QUEUE, visible: 0, inFlight: 0, delayed: 0 });
    });
  });

  describe('a worker on a queue that exists already, with a backoff policy', () => {
    const setting = useSetting('celery_backoff.py', { backoff_policy: { 1: 2 } }, ['--pool=solo']);

    test.for(checksOf('celery_backoff.py'))('%s', ([, check], { skip }) => {
      skip(CELERY.missing !== undefined, CELERY.missing);

      expect(setting.checked().get(check)).toEqual({ check, outcome: 'passed', text: '' });
    });

    test('asks for what its policy says, once', ({ skip }) => {
      skip(CELERY.missing !== undefined, CELERY.missing);

      expect(setting.hidden()).toEqual([2]);
    });
  });
});

interface Setting {
  emulator(): Emulator;
  checked(): ReadonlyMap<string, Checked>;
  /** For how many seconds messages were hidden anew. */
  hidden(): readonly number[];
  /** Ends the worker as its operator would, and says its exit code. */
  stop(): Promise<number | null>;
}

/** An emulator, a worker on it, and what a script of sends found out, for the tests of one block. */
function useSetting(
  script: string,
  queueOptions: { readonly backoff_policy?: Readonly<Record<string, number>> },
  workerOptions: readonly string[],
): Setting {
  const hidden: number[] = [];
  const emulator = createEmulator({
    onCall({ operation, input }, proceed) {
      if (operation === 'ChangeMessageVisibility') hidden.push(Number(input.VisibilityTimeout));
      return proceed();
    },
  });
  let folder = '';
  let worker: Worker | undefined;
  let checked: ReadonlyMap<string, Checked> = new Map();

  beforeAll(async () => {
    if (CELERY.missing !== undefined) return;
    folder = await mkdtemp(join(tmpdir(), 'celeriac-celery-'));
    await mkdir(join(folder, 'results'));
    const { url } = await emulator.listen();
    const keys = { access_key_id: 'test', secret_access_key: 'test' };
    const variables: Record<string, string> = {
      CELERY_FOLDER: folder,
      CELERY_BROKER: url.replace('http://', 'sqs://test:test@'),
    };
    if (queueOptions.backoff_policy !== undefined) {
      const { QueueUrl } = await emulator.call('sqs', 'CreateQueue', {
        ...{ QueueName: QUEUE, Attributes: { VisibilityTimeout: '8' } },
      });
      const backoff = { ...queueOptions, backoff_tasks: ['celery_app.held'] };
      variables.CELERY_QUEUES = JSON.stringify({ [QUEUE]: { url: QueueUrl, ...keys, ...backoff } });
    }
    worker = startWorker({ ...environment(url), ...variables }, workerOptions);
    await worker.ready;
    checked = await runChecks({ ...CELERY, variables }, script, url);
  });

  afterAll(async () => {
    worker?.kill();
    await emulator.close();
    if (folder !== '') await rm(folder, { recursive: true, force: true });
  });

  return {
    emulator: () => emulator,
    checked: () => checked,
    hidden: () => hidden,
    stop: async () => worker?.stop() ?? null,
  };
}

interface Worker {
  readonly ready: Promise<void>;
  stop(): Promise<number | null>;
  kill(): void;
}

/** A worker process; one that dies of a signal is started again, as a supervisor would. */
function startWorker(variables: NodeJS.ProcessEnv, options: readonly string[]): Worker {
  let wanted = true;
  let child: ChildProcess;
  const start = (isReady: () => void, failed: (error: Error) => void) => {
    const args = ['-m', 'celery', '-A', 'celery_app', 'worker', '--loglevel=INFO', ...options];
    child = spawn(CELERY.command, args, { cwd: import.meta.dirname, env: variables });
    let output = '';
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes(' ready.')) isReady();
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.on('exit', (_code, signal) => {
      if (wanted && signal === 'SIGKILL') start(isReady, failed);
      else failed(new Error(`the worker ended:\n${output}`));
    });
  };
  const ready = new Promise<void>((resolve, reject) => start(resolve, reject));
  return {
    ready,
    async stop() {
      wanted = false;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      const [code] = await exited;
      return typeof code === 'number' ? code : null;
    },
    kill() {
      wanted = false;
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    },
  };
}
