import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  firstFailed,
  isFull,
  membersIn,
  openAdded,
  SHARD_MEMBERS,
  shardOf,
  shardsOf,
} from '../../../lib/core/workflow/tally.ts';

test.each([
  [0, 0],
  [1, 1],
  [100, 1],
  [101, 2],
  [10_000, 100],
])('a group of %d members is counted in %d shards', (members, shards) => {
  expect(shardsOf(members)).toBe(shards);
});

test('every member is counted in one shard, and no shard counts more than its part', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), (members) => {
      const counts = new Map<number, number>();
      for (let index = 0; index < members; index++)
        counts.set(shardOf(index), (counts.get(shardOf(index)) ?? 0) + 1);
      expect(counts.size).toBe(shardsOf(members));
      for (const [shard, count] of counts) {
        expect(count).toBe(membersIn(shard, members));
        expect(count).toBeLessThanOrEqual(SHARD_MEMBERS);
      }
      expect(membersIn(shardsOf(members), members)).toBe(0);
    }),
    { numRuns: 30 },
  );
});

test('a member that is counted twice, or as both, counts once', () => {
  expect(isFull({ done: new Set([0, 1]), failed: new Set([1]) }, 3)).toBe(false);
  expect(isFull({ done: new Set([0, 1]), failed: new Set([2]) }, 3)).toBe(true);
  expect(isFull({ done: new Set(), failed: new Set() }, 0)).toBe(true);
});

test('the lowest failed member is the one that is named', () => {
  expect(firstFailed({ done: new Set([0]), failed: new Set([12, 3, 7]) })).toBe(3);
  expect(firstFailed({ done: new Set([0]), failed: new Set() })).toBeUndefined();
});

test('of what was added, that which has not ended is found, of one member or of all', () => {
  const tally = {
    ...{ done: new Set([0, 1, 3]), failed: new Set([5]) },
    ...{ added: ['a', 'b', 'c', 'd'], addedBy: [1, 0, 1, 1] },
  };

  // Behind two members of the plan: 'b' has succeeded, 'd' has failed.
  expect(openAdded(tally, 2, 1)).toEqual(['a', 'c']);
  expect(openAdded(tally, 2, 0)).toEqual([]);
  expect(openAdded({ ...tally, done: new Set([0]) }, 2)).toEqual(['a', 'b', 'c']);
  expect(openAdded({ done: new Set([0]), failed: new Set() }, 2, 0)).toEqual([]);
});
