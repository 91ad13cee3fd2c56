/** The real clock, real chance and real log of a process. */
import { randomInt } from 'node:crypto';
import type { Chance, Clock, Log } from '../runtime/ports.ts';

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
};

/** 48 bits of the system's randomness: ids of many machines must not meet. */
export const MACHINE_CHANCE: Chance = () => randomInt(2 ** 48 - 1) / 2 ** 48;

/** One JSON object a line, as log services read it. */
export const CONSOLE_LOG: Log = (line) => {
  const stream = line.level === 'error' ? process.stderr : process.stdout;
  stream.write(`${JSON.stringify(line)}\n`);
};

/** A client's log: only what goes wrong. */
export const QUIET_LOG: Log = (line) => {
  if (line.level === 'error') CONSOLE_LOG(line);
};
