/** A RabbitMQ broker of its own for a bench, where Debian's package is installed, and its load. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Channel, type ChannelModel, type ConfirmChannel, connect } from 'amqplib';

/** The package's own script; the one in /usr/sbin would change to another user. */
const SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server';
const START_MS_MAX = 60_000;

/** A broker that is ready. */
export interface RabbitMq {
  readonly version: string;
  readonly url: string;
  readonly connection: ChannelModel;
  stop(): Promise<void>;
}

/** Starts a broker on free ports with its files in a temporary folder; undefined where there is none. */
export async function startRabbitMq(): Promise<RabbitMq | undefined> {
  if (!existsSync(SERVER)) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'celeriac-rabbitmq-'));
  const [port, distribution, names] = [await freePort(), await freePort(), await freePort()];
  const env = {
    ...{ PATH: process.env.PATH, HOME: folder, LANG: 'C.UTF-8', RABBITMQ_NODENAME: `bench${port}@localhost` },
    ...{
      RABBITMQ_NODE_PORT: `${port}`,
      RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
      RABBITMQ_DIST_PORT: `${distribution}`,
    },
    ...{
      RABBITMQ_MNESIA_BASE: folder,
      RABBITMQ_LOG_BASE: folder,
      RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'none'),
    },
    // A registry of names of its own, so that it can be ended with the broker.
    ...{ ERL_EPMD_PORT: `${names}`, ERL_EPMD_ADDRESS: '127.0.0.1', RABBITMQ_PID_FILE: join(folder, 'pid') },
  };
  const server = spawn(SERVER, [], { env, stdio: 'ignore', detached: true });
  const stop = async () => {
    if (server.exitCode === null) {
      const ended = once(server, 'exit');
      // The script and the broker behind it are one group of processes.
      process.kill(-(server.pid ?? 0), 'SIGTERM');
      await ended;
    }
    spawnSync('epmd', ['-kill'], { env, stdio: 'ignore' });
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const url = `amqp://127.0.0.1:${port}`;
    const connection = await connectTo(url);
    const { version } = connection.connection.serverProperties;
    return {
      version: String(version),
      url,
      connection,
      async stop() {
        await connection.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Sends so many persistent messages to a durable queue, ten at a time over each channel, each confirmed. */
export async function publishAll(
  { connection }: RabbitMq,
  queue: string,
  messages: number,
  body: Buffer,
  channels: number,
): Promise<void> {
  const opened: ConfirmChannel[] = [];
  for (let index = 0; index < channels; index += 1) opened.push(await connection.createConfirmChannel());
  await opened[0]?.assertQueue(queue, { durable: true });
  let left = messages / 10;
  await Promise.all(
    opened.map(async (channel) => {
      while (left-- > 0) {
        for (let sent = 0; sent < 10; sent += 1) channel.sendToQueue(queue, body, { persistent: true });
        await channel.waitForConfirms();
      }
    }),
  );
  await Promise.all(opened.map((channel) => channel.close()));
}

/** Consumes so many messages over several channels, and acknowledges every ten. */
export async function consumeAll(
  { connection }: RabbitMq,
  queue: string,
  messages: number,
  channels: number,
): Promise<void> {
  const opened: Channel[] = [];
  let left = messages;
  await new Promise<void>((resolve, reject) => {
    const consume = async () => {
      const channel = await connection.createChannel();
      opened.push(channel);
      await channel.prefetch(20);
      let unacknowledged = 0;
      await channel.consume(queue, (message) => {
        if (message === null) return;
        left -= 1;
        unacknowledged += 1;
        if (unacknowledged === 10 || left <= channels * 10) {
          channel.ack(message, true);
          unacknowledged = 0;
        }
        if (left === 0) resolve();
      });
    };
    for (let index = 0; index < channels; index += 1) consume().catch(reject);
  });
  // Closing waits until the acknowledgements before it were taken.
  await Promise.all(opened.map((channel) => channel.close()));
}

async function connectTo(url: string): Promise<ChannelModel> {
  const end = performance.now() + START_MS_MAX;
  for (;;) {
    try {
      // Without this, a small message may wait 40 ms for the acknowledgement of the one before (Nagle).
      return await connect(url, { noDelay: true });
    } catch (error) {
      if (performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
