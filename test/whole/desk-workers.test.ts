/** A long-running worker in this process, seen and steered through the HTTP API and by the command line. */
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Client, defineApp, defineQueue, defineTask } from '#lib';
import { connect, runWorker } from '#lib/aws';
import { createEmulator, type Emulator } from '#lib/emulator';
import { shutdownWorker } from '../../lib/cli/control.ts';
import { inspectWorkers } from '../../lib/cli/inspect.ts';
import type { Session } from '../../lib/cli/over-desk.ts';
import { type Api, createApi, createDesk, type OpenDesk } from '../../lib/dashboard/index.ts';
import type { WorkerRow } from '../../lib/dashboard/row.ts';
import { addressOf, provisionBySdk } from './provisioned.ts';

const doors = new EventTarget();
/** Runs until the door is opened. */
const hold = defineTask('hold', {
  queue: defineQueue('work'),
  run: async () => void (await once(doors, 'open')),
});
const app = defineApp('steered', { tasks: [hold] });

let emulator: Emulator;
let client: Client;
let desk: OpenDesk;
let api: Api;
let worker: Awaited<ReturnType<typeof runWorker>>;

beforeEach(async () => {
  emulator = createEmulator();
  const { url } = await emulator.listen();
  const address = addressOf(url);
  await provisionBySdk(app, address);
  client = connect(app, address);
  desk = createDesk(app, address);
  api = createApi(desk);
  worker = await runWorker(app, {
    ...address,
    concurrency: 2,
    heartbeat: '1s',
    signals: false,
    log: () => {},
  });
});

afterEach(async () => {
  doors.dispatchEvent(new Event('open'));
  worker.stop('cold');
  await worker.done;
  await desk.close();
  await client.close();
  await emulator.close();
});

async function ask(path: string, body?: object): Promise<unknown> {
  const post = { method: 'POST', headers: { 'x-celeriac': '1', 'content-type': 'application/json' } };
  const request = new Request(`http://localhost/api/${path}`, {
    ...(body === undefined ? {} : { ...post, body: JSON.stringify(body) }),
  });
  const answer = await api(request);
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  const text = await answer.text();
  return text === '' ? undefined : JSON.parse(text);
}

/** The worker's row as soon as it is as wanted. */
async function rowWhen(isWanted: (row: WorkerRow) => boolean): Promise<WorkerRow> {
  for (;;) {
    // The API answers with rows of that type (api/questions.ts).
    const rows = (await ask('workers')) as readonly WorkerRow[];
    const row = rows.find(({ kind }) => kind === 'process');
    if (row !== undefined && isWanted(row)) return row;
  }
}

/** What a command works with, over the same desk; whoever is asked says yes. */
function session(): Session {
  const progress = () => ({ at() {}, spin() {}, clear() {} });
  return { desk, ask: async () => true, now: Date.now, progress, read: async () => '' };
}

test('a worker is listed with what it runs, grows, shrinks, and ends when it is told to', async () => {
  const listed = await rowWhen(() => true);
  for (let n = 0; n < 4; n++) await client.send(hold());
  const full = await rowWhen(({ active }) => active === 2);
  await ask(`workers/${worker.id}/resize`, { concurrency: 3 });
  const grown = await rowWhen(({ concurrency, active }) => concurrency === 3 && active === 3);
  await ask(`workers/${worker.id}/resize`, { concurrency: 1 });
  const shrunk = await rowWhen(({ concurrency }) => concurrency === 1);
  const { text } = await inspectWorkers(session());
  await shutdownWorker(session(), {}, worker.id);
  const stopping = await rowWhen(() => worker.status().state === 'stopping');
  const release = setInterval(() => doors.dispatchEvent(new Event('open')), 20);
  await worker.done;
  clearInterval(release);
  const ended = await rowWhen(({ online }) => !online);

  expect(listed).toMatchObject({
    name: worker.id,
    online: true,
    queues: ['work'],
    concurrency: 2,
    pool: 'async',
  });
  expect(full.tasks).toHaveLength(2);
  expect(full.tasks?.[0]).toMatchObject({ task: 'hold' });
  expect(grown).toMatchObject({ concurrency: 3, active: 3 });
  // What runs is finished; no more begins.
  expect(shrunk).toMatchObject({ concurrency: 1, active: 3 });
  expect(text).toMatch(new RegExp(`^${worker.id} +process +yes +work +1 +3 `, 'm'));
  expect(stopping.online).toBe(true);
  expect(ended.processed).toBeGreaterThanOrEqual(3);
});

test('a worker is among the consumers of its queues until it ends', async () => {
  await rowWhen(() => true);
  const before = await desk.queues();
  await desk.shutdownWorker(worker.id);
  await worker.done;
  const after = await desk.queues();

  expect(before.find(({ name }) => name === 'work')?.consumers).toEqual([worker.id]);
  expect(after.find(({ name }) => name === 'work')?.consumers).toEqual([]);
});

test('a worker that is not there is not found, with those that are', async () => {
  await rowWhen(() => true);

  await expect(desk.resizeWorker('nobody', 3)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: `there is no long-running worker 'nobody'; there is '${worker.id}'`,
  });
  await expect(desk.shutdownWorker('nobody')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
