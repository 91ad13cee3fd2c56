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

function toId(n: number): string {
  return String(n).padStart(6, '0');
}

function partitionOf(ids: readonly string[], newestFirst: boolean): Partition<Row> {
  const sorted = [...ids].sort();
  if (newestFirst) sorted.reverse();
  return async (from, limit) =>
    sorted
      .filter((id) => from === undefined || (newestFirst ? id <= from : id >= from))
      .slice(0, limit)
      .map((id) => ({ id }));
}
