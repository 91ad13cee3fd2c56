/** The health endpoint of a polling worker, for container services: `/healthz` and `/readyz`, both JSON. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PollingWorker } from '../runtime/polling-worker.ts';

/** Where a worker's health is served. */
export interface HealthOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** @default '0.0.0.0' */
  readonly host?: string;
}

export interface Health {
  readonly url: string;
  close(): Promise<void>;
}

/** A container's probes come from outside of it. */
const HOST_DEFAULT = '0.0.0.0';
/** SQS answers each call within 20 s; who has had no answer for longer than this cannot reach it. */
const SILENT_MS = 60_000;

/** What is asked of a worker. */
export type Watched = Pick<PollingWorker, 'record' | 'answeredAt' | 'beatenAt' | 'problem'>;

/**
 * `/healthz` answers 200 for as long as the process can; `/readyz` answers 503 before the first answer of a
 * queue, while none is in reach, while the children of its pool cannot start, and once the worker stops. It
 * listens before there is a worker, so that one whose port is taken receives nothing.
 */
export async function listen(
  { port, host = HOST_DEFAULT }: HealthOptions,
  watched: () => Watched | undefined,
): Promise<Health> {
  const server = createServer((request, response) => {
    const worker = watched();
    const status = worker === undefined ? { ready: false, state: 'starting' } : toStatus(worker);
    const [path] = (request.url ?? '').split('?');
    const code = path === '/healthz' || (path === '/readyz' && status.ready) ? 200 : 503;
    const isKnown = path === '/healthz' || path === '/readyz';
    response.writeHead(isKnown ? code : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isKnown ? status : { error: 'ask for /healthz or /readyz' }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  return { url: `http://${host}:${portOf(server)}`, close: () => close(server) };
}

function toStatus({ record, answeredAt, beatenAt, problem }: Watched) {
  const { beatAt: now, ...rest } = record();
  const answered = answeredAt();
  const beaten = beatenAt();
  // Whoever has no room asks for nothing.
  const isFull = rest.running.length >= rest.concurrency;
  const isReached = answered !== undefined && (isFull || now - answered < SILENT_MS);
  const why = problem();
  return {
    ready: rest.state === 'running' && isReached && why === undefined,
    ...(why === undefined ? {} : { problem: why }),
    now: toText(now),
    answeredAt: toText(answered),
    beatAt: toText(beaten),
    ...rest,
    startedAt: toText(rest.startedAt),
  };
}

function toText(time: number | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString();
}

function portOf(server: Server): number {
  // It listens on a port, not on a pipe.
  return (server.address() as AddressInfo).port;
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
