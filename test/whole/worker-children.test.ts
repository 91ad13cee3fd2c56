/** The children of a worker's pool: one that cannot load the app, and one that dies between its messages. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Client } from '#lib';
import { connect, type RunningWorker, type RunWorkerOptions, runWorker } from '#lib/aws';
import { createEmulator, type Emulator } from '#lib/emulator';
import { toModule } from '../../lib/cli/app-file.ts';
import type { LogLine } from '../../lib/runtime/ports.ts';
import { app, wait, where } from './killed/busy.ts';
import { addressOf, provisionBySdk } from './provisioned.ts';

const HERE = import.meta.dirname;
/** For a machine that is busy with other things. */
const WAIT = { timeout: 60_000, interval: 20 };

let folder: string;
let entry: string;
let emulator: Emulator;
let url: string;
let client: Client;
let worker: RunningWorker | undefined;
let log: LogLine[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'celeriac-children-'));
  entry = join(folder, 'entry.mjs');
  log = [];
  emulator = createEmulator();
  ({ url } = await emulator.listen());
  await provisionBySdk(app, addressOf(url));
  client = connect(app, addressOf(url));
});

afterEach(async () => {
  worker?.stop('cold');
  await worker?.done;
  worker = undefined;
  await client.close();
  await emulator.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What children load: the app, at once or when the file `gate` is there, or a mistake. */
async function write(content: 'app' | 'app behind a gate' | 'mistake'): Promise<void> {
  const whole = await toModule(join(HERE, 'killed/busy.ts'));
  const load = `export * from '${whole}';`;
  const waits = "while (!existsSync(new URL('gate', import.meta.url))) await sleep(20);";
  const texts = {
    app: load,
    'app behind a gate': [
      "import { existsSync } from 'node:fs';",
      "import { setTimeout as sleep } from 'node:timers/promises';",
      ...[waits, load],
    ].join('\n'),
    mistake: "throw new Error('only in a child');",
  };
  writeFileSync(entry, texts[content]);
}

async function start(options: RunWorkerOptions): Promise<RunningWorker> {
  // In a checkout there is no build of it.
  const child = await toModule(join(HERE, '../../lib/aws/pool-child.ts'));
  worker = await runWorker(app, {
    ...{ ...addressOf(url), entry: pathToFileURL(entry), child, signals: false, concurrency: 1 },
    ...{ log: (line) => void log.push(line), ...options },
  });
  return worker;
}

test.each(['threads', 'processes'] as const)(
  'a worker whose %s cannot load the app does not start, and says why',
  async (pool) => {
    await write('mistake');

    const started = start({ pool });

    await expect(started).rejects.toMatchObject({
      code: 'CHILD_FAILED',
      message: expect.stringMatching(
        `^a child of pool '${pool}' cannot start: .*only in a child.*entry.mjs:1`,
      ),
    });
    expect(log).toEqual([]);
  },
);

test('a worker is not ready while children that it needs anew cannot load the app', async () => {
  await write('app');
  const { health } = await start({
    pool: 'processes',
    maxTasksPerChild: 1,
    health: { port: 0, host: '127.0.0.1' },
  });
  const ready = async () => (await fetch(`${health}/readyz`)).json();
  await (await client.send(where())).get({ timeout: '2m' });
  await write('mistake');
  const second = await client.send(where());
  await expect
    .poll(ready, WAIT)
    .toMatchObject({ ready: false, problem: expect.stringContaining('only in a child') });
  await write('app');
  const { runs } = await second.get({ timeout: '2m' });
  const after = await ready();

  expect(runs).toBe(1);
  expect(after).not.toHaveProperty('problem');
});

test('a child that dies between two messages costs neither of them anything', async () => {
  await write('app');
  const { status } = await start({ pool: 'processes' });
  const { pid } = await (await client.send(where())).get({ timeout: '2m' });
  // It has nothing to do from when its message is acked.
  await vi.waitUntil(() => status().processed === 1, WAIT);
  process.kill(pid, 'SIGKILL');
  await vi.waitUntil(
    () => log.some(({ message }) => message === 'a child died while it had nothing to do'),
    WAIT,
  );
  const next = await (await client.send(where())).get({ timeout: '2m' });

  expect(next.pid).not.toBe(pid);
  expect(log.filter(({ level }) => level === 'error')).toEqual([]);
});

describe.each(['threads', 'processes'] as const)('a worker that stops while its %s load the app', (pool) => {
  /** Has one message whose child waits at the gate. */
  async function atTheGate(): Promise<RunningWorker> {
    await write('app');
    const running = await start({ pool, maxTasksPerChild: 1 });
    await (await client.send(where())).get({ timeout: '2m' });
    await write('app behind a gate');
    await client.send(wait());
    await vi.waitUntil(() => running.status().running.length === 1, WAIT);
    return running;
  }

  test('soft, tells the task to stop once it begins, and it counts as no attempt', async () => {
    const { stop, done } = await atTheGate();

    stop('soft');
    writeFileSync(join(folder, 'gate'), '');
    await done;

    const [left] = messages();
    expect(JSON.parse(left?.body ?? '{}')).toMatchObject({ task: 'wait', deferrals: 1 });
    expect(left?.receiveCount).toBe(0);
    expect(log.filter(({ how }) => how === 'cold')).toEqual([]);
  });

  test('cold, hands the message back and no copy of it', async () => {
    const { stop, done } = await atTheGate();

    stop('cold');
    await done;

    // Its child's end is heard of after the worker's own.
    const died = await vi.waitUntil(() => log.find(({ level }) => level === 'error'), WAIT);
    expect(died.message).toBe('a runner died');
    expect(messages()).toHaveLength(1);
  });
});

/** What lies in the queue. */
function messages() {
  const { services } = emulator;
  return services.sqs.snapshot().find(({ name }) => name.endsWith('-work'))?.messages ?? [];
}
