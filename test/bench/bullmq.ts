/** BullMQ over Redis for the bench of tasks, where Debian's redis-server is installed. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue, QueueEvents } from 'bullmq';
import { type Contender, medianMs } from './contender.ts';
import { startScript } from './server-process.ts';

const NAME = 'bench';

/** A worker in a process of its own; what waits in it is I/O with Redis, so one process has many slots. */
const toWorker = (port: number) => `
  const { Worker } = await import('bullmq');
  const connection = { host: '127.0.0.1', port: ${port}, maxRetriesPerRequest: null };
  const worker = new Worker('${NAME}', async ({ data }) => data + 1, { connection, concurrency: 50 });
  await worker.waitUntilReady();
  console.log('listening http://redis');
  process.once('SIGTERM', () => process.exit(0));
`;

/** A server without files, a worker and a client; undefined where there is no Redis. */
export async function startBullMq(): Promise<Contender | undefined> {
  const { status, stdout } = spawnSync('redis-server', ['--version'], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'celeriac-redis-'));
  const port = await freePort();
  const words = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const server = spawn('redis-server', [...words, '--dir', folder], { stdio: 'ignore' });
  const connection = { host: '127.0.0.1', port, maxRetriesPerRequest: null };
  const queue = new Queue(NAME, { connection });
  const events = new QueueEvents(NAME, { connection });
  await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
  const worker = await startScript(toWorker(port));
  return {
    name: `BullMQ ${versionOfBullMq()} and Redis ${/v=([\d.]+)/.exec(stdout)?.[1]}`,
    burstMs: (count) => burst(queue, events, count),
    onceMs: (count) =>
      medianMs(count, async () => {
        const job = await queue.add('increment', 1);
        if ((await job.waitUntilFinished(events)) !== 2) throw new Error('a wrong answer');
      }),
    async stop() {
      await Promise.all([queue.close(), events.close(), worker.stop()]);
      const exit = once(server, 'exit');
      server.kill('SIGTERM');
      await exit;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Milliseconds until the results of so many jobs are here, sent a hundred at a time. */
async function burst(queue: Queue, events: QueueEvents, count: number): Promise<number> {
  let left = count;
  let sum = 0;
  const begin = performance.now();
  const done = new Promise<void>((resolve) => {
    const listener = ({ returnvalue }: { readonly returnvalue: unknown }): void => {
      sum += Number(returnvalue);
      left -= 1;
      if (left > 0) return;
      events.off('completed', listener);
      resolve();
    };
    events.on('completed', listener);
  });
  for (let start = 0; start < count; start += 100) {
    const jobs = Array.from({ length: 100 }, (_, index) => ({ name: 'increment', data: start + index }));
    await queue.addBulk(jobs);
  }
  await done;
  if (sum !== (count * (count + 1)) / 2) throw new Error(`the answers add up to ${sum}`);
  return performance.now() - begin;
}

function versionOfBullMq(): string {
  return JSON.parse(readFileSync('node_modules/bullmq/package.json', 'utf8')).version;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
