/**
 * `kill -9` of a pool's child, of the worker and of the emulator while 1,000 tasks run: nothing is lost, and
 * nothing is counted twice. One round; CELERIAC_KILL_ROUNDS says another number.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { connect, listWorkers } from '#lib/aws';
import { type Server, start } from './emulator-process.ts';
import { app, count } from './killed/app.ts';
import { addressOf, provisionBySdk } from './provisioned.ts';
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts';

const ROUNDS = Number(process.env.CELERIAC_KILL_ROUNDS ?? 1);
const TASKS = Number(process.env.CELERIAC_KILL_TASKS ?? 1_000);
const CONCURRENCY = 3;
const ENTRY = join(import.meta.dirname, 'killed/app.ts');

interface World {
  readonly folder: string;
  readonly counted: string;
  server: Server;
  worker: WorkerProcess;
}

function startWorker(url: string, counted: string): Promise<WorkerProcess> {
  const place = { entry: ENTRY, url, env: { COUNTED: counted } };
  const words = ['--pool', 'processes', '--concurrency', String(CONCURRENCY)];
  return startWorkerProcess(place, words, (child) => started.push(child));
}

/** All that have been started, to be ended whatever becomes of the test. */
const started: ChildProcess[] = [];

/** How many are counted. */
const done = ({ counted }: World): number => readdirSync(counted).length;

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 240_000;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`after 240 s not yet: ${what}`);
    await sleep(50);
  }
}

/** The pids of the pool's children; none while the worker does not answer. */
async function childrenOf({ worker }: World): Promise<readonly number[]> {
  const answer = await fetch(`${worker.health}/healthz`).catch(() => undefined);
  const status: unknown = await answer?.json();
  const isStatus = typeof status === 'object' && status !== null && 'children' in status;
  return isStatus && Array.isArray(status.children) ? status.children : [];
}

async function killChild(world: World): Promise<void> {
  let pid: number | undefined;
  await until('a child runs', async () => {
    pid = (await childrenOf(world))[0];
    return pid !== undefined;
  });
  if (pid !== undefined) process.kill(pid, 'SIGKILL');
}

async function killWorker(world: World): Promise<void> {
  const { child } = world.worker;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  world.worker = await startWorker(world.server.url, world.counted);
}

async function killEmulator(world: World): Promise<void> {
  const ended = once(world.server.child, 'exit');
  world.server.child.kill('SIGKILL');
  await ended;
  const { port } = new URL(world.server.url);
  world.server = await start(join(world.folder, 'data'), '--port', port);
}

/** All that lies in the queues, hidden or not. */
async function left({ server }: World): Promise<readonly number[]> {
  const sqs = new SQSClient(addressOf(server.url));
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const delayed = 'ApproximateNumberOfMessagesDelayed' as const;
  return Promise.all(
    ['killed-dev-work', 'killed-dev-work-dlq'].map(async (name) => {
      const QueueUrl = `${server.url}/000000000000/${name}`;
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names, delayed] }),
      );
      return Object.values(Attributes ?? {}).reduce((sum, value) => sum + Number(value), 0);
    }),
  );
}

async function play(world: World): Promise<void> {
  const client = connect(app, addressOf(world.server.url));
  const sent = await client.sendMany(Array.from({ length: TASKS }, (_, index) => count(index)));
  const share = (part: number): Promise<void> => until(`${part} are done`, () => done(world) >= TASKS * part);
  await share(0.15);
  await killChild(world);
  await share(0.35);
  await killWorker(world);
  await share(0.55);
  await killEmulator(world);
  await share(0.75);
  await killChild(world);
  await until('all are done', () => done(world) >= TASKS);
  await until('the queue is empty', async () => (await left(world))[0] === 0);

  const results = await Promise.all(sent.map((one) => (one.status === 'sent' ? one.result.get() : one)));
  const workers = await listWorkers(app, addressOf(world.server.url));
  await client.close();

  const starts = readFileSync(join(world.folder, 'starts'), 'utf8').trim().split('\n');
  // What a death interrupts starts again; what was ended has a record, and does not.
  const again = starts.length - TASKS;
  process.stderr.write(`${TASKS} tasks, ${again} started again after 5 deaths\n`);
  expect(results).toEqual(Array.from({ length: TASKS }, (_, index) => index * 2));
  expect(new Set(starts).size).toBe(TASKS);
  expect(again).toBeLessThanOrEqual(5 * CONCURRENCY);
  expect(await left(world)).toEqual([0, 0]);
  expect(workers.map(({ state, lost }) => ({ state, lost }))).toContainEqual({
    state: 'running',
    lost: true,
  });
}

test.each(Array.from({ length: ROUNDS }, (_, round) => round))(
  'no task is lost or counted twice when children, worker and emulator are killed: round %d',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'celeriac-kill-'));
    const counted = join(folder, 'counted');
    mkdirSync(counted);
    const server = await start(join(folder, 'data'));
    await provisionBySdk(app, addressOf(server.url));
    const world: World = { folder, counted, server, worker: await startWorker(server.url, counted) };
    try {
      await play(world);
    } finally {
      for (const program of [...started.splice(0), world.server.child]) program.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  },
  600_000,
);
