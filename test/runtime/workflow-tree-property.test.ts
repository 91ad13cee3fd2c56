/**
 * Whatever plan is carried out in whatever order, and wherever one looks: a tree says of each node what
 * became of it, and a tree that shows less says the same of what it shows.
 */
import fc from 'fast-check';
import { test } from 'vitest';
import type { TaskState } from '../../lib/core/task-state.ts';
import { toPages } from '../../lib/core/workflow/page.ts';
import {
  childrenOf,
  nodesOf as nodesOfPlan,
  parentOf,
  pathOf,
  runIdOf,
} from '../../lib/core/workflow/path.ts';
import type { Plan } from '../../lib/core/workflow/plan.ts';
import { isFull, type Tally } from '../../lib/core/workflow/tally.ts';
import type { WorkflowNode } from '../../lib/define/workflow-client.ts';
import type { RunRecord } from '../../lib/runtime/ports.ts';
import { createPlanReader } from '../../lib/runtime/workflow-plan.ts';
import { readTree, type WorkflowReads } from '../../lib/runtime/workflow-tree.ts';
import { plans } from '../core/workflow/plans.ts';

const space = { app: 'shop', stage: 'dev' };
const WORKFLOW = 'f'.repeat(30);
const RUNS = Number(process.env.CELERIAC_TREES ?? 300);

type End = 'SUCCESS' | 'FAILURE';

/** The plan's meaning, carried out task by task; `choose` picks what happens next, among so many. */
function execute(plan: Plan, steps: number, choose: (among: number) => number) {
  const states = new Map<string, TaskState>();
  const tallies = new Map<string, { done: Set<number>; failed: Set<number> }>();
  const open: string[] = [];
  const nodes = new Map(nodesOfPlan(plan));
  const at = (path: string): Plan => nodes.get(path) ?? plan;
  const start = (path: string): void => {
    const node = at(path);
    if (node.kind === 'task') open.push(path);
    else if (node.kind === 'chain') start(pathOf(path, { kind: 'child', index: 0 }));
    else if (node.members.length === 0) end(path, 'SUCCESS');
    else for (const index of node.members.keys()) start(pathOf(path, { kind: 'child', index }));
  };
  const begin = (path: string): void => {
    for (let now: string | undefined = path; now !== undefined; now = parentOf(now)?.path)
      if (!states.has(now)) states.set(now, 'STARTED');
  };
  const end = (path: string, state: End): void => {
    states.set(path, state);
    const around = parentOf(path);
    if (around === undefined) return;
    // A group of none ends without a run, and with that what is around it has begun.
    begin(around.path);
    const parent = at(around.path);
    const { index } = around.place;
    if (parent.kind === 'group') {
      const tally = tallies.get(around.path) ?? { done: new Set(), failed: new Set() };
      tallies.set(around.path, tally);
      (state === 'SUCCESS' ? tally.done : tally.failed).add(index);
      if (isFull(tally, parent.members.length))
        end(around.path, tally.failed.size === 0 ? 'SUCCESS' : 'FAILURE');
    } else if (state === 'SUCCESS' && index + 1 < childrenOf(parent).length) {
      start(pathOf(around.path, { kind: 'child', index: index + 1 }));
    } else end(around.path, state);
  };
  start('');
  for (let step = 0; step < steps && open.length > 0; step++) {
    const place = choose(open.length);
    const path = open[place] ?? '';
    if (states.get(path) === undefined) begin(path);
    else {
      open.splice(place, 1);
      end(path, choose(4) === 0 ? 'FAILURE' : 'SUCCESS');
    }
  }
  return { states, tallies };
}

/** What a reader finds of it. */
function readsOf(plan: Plan, { states, tallies }: ReturnType<typeof execute>): WorkflowReads {
  const records = new Map<string, RunRecord>();
  const put = (path: string, state: TaskState): void => {
    const id = runIdOf(space, WORKFLOW, path);
    const counts = { generation: 0, retries: 0, sentAt: 0 };
    records.set(id, { id, task: '', queue: '', state, ...counts });
  };
  const nodes = new Map(nodesOfPlan(plan));
  for (const [path, state] of states) if (nodes.get(path)?.kind === 'task') put(path, state);
  const root = states.get('') ?? 'PENDING';
  if (plan.kind !== 'task') put('', root === 'STARTED' ? 'PENDING' : root);
  const none: Tally = { done: new Set(), failed: new Set() };
  const refuse = () => Promise.reject(new Error('all pages are here'));
  return {
    ...{ space, workflowId: WORKFLOW },
    plan: createPlanReader({ root: refuse, pages: refuse }, WORKFLOW, toPages(plan)),
    runs: { read: async (ids) => new Map([...records].filter(([id]) => ids.includes(id))) },
    views: {
      ...{ root: refuse, pages: refuse },
      tallies: async (_, shards) => shards.map(({ path }) => tallies.get(path) ?? none),
    },
  };
}

function* nodesOf(node: WorkflowNode): Generator<WorkflowNode> {
  yield node;
  if (node.kind !== 'task') for (const part of node.parts) yield* nodesOf(part);
}

function hasGroup(plan: Plan | undefined): boolean {
  return plan !== undefined && (plan.kind === 'group' || childrenOf(plan).some(hasGroup));
}

test('every node of a tree is in the state that it is in', async () => {
  const cases = fc.record({
    plan: plans(),
    steps: fc.nat(40),
    choices: fc.infiniteStream(fc.nat(1_000)),
    depth: fc.nat(3),
    members: fc.nat(3),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ plan, steps, choices, depth, members }) => {
      const done = execute(plan, steps, (among) => choices.next().value % among);
      const reads = readsOf(plan, done);
      const nodes = new Map(nodesOfPlan(plan));

      const whole = await readTree(reads);
      const less = await readTree(reads, { depth, members });

      const real = (path: string): TaskState => done.states.get(path) ?? 'PENDING';
      for (const { path, state } of nodesOf(whole))
        if (state !== real(path)) throw new Error(`'${path}' is ${real(path)}, the tree says ${state}`);
      for (const { path, state } of nodesOf(less)) {
        // A member that is not looked at may have begun before the others.
        const unseen = state === 'PENDING' && real(path) === 'STARTED' && hasGroup(nodes.get(path));
        if (state !== real(path) && !unseen)
          throw new Error(`'${path}' is ${real(path)}, the tree of less says ${state}`);
      }
    }),
    { numRuns: RUNS },
  );
});
