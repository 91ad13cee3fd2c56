/**
 * What of stacks outlives the process: what stands, what is told of it, and where it was reached. Deployments
 * are rare and long, so each look compares all of it with what was written last.
 */
import type { Journal, Kept } from '../data/journal.ts';
import type { StackState } from './apply.ts';
import type { StackBook } from './book.ts';
import { providers } from './providers.ts';
import { type StackRecord, tell } from './stacks/record.ts';

/** The keeper of a book. */
export interface Keeper {
  /** Notes what has changed since the last look. */
  look(): void;
  /** The same before each write while work is under way: a resource is written with its stack, or neither. */
  lookAtWork(): void;
  readonly kept: readonly Kept[];
}

const STACK = 'cloudformation.stack';
const RECORD = 'cloudformation.record';
const ENDPOINT = 'cloudformation.endpoint';

/** Makes the keeper of a book. */
export function createKeeper(book: StackBook, journal: Journal | undefined): Keeper {
  const texts = new Map<string, string>();
  const all: Readonly<Record<string, () => Iterable<readonly [string, unknown]>>> = {
    [STACK]: () => [...book.stacks].map(([key, stack]) => [key, toPlain(stack)]),
    [RECORD]: () => [...book.records.all()].map((record) => [record.id, toPlain(record)]),
    [ENDPOINT]: () => book.endpoints,
  };
  function lookAt(kind: string, entries: ReadonlyMap<string, unknown>): void {
    for (const place of texts.keys()) {
      const [of, key = ''] = place.split('\n');
      if (of !== kind || entries.has(key)) continue;
      texts.delete(place);
      journal?.note(kind, key, () => undefined);
    }
    for (const [key, value] of entries) {
      const text = JSON.stringify(value);
      if (texts.get(`${kind}\n${key}`) === text) continue;
      texts.set(`${kind}\n${key}`, text);
      journal?.note(kind, key, () => value);
    }
  }
  const kept = (kind: string, take: (key: string, value: unknown) => void): Kept => ({
    kind,
    entries: all[kind] ?? (() => []),
    restore(entries) {
      for (const [key, value] of entries) take(key, fromPlain(value));
    },
  });
  function look(): void {
    for (const [kind, entries] of Object.entries(all)) lookAt(kind, new Map(entries()));
  }
  return {
    look,
    lookAtWork() {
      if (book.busy()) look();
    },
    kept: [
      // What these were is what `toPlain` was given.
      kept(STACK, (key, value) => book.stacks.set(key, value as StackState)),
      kept(RECORD, (_id, value) => {
        const record = value as StackRecord;
        interrupt(record);
        book.records.add(record);
        if (record.deletedAt !== undefined) book.records.buried(record);
      }),
      kept(ENDPOINT, (key, value) => book.endpoints.set(key, String(value))),
    ],
  };
}

/** How work that the end of a process has interrupted is told; what is made of the stack stands in it. */
const INTERRUPTED: Readonly<Record<string, string>> = {
  CREATE_IN_PROGRESS: 'CREATE_FAILED',
  UPDATE_IN_PROGRESS: 'UPDATE_FAILED',
  UPDATE_COMPLETE_CLEANUP_IN_PROGRESS: 'UPDATE_COMPLETE',
  ROLLBACK_IN_PROGRESS: 'ROLLBACK_FAILED',
  UPDATE_ROLLBACK_IN_PROGRESS: 'UPDATE_ROLLBACK_FAILED',
  UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS: 'UPDATE_ROLLBACK_COMPLETE',
  DELETE_IN_PROGRESS: 'DELETE_FAILED',
};

function interrupt(record: StackRecord): void {
  const status = INTERRUPTED[record.status];
  if (status === undefined) return;
  const at = record.events.at(-1)?.at ?? record.createdAt;
  tell(record, { at, status, reason: 'The emulator ended while it was at work.' });
}

/** A value that JSON can carry: maps and sets as lists, providers by the type that they serve. */
function toPlain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Map) return { $map: [...value].map(([key, each]) => [key, toPlain(each)]) };
  if (value instanceof Set) return { $set: [...value].map(toPlain) };
  if (value instanceof Date) return { $date: value.toISOString() };
  if (Array.isArray(value)) return value.map(toPlain);
  const { type }: { readonly type?: unknown } = value;
  if ('create' in value && typeof type === 'string') return { $provider: type };
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, toPlain(each)]));
}

function fromPlain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(fromPlain);
  const entries: readonly (readonly [string, unknown])[] = Object.entries(value);
  const [[name, inner] = ['', undefined]] = entries;
  if (entries.length === 1 && name === '$provider') return providers.get(String(inner));
  if (entries.length === 1 && name === '$date') return new Date(String(inner));
  if (entries.length === 1 && name === '$set' && Array.isArray(inner)) return new Set(inner.map(fromPlain));
  if (entries.length === 1 && name === '$map' && Array.isArray(inner))
    return new Map(inner.map(([key, each]: readonly [unknown, unknown]) => [key, fromPlain(each)]));
  return Object.fromEntries(entries.map(([key, each]) => [key, fromPlain(each)]));
}
