/**
 * Results that are kept for a shorter time than their run's record. DynamoDB's expiry deletes whole items,
 * and the record has to outlive all copies of its message; so such a result is an item of its own. It is
 * written before the record says that the run has ended, under the name of the attempt: of two attempts that
 * both end (one has lost its claim by then) the record names the one that counts, and the other's item just
 * expires.
 */
import type { Ending, RunRecord } from '../runtime/ports.ts';
import type { Call } from './call.ts';
import { readItems } from './read-items.ts';
import { type Item, type Key, toKey } from './run-item.ts';
import { createUpdates, type Update } from './updates.ts';

export interface Apart {
  /** Writes the result of an ending where it is one of these; what is left of it is the record's. */
  write(id: string, owner: string, ending: Ending): Promise<Ending>;
  /** The results of these items of records, by the records' ids. */
  read(items: readonly Item[]): Promise<ReadonlyMap<string, string>>;
  /** Drops the results that these items name. */
  drop(items: readonly Item[]): Promise<void>;
}

export function createApart(call: Call, tableName: string): Apart {
  const update = createUpdates(call, tableName);
  return {
    async write(id, owner, ending) {
      const { result, resultUntil, ...rest } = ending;
      if (result === undefined || resultUntil === undefined) return ending;
      const values = {
        ':result': { S: result },
        ':id': { S: id },
        ':expiresAt': { N: String(Math.ceil(resultUntil / 1_000)) },
      };
      const set = ['#result = :result, #of = :id, #expiresAt = :expiresAt'];
      await update(toApartKey(id, owner), { set, values }, ALWAYS);
      return { ...rest, resultUntil };
    },
    async read(items) {
      const keys = items.flatMap((item) => apartOf(item) ?? []);
      if (keys.length === 0) return new Map();
      const found = await readItems(call, tableName, keys);
      return new Map(found.map((item) => [item.of?.S ?? '', item.result?.S ?? '']));
    },
    async drop(items) {
      const empty = { set: ['#result = :none'], values: { ':none': { S: '' } } };
      for (const key of items.flatMap((item) => apartOf(item) ?? [])) await update(key, empty, ALWAYS);
    },
  };
}

/** No condition: an update of ours has one always. */
const ALWAYS = 'attribute_not_exists(#pk) OR attribute_exists(#pk)';

/** What a record's own end says of a result that lies apart. */
export function apartSets({ resultUntil }: Ending, owner: string): Update | undefined {
  if (resultUntil === undefined) return undefined;
  const values = { ':resultUntil': { N: String(resultUntil) }, ':resultOf': { S: owner } };
  return { set: ['#resultUntil = :resultUntil, #resultOf = :resultOf'], values };
}

/** A record with the result that lies apart from it; one that is gone is forgotten. */
export function withApart(record: RunRecord, item: Item, results: ReadonlyMap<string, string>): RunRecord {
  if (apartOf(item) === undefined || record.blob !== undefined) return record;
  const result = results.get(record.id);
  return result === undefined || result === '' ? { ...record, forgotten: true } : { ...record, result };
}

function apartOf(item: Item): Key | undefined {
  const owner = item.resultOf?.S;
  return owner === undefined ? undefined : toApartKey(item.id?.S ?? '', owner);
}

function toApartKey(id: string, owner: string): Key {
  return { ...toKey(id), sk: { S: `result#${owner}` } };
}
