/**
 * The files of a data folder: a snapshot `N.snapshot` and the logs `N.log`, `N+1.log`, … that follow it, with
 * a lock against a second process. What is read is the newest snapshot and every log from its number on.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from './error.ts';
import { type Change, FORMAT, FORMAT_VERSION, fromFrame, type Line, readLines } from './frame.ts';

const NAME = /^(\d{8})\.(snapshot|log)$/;
const LOCK = 'lock';

/** The values of all entities, by kind and key. */
export type Entities = Map<string, Map<string, unknown>>;

/** What a folder held. */
export interface Found {
  readonly entities: Entities;
  /** The number of the newest file; 0 for an empty folder. */
  readonly number: number;
  /** Time on the emulator's clock when the last frame was written. */
  readonly at: number | undefined;
  /** Bytes of logs that a new snapshot would make superfluous. */
  readonly logBytes: number;
  readonly logs: number;
}

/** The path of a numbered file. */
export function pathOf(folder: string, number: number, kind: 'snapshot' | 'log'): string {
  return join(folder, `${String(number).padStart(8, '0')}.${kind}`);
}

/** The first line of every file. */
export function header(): unknown {
  return { format: FORMAT, version: FORMAT_VERSION };
}

/** Makes the folder if it is not there, and keeps others out of it. What it returns lets them in again. */
export function lockFolder(folder: string): () => void {
  const lock = join(folder, LOCK);
  try {
    mkdirSync(folder, { recursive: true });
    const owner = existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : undefined;
    // A process that was killed leaves its lock; in a container its number may well be ours.
    if (owner !== undefined && owner !== process.pid && isAlive(owner)) {
      throw new DataError('DATA_LOCKED', `${folder} is in use by the process ${owner}`);
    }
    writeFileSync(lock, String(process.pid));
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError('DATA_UNWRITABLE', `${folder} cannot be written: ${String(error)}`, error);
  }
  return () => rmSync(lock, { force: true });
}

/** Reads everything that the folder holds. */
export function readFolder(folder: string): Found {
  const numbers = { snapshot: [] as number[], log: [] as number[] };
  for (const name of readdirSync(folder)) {
    const [, digits, kind] = NAME.exec(name) ?? [];
    if (kind === 'snapshot' || kind === 'log') numbers[kind].push(Number(digits));
  }
  const base = Math.max(0, ...numbers.snapshot);
  const logs = numbers.log.filter((number) => number >= base).sort((left, right) => left - right);
  const entities: Entities = new Map();
  let at: number | undefined;
  let logBytes = 0;
  const paths = [
    ...(base > 0 ? [pathOf(folder, base, 'snapshot')] : []),
    ...logs.map((number) => pathOf(folder, number, 'log')),
  ];
  for (const path of paths) {
    const read = readFile(path, entities);
    at = Math.max(at ?? read.at ?? 0, read.at ?? 0) || undefined;
    if (path.endsWith('.log')) logBytes += read.bytes;
  }
  return { entities, number: Math.max(base, ...logs, 0), at, logBytes, logs: logs.length };
}

/** Deletes files that a snapshot of this number has replaced, and what a killed process was writing. */
export function sweep(folder: string, number: number): void {
  for (const name of readdirSync(folder)) {
    const digits = NAME.exec(name)?.[1];
    const replaced = digits !== undefined && Number(digits) < number;
    if (replaced || name.endsWith('.tmp')) rmSync(join(folder, name), { force: true, recursive: true });
  }
}

function readFile(
  path: string,
  entities: Entities,
): { readonly at: number | undefined; readonly bytes: number } {
  let at: number | undefined;
  let bytes = 0;
  let torn: Line | undefined;
  for (const line of readLines(path)) {
    const frame = line.whole ? fromFrame(line.bytes) : undefined;
    if (frame === undefined) {
      torn ??= line;
      continue;
    }
    // A process that dies writing leaves a torn end; sound frames behind torn ones are no such thing.
    if (torn !== undefined) {
      const place = `${path} is damaged at byte ${torn.offset}, and goes on after it`;
      throw new DataError('DATA_CORRUPT', `${place}; restore it from a copy, or delete the folder`);
    }
    if (line.offset === 0) checkHeader(path, frame.content);
    else at = apply(frame.content, entities) ?? at;
    bytes = line.offset + line.bytes.length + 1;
  }
  // Snapshots get their name when they are complete.
  if (torn !== undefined && path.endsWith('.snapshot')) {
    throw new DataError('DATA_CORRUPT', `${path} is damaged at byte ${torn.offset}`);
  }
  return { at, bytes };
}

function checkHeader(path: string, content: unknown): void {
  // Only objects have members; whatever else stands there reads as undefined.
  const { format, version } = Object(content);
  if (format === FORMAT && version === FORMAT_VERSION) return;
  const found = format === FORMAT ? `version ${String(version)} of the format` : 'no data of this emulator';
  throw new DataError('DATA_VERSION', `${path} holds ${found}; this one reads version ${FORMAT_VERSION}`);
}

/** Applies a frame; the time that it was written. */
function apply(content: unknown, entities: Entities): number | undefined {
  // The checksum has shown that this is what `toFrame` was given.
  const [at, ...changes] = content as readonly [number, ...Change[]];
  for (const [kind, key, value] of changes) {
    let values = entities.get(kind);
    if (values === undefined) {
      values = new Map();
      entities.set(kind, values);
    }
    if (value === undefined) values.delete(key);
    else values.set(key, value);
  }
  return at;
}

function isAlive(pid: number): boolean {
  try {
    return Number.isInteger(pid) && pid > 0 && process.kill(pid, 0);
  } catch (error) {
    // A process of somebody else may not be signalled, but it is there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
