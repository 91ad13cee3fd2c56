/** Handles of groups: their members as they end, and how many have. */
import { describe, expect, test } from 'vitest';
import type { MemberResult } from '../../lib/define/workflow-client.ts';
import { chainOf, collect, createWorld, groupOf, SOON, taskOf } from './workflow-world.ts';

/** What a member brought, in a word. */
function brought(one: MemberResult): unknown {
  return [one.index, one.state === 'SUCCESS' ? one.value : one.error.message.replace(/\(\w+\) /, '')];
}

describe('join', () => {
  test('resolves to all results, in the order of the members', async () => {
    const { group, end } = await createWorld(groupOf(3), []);
    await end('2', { result: 'c' });
    await end('0', { result: 'a' });
    await end('1', {});

    const values = await group.join(SOON);

    expect(values).toEqual(['a', null, 'c']);
  });

  test('rejects with the first failure, while the others run on', async () => {
    const { group, begin, end } = await createWorld(groupOf(3), [
      () => begin('0'),
      () => end('2', { state: 'FAILURE', message: 'no card' }),
    ]);

    const joining = group.join(SOON);

    await expect(joining).rejects.toMatchObject({ code: 'TASK_FAILED', cause: { message: 'no card' } });
    expect(await group.counts()).toEqual({ total: 3, succeeded: 0, failed: 1, running: 1, waiting: 1 });
  });

  test('of a group in a workflow does not wait for what follows it', async () => {
    const { workflow, end } = await createWorld(chainOf(groupOf(2), taskOf('b')));
    await end('0.0', { result: 1 });
    await end('0.1', { result: 2 });

    const values = await workflow.group('0').join(SOON);

    expect(values).toEqual([1, 2]);
  });

  test('of an empty group is an empty list', async () => {
    const { group } = await createWorld(groupOf(0));

    expect(await group.join(SOON)).toEqual([]);
    expect(await collect(group.results(SOON))).toEqual([]);
    expect(await group.ready()).toBe(true);
  });

  test('rejects when the workflow ended before its members', async () => {
    const { group, end, root } = await createWorld(groupOf(2), [() => root('REVOKED')]);
    await end('0', { result: 1 });

    await expect(group.join(SOON)).rejects.toMatchObject({ code: 'TASK_REVOKED' });
    expect(await group.ready()).toBe(true);
  });

  test('of what is no group is refused', async () => {
    const { workflow } = await createWorld(chainOf(taskOf('a'), groupOf(1)));

    await expect(workflow.group('0').join()).rejects.toThrow(/is a task and no group/);
    await expect(workflow.group('7').counts()).rejects.toThrow(/has no node '7'/);
    await expect(workflow.group('l0').counts()).rejects.toMatchObject({ code: 'WORKFLOW_NO_NODE' });
  });
});

describe('results', () => {
  test('come as members end, each once, failed ones too', async () => {
    const { group, end, idAt } = await createWorld(groupOf(4), [
      () => end('2', { result: 'c' }),
      async () => {
        await end('3', { state: 'FAILURE', message: 'no card' });
        await end('0', { result: 'a' });
      },
      () => end('1', { state: 'REVOKED' }),
    ]);

    const all = await collect(group.results(SOON));

    expect(all.map(brought)).toEqual([
      [2, 'c'],
      [0, 'a'],
      [3, "task 'a' failed (error): Error: no card"],
      [1, "task 'a' did not run: revoked"],
    ]);
    expect(all.map(({ id }) => id)).toEqual(['2', '0', '3', '1'].map(idAt));
  });

  test('name the step of a chain, and the member of a group, that failed', async () => {
    const { group, end, countEnd } = await createWorld({
      kind: 'group',
      members: [chainOf(taskOf('a'), taskOf('b'), taskOf('c')), groupOf(2)],
    });
    await end('0.0');
    await end('0.1', { state: 'FAILURE', message: 'no card' });
    await end('1.1', { state: 'FAILURE', message: 'no stamp' });
    await end('1.0');
    await countEnd('0', false);
    await countEnd('1', false);

    const all = await collect(group.results(SOON));

    expect(all.map(brought)).toEqual([
      // All runs of this world are of one task.
      [0, "task 'a' failed (error): Error: no card"],
      [1, "task 'a' failed (error): Error: no stamp"],
    ]);
  });

  test('stop when the loop is left, and can be read again', async () => {
    const { group, end } = await createWorld(groupOf(2));
    await end('0', { result: 1 });
    await end('1', { result: 2 });

    for await (const one of group.results()) {
      expect(one.index).toBe(0);
      break;
    }

    expect((await collect(group.results())).map(brought)).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });

  test('of 1,000 members read each record once', async () => {
    const { group, end, calls } = await createWorld(groupOf(1_000));
    const all = Array.from({ length: 1_000 }, (_, index) => index);
    for (const index of all) await end(`${index}`, { result: index });
    calls.length = 0;

    const results = await collect(group.results(SOON));
    const values = await group.join(SOON);

    expect(results.map(brought)).toEqual(all.map((index) => [index, index]));
    expect(values).toEqual(all);
    // Of each of both: the root's record, the count, what was added, and ten reads of a hundred; the plan's
    // pages once.
    const reads = calls.filter(({ operation }) => operation === 'BatchGetItem');
    expect(reads.map(({ keys }) => keys).filter((keys) => keys === 100)).toHaveLength(20);
    expect(reads.length).toBeLessThanOrEqual(38);
    expect(calls).toHaveLength(reads.length);
  });

  test('are given up by a signal', async () => {
    const abort = new AbortController();
    const { group } = await createWorld(groupOf(1), [async () => abort.abort(new Error('enough'))]);

    await expect(collect(group.results({ signal: abort.signal }))).rejects.toThrow('enough');
  });
});

describe('counts', () => {
  test('tell those that run from those that wait', async () => {
    const { group, runs, request, begin, end } = await createWorld({
      kind: 'group',
      members: [
        ...Array.from({ length: 4 }, () => taskOf('a')),
        chainOf(taskOf('a'), taskOf('b')),
        groupOf(0),
      ],
    });
    await end('0');
    await begin('1');
    await begin('2');
    await runs.release(request('2'), 'worker', 1, { code: 'BOOM', name: 'Error', message: 'no' });
    await end('4.0');

    const counts = await group.counts();

    // Two are under way: a task, and a chain between its steps.
    expect(counts).toEqual({ total: 6, succeeded: 1, failed: 0, running: 2, waiting: 3 });
    expect(await group.ready()).toBe(false);
  });

  test('take a record that is ahead of the count as it is', async () => {
    const { group, runs, begin, request } = await createWorld(groupOf(2));
    await begin('0');
    await runs.complete(request('0'), 'worker', { state: 'SUCCESS' });

    expect(await group.counts()).toMatchObject({ succeeded: 1, waiting: 1 });
  });

  test('of 1,000 cost a read more a hundred that have not ended', async () => {
    const { group, end, calls } = await createWorld(groupOf(1_000));
    for (let index = 0; index < 900; index++) await end(`${index}`);
    await group.counts();
    calls.length = 0;

    const counts = await group.counts();

    expect(counts).toEqual({ total: 1_000, succeeded: 900, failed: 0, running: 0, waiting: 100 });
    // The second one for what was added, of which there is nothing.
    expect(calls.map(({ keys }) => keys)).toEqual([10, 1, 100]);
  });
});
