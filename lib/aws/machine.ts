/** The real clock, real chance and real log of a process. */
import { randomInt } from 'node:crypto';
import { inspect } from 'node:util';
import { toWireError } from '../errors.ts';
import type { Chance, Clock, Log, LogLine } from '../runtime/ports.ts';

export const MACHINE_CLOCK: Clock = {
  now: () => Date.now(),
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason);
      const abort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', abort);
        resolve();
      }, ms);
      signal?.addEventListener('abort', abort, { once: true });
    });
  },
  alarm(ms, ring) {
    const timer = setTimeout(ring, ms);
    return () => clearTimeout(timer);
  },
  run: (_name, work) => work(),
  waiting: (promise) => promise,
};

/** 48 bits of the system's randomness: ids of many machines must not meet. */
export const MACHINE_CHANCE: Chance = () => randomInt(2 ** 48 - 1) / 2 ** 48;

/** One JSON object a line, as log services read it. */
export const CONSOLE_LOG: Log = (line) => {
  const stream = line.level === 'error' ? process.stderr : process.stdout;
  stream.write(`${toText(line)}\n`);
};

/** A client's log: only what goes wrong. */
export const QUIET_LOG: Log = (line) => {
  if (line.level === 'error') CONSOLE_LOG(line);
};

/** A line as JSON, whatever its details are: a task must not fail for what it logs. */
function toText(line: LogLine): string {
  try {
    return JSON.stringify(line, plain);
  } catch {
    // A cycle, or a toJSON that throws.
    const flat = Object.entries(line).map(([name, value]) => [
      name,
      isObject(value) ? inspect(value) : value,
    ]);
    return JSON.stringify(Object.fromEntries(flat), plain);
  }
}

/** What JSON would refuse, or show as an empty object. */
function plain(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Error) return toWireError(value);
  return value instanceof Map || value instanceof Set ? [...value] : value;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
