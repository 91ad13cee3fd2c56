import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newId, sentAtOf } from '../../../lib/core/id.ts';
import { comparePaths, nodesOf, parentOf, pathOf, runIdOf } from '../../../lib/core/workflow/path.ts';
import { plans, task } from './plans.ts';

const SPACE = { app: 'shop', stage: 'dev' };
const WORKFLOW = newId(SPACE, 1_000, () => 0.5);

test('a node is found at its path: steps, members, links and error links', () => {
  const plan = {
    kind: 'chain',
    steps: [task('a'), { kind: 'group', members: [task('b'), { ...task('c'), links: [task('d')] }] }],
    errorLinks: [task('e')],
  } as const;

  const nodes = Object.fromEntries(nodesOf(plan));

  expect(nodes).toEqual({
    '': plan,
    '0': task('a'),
    '1': plan.steps[1],
    '1.0': task('b'),
    '1.1': plan.steps[1].members[1],
    '1.1.l0': task('d'),
    e0: task('e'),
  });
});

test('every node of any plan has a path of its own, and hangs from its parent', () => {
  fc.assert(
    fc.property(plans(), (plan) => {
      const nodes = new Map(nodesOf(plan));
      expect(nodes.size).toBe([...nodesOf(plan)].length);
      for (const path of nodes.keys()) {
        const around = parentOf(path);
        if (around === undefined) continue;
        expect(pathOf(around.path, around.place)).toBe(path);
        expect(nodes.has(around.path)).toBe(true);
      }
    }),
  );
});

test('no two nodes of a workflow share an id, and the root has the id of the workflow', () => {
  fc.assert(
    fc.property(plans(), (plan) => {
      const paths = [...nodesOf(plan)].map(([path]) => path);
      const ids = paths.map((path) => runIdOf(SPACE, WORKFLOW, path));
      expect(new Set(ids).size).toBe(paths.length);
      expect(ids[0]).toBe(WORKFLOW);
      expect(ids.map((id) => sentAtOf(SPACE, id))).toEqual(ids.map(() => 1_000));
    }),
  );
});

test('paths are ordered as the plan is read', () => {
  const ordered = ['', '0', '0.1', '2', '2.l0', '10', 'l0', 'e0'];

  expect([...ordered].reverse().sort(comparePaths)).toEqual(ordered);
});
