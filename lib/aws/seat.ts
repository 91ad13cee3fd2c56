/**
 * One place of a pool: a thread or process that handles one batch at a time, over Tinypool with a single
 * child. A pool of single seats, rather than one Tinypool with many children, says which child does what, so
 * that one can be replaced, ended or told something while the others go on.
 */
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import type { Tinypool } from 'tinypool';
import type { Batch } from '../runtime/worker.ts';
import { createDeath, type Death } from './death.ts';
import type { BatchDone, ChildBatch, ChildSettings, FromChild, ToChild } from './pool-protocol.ts';

export interface SeatOptions {
  readonly kind: 'threads' | 'processes';
  /** URL of the module of pool-child.ts. */
  readonly child: string;
  readonly settings: ChildSettings;
}

export interface Seat {
  /** Lets the child load the app; rejects with why it cannot. */
  prepare(): Promise<void>;
  /** Rejects when the child dies. */
  run(batch: Batch, hear: (message: FromChild) => void): Promise<BatchDone>;
  interrupt(): void;
  /** Ends the child at once. */
  kill(): void;
  /** Ends an idle child. */
  close(): Promise<void>;
  /** Tells when the child ends, whoever ends it. */
  onDeath(tell: (error: Error) => void): void;
  /** The child's process, where it is one and has begun something. */
  readonly pid: number | undefined;
}

const INTERRUPT: ToChild = { kind: 'interrupt' };

/** Makes a seat; its child starts at once. */
export async function createSeat({ kind, child, settings }: SeatOptions): Promise<Seat> {
  const { Tinypool: Pool } = await import('tinypool');
  const pool = new Pool({
    filename: child,
    name: 'handleBatch',
    runtime: kind === 'threads' ? 'worker_threads' : 'child_process',
    minThreads: 1,
    maxThreads: 1,
    // A child that waits for its next batch is to hear what its clients' sockets say meanwhile.
    useAtomics: false,
    trackUnmanagedFds: false,
    serialization: 'advanced',
    env: environment(),
  });
  let tell = (_message: ToChild): void => {};
  let pid: number | undefined;
  let isInterrupted = false;
  const death = deathOf(pool);
  return {
    get pid() {
      return pid;
    },
    async prepare() {
      try {
        await death.until(pool.run(settings, { name: 'prepare' }));
      } catch (error) {
        throw asError(error);
      }
    },
    async run({ interrupted: _, watcher: __, ...batch }, hear) {
      const heard = (message: FromChild): void => {
        if (message.kind === 'begun' && kind === 'processes') pid = message.pid;
        // A process that was still loading the app when it was told to stop has not heard it.
        if (message.kind === 'begun' && isInterrupted) tell(INTERRUPT);
        hear(message);
      };
      const line = kind === 'threads' ? toThread(heard) : toProcess(heard);
      tell = line.tell;
      isInterrupted = false;
      const given: ChildBatch = { settings, batch, ...line.given };
      try {
        return await death.until(pool.run(given, line.options));
      } catch (error) {
        // Its end may be heard of before its last words, which say whether its death counts as a crash.
        await line.lastWords();
        throw asError(error);
      } finally {
        tell = () => {};
        line.close();
      }
    },
    onDeath: death.on,
    interrupt() {
      isInterrupted = true;
      tell(INTERRUPT);
    },
    kill() {
      if (pid === undefined) void pool.destroy().catch(() => {});
      else end(pid);
    },
    close: () => pool.destroy().catch(() => {}),
  };
}

/** Tinypool tells whoever waits for a child of some deaths only. */
function deathOf(pool: Tinypool): Death {
  const death = createDeath();
  pool.on('error', death.die);
  for (const child of pool.threads) {
    child.once('exit', (code) => death.die(new Error(`the child ended with code ${String(code)}`)));
  }
  return death;
}

/** A process hands over an error's members, a thread itself. */
function asError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  if (typeof thrown !== 'object' || thrown === null || !('message' in thrown))
    return new Error(String(thrown));
  return Object.assign(new Error(String(thrown.message)), thrown);
}

interface Line {
  readonly given: Pick<ChildBatch, 'port'>;
  readonly options: NonNullable<Parameters<Tinypool['run']>[1]>;
  readonly tell: (message: ToChild) => void;
  /** Hears what a child that has ended had still said. */
  lastWords(): Promise<void>;
  close(): void;
}

/** In which a channel's messages are read that had come before; one would do. */
const LAST_TURNS = 5;

function toThread(heard: (message: FromChild) => void): Line {
  const { port1, port2 } = new MessageChannel();
  port1.on('message', heard);
  return {
    given: { port: port2 },
    options: { transferList: [port2] },
    tell: (message) => port1.postMessage(message),
    lastWords: async () => {
      for (let last = receiveMessageOnPort(port1); last !== undefined; last = receiveMessageOnPort(port1))
        heard(last.message);
    },
    close: () => port1.close(),
  };
}

function toProcess(heard: (message: FromChild) => void): Line {
  let send = (_message: ToChild): void => {};
  const channel = {
    onMessage(callback: (message: ToChild) => void) {
      send = callback;
    },
    // Everything that is not Tinypool's own comes through here, an exit's code too.
    postMessage(message: FromChild | null | number) {
      if (typeof message === 'object' && message !== null) heard(message);
    },
  };
  const lastWords = async (): Promise<void> => {
    for (let turns = 0; turns < LAST_TURNS; turns++) await new Promise((resolve) => setImmediate(resolve));
  };
  return { given: {}, options: { channel }, tell: (message) => send(message), lastWords, close: () => {} };
}

/** Tinypool gives a process no environment of its own accord. */
function environment(): Record<string, string> {
  const all = Object.entries(process.env);
  return Object.fromEntries(all.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
