import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newId, sentAtOf } from '../../../lib/core/id.ts';
import { comparePaths, nodeAt, nodesOf, parentOf, pathOf, runIdOf } from '../../../lib/core/workflow/path.ts';
import { plans, task } from './plans.ts';

const SPACE = { app: 'shop', stage: 'dev' };
const WORKFLOW = newId(SPACE, 1_000, () => 0.5);

test('a node is found at its path: steps, members, links and error links', () => {
  const plan = {
    kind: 'chain',
    steps: [task('a'), { kind: 'group', members: [task('b'), { ...task('c'), links: [task('d')] }] }],
    errorLinks: [task('e')],
  } as const;

  const paths = Object.fromEntries([...nodesOf(plan)].map(([path, node]) => [path, node.kind]));

  expect(paths).toEqual({
    '': 'chain',
    '0': 'task',
    '1': 'group',
    '1.0': 'task',
    '1.1': 'task',
    '1.1.l0': 'task',
    e0: 'task',
  });
  expect(nodeAt(plan, '1.1.l0')).toEqual(task('d'));
  expect(nodeAt(plan, '1.2')).toBeUndefined();
  expect(nodeAt(plan, '0.0')).toBeUndefined();
});

test('every node of any plan is found again at its path, and hangs from its parent', () => {
  fc.assert(
    fc.property(plans(), (plan) => {
      for (const [path, node] of nodesOf(plan)) {
        expect(nodeAt(plan, path)).toBe(node);
        const around = parentOf(path);
        if (around !== undefined) expect(pathOf(around.path, around.place)).toBe(path);
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
