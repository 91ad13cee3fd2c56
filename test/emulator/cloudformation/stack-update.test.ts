/**
 * Stacks updated through the API, and the exports between them. Source: AWS CloudFormation API reference and
 * user guide.
 */
import {
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  ListImportsCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { describe, expect, test } from 'vitest';
import { createWorld, queue, refusal, template } from './api.ts';

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

describe('an update', () => {
  test('changes, adds, replaces and removes, and cleans up at the end', async () => {
    const { client, events } = createWorld();
    const before = template({
      Same: queue(),
      Changed: queue(),
      Replaced: queue({ QueueName: 'old' }),
      Gone: queue(),
    });
    const after = template({
      ...{ Same: queue(), Changed: queue({ DelaySeconds: 5 }), Replaced: queue({ QueueName: 'new' }) },
      Added: queue(),
    });
    await client.send(new CreateStackCommand({ StackName, TemplateBody: before }));
    const created = (await events(StackName)).length;

    await client.send(new UpdateStackCommand({ StackName, TemplateBody: after }));

    const { StackResources = [] } = await client.send(new DescribeStackResourcesCommand({ StackName }));
    expect((await events(StackName)).slice(created)).toEqual([
      'shop UPDATE_IN_PROGRESS',
      ...['Changed UPDATE_IN_PROGRESS', 'Changed UPDATE_COMPLETE'],
      ...['Replaced UPDATE_IN_PROGRESS', 'Replaced UPDATE_IN_PROGRESS', 'Replaced UPDATE_IN_PROGRESS'],
      ...['Replaced UPDATE_COMPLETE'],
      ...['Added CREATE_IN_PROGRESS', 'Added CREATE_IN_PROGRESS', 'Added CREATE_COMPLETE'],
      'shop UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      ...['Gone DELETE_IN_PROGRESS', 'Gone DELETE_COMPLETE', 'Replaced DELETE_IN_PROGRESS'],
      ...['Replaced DELETE_COMPLETE', 'shop UPDATE_COMPLETE'],
    ]);
    expect(StackResources.map((one) => [one.LogicalResourceId, one.ResourceStatus]).sort()).toEqual([
      ['Added', 'CREATE_COMPLETE'],
      ['Changed', 'UPDATE_COMPLETE'],
      ['Replaced', 'UPDATE_COMPLETE'],
      ['Same', 'CREATE_COMPLETE'],
    ]);
    expect(StackResources.find((one) => one.LogicalResourceId === 'Replaced')?.PhysicalResourceId).toBe(
      'new',
    );
  });

  test('that fails is taken back: changed, added and replaced resources are as before', async () => {
    const { client, emulator, events } = createWorld();
    const before = template(
      { Changed: queue({ QueueName: 'changed', DelaySeconds: 3 }), Replaced: queue({ QueueName: 'old' }) },
      { Outputs: { Name: { Value: { 'Fn::GetAtt': ['Replaced', 'QueueName'] } } } },
    );
    const after = template({
      Changed: queue({ QueueName: 'changed', DelaySeconds: 5 }),
      Replaced: queue({ QueueName: 'new' }),
      Added: queue({ QueueName: 'added' }),
      Wrong: queue(WRONG, { DependsOn: ['Changed', 'Replaced', 'Added'] }),
    });
    await client.send(new CreateStackCommand({ StackName, TemplateBody: before }));

    await client.send(new UpdateStackCommand({ StackName, TemplateBody: after }));

    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    const { TemplateBody } = await client.send(new GetTemplateCommand({ StackName }));
    const QueueUrl = 'http://127.0.0.1:4566/000000000000/changed';
    const attributes = await emulator.call('sqs', 'GetQueueAttributes', {
      QueueUrl,
      AttributeNames: ['DelaySeconds'],
    });
    expect(Stacks[0]).toMatchObject({
      StackStatus: 'UPDATE_ROLLBACK_COMPLETE',
      Outputs: [{ OutputKey: 'Name', OutputValue: 'old' }],
    });
    expect(TemplateBody).toBe(before);
    expect(await queues(emulator)).toEqual(['changed', 'old']);
    expect(attributes).toEqual({ Attributes: { DelaySeconds: '3' } });
    expect(await events(StackName)).toContain('shop UPDATE_ROLLBACK_IN_PROGRESS');
    expect(await events(StackName)).toContain('shop UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
  });

  test.each<[string, object, string]>([
    ['of nothing', { TemplateBody: TWO }, 'No updates are to be performed.'],
    [
      'of the type of a resource',
      { TemplateBody: template({ Jobs: { Type: 'AWS::IAM::Policy', Properties: {} }, Dead: queue() }) },
      'Update of resource type is not permitted. The new template modifies resource type of the following ' +
        'resources: [Jobs]',
    ],
  ])('%s is refused', async (_title, input, message) => {
    const { client } = createWorld();
    await client.send(new CreateStackCommand({ StackName, TemplateBody: TWO }));

    const refused = await refusal(
      client.send(new UpdateStackCommand({ StackName, Capabilities: ['CAPABILITY_NAMED_IAM'], ...input })),
    );

    expect(refused).toEqual(['ValidationError', message]);
  });

  test('that fails within one resource takes back what it had done to it', async () => {
    const { client, emulator } = createWorld();
    const says = (word: string, Timeout: number) =>
      template({
        Greet: {
          Type: 'AWS::Lambda::Function',
          Properties: {
            ...{ FunctionName: 'greet', Handler: 'index.handler', Runtime: 'nodejs24.x', Timeout },
            ...{ Role: 'arn:aws:iam::000000000000:role/r' },
            Code: { ZipFile: `exports.handler = async () => '${word}';` },
          },
        },
      });
    await client.send(new CreateStackCommand({ StackName, TemplateBody: says('old', 3) }));

    // Lambda takes the code, and then refuses a timeout of more than 15 minutes.
    await client.send(new UpdateStackCommand({ StackName, TemplateBody: says('new', 5000) }));

    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    const { Payload } = await emulator.call('lambda', 'Invoke', { FunctionName: 'greet' });
    expect(Stacks[0]?.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(Buffer.from(Object(Payload)).toString()).toBe('"old"');
  });

  test('that would replace a resource and keep its name fails as on AWS', async () => {
    const { client } = createWorld();
    const TemplateBody = template({ Jobs: queue({ QueueName: 'jobs.fifo', FifoQueue: true }) });
    await client.send(new CreateStackCommand({ StackName, TemplateBody }));

    await client.send(
      new UpdateStackCommand({
        StackName,
        TemplateBody: template({ Jobs: queue({ QueueName: 'jobs.fifo' }) }),
      }),
    );

    const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName }));
    const failed = StackEvents.find(({ ResourceStatus }) => ResourceStatus === 'UPDATE_FAILED');
    expect(failed?.ResourceStatusReason).toContain(
      'CloudFormation cannot update a stack when a custom-named resource requires replacing. ' +
        'Rename jobs.fifo and update the stack again.',
    );
  });
});

describe('exports', () => {
  const EXPORTING = template(
    { Jobs: queue({ QueueName: 'jobs' }) },
    { Outputs: { Arn: { Value: { 'Fn::GetAtt': ['Jobs', 'Arn'] }, Export: { Name: 'jobs' } } } },
  );
  const IMPORTING = template({
    Mine: queue({
      RedrivePolicy: { deadLetterTargetArn: { 'Fn::ImportValue': 'jobs' }, maxReceiveCount: 2 },
    }),
  });

  test('in use are neither deleted nor changed', async () => {
    const { client } = createWorld();
    await client.send(new CreateStackCommand({ StackName: 'from', TemplateBody: EXPORTING }));
    await client.send(new CreateStackCommand({ StackName: 'to', TemplateBody: IMPORTING }));
    const { Imports } = await client.send(new ListImportsCommand({ ExportName: 'jobs' }));

    await client.send(new DeleteStackCommand({ StackName: 'from' }));
    await client.send(
      new UpdateStackCommand({
        StackName: 'from',
        TemplateBody: template({ Jobs: queue({ QueueName: 'jobs' }) }),
      }),
    );

    const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName: 'from' }));
    const reasons = StackEvents.map(({ ResourceStatus, ResourceStatusReason }) => [
      ResourceStatus,
      ResourceStatusReason,
    ]);
    expect(Imports).toEqual(['to']);
    expect(reasons).toContainEqual([
      'CREATE_COMPLETE',
      'Delete canceled. Cannot delete export jobs as it is in use by to.',
    ]);
    expect(reasons).toContainEqual([
      'UPDATE_ROLLBACK_IN_PROGRESS',
      'Cannot delete export jobs as it is in use by to',
    ]);
  });

  test('of the same name are refused, and what nobody uses has no imports', async () => {
    const { client } = createWorld();
    await client.send(new CreateStackCommand({ StackName: 'from', TemplateBody: EXPORTING }));

    const other = EXPORTING.replace('"jobs"', '"others"');
    await client.send(new CreateStackCommand({ StackName: 'again', TemplateBody: other }));

    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: 'again' }));
    const unused = await refusal(client.send(new ListImportsCommand({ ExportName: 'jobs' })));
    expect(Stacks[0]?.StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(unused).toEqual(['ValidationError', "Export 'jobs' is not imported by any stack."]);
  });
});
