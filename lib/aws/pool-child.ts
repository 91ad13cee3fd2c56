/**
 * A child of a worker's pool: a thread or process that handles one batch at a time, with a worker and clients
 * of its own. The parent polls, keeps messages hidden and acks them. Tinypool loads this module and calls
 * `prepare` and `handleBatch`.
 */
import { isMainThread, type MessagePort } from 'node:worker_threads';
import { createInlineWorker } from '../runtime/inline-worker.ts';
import type { RunWatcher } from '../runtime/outcome.ts';
import { STOPS } from '../runtime/pool.ts';
import { createWorker, type Worker } from '../runtime/worker.ts';
import { loadApp } from './app-module.ts';
import { CONSOLE_LOG } from './machine.ts';
import type { BatchDone, ChildBatch, ChildSettings, FromChild, ToChild } from './pool-protocol.ts';
import { createSdk } from './sdk.ts';
import { telling } from './telling.ts';
import { createWorkerPorts } from './worker-ports.ts';

/** Loads the app, so that whoever starts a pool knows whether its children can. */
export async function prepare(settings: ChildSettings): Promise<void> {
  worker ??= start(settings);
  await worker;
}

let worker: Promise<Worker> | undefined;
let running: ChildBatch | undefined;

/** Handles a batch, as the parent would itself. */
export async function handleBatch(given: ChildBatch): Promise<BatchDone> {
  worker ??= start(given.settings);
  const made = await worker;
  const stopping = new AbortController();
  const silence = listen(given.port, () => stopping.abort(new Error(STOPS)));
  running = given;
  say({ kind: 'begun', pid: process.pid });
  try {
    const back = await made.handle({ ...given.batch, interrupted: stopping.signal, watcher: WATCHER });
    return { back, memoryBytes: memoryBytes() };
  } finally {
    running = undefined;
    silence();
  }
}

/** The parent alone can end a handler that does not end by itself. */
const WATCHER: RunWatcher = {
  begins: (run) => say({ kind: 'runs', run }),
  ends: (isLeft) => say({ kind: 'ran', isLeft }),
};

async function start({ entry, app: name, stage, place, inline }: ChildSettings): Promise<Worker> {
  if (isMainThread) obeyParentOnly();
  const app = await loadApp(entry, name);
  const ports = createWorkerPorts(app, stage, createSdk(place), CONSOLE_LOG);
  return inline === true
    ? createInlineWorker(app, stage, ports)
    : createWorker(app, stage, telling(ports, say));
}

/**
 * Signals of a terminal or a container go to all processes of a group, but it is the parent who decides what
 * becomes of a task. When the parent has died, nobody keeps the message hidden any more: the child ends too.
 */
function obeyParentOnly(): void {
  process.on('SIGINT', () => {});
  process.on('SIGQUIT', () => {});
  process.on('SIGTERM', () => {
    if (running === undefined) process.exit(0);
  });
  process.once('disconnect', () => process.exit(1));
}

function say(message: FromChild): void {
  if (running?.port !== undefined) running.port.postMessage(message);
  else if (running !== undefined) process.send?.(message);
}

/** Calls `interrupt` when the parent says so; returns a function that ends it. */
function listen(port: MessagePort | undefined, interrupt: () => void): () => void {
  const hear = (message: Partial<ToChild>): void => {
    if (message?.kind === 'interrupt') interrupt();
  };
  if (port === undefined) {
    process.on('message', hear);
    return () => process.off('message', hear);
  }
  port.on('message', hear);
  return () => port.close();
}

function memoryBytes(): number {
  return isMainThread ? process.memoryUsage.rss() : process.memoryUsage().heapUsed;
}
