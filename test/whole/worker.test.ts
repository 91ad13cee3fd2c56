/** `celeriac worker` as a user starts it: pools, health, signals, and a task that only its end can stop. */

import { type ChildProcess, execFile } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Client } from '#lib';
import { connect, listWorkers, tellWorker } from '#lib/aws';
import { createEmulator, type Emulator } from '#lib/emulator';
import { app, block, wait, where } from './killed/busy.ts';
import { addressOf, provisionBySdk } from './provisioned.ts';
import { endWorkerProcess, startWorkerProcess, type WorkerProcess } from './worker-process.ts';

const ROOT = join(import.meta.dirname, '../..');
const ENTRY = join(import.meta.dirname, 'killed/busy.ts');

let emulator: Emulator;
let url: string;
let client: Client;
let program: ChildProcess | undefined;

beforeEach(async () => {
  emulator = createEmulator();
  ({ url } = await emulator.listen());
  await provisionBySdk(app, addressOf(url));
  client = connect(app, addressOf(url));
});

afterEach(async () => {
  program?.kill('SIGKILL');
  await client.close();
  await emulator.close();
});

/** Starts the command and waits until it works. */
async function startWorker(...words: readonly string[]): Promise<WorkerProcess> {
  return startWorkerProcess({ entry: ENTRY, url }, words, (child) => {
    program = child;
  });
}

test.each(['async', 'threads', 'processes'])(
  'pool %s runs tasks, says how it is, and ends by SIGTERM',
  async (pool) => {
    const worker = await startWorker('--pool', pool, '--concurrency', '2', '--max-tasks-per-child', '3');
    const sent = await client.sendMany(Array.from({ length: 12 }, () => where()));
    const results = await Promise.all(
      sent.map((one) => (one.status === 'sent' ? one.result.get({ timeout: '2m' }) : undefined)),
    );
    const ready = async () => {
      const answer = await fetch(`${worker.health}/readyz`);
      return [answer.status, await answer.json()];
    };
    // A run has a result a moment before the worker has counted it.
    await expect.poll(ready).toMatchObject([200, { ready: true, pool, processed: 12 }]);
    const code = await endWorkerProcess(worker, 'SIGTERM');

    expect(code).toBe(0);
    const runs = results.map((result) => result?.runs ?? 0);
    const isOwn = results.every((result) => result?.pid === worker.child.pid);
    // A child is replaced after three; the worker's own process is not.
    expect([Math.max(...runs), isOwn]).toEqual(pool === 'async' ? [12, true] : [3, pool === 'threads']);
  },
);

test('a child that nothing can be told keeps its claim, and is ended when its run is revoked', async () => {
  const worker = await startWorker('--pool', 'processes', '--concurrency', '1');
  const long = await client.send(block(8_000));
  const kept = await long.get({ timeout: '2m' });
  const endless = await client.send(block(3_600_000));
  while ((await endless.state()) !== 'STARTED') await sleep(50);
  await endless.revoke({ terminate: true });
  const after = await (await client.send(where())).get({ timeout: '2m' });

  expect(kept).toBe('unblocked');
  expect(await endless.state()).toBe('REVOKED');
  // The child that ran it is gone.
  expect(after.runs).toBe(1);
  expect(worker.said().match(/"task":"block".*"attempt":1/g)).toHaveLength(1);
});

test('a second signal tells tasks to stop, and another worker runs them at once', async () => {
  const first = await startWorker('--pool', 'processes', '--concurrency', '1');
  const waiting = await client.send(wait());
  while ((await waiting.state()) !== 'STARTED') await sleep(50);
  first.child.kill('SIGINT');
  // Two signals that come before the process looks are one.
  while (!first.said().includes('"message":"stops"')) await sleep(50);
  const running = first.child.exitCode;
  const code = await endWorkerProcess(first, 'SIGINT');
  const state = await waiting.state();
  await startWorker();
  while ((await waiting.state()) !== 'STARTED') await sleep(50);

  expect([running, code, state]).toEqual([null, 0, 'RETRY']);
});

test('a worker is listed, and shuts down when it is told to', async () => {
  const { child } = await startWorker();
  const exited = once(child, 'exit');
  let listed = await listWorkers(app, addressOf(url));
  while (listed.length === 0) listed = await listWorkers(app, addressOf(url));
  const told = await tellWorker(app, listed[0]?.id ?? '', { kind: 'shutdown', how: 'warm' }, addressOf(url));
  const [code] = await exited;
  const after = await listWorkers(app, addressOf(url));

  expect(listed).toMatchObject([{ pid: child.pid, queues: ['work'], state: 'running', lost: false }]);
  expect([told, code]).toEqual([true, 0]);
  expect(after).toMatchObject([{ state: 'stopped', lost: false }]);
});

test('a queue is paused and resumed by the command, for workers that run and that start', async () => {
  const command = async (...words: readonly string[]): Promise<string> => {
    const all = ['bin/celeriac.js', 'queues', ...words, '--app', ENTRY, '--endpoint', url];
    const { stdout } = await promisify(execFile)(process.execPath, all, { cwd: ROOT });
    return stdout;
  };
  const first = await startWorker();
  await (await client.send(where())).get({ timeout: '2m' });
  const said = await command('pause', 'work');
  while (!first.said().includes('"message":"queue paused"')) await sleep(50);
  const waiting = await client.send(where());
  await endWorkerProcess(first, 'SIGTERM');
  const second = await startWorker('--pool', 'processes', '--concurrency', '1');
  await sleep(3_000);
  const before = await waiting.state();
  await command('resume', 'work');
  await waiting.get({ timeout: '2m' });

  expect(said).toContain('paused: work');
  expect(before).toBe('PENDING');
  expect(second.said()).toContain('"message":"queue resumed"');
});
