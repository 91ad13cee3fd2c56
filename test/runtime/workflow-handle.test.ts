/** Handles of workflows: what they wait for, and what they read. */
import { describe, expect, test } from 'vitest';
import { defineApp, defineTask } from '#lib';
import { simulate } from '#lib/testing';
import { chainOf, collect, createWorld, groupOf, SOON, taskOf } from './workflow-world.ts';

describe('a handle', () => {
  test('waits for the record of the workflow, and reads nothing else', async () => {
    const { handle, root, calls } = await createWorld(chainOf(taskOf('a'), taskOf('b')), [
      async () => {},
      () => root('SUCCESS', { result: '{"paid":40}' }),
    ]);

    const value = await handle.get(SOON);

    expect(value).toEqual({ paid: 40 });
    expect(calls.map(({ keys }) => keys)).toEqual([1, 1]);
  });

  test('of a chain has no members, that of a group has', async () => {
    const chain = await createWorld(chainOf(taskOf('a')));
    const group = await createWorld(groupOf(1));

    expect('join' in chain.handle).toBe(false);
    expect('join' in group.handle).toBe(true);
  });

  test('finds in its parts what the record of the workflow does not hold', async () => {
    const { handle, end, root } = await createWorld({
      kind: 'group',
      members: [chainOf(taskOf('a'), taskOf('b')), groupOf(2)],
    });
    await end('0.0', { result: 'first' });
    await end('0.1', { result: 'last' });
    await end('1.0', { result: 1 });
    await end('1.1', { result: 2 });
    await root('SUCCESS');

    const value = await handle.get(SOON);

    expect(value).toEqual(['last', [1, 2]]);
  });

  test('rejects with what ended the workflow', async () => {
    const failed = await createWorld(groupOf(1));
    await failed.root('FAILURE', {
      error: { code: 'GROUP_MEMBER_FAILED', name: 'TaskError', message: 'member 0 …' },
    });
    const revoked = await createWorld(groupOf(1));
    await revoked.root('REVOKED', { reason: 'revoked' });

    await expect(failed.handle.get()).rejects.toMatchObject({
      code: 'TASK_FAILED',
      message: `workflow (${failed.workflowId}) failed (error): TaskError: member 0 …`,
      cause: { code: 'GROUP_MEMBER_FAILED' },
    });
    await expect(revoked.handle.get()).rejects.toMatchObject({ code: 'TASK_REVOKED' });
  });

  test('gives up after its timeout, and the workflow goes on', async () => {
    const { handle, group } = await createWorld(groupOf(1));

    await expect(handle.get({ timeout: '3s' })).rejects.toMatchObject({ code: 'RESULT_TIMEOUT' });
    await expect(group.join({ timeout: '3s' })).rejects.toThrow(/has no result after 3s/);
    await expect(collect(group.results({ timeout: '3s' }))).rejects.toMatchObject({ value: '3s' });
  });

  test('tells where the workflow is', async () => {
    const { handle, begin, root } = await createWorld(chainOf(groupOf(2), taskOf('b')));

    const states = [await handle.state()];
    await begin('0.0');
    states.push(await handle.state());
    await root('SUCCESS');
    states.push(await handle.state());

    expect(states).toEqual(['PENDING', 'STARTED', 'SUCCESS']);
  });
});

describe('forgetting', () => {
  test('drops what the workflow and its parts have brought, and not that they have ended', async () => {
    const { handle, end, root, runs, idAt } = await createWorld(chainOf(groupOf(2), taskOf('b')));
    for (const path of ['0.0', '0.1', '1']) await end(path, { result: path });
    await root('SUCCESS', { result: '"all"' });

    await handle.forget();

    const kept = await runs.read(['', '0.0', '0.1', '1'].map(idAt));
    expect([...kept.values()].map(({ state, result }) => [state, result])).toEqual(
      Array.from({ length: 4 }, () => ['SUCCESS', undefined]),
    );
    await expect(handle.get()).rejects.toMatchObject({ code: 'RESULT_FORGOTTEN' });
  });

  test('waits for the end of the workflow', async () => {
    const { handle } = await createWorld(groupOf(1));

    await expect(handle.forget()).rejects.toMatchObject({ code: 'RUN_NOT_OVER' });
  });
});

describe('a client', () => {
  test('has no workflows where nothing keeps a record', () => {
    const sim = simulate(defineApp('shop', { tasks: [defineTask('a', { result: false, run: () => 1 })] }));

    expect(() => sim.workflow('id')).toThrow(/nothing in this app keeps a record/);
  });

  test('knows its ids from those of others, and its workflows from its tasks', async () => {
    const task = defineTask('a', { run: () => 1 });
    const sim = simulate(defineApp('shop', { tasks: [task] }));
    const { id } = await sim.send(task());

    expect(await sim.workflow('other').state()).toBe('UNKNOWN');
    await expect(sim.workflow('other').get()).rejects.toMatchObject({ code: 'RESULT_UNKNOWN' });
    await expect(sim.workflow(id).tree()).rejects.toMatchObject({ code: 'WORKFLOW_UNKNOWN' });
    await expect(sim.group(id).join()).rejects.toMatchObject({ code: 'WORKFLOW_UNKNOWN' });
  });
});
