/**
 * What of Lambda outlives the process: functions with their code and settings, mappings with their places in
 * streams, and asynchronous events that were accepted and are not finished. Environments and counts are not.
 * The code is copied into the data folder, since a synthesized app's folder may be another one tomorrow.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Journal, Kept } from '../data/journal.ts';
import type { Asynchronous } from './asynchronous.ts';
import type { LambdaFunction } from './function.ts';
import type { Functions } from './functions.ts';
import type { Mappings } from './mappings.ts';

/** Tells the journal what an operation has changed. */
export interface Keeper {
  after(operation: string): void;
  readonly kept: readonly Kept[];
}

export interface KeeperOptions {
  readonly functions: Functions;
  readonly mappings: Mappings;
  readonly asynchronous: Asynchronous;
  readonly journal: Journal | undefined;
  readonly codeFolder: string | undefined;
}

const READING = /^(?:Get|List|Invoke)/;

/** Makes the keeper of an emulated Lambda. */
export function createKeeper(options: KeeperOptions): Keeper {
  const { functions, mappings, asynchronous, journal } = options;
  /** What was noted last: operations are rare, so each compares all, and writes what is new. */
  const texts = new Map<string, string>();
  const shelf = createShelf(options.codeFolder);
  const toKeptFunction = (fn: LambdaFunction) => ({
    ...fn,
    bundle: { ...fn.bundle, folder: shelf.keep(fn) },
  });

  function noteAll(kind: string, now: ReadonlyMap<string, () => unknown>): void {
    for (const place of texts.keys()) {
      const [of, key = ''] = place.split('\n');
      if (of !== kind || now.has(key)) continue;
      texts.delete(place);
      journal?.note(kind, key, gone);
    }
    for (const [key, read] of now) {
      const place = `${kind}\n${key}`;
      const text = JSON.stringify(read());
      if (texts.get(place) === text) continue;
      texts.set(place, text);
      journal?.note(kind, key, read);
    }
  }

  return {
    after(operation) {
      if (journal === undefined || READING.test(operation)) return;
      noteAll('lambda.function', new Map(functions.all().map((fn) => [fn.arn, () => toKeptFunction(fn)])));
      noteAll('lambda.mapping', new Map(mappings.contents()));
    },
    kept: [
      {
        kind: 'lambda.function',
        entries: () => functions.all().map((fn) => [fn.arn, toKeptFunction(fn)]),
        restore(entries) {
          for (const [arn, value] of entries) {
            texts.set(`lambda.function\n${arn}`, JSON.stringify(value));
            // Written by `toKeptFunction`.
            functions.restore(shelf.find(value as LambdaFunction));
          }
          shelf.sweep(functions.all());
        },
      },
      {
        kind: 'lambda.mapping',
        entries: () => [...mappings.contents()].map(([id, read]) => [id, read()]),
        restore(entries) {
          for (const [id, value] of entries) {
            texts.set(`lambda.mapping\n${id}`, JSON.stringify(value));
            mappings.restore(value);
          }
        },
      },
      {
        kind: 'lambda.event',
        entries: () => asynchronous.contents(),
        restore(entries) {
          for (const value of entries.values()) asynchronous.restore(value);
        },
      },
    ],
  };
}

/** The copies of code in the data folder. */
interface Shelf {
  /** The name of the copy of a function's code; undefined for a function of this process. */
  keep(fn: LambdaFunction): string | undefined;
  find(fn: LambdaFunction): LambdaFunction;
  /** Removes what no function uses. */
  sweep(functions: readonly LambdaFunction[]): void;
}

function createShelf(root: string | undefined): Shelf {
  return {
    keep({ bundle }) {
      if (root === undefined || bundle.folder === undefined) return bundle.folder;
      const name = Buffer.from(bundle.sha256, 'base64').toString('hex');
      const path = join(root, name);
      if (existsSync(path)) return name;
      mkdirSync(root, { recursive: true });
      // Under another name until it is whole: a process that dies here leaves no half of it.
      rmSync(`${path}.tmp`, { recursive: true, force: true });
      cpSync(bundle.folder, `${path}.tmp`, { recursive: true, dereference: true });
      renameSync(`${path}.tmp`, path);
      return name;
    },
    find(fn) {
      const { folder, ...bundle } = fn.bundle;
      if (root === undefined || folder === undefined) return { ...fn };
      return { ...fn, bundle: { ...bundle, folder: join(root, folder) } };
    },
    sweep(functions) {
      if (root === undefined || !existsSync(root)) return;
      const used = new Set(functions.map(({ bundle }) => bundle.folder));
      for (const name of readdirSync(root)) {
        const path = join(root, name);
        if (!used.has(path)) rmSync(path, { recursive: true, force: true });
      }
    },
  };
}

function gone(): undefined {
  return undefined;
}
