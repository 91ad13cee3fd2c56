/**
 * Large bodies beside the log: each lies in a file that is named by what is in it, so that a log and a
 * snapshot hold only its name. What nothing names any more is removed at the next start.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from './error.ts';

/** Where bodies are put while an entity is written, and found when it is read. */
export interface Bodies {
  /** Makes a body durable; what to write in its place. */
  keep(body: Uint8Array): unknown;
  /** The body that `keep` gave this for. Throws a DataError when its file is gone. */
  find(kept: unknown): Uint8Array;
}

/** Above this a body has a file of its own. */
const INLINE_BYTES_MAX = 16 * 1024;

/** Makes the store of a data folder. `sweep` removes what was never asked for. */
export function createBodies(folder: string, fsync: boolean): Bodies & { sweep(): void } {
  const names = new WeakMap<Uint8Array, string>();
  const used = new Set<string>();

  function nameOf(body: Uint8Array): string {
    const known = names.get(body) ?? createHash('sha256').update(body).digest('hex');
    names.set(body, known);
    return known;
  }

  return {
    keep(body) {
      if (body.length <= INLINE_BYTES_MAX) return Buffer.from(body).toString('base64');
      const name = nameOf(body);
      const path = join(folder, name);
      if (existsSync(path)) return { file: name };
      mkdirSync(folder, { recursive: true });
      // Under another name until it is whole: a process that dies here leaves no half of it.
      writeFileSync(`${path}.tmp`, body, { flush: fsync });
      renameSync(`${path}.tmp`, path);
      return { file: name };
    },
    find(kept) {
      if (typeof kept === 'string') return Buffer.from(kept, 'base64');
      const name = String(Object(kept).file);
      used.add(name);
      try {
        const body = readFileSync(join(folder, name));
        names.set(body, name);
        return body;
      } catch (error) {
        throw new DataError('DATA_CORRUPT', `${join(folder, name)} cannot be read: ${String(error)}`, error);
      }
    },
    sweep() {
      if (!existsSync(folder)) return;
      for (const name of readdirSync(folder))
        if (!used.has(name)) rmSync(join(folder, name), { force: true });
    },
  };
}
