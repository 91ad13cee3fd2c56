/**
 * The data folder of an emulator: what has changed is appended to a log, and answers wait until it is.
 *
 * The choice: a log of our own with snapshots, and not an embedded store such as LevelDB. The models hold
 * everything in memory anyway, so nothing is ever looked up on disk: a store would bring indexes, caches and
 * compaction that nobody reads, a native module for each platform, and its own write-ahead log below. What is
 * logged is not the requests, to be replayed with their times and chances, but what came of them: the
 * entities (a queue, a message, an item) with their new values. Replaying would need every later version of
 * the models to decide as this one did, for ever; an entity's value only has to be readable. The last value
 * of an entity holds, which makes everything idempotent: a snapshot can be written piece by piece while the
 * emulator goes on, next to a log that began before it.
 *
 * Group commit: changes of one turn of the event loop are one frame and one write(), made before the answers
 * of that turn go out. That holds against a kill -9 of the process, since the kernel has the bytes; with
 * `fsync` it also holds against the machine's own end, at the price of a wait for the disk.
 */
import { closeSync, fdatasync, fsyncSync, openSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { type Bodies, createBodies } from './bodies.ts';
import { DataError } from './error.ts';
import { header, lockFolder, pathOf, readFolder, sweep } from './folder.ts';
import { type Change, toFrame } from './frame.ts';
import type { Journal, Kept } from './journal.ts';
import { append, createTurn, synced, syncNow, type Turn } from './write.ts';

/** Where what outlives the process is kept, and how safely. */
export interface DataOptions {
  readonly folder: string;
  /** Waits for the disk before each answer, so that a power cut loses nothing either. @default false */
  readonly fsync?: boolean;
  /** How large logs become before a snapshot replaces them, if the last one is not larger. @default 32 MiB */
  readonly logBytesMax?: number;
}

export interface Data {
  readonly folder: string;
  readonly journal: Journal;
  /** Where services put what is too large for a log. */
  readonly bodies: Bodies;
  /** What makes this run of the emulator different from those before it on the same folder. */
  readonly generation: number;
  /** Time on the emulator's clock when something was last kept. */
  readonly lastAt: number | undefined;
  /**
   * Gives the services back what they had, and begins to keep what they note. `beforeWrite` may note what is
   * to be written together with what others have noted.
   */
  attach(kept: readonly Kept[], now: () => number, beforeWrite?: () => void): void;
  /** Resolves when everything noted so far is kept; undefined when it is already. */
  commit(): Promise<void> | undefined;
  /** Replaces the logs by a snapshot, as happens by itself when they have grown. */
  snapshot(): Promise<void>;
  close(): Promise<void>;
}

const LOG_BYTES_MAX = 32 * 1024 * 1024;
/** Each start begins a log; so many of them are made one snapshot. */
const LOGS_MAX = 8;
/** How many entities a snapshot takes in one turn of the event loop, during which nobody is answered. */
const SNAPSHOT_STEP = 500;

/** Opens a folder for one emulator. Throws a DataError. */
export function openData(options: DataOptions): Data {
  return new LoggedData(options);
}

class LoggedData implements Data {
  readonly folder: string;
  readonly generation: number;
  readonly lastAt: number | undefined;
  readonly journal: Journal = { note: (kind, key, read) => this.#note(kind, key, read) };
  readonly bodies: ReturnType<typeof createBodies>;
  readonly #options: DataOptions;
  readonly #unlock: () => void;
  #found: ReturnType<typeof readFolder> | undefined;
  #kept: readonly Kept[] = [];
  #now: () => number = () => 0;
  #beforeWrite: () => void = () => {};
  #number: number;
  #file: number | undefined;
  #logBytes: number;
  #logs: number;
  #snapshotBytes = 0;
  readonly #noted = new Map<string, Map<string, () => unknown>>();
  #turn: Turn | undefined;
  /** Written, and waiting for the disk. */
  #unsynced: Turn[] = [];
  #syncing: Turn | undefined;
  #broken: DataError | undefined;
  #snapshotting: Promise<void> | undefined;

  constructor(options: DataOptions) {
    this.#options = options;
    this.folder = options.folder;
    this.bodies = createBodies(join(options.folder, 'bodies'), options.fsync === true);
    this.#unlock = lockFolder(options.folder);
    try {
      this.#found = readFolder(options.folder);
    } catch (error) {
      this.#unlock();
      throw error;
    }
    const { number, at, logBytes, logs } = this.#found;
    this.#number = number;
    this.#logBytes = logBytes;
    this.#logs = logs;
    this.generation = number;
    this.lastAt = at;
  }

  attach(kept: readonly Kept[], now: () => number, beforeWrite: () => void = () => {}): void {
    const entities = this.#found?.entities ?? new Map<string, Map<string, unknown>>();
    this.#found = undefined;
    const known = new Set(kept.map(({ kind }) => kind));
    const stranger = [...entities.keys()].find((kind) => !known.has(kind));
    if (stranger !== undefined) {
      this.#unlock();
      const what = `${this.#options.folder} holds '${stranger}', which this emulator does not know`;
      throw new DataError('DATA_VERSION', `${what}; a newer one has written it`);
    }
    for (const each of kept) each.restore(entities.get(each.kind) ?? new Map());
    this.bodies.sweep();
    this.#kept = kept;
    this.#now = now;
    this.#beforeWrite = beforeWrite;
    this.#startLog();
    if (this.#isDue()) void this.snapshot();
  }

  commit(): Promise<void> | undefined {
    if (this.#broken !== undefined) return Promise.reject(this.#broken);
    return (this.#turn ?? this.#unsynced.at(-1) ?? this.#syncing)?.done;
  }

  snapshot(): Promise<void> {
    this.#snapshotting ??= this.#writeSnapshot().finally(() => {
      this.#snapshotting = undefined;
    });
    return this.#snapshotting;
  }

  async close(): Promise<void> {
    if (this.#file === undefined) return;
    this.#write();
    await this.commit()?.catch(() => undefined);
    const file = this.#file;
    this.#file = undefined;
    await this.#snapshotting?.catch(() => undefined);
    closeSync(file);
    this.#unlock();
  }

  #note(kind: string, key: string, read: () => unknown): void {
    // What is noted while services take back their state is on the disk already.
    if (this.#file === undefined) return;
    let keys = this.#noted.get(kind);
    if (keys === undefined) {
      keys = new Map();
      this.#noted.set(kind, keys);
    }
    keys.set(key, read);
    if (this.#turn !== undefined) return;
    this.#turn = createTurn();
    setImmediate(() => this.#write());
  }

  #write(): void {
    const turn = this.#turn;
    const file = this.#file;
    if (turn === undefined || file === undefined) return;
    this.#beforeWrite();
    this.#turn = undefined;
    try {
      if (this.#broken !== undefined) throw this.#broken;
      this.#logBytes += append(file, toFrame([this.#now(), ...this.#take()]));
    } catch (error) {
      this.#break(error);
      turn.reject(this.#broken);
      return;
    }
    if (this.#options.fsync === true) {
      this.#unsynced.push(turn);
      this.#sync();
    } else turn.resolve();
    if (this.#isDue()) void this.snapshot().catch(() => undefined);
  }

  #take(): Change[] {
    const changes: Change[] = [];
    for (const [kind, keys] of this.#noted) {
      for (const [key, read] of keys) {
        const value = read();
        changes.push(value === undefined ? [kind, key] : [kind, key, value]);
      }
      keys.clear();
    }
    return changes;
  }

  /** One wait for the disk at a time; those who come meanwhile share the next one. */
  #sync(): void {
    const last = this.#unsynced.at(-1);
    const file = this.#file;
    if (this.#syncing !== undefined || last === undefined || file === undefined) return;
    const turns = this.#unsynced;
    this.#unsynced = [];
    this.#syncing = last;
    fdatasync(file, (error) => {
      this.#syncing = undefined;
      if (error !== null) this.#break(error);
      for (const turn of turns) error === null ? turn.resolve() : turn.reject(this.#broken);
      this.#sync();
    });
  }

  // Memory is ahead of the disk from now on, so nothing may be promised any more.
  #break(error: unknown): void {
    const where = this.#options.folder;
    this.#broken ??= new DataError('DATA_UNWRITABLE', `${where} cannot be written: ${String(error)}`, error);
  }

  #isDue(): boolean {
    if (this.#snapshotting !== undefined) return false;
    const bytesMax = Math.max(this.#options.logBytesMax ?? LOG_BYTES_MAX, 2 * this.#snapshotBytes);
    return this.#logBytes > bytesMax || this.#logs > LOGS_MAX;
  }

  #startLog(): void {
    const before = this.#file;
    this.#number += 1;
    const file = openSync(pathOf(this.#options.folder, this.#number, 'log'), 'a');
    append(file, toFrame(header()));
    this.#file = file;
    this.#logs += 1;
    if (this.#options.fsync === true) {
      // A new file is found after a power cut only if its folder is on the disk too.
      syncNow(this.#options.folder);
      if (before !== undefined) fsyncSync(before);
    }
    if (before !== undefined) closeSync(before);
  }

  async #writeSnapshot(): Promise<void> {
    this.#write();
    // A file that is being synced must stay open until it is.
    while (this.#syncing !== undefined) await this.#syncing.done.catch(() => undefined);
    if (this.#file === undefined || this.#broken !== undefined) return;
    const { folder } = this.#options;
    // From here on changes go to the log that follows the snapshot; it is read after it, whatever it saw.
    this.#startLog();
    const number = this.#number;
    this.#logBytes = 0;
    this.#logs = 1;
    const path = pathOf(folder, number, 'snapshot');
    const file = openSync(`${path}.tmp`, 'w');
    let bytes = append(file, toFrame(header()));
    try {
      for (const changes of this.#pieces()) {
        bytes += append(file, toFrame([this.#now(), ...changes]));
        await new Promise((resolve) => setImmediate(resolve));
        if (this.#file === undefined) return;
      }
      // The snapshot may show what is noted and not written yet.
      this.#write();
      await synced(file);
    } finally {
      closeSync(file);
    }
    if (this.#file === undefined || this.#broken !== undefined) return;
    renameSync(`${path}.tmp`, path);
    if (this.#options.fsync === true) syncNow(folder);
    this.#snapshotBytes = bytes;
    sweep(folder, number);
  }

  *#pieces(): Generator<readonly Change[]> {
    let piece: Change[] = [];
    for (const { kind, entries } of this.#kept) {
      for (const [key, value] of entries()) {
        piece.push([kind, key, value]);
        if (piece.length < SNAPSHOT_STEP) continue;
        yield piece;
        piece = [];
      }
    }
    if (piece.length > 0) yield piece;
  }
}
