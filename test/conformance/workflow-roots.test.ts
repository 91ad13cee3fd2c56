/** The records of workflows, and members that are added to groups, over every way to the store. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRuns } from '../../lib/aws/runs.ts';
import { createOverdue } from '../../lib/aws/workflow-roots.ts';
import { createWorkflows } from '../../lib/aws/workflows.ts';
import { newId } from '../../lib/core/id.ts';
import { topology } from '../../lib/define/topology.ts';
import { defineApp, defineTask } from '../../lib/index.ts';
import type { Runs } from '../../lib/runtime/ports.ts';
import type { Overdue, Workflows } from '../../lib/runtime/workflow-ports.ts';
import { provision } from '../../lib/testing/provision.ts';
import { createRandom } from '../../lib/testing/random.ts';
import { DOORS } from './doors.ts';

const app = defineApp('shop', { tasks: [defineTask('charge', { run: () => 1 })] });
const T = Date.parse('2026-01-01T00:00:00Z');
const OVERDUE = {
  state: 'FAILURE',
  reason: 'overdue',
  error: { code: 'X', name: 'X', message: 'x' },
} as const;
const chance = createRandom(1);

interface World {
  readonly workflows: Workflows;
  readonly runs: Runs;
  readonly overdue: Overdue['overdue'];
  close(): Promise<void>;
}

/** Ids of workflows that have begun, each with this deadline. */
async function begun({ workflows }: World, ...deadlines: readonly number[]): Promise<readonly string[]> {
  const ids = deadlines.map(() => newId({ app: 'shop', stage: 'dev' }, T, chance));
  for (const [index, id] of ids.entries())
    await workflows.begin({ id, task: '', queue: 'default', sentAt: T, deadline: deadlines[index] ?? 0 });
  return ids;
}

describe.each(Object.entries(DOORS))('workflows %s', (_, open) => {
  let world: World;

  beforeEach(async () => {
    const { call, close, emulator } = await open();
    await provision(emulator, { ...topology(app), queues: [], workers: [] }, () => {
      throw new Error('there are no workers here');
    });
    const { overdue } = createOverdue(call, 'shop-dev-runs');
    world = {
      workflows: createWorkflows(call, 'shop-dev-runs'),
      runs: createRuns(call, 'shop-dev-runs'),
      overdue,
      close,
    };
  });
  afterEach(() => world.close());

  test('a workflow that has begun is PENDING; beginning it again changes nothing', async () => {
    const [id = ''] = await begun(world, T + 1_000);
    await world.workflows.begin({ id, task: 'charge', queue: 'other', sentAt: T + 5, deadline: T + 9_000 });

    const record = (await world.runs.read([id])).get(id);

    expect(record).toMatchObject({ state: 'PENDING', task: '', queue: 'default', sentAt: T, generation: 0 });
    expect(await world.overdue(T + 1_000, 10)).toEqual([id]);
  });

  test('it ends once, and tells whoever comes later how it has ended', async () => {
    const [id = ''] = await begun(world, T);

    const first = await world.workflows.end(id, { state: 'SUCCESS', result: '[1]' }, T + 7);
    const second = await world.workflows.end(id, OVERDUE, T + 8);
    const never = await world.workflows.end('nobody', OVERDUE, T + 8);

    expect([first.state, second.state, never.state]).toEqual(['SUCCESS', 'SUCCESS', undefined]);
    expect((await world.runs.read([id])).get(id)).toMatchObject({
      state: 'SUCCESS',
      result: '[1]',
      endedAt: T + 7,
    });
    expect(await world.overdue(T + 10_000, 10)).toEqual([]);
  });

  test('those whose deadline has passed are found, at most so many', async () => {
    const ids = await begun(world, T + 1, T + 2, T + 3_000, T + 3);

    expect([...(await world.overdue(T + 10, 10))].sort()).toEqual([ids[0], ids[1], ids[3]].sort());
    expect(await world.overdue(T + 10, 2)).toHaveLength(2);
    expect(await world.overdue(T, 10)).toEqual([]);
  });

  test('one that ended as listed is found until it is unlisted', async () => {
    const [id = ''] = await begun(world, T);
    await world.workflows.end(id, OVERDUE, T, true);

    const before = await world.overdue(T, 10);
    await world.workflows.unlist(id);
    await world.workflows.unlist('nobody');

    expect([before, await world.overdue(T, 10)]).toEqual([[id], []]);
    expect((await world.runs.read([id])).get(id)).toMatchObject({ state: 'FAILURE', reason: 'overdue' });
  });

  test('one that is under way is not unlisted', async () => {
    const [id = ''] = await begun(world, T);

    await world.workflows.unlist(id);

    expect(await world.overdue(T, 10)).toEqual([id]);
  });

  test.each([0, 'all'] as const)(
    'a member is added once, behind those before it, and known by who has added it: %s',
    async (top) => {
      const places = [];
      for (const [id, by] of [
        ['a', 3],
        ['b', 0],
        ['a', 3],
      ] as const)
        places.push(await world.workflows.addMember('f', '0', { id, top, by }, T));

      const tally = await world.workflows.tally('f', '0', top);
      const counted = await world.workflows.countAdded('f', '0', { place: 4, top, failedPath: '+b' }, T);

      expect(places).toEqual([0, 1, 0]);
      expect(tally).toEqual({ done: new Set(), failed: new Set(), added: ['a', 'b'], addedBy: [3, 0] });
      expect(counted).toEqual({
        done: new Set(),
        failed: new Set([4]),
        failedPaths: ['+b'],
        added: ['a', 'b'],
        addedBy: [3, 0],
      });
    },
  );

  test('who has been counted adds nobody any more, and finds those it has added', async () => {
    await world.workflows.addMember('f', '0', { id: 'a', top: 0, by: 1 }, T);
    await world.workflows.countMember('f', '0', 1, true, T);
    await world.workflows.countMember('f', '0', 2, false, T, '0.2');

    const late = await world.workflows.addMember('f', '0', { id: 'b', top: 0, by: 1 }, T);
    const failed = await world.workflows.addMember('f', '0', { id: 'b', top: 0, by: 2 }, T);
    const again = await world.workflows.addMember('f', '0', { id: 'a', top: 0, by: 1 }, T);
    const other = await world.workflows.addMember('f', '0', { id: 'b', top: 0, by: 3 }, T);

    expect([late, failed, again, other]).toEqual([undefined, undefined, 0, 1]);
  });

  test('the failure of a member is known by the path of its task, also that of the root', async () => {
    await world.workflows.countMember('f', '', 0, false, T, '0.1.2');
    await world.workflows.countMember('f', '', 1, false, T, '1');

    const tally = await world.workflows.tally('f', '', 0);

    expect([...(tally.failedPaths ?? [])].sort()).toEqual(['0.1.2', '1']);
    expect(await world.workflows.tally('f', '', 7)).toEqual({ done: new Set(), failed: new Set() });
  });
});
