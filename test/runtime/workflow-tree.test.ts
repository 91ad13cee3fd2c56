/** What a workflow's tree says, and what it costs. */
import { describe, expect, test } from 'vitest';
import type { Plan } from '../../lib/core/workflow/plan.ts';
import type { WorkflowNode } from '../../lib/define/workflow-client.ts';
import { createWorkflow } from '../../lib/runtime/workflow-handle.ts';
import { chainOf, createWorld, groupOf, taskOf } from './workflow-world.ts';
import { NOW } from './world.ts';

/** A tree in words: kind or name, state, and parts. */
function words(node: WorkflowNode): unknown {
  if (node.kind === 'task') return `${node.name} ${node.state}`;
  return [`${node.kind} ${node.state}`, ...node.parts.map(words)];
}

const CHORD: Plan = chainOf(groupOf(2), taskOf('b'));

describe('the tree of a workflow', () => {
  test('shows what has not begun as PENDING', async () => {
    const { workflow, idAt } = await createWorld(CHORD);

    const tree = await workflow.tree();

    expect(words(tree)).toEqual(['chain PENDING', ['group PENDING', 'a PENDING', 'a PENDING'], 'b PENDING']);
    const group = tree.kind === 'chain' ? tree.parts[0] : undefined;
    expect(group).toMatchObject({ path: '0', id: idAt('0'), counts: { total: 2, succeeded: 0, failed: 0 } });
  });

  test('says of chains and groups what follows from their parts', async () => {
    const { workflow, begin, end } = await createWorld(CHORD);
    await end('0.0', { result: 1 });
    await begin('0.1');

    const tree = await workflow.tree();

    expect(words(tree)).toEqual(['chain STARTED', ['group STARTED', 'a SUCCESS', 'a STARTED'], 'b PENDING']);
    expect(tree).toMatchObject({ parts: [{ counts: { succeeded: 1, failed: 0 } }, {}], isCut: false });
  });

  test('has the times, the retries and the errors of runs', async () => {
    const { workflow, runs, request, begin, end } = await createWorld(groupOf(2));
    await begin('0');
    const error = { code: 'BOOM', name: 'Error', message: 'no' };
    await runs.release(request('0'), 'worker', 1, error);
    await end('1', { state: 'FAILURE', message: 'no card' });

    const tree = await workflow.tree();

    expect(tree).toMatchObject({
      state: 'STARTED',
      startedAt: new Date(NOW),
      counts: { total: 2, succeeded: 0, failed: 1 },
      parts: [
        { state: 'RETRY', retries: 1, queue: 'default' },
        { state: 'FAILURE', error: { message: 'no card' }, endedAt: new Date(NOW) },
      ],
    });
  });

  test('ends as its record says, with the reason', async () => {
    const { workflow, end, root } = await createWorld(
      chainOf(taskOf('a'), chainOf(taskOf('b'), taskOf('c'))),
    );
    await end('0');
    await end('1.0');
    await root('FAILURE', { reason: 'deadline', error: { code: 'LATE', name: 'Error', message: 'late' } });

    const tree = await workflow.tree();

    expect(words(tree)).toEqual(['chain FAILURE', 'a SUCCESS', ['chain FAILURE', 'b SUCCESS', 'c PENDING']]);
    expect(tree).toMatchObject({ reason: 'deadline', error: { code: 'LATE' }, endedAt: new Date(NOW) });
  });

  test('shows links beside what they follow', async () => {
    const { workflow, end } = await createWorld({
      ...taskOf('a'),
      links: [chainOf(taskOf('b'), taskOf('c'))],
      errorLinks: [taskOf('c')],
    });
    await end('', { result: 1 });
    await end('l0.0', { result: 2 });

    const tree = await workflow.tree();

    expect(tree.state).toBe('SUCCESS');
    expect(tree.links.map(words)).toEqual([['chain STARTED', 'b SUCCESS', 'c PENDING']]);
    expect(tree.errorLinks).toMatchObject([{ path: 'e0', state: 'PENDING' }]);
  });

  test('an empty group has succeeded once its turn has come', async () => {
    const { workflow, end } = await createWorld(chainOf(taskOf('a'), groupOf(0), taskOf('b')));

    const before = await workflow.tree();
    await end('0');
    const after = await workflow.tree();

    expect(words(before)).toEqual(['chain PENDING', 'a PENDING', ['group PENDING'], 'b PENDING']);
    expect(words(after)).toEqual(['chain STARTED', 'a SUCCESS', ['group SUCCESS'], 'b PENDING']);
  });

  test('a group is over as it was counted, whatever was made of a member by hand since', async () => {
    const { workflow, end, countEnd } = await createWorld(CHORD);
    await end('0.0');
    await end('0.1');
    await countEnd('0.1', false);

    const tree = await workflow.tree({ depth: 1 });

    expect(words(tree)).toEqual(['chain FAILURE', ['group FAILURE'], 'b PENDING']);
    expect(tree).toMatchObject({ parts: [{ counts: { succeeded: 1, failed: 1 } }, {}] });
  });

  test('of an id that is none, is refused', async () => {
    const { workflow, context } = await createWorld(CHORD);
    const foreign = createWorkflow(context, '0'.repeat(30));
    const unknown = createWorkflow(context, workflow.group('0').id);

    await expect(foreign.tree()).rejects.toMatchObject({ code: 'RESULT_UNKNOWN' });
    await expect(unknown.tree()).rejects.toThrow(/there is no workflow/);
    await expect(unknown.state()).resolves.toBe('UNKNOWN');
    await expect(workflow.tree({ nodes: 0 })).rejects.toThrow('tree: nodes is 0; give a whole number from 1');
  });
});

describe('a large workflow', () => {
  const members = 10_000;
  const LARGE: Plan = chainOf(groupOf(members), taskOf('b'));

  test('is read a page at a time, in a few calls however large it is', async () => {
    const { workflow, calls, end } = await createWorld(LARGE);
    for (const index of [0, 50, 5_000, 9_999]) await end(`0.${index}`, { result: index });
    calls.length = 0;

    const tree = await workflow.tree({ members: 100 });

    const group = tree.kind === 'chain' ? tree.parts[0] : undefined;
    expect(group).toMatchObject({
      state: 'STARTED',
      total: members,
      isCut: true,
      counts: { total: members, succeeded: 4, failed: 0 },
    });
    expect(group?.kind === 'group' && group.parts).toHaveLength(100);
    // The root, a page of members, their 102 records, and the 100 shards of the count.
    expect(calls.map(({ keys }) => keys).sort((a, b) => a - b)).toEqual([1, 1, 2, 100, 100]);
  });

  test('has pages of members, each in three calls', async () => {
    const { workflow, calls, end } = await createWorld(LARGE);
    await end('0.9999', { result: 1 });
    await workflow.parts('0', { limit: 1 });
    calls.length = 0;

    const page = await workflow.parts('0', { after: 9_899, limit: 100 });

    expect(page.parts).toHaveLength(100);
    expect(page.after).toBeUndefined();
    expect(page.parts.at(-1)).toMatchObject({ path: '0.9999', state: 'SUCCESS' });
    expect(page.parts[0]).toMatchObject({ path: '0.9900', state: 'PENDING' });
    // A page of the plan, the records, and the count of the group.
    expect(calls.map(({ keys }) => keys)).toEqual([1, 100, 100]);
  });

  test('of 10,000 is read to its end by pages, none of which costs more than the others', async () => {
    const { workflow, calls } = await createWorld(LARGE);
    await workflow.parts('0', { limit: 1 });

    const costs: number[] = [];
    let after: number | undefined = -1;
    for (let page = 0; page < 100 && after !== undefined; page++) {
      calls.length = 0;
      ({ after } = await workflow.parts('0', { after, limit: 100 }));
      costs.push(calls.length);
    }

    expect(after).toBeUndefined();
    expect(costs).toHaveLength(100);
    expect(Math.max(...costs)).toBe(3);
  });

  test('that is a chain, in a chain, is shown as over where that was read', async () => {
    const steps = Array.from({ length: 150 }, () => taskOf('a'));
    const { workflow, end, root } = await createWorld(chainOf(chainOf(...steps), taskOf('b')));
    for (const index of steps.keys()) await end(`0.${index}`);
    const before = await workflow.tree({ depth: 1 });
    await end('1', { state: 'FAILURE' });
    await root('FAILURE');

    const after = await workflow.tree({ depth: 1 });

    // Of the steps of such a chain the first hundred are read.
    expect(words(before)).toEqual(['chain STARTED', ['chain STARTED'], 'b PENDING']);
    expect(words(after)).toEqual(['chain FAILURE', ['chain SUCCESS'], 'b FAILURE']);
  });

  test('is read whole by its pages', async () => {
    const { workflow } = await createWorld(groupOf(250));

    const paths: string[] = [];
    for (let after: number | undefined, turn = 0; turn < 10; turn++) {
      const page = await workflow.parts('', { limit: 60, ...(after === undefined ? {} : { after }) });
      paths.push(...page.parts.map(({ path }) => path));
      after = page.after;
      if (after === undefined) break;
    }

    expect(paths).toEqual(Array.from({ length: 250 }, (_, index) => `${index}`));
  });

  test('shows so many nodes as were asked for, level by level', async () => {
    const { workflow } = await createWorld(groupOf(30));

    const tree = await workflow.tree({ nodes: 11 });

    expect(tree).toMatchObject({ isCut: true, total: 30 });
    expect(tree.kind === 'group' && tree.parts).toHaveLength(10);
  });
});

describe('parts that are not shown', () => {
  test('are read where a state follows from them', async () => {
    const { workflow, end } = await createWorld(
      chainOf(chainOf(taskOf('a'), taskOf('b')), chainOf(taskOf('a'), taskOf('b'))),
    );
    await end('0.0');
    await end('0.1');
    await end('1.0');

    const tree = await workflow.tree({ depth: 1 });

    expect(words(tree)).toEqual(['chain STARTED', ['chain SUCCESS'], ['chain STARTED']]);
    expect(tree).toMatchObject({ parts: [{ isCut: true, total: 2 }, { isCut: true }] });
  });

  test('a member that is a chain is over when its group has counted it', async () => {
    const { workflow, end, countEnd } = await createWorld({
      kind: 'group',
      members: [chainOf(taskOf('a'), taskOf('b')), chainOf(taskOf('a'), taskOf('b'))],
    });
    await end('0.0');
    await end('0.1');
    await end('1.0');
    await countEnd('0', true);

    const tree = await workflow.tree({ depth: 1 });

    expect(words(tree)).toEqual(['group STARTED', ['chain SUCCESS'], ['chain STARTED']]);
  });
});
