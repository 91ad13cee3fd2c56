/** Revoking workflows and groups as a whole. */
import { describe, expect, test } from 'vitest';
import { isRevoked } from '../../lib/core/workflow/stop.ts';
import { createWorkflow, createWorkflowHandle } from '../../lib/runtime/workflow-handle.ts';
import { chainOf, createWorld, groupOf, taskOf } from './workflow-world.ts';
import { NOW } from './world.ts';

describe('a revoked workflow', () => {
  test('is marked, so that nothing of it starts any more', async () => {
    const { workflow, runs, workflowId } = await createWorld(chainOf(taskOf('a'), taskOf('b')));

    const outcome = await workflow.revoke();

    const root = (await runs.read([workflowId])).get(workflowId);
    expect(outcome).toBe('revoked');
    expect(isRevoked(root)).toBe(true);
    expect(root).toMatchObject({ state: 'REVOKED', reason: 'revoked' });
    await expect(workflow.get()).rejects.toMatchObject({ code: 'TASK_REVOKED' });
  });

  test('revokes what waits in a queue: the step where it is, the members that have not ended', async () => {
    const { workflow, begin, end, stateOf } = await createWorld(
      chainOf(taskOf('a'), {
        kind: 'group',
        members: [taskOf('a'), chainOf(taskOf('a'), taskOf('b')), taskOf('c')],
      }),
    );
    await end('0');
    await end('1.0');
    await begin('1.1.0');

    const outcome = await workflow.revoke();

    expect(outcome).toBe('running');
    expect(await Promise.all(['0', '1.0', '1.1.0', '1.1.1', '1.2'].map(stateOf))).toEqual([
      'SUCCESS',
      'SUCCESS',
      'STARTED',
      undefined,
      'REVOKED',
    ]);
  });

  test('tells its running tasks to stop, where asked', async () => {
    const { workflow, begin, control, idAt } = await createWorld(groupOf(2));
    await begin('0');

    const gentle = await workflow.revoke();
    const goesOn = await control.extend(idAt('0'), 'worker', NOW);
    const firm = await workflow.revoke({ terminate: true });

    const stops = await control.extend(idAt('0'), 'worker', NOW);
    expect([gentle, firm]).toEqual(['running', 'running']);
    expect([goesOn, stops]).toEqual(['kept', 'terminate']);
  });

  test('that is a single task with links is revoked as that task', async () => {
    const { workflow, begin, stateOf } = await createWorld({ ...taskOf('a'), links: [taskOf('b')] });
    await begin('');

    expect(await workflow.revoke()).toBe('running');
    expect(await stateOf('')).toBe('STARTED');
  });

  test('that is over stays as it is', async () => {
    const { workflow, root, end, stateOf } = await createWorld(groupOf(1));
    await end('0');
    await root('SUCCESS');

    expect(await workflow.revoke()).toBe('over');
    expect(await stateOf('')).toBe('SUCCESS');
  });

  test('is revoked to its end when the first one who tried has died', async () => {
    const { workflow, root, stateOf } = await createWorld(groupOf(2));
    await root('REVOKED');

    const outcome = await workflow.revoke();

    expect(outcome).toBe('revoked');
    expect(await stateOf('1')).toBe('REVOKED');
  });

  test('of an id that is none, is refused', async () => {
    const { context, workflow } = await createWorld(groupOf(1));

    const nowhere = createWorkflow(context, workflow.group('0').id);

    await expect(nowhere.revoke()).rejects.toMatchObject({ code: 'WORKFLOW_UNKNOWN' });
  });
});

describe('a revoked group', () => {
  test('takes no other part of its workflow along', async () => {
    const { workflow, end, stateOf } = await createWorld(chainOf(groupOf(3), taskOf('b')));
    await end('0.1');

    const outcome = await workflow.group('0').revoke();

    expect(outcome).toBe('revoked');
    expect(await Promise.all(['0.0', '0.1', '0.2', '1', ''].map(stateOf))).toEqual([
      'REVOKED',
      'SUCCESS',
      'REVOKED',
      undefined,
      'PENDING',
    ]);
  });

  test('that is the workflow is revoked as the workflow', async () => {
    const { group, workflowId, runs, stateOf } = await createWorld(groupOf(250));

    expect(await group.revoke()).toBe('revoked');
    expect(isRevoked((await runs.read([workflowId])).get(workflowId))).toBe(true);
    expect(await Promise.all(['0', '249'].map(stateOf))).toEqual(['REVOKED', 'REVOKED']);
  });

  test('whose members have all ended is over', async () => {
    const { workflow, end, countEnd } = await createWorld(
      chainOf({ kind: 'group', members: [chainOf(taskOf('a'))] }),
    );
    await end('0.0.0');
    await countEnd('0.0', true);

    expect(await workflow.group('0').revoke()).toBe('over');
  });
});

test('a chain that goes on while it is revoked is revoked where it is then', async () => {
  const { context, pages, workflowId, end, idAt, stateOf } = await createWorld(
    chainOf(chainOf(taskOf('a'), taskOf('b'))),
  );
  const control: typeof context.control = {
    ...context.control,
    async revoke(request) {
      if (request.id === idAt('0.0')) await end('0.0', { result: 1 });
      return context.control.revoke(request);
    },
  };

  const outcome = await createWorkflowHandle(
    { ...context, control },
    workflowId,
    { kind: 'chain' },
    pages,
  ).revoke();

  expect(outcome).toBe('revoked');
  expect(await Promise.all(['0.0', '0.1'].map(stateOf))).toEqual(['SUCCESS', 'REVOKED']);
});
