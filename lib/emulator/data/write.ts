/** Writing to the files of a data folder, and who waits for it. */
import { closeSync, fdatasync, fsyncSync, openSync, writeSync } from 'node:fs';

/** Changes that are on their way to the disk together. */
export interface Turn {
  readonly done: Promise<void>;
  resolve(): void;
  reject(error: unknown): void;
}

/** A turn that nothing has been written of. */
export function createTurn(): Turn {
  let resolve: () => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const done = new Promise<void>((succeed, fail) => {
    resolve = succeed;
    reject = fail;
  });
  // Timers write as well, and nobody waits for those.
  done.catch(() => undefined);
  return { done, resolve, reject };
}

/** Writes to the end of a file; how many bytes. */
export function append(file: number, bytes: Buffer): number {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
  return bytes.length;
}

/** Waits for the disk, holding everything up. */
export function syncNow(folder: string): void {
  const file = openSync(folder, 'r');
  fsyncSync(file);
  closeSync(file);
}

/** Waits for the disk while others go on. */
export function synced(file: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fdatasync(file, (error) => (error === null ? resolve() : reject(error)));
  });
}
