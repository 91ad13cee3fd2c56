import fc from 'fast-check';
import { expect, test } from 'vitest';
import { merged, type Partition } from '../../lib/dashboard/queries/newest.ts';

interface Row {
  readonly id: string;
}

test('rows of sorted partitions come in one order, each once, whatever is read at a time', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 999 }), { maxLength: 40 }), { maxLength: 6 }),
      fc.boolean(),
      fc.integer({ min: 1, max: 9 }),
      fc.option(fc.integer({ min: 0, max: 999 }), { nil: undefined }),
      async (lists, newestFirst, chunk, start) => {
        // A run is in one partition only.
        const all = new Set<number>();
        const partitions = lists.map((list) => {
          const own = list.filter((n) => !all.has(n));
          for (const n of own) all.add(n);
          return partitionOf(own.map(toId), newestFirst);
        });
        const after = start === undefined ? undefined : toId(start);

        const ids: string[] = [];
        for await (const { id } of merged(partitions, { newestFirst, after, chunk })) ids.push(id);

        const sorted = [...all].map(toId).sort();
        const wanted = newestFirst ? sorted.reverse() : sorted;
        const isAfter = (id: string) => after === undefined || (newestFirst ? id < after : id > after);
        expect(ids).toEqual(wanted.filter(isAfter));
      },
    ),
  );
});

test('a long way through many partitions takes few waits', async () => {
  let waits = 0;
  let under = 0;
  const partitions = Array.from({ length: 48 }, (_, shard): Partition<Row> => {
    const read = partitionOf(
      Array.from({ length: 500 }, (_, n) => toId(n * 48 + shard)),
      true,
    );
    return async (from, limit) => {
      if (under++ === 0) waits++;
      await Promise.resolve();
      under--;
      return read(from, limit);
    };
  });
  let count = 0;

  for await (const _ of merged(partitions, { newestFirst: true, chunk: 8 })) if (++count === 5_000) break;

  expect(waits).toBeLessThan(8);
});

test('partitions that give few of their rows give all of those, however few are looked at', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 999 }), { maxLength: 60 }), { maxLength: 6 }),
      fc.boolean(),
      fc.integer({ min: 2, max: 9 }),
      fc.integer({ min: 1, max: 120 }),
      fc.integer({ min: 1, max: 20 }),
      async (lists, newestFirst, chunk, lookedMax, every) => {
        const only = (id: string) => Number(id) % every === 0;
        const owned = new Map(lists.flatMap((list, at) => list.map((n) => [toId(n), at] as const)));
        const ofList = (at: number) => [...owned].filter(([, own]) => own === at).map(([id]) => id);
        const partitions = lists.map((_, at) => partitionOf(ofList(at), newestFirst, only));
        const ids: string[] = [];

        // Page after page, each of which ends when enough was looked at.
        let after: string | undefined;
        for (let page = 0; page === 0 || after !== undefined; page++) {
          const rows = merged(partitions, { newestFirst, after, chunk, lookedMax });
          let step = await rows.next();
          for (; step.done !== true; step = await rows.next()) ids.push(step.value.id);
          expect(step.value === undefined || step.value !== after).toBe(true);
          after = step.value;
        }

        const sorted = [...owned.keys()].filter(only).sort();
        expect(ids).toEqual(newestFirst ? sorted.reverse() : sorted);
      },
    ),
  );
});

function toId(n: number): string {
  return String(n).padStart(6, '0');
}

/** Gives every row, or those whose number `only` lets through, of as many as it is asked to look at. */
function partitionOf(
  ids: readonly string[],
  newestFirst: boolean,
  only: (id: string) => boolean = () => true,
): Partition<Row> {
  const sorted = [...ids].sort();
  if (newestFirst) sorted.reverse();
  return async (from, limit) => {
    const left = sorted.filter((id) => from === undefined || (newestFirst ? id <= from : id >= from));
    const looked = left.slice(0, limit);
    const last = looked.at(-1);
    return {
      rows: looked.filter(only).map((id) => ({ id })),
      looked: looked.length,
      ...(left.length > limit && last !== undefined ? { next: last } : {}),
    };
  };
}
