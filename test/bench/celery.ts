/** Celery over RabbitMQ for the bench of tasks, where Debian's packages are installed. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Contender } from './contender.ts';
import { startRabbitMq } from './rabbitmq.ts';

/** The system's own: the first on PATH may be another, which does not see Debian's packages. */
const PYTHON = '/usr/bin/python3';

/** A broker, a worker of two processes, and a client; undefined where they are not installed. */
export async function startCelery(): Promise<Contender | undefined> {
  const { status, stdout } = spawnSync(PYTHON, ['-c', 'import celery; print(celery.__version__)'], {
    encoding: 'utf8',
  });
  const rabbit = status === 0 ? await startRabbitMq() : undefined;
  if (rabbit === undefined) return undefined;
  const options = {
    cwd: import.meta.dirname,
    env: { ...process.env, BENCH_BROKER: rabbit.url, PYTHONDONTWRITEBYTECODE: '1' },
  };
  const quiet = ['--without-gossip', '--without-mingle', '--without-heartbeat', '--loglevel', 'ERROR'];
  const words = ['-m', 'celery', '-A', 'celery_peer', 'worker', '--pool', 'prefork', '--concurrency', '2'];
  const worker = spawn(PYTHON, [...words, ...quiet], { ...options, stdio: 'ignore' });
  const client = spawn(PYTHON, ['celery_peer.py'], { ...options, stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface(client.stdout)[Symbol.asyncIterator]();
  await lines.next();
  const ask = async (what: string, count: number): Promise<number> => {
    client.stdin.write(`${what} ${count}\n`);
    const { value } = await lines.next();
    if (value === undefined) throw new Error("Celery's client has ended");
    return Number(value);
  };
  return {
    name: `Celery ${stdout.trim()} and RabbitMQ ${rabbit.version}`,
    burstMs: (count) => ask('burst', count),
    onceMs: (count) => ask('once', count),
    async stop() {
      await Promise.all([ended(client, 'SIGTERM'), ended(worker, 'SIGTERM')]);
      await rabbit.stop();
    },
  };
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
}
