/** What every implementation of the port Workflows has to do. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PLAN_PAGE_BYTES_MAX } from '../../lib/core/limits.ts';
import { toPages } from '../../lib/core/workflow/page.ts';
import type { Plan } from '../../lib/core/workflow/plan.ts';
import { shardOf, shardsOf } from '../../lib/core/workflow/tally.ts';
import type { Workflows } from '../../lib/runtime/workflow-ports.ts';
import type { WorkflowViews } from '../../lib/runtime/workflow-view-ports.ts';

/** An implementation in a world of its own. */
export interface WorkflowsWorld {
  readonly workflows: Workflows;
  readonly views: WorkflowViews;
  /** How many writes each partition of the store has had. */
  writes(): ReadonlyMap<string, number>;
  /** How many reads there were. */
  reads(): number;
  close(): Promise<void>;
}

const T = Date.parse('2026-01-01T00:00:00Z');

/** Runs the suite over an implementation. */
export function testWorkflows(name: string, open: () => Promise<WorkflowsWorld>, members: number): void {
  describe(`workflows ${name}`, () => {
    let world: WorkflowsWorld;
    beforeEach(async () => {
      world = await open();
    });
    afterEach(() => world.close());

    test('a plan that was stored is read again, page by page', async () => {
      const pages = toPages(group(250));

      const stored = await world.workflows.create('flow-1', pages, T);

      expect(stored).toBe(pages.root);
      expect(await world.workflows.root('flow-1')).toBe(pages.root);
      for (const [page, text] of pages.others) expect(await world.workflows.page('flow-1', page)).toBe(text);
    });

    test('a plan never changes: who stores another one under its id is told of the first', async () => {
      const first = toPages(group(1));
      await world.workflows.create('flow-1', first, T);

      const again = await world.workflows.create('flow-1', first, T + 1);
      const other = await world.workflows.create('flow-1', toPages(group(2)), T + 2);

      expect(again).toBe(first.root);
      expect(other).toBe(first.root);
      expect(await world.workflows.root('flow-1')).toBe(first.root);
    });

    test('the largest page is taken', async () => {
      const root = 'x'.repeat(PLAN_PAGE_BYTES_MAX);

      await world.workflows.create('flow-1', { root, others: new Map() }, T);

      expect(await world.workflows.root('flow-1')).toBe(root);
    });

    test('what was never stored is not there', async () => {
      expect(await world.workflows.root('flow-2')).toBeUndefined();
      await expect(world.workflows.page('flow-2', 'p')).rejects.toMatchObject({ code: 'PLAN_LOST' });
    });

    test('a member that is counted again changes nothing', async () => {
      await world.workflows.countMember('flow-1', '0', 3, true, T);
      await world.workflows.countMember('flow-1', '0', 5, false, T);

      const tally = await world.workflows.countMember('flow-1', '0', 3, true, T);

      expect(tally).toEqual({ done: new Set([3]), failed: new Set([5]) });
    });

    test('groups, and the shards of one group, are counted apart', async () => {
      await world.workflows.countMember('flow-1', '0', 1, true, T);
      await world.workflows.countMember('flow-1', '1', 2, true, T);
      await world.workflows.countMember('flow-1', '0', 101, true, T);
      await world.workflows.countMember('flow-2', '0', 4, true, T);

      const tally = await world.workflows.countShard('flow-1', '0', 1, false, T);

      expect(tally).toEqual({ done: new Set(), failed: new Set([1]) });
      expect((await world.workflows.countMember('flow-1', '0', 1, true, T)).done).toEqual(new Set([1]));
    });

    test('a root is read as it was stored', async () => {
      const pages = toPages(group(2));
      await world.workflows.create('flow-1', pages, T);

      expect(await world.views.root('flow-1')).toBe(pages.root);
      expect(await world.views.root('flow-2')).toBeUndefined();
    });

    test('pages are read together, and those that are gone are missing', async () => {
      const pages = toPages(group(250));
      await world.workflows.create('flow-1', pages, T);

      const read = await world.views.pages('flow-1', [...pages.others.keys(), 'gone']);

      expect(pages.others.size).toBe(3);
      expect(read).toEqual(pages.others);
    });

    test('counts are read together, each at the place of its shard', async () => {
      await world.workflows.countMember('flow-1', '0', 3, true, T);
      await world.workflows.countMember('flow-1', '0', 104, false, T);
      await world.workflows.countMember('flow-1', '0.1', 7, true, T);
      await world.workflows.countMember('flow-2', '0', 5, true, T);

      const tallies = await world.views.tallies('flow-1', [
        { path: '0.1', shard: 0 },
        { path: '0', shard: 1 },
        { path: '0', shard: 2 },
        { path: '0', shard: 0 },
      ]);

      const none = new Set();
      expect(tallies).toEqual([
        { done: new Set([7]), failed: none },
        { done: none, failed: new Set([104]) },
        { done: none, failed: none },
        { done: new Set([3]), failed: none },
      ]);
    });

    test('a hundred of either are read in one call', async () => {
      const shards = Array.from({ length: 100 }, (_, shard) => ({ path: '0', shard }));

      const tallies = await world.views.tallies('flow-1', shards);
      const pages = await world.views.pages(
        'flow-1',
        shards.map(({ shard }) => `page-${shard}`),
      );

      expect(tallies).toHaveLength(100);
      expect(pages.size).toBe(0);
      expect(world.reads()).toBe(2);
    });

    test(`of a group of ${members}, no partition gets more writes than its part`, async () => {
      const indexes = Array.from({ length: members }, (_, index) => index);

      const tallies = await Promise.all(
        indexes.map((index) => world.workflows.countMember('flow-1', '0', index, true, T)),
      );

      const full = tallies.filter(({ done }) => done.size === 100).length;
      expect(full).toBe(shardsOf(members));
      expect(world.writes().size).toBe(shardOf(members - 1) + 1);
      expect(Math.max(...world.writes().values())).toBe(100);
    });
  });
}

function group(count: number): Plan {
  const members = Array.from({ length: count }, (_, index) => index);
  return {
    kind: 'group',
    members: members.map((input) => ({ kind: 'task', task: 'count', input, options: {} })),
  };
}
