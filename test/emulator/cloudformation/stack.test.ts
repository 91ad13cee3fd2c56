/**
 * Stacks created and deleted through the API, with the real client. Source: AWS CloudFormation API reference
 * and user guide.
 */
import {
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ListExportsCommand,
  RollbackStackCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { describe, expect, test } from 'vitest';
import { createWorld, queue, refusal, START, template } from './api.ts';

const StackName = 'shop';
const TWO = template({
  Jobs: queue({
    RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 3 },
  }),
  Dead: queue(),
});
/** A delay that SQS refuses, so that the queue cannot be made. */
const WRONG = { DelaySeconds: 100_000 };

async function queues(emulator: ReturnType<typeof createWorld>['emulator']): Promise<readonly string[]> {
  const { QueueUrls = [] } = await emulator.call('sqs', 'ListQueues', {});
  return [QueueUrls].flat().map((url) => String(url).split('/').at(-1) ?? '');
}

describe('a stack', () => {
  test('is created in the order of its needs, with an event for each step', async () => {
    const { client, emulator, events } = createWorld();

    const { StackId } = await client.send(new CreateStackCommand({ StackName, TemplateBody: TWO }));

    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    expect(StackId).toMatch(/^arn:aws:cloudformation:us-east-1:000000000000:stack\/shop\/[0-9a-f-]{36}$/);
    expect(Stacks).toMatchObject([
      { StackId, StackStatus: 'CREATE_COMPLETE', CreationTime: new Date(START), DisableRollback: false },
    ]);
    expect(await events(StackName)).toEqual([
      'shop CREATE_IN_PROGRESS',
      ...['Dead CREATE_IN_PROGRESS', 'Dead CREATE_IN_PROGRESS', 'Dead CREATE_COMPLETE'],
      ...['Jobs CREATE_IN_PROGRESS', 'Jobs CREATE_IN_PROGRESS', 'Jobs CREATE_COMPLETE'],
      'shop CREATE_COMPLETE',
    ]);
    expect(await queues(emulator)).toHaveLength(2);
  });

  test('has outputs, parameters and tags', async () => {
    const { client } = createWorld();
    const TemplateBody = template(
      { Jobs: queue({ QueueName: { Ref: 'Name' } }) },
      {
        Description: 'a shop',
        Parameters: { Name: { Type: 'String' }, Secret: { Type: 'String', Default: 's', NoEcho: true } },
        Outputs: { Url: { Value: { Ref: 'Jobs' }, Description: 'where', Export: { Name: 'jobs-url' } } },
      },
    );

    await client.send(
      new CreateStackCommand({
        ...{ StackName, TemplateBody, Tags: [{ Key: 'team', Value: 'blue' }] },
        Parameters: [{ ParameterKey: 'Name', ParameterValue: 'jobs' }],
      }),
    );

    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    const { Exports = [] } = await client.send(new ListExportsCommand({}));
    const OutputValue = 'http://127.0.0.1:4566/000000000000/jobs';
    expect(Stacks).toMatchObject([
      {
        ...{ Description: 'a shop', Tags: [{ Key: 'team', Value: 'blue' }] },
        Outputs: [{ OutputKey: 'Url', OutputValue, Description: 'where', ExportName: 'jobs-url' }],
        Parameters: [
          { ParameterKey: 'Name', ParameterValue: 'jobs' },
          { ParameterKey: 'Secret', ParameterValue: '****' },
        ],
      },
    ]);
    expect(Exports).toEqual([{ ExportingStackId: Stacks[0]?.StackId, Name: 'jobs-url', Value: OutputValue }]);
  });

  test('that cannot be created is taken back, and says why', async () => {
    const { client, emulator, events } = createWorld();
    const TemplateBody = template({ Good: queue(), Bad: queue(WRONG, { DependsOn: 'Good' }) });

    await client.send(new CreateStackCommand({ StackName, TemplateBody }));

    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName }));
    const failed = StackEvents.find(({ ResourceStatus }) => ResourceStatus === 'CREATE_FAILED');
    expect(Stacks[0]?.StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(failed?.ResourceStatusReason).toContain(
      'Resource handler returned message: "InvalidAttributeValue',
    );
    expect((await events(StackName)).slice(-6)).toEqual([
      ...['Bad CREATE_IN_PROGRESS', 'Bad CREATE_FAILED', 'shop ROLLBACK_IN_PROGRESS'],
      ...['Good DELETE_IN_PROGRESS', 'Good DELETE_COMPLETE', 'shop ROLLBACK_COMPLETE'],
    ]);
    expect(await queues(emulator)).toEqual([]);
    await expect(client.send(new UpdateStackCommand({ StackName, TemplateBody: TWO }))).rejects.toThrow(
      'is in ROLLBACK_COMPLETE state and can not be updated.',
    );
  });

  test.each([
    ['goes altogether', { OnFailure: 'DELETE' as const }, 'DELETE_COMPLETE', 0],
    ['stays as it is', { DisableRollback: true }, 'CREATE_FAILED', 1],
  ])('that cannot be created %s where that is asked', async (_title, asked, status, left) => {
    const { client, emulator } = createWorld();
    const TemplateBody = template({ Good: queue(), Bad: queue(WRONG, { DependsOn: 'Good' }) });

    const { StackId } = await client.send(new CreateStackCommand({ StackName, TemplateBody, ...asked }));

    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: StackId }));
    expect(Stacks[0]?.StackStatus).toBe(status);
    expect(await queues(emulator)).toHaveLength(left);
  });

  test('that failed and stayed can be rolled back, or gone on with', async () => {
    const { client } = createWorld();
    const bad = template({ Good: queue(), Bad: queue(WRONG, { DependsOn: 'Good' }) });
    const good = template({ Good: queue(), Bad: queue({}, { DependsOn: 'Good' }) });
    for (const name of ['one', 'two'])
      await client.send(
        new CreateStackCommand({ StackName: name, TemplateBody: bad, DisableRollback: true }),
      );

    await client.send(new RollbackStackCommand({ StackName: 'one' }));
    await client.send(new UpdateStackCommand({ StackName: 'two', TemplateBody: good }));

    const { Stacks = [] } = await client.send(new DescribeStacksCommand({}));
    expect(Stacks.map((stack) => [stack.StackName, stack.StackStatus])).toEqual([
      ['one', 'ROLLBACK_COMPLETE'],
      ['two', 'UPDATE_COMPLETE'],
    ]);
  });

  test('is deleted with what is in it; its id still finds it', async () => {
    const { client, emulator, events } = createWorld();
    const { StackId = '' } = await client.send(new CreateStackCommand({ StackName, TemplateBody: TWO }));

    await client.send(new DeleteStackCommand({ StackName }));

    expect(await refusal(client.send(new DescribeStacksCommand({ StackName })))).toEqual([
      'ValidationError',
      'Stack with id shop does not exist',
    ]);
    expect((await events(StackId)).slice(-6)).toEqual([
      'shop DELETE_IN_PROGRESS',
      ...[
        'Jobs DELETE_IN_PROGRESS',
        'Jobs DELETE_COMPLETE',
        'Dead DELETE_IN_PROGRESS',
        'Dead DELETE_COMPLETE',
      ],
      'shop DELETE_COMPLETE',
    ]);
    expect(await queues(emulator)).toEqual([]);
    const again = await client.send(new CreateStackCommand({ StackName, TemplateBody: TWO }));
    expect(again.StackId).not.toBe(StackId);
  });

  test('leaves behind what is to be retained', async () => {
    const { client, emulator, events } = createWorld();
    const TemplateBody = template({ Jobs: queue({ QueueName: 'jobs' }, { DeletionPolicy: 'Retain' }) });
    const { StackId = '' } = await client.send(new CreateStackCommand({ StackName, TemplateBody }));

    await client.send(new DeleteStackCommand({ StackName }));

    expect(await events(StackId)).toContain('Jobs DELETE_SKIPPED');
    expect(await queues(emulator)).toEqual(['jobs']);
  });
});
