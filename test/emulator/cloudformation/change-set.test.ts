/** Change sets through the API, with the real client. Source: AWS CloudFormation API reference. */
import {
  CreateChangeSetCommand,
  CreateStackCommand,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
  ListChangeSetsCommand,
} from '@aws-sdk/client-cloudformation';
import { expect, test } from 'vitest';
import { createWorld, queue, refusal, template } from './api.ts';

const StackName = 'shop';
const ChangeSetName = 'next';
const ONE = template({ Jobs: queue({ QueueName: 'jobs' }) });

test('a change set creates a stack when it is executed, from a template in S3', async () => {
  const { client, emulator, events } = createWorld();
  const Bucket = 'cdk-hnb659fds-assets-000000000000-us-east-1';
  await emulator.call('s3', 'PutObject', { Bucket, Key: 'a/t.json', Body: Buffer.from(ONE) });
  const TemplateURL = `https://s3.us-east-1.amazonaws.com/${Bucket}/a/t.json`;

  const made = await client.send(
    new CreateChangeSetCommand({ StackName, ChangeSetName, ChangeSetType: 'CREATE', TemplateURL }),
  );
  const described = await client.send(new DescribeChangeSetCommand({ ChangeSetName: made.Id }));
  const before = await client.send(new DescribeStacksCommand({ StackName }));
  await client.send(new ExecuteChangeSetCommand({ StackName, ChangeSetName }));

  const after = await client.send(new DescribeStacksCommand({ StackName }));
  expect(described).toMatchObject({
    ...{ ChangeSetName, StackName, Status: 'CREATE_COMPLETE', ExecutionStatus: 'AVAILABLE' },
    Changes: [
      { ResourceChange: { Action: 'Add', LogicalResourceId: 'Jobs', ResourceType: 'AWS::SQS::Queue' } },
    ],
  });
  expect(before.Stacks?.[0]?.StackStatus).toBe('REVIEW_IN_PROGRESS');
  expect(after.Stacks?.[0]).toMatchObject({ StackStatus: 'CREATE_COMPLETE', ChangeSetId: made.Id });
  expect((await events(StackName)).slice(0, 2)).toEqual([
    'shop REVIEW_IN_PROGRESS',
    'shop CREATE_IN_PROGRESS',
  ]);
});

test('a change set tells what would be changed, replaced and removed', async () => {
  const { client } = createWorld();
  const before = template({
    ...{ Changed: queue(), Replaced: queue({ QueueName: 'old' }), Gone: queue() },
    Uses: queue({
      RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Replaced', 'Arn'] }, maxReceiveCount: 1 },
    }),
  });
  const after = before
    .replace(
      '"Changed":{"Type":"AWS::SQS::Queue","Properties":{}}',
      '"Changed":{"Type":"AWS::SQS::Queue","Properties":{"DelaySeconds":5}}',
    )
    .replace('"old"', '"new"')
    .replace('"Gone":{"Type":"AWS::SQS::Queue","Properties":{}},', '');
  await client.send(new CreateStackCommand({ StackName, TemplateBody: before }));

  await client.send(new CreateChangeSetCommand({ StackName, ChangeSetName, TemplateBody: after }));

  const { Changes = [] } = await client.send(new DescribeChangeSetCommand({ StackName, ChangeSetName }));
  const told = Changes.map(({ ResourceChange: change }) => [
    ...[change?.Action, change?.LogicalResourceId, change?.Replacement],
    ...(change?.Details ?? []).map(({ Target, Evaluation }) => [
      Target?.Name,
      Target?.RequiresRecreation,
      Evaluation,
    ]),
  ]);
  expect(told).toEqual([
    ['Modify', 'Changed', 'False', ['DelaySeconds', 'Never', 'Static']],
    ['Modify', 'Replaced', 'True', ['QueueName', 'Always', 'Static']],
    ['Modify', 'Uses', 'False', ['RedrivePolicy', 'Never', 'Dynamic']],
    ['Remove', 'Gone', undefined],
  ]);
});

test('a change set without changes fails and says so', async () => {
  const { client } = createWorld();
  await client.send(new CreateStackCommand({ StackName, TemplateBody: ONE }));

  await client.send(new CreateChangeSetCommand({ StackName, ChangeSetName, TemplateBody: ONE }));

  const described = await client.send(new DescribeChangeSetCommand({ StackName, ChangeSetName }));
  const executed = await refusal(client.send(new ExecuteChangeSetCommand({ StackName, ChangeSetName })));
  expect(described).toMatchObject({ Status: 'FAILED', ExecutionStatus: 'UNAVAILABLE' });
  expect(described.StatusReason).toMatch(/^The submitted information didn't contain changes\./);
  expect(executed).toEqual([
    'InvalidChangeSetStatusException',
    expect.stringContaining('cannot be executed in its current execution status of [UNAVAILABLE]'),
  ]);
});

test('when one is executed the others of its stack are gone', async () => {
  const { client } = createWorld();
  await client.send(new CreateStackCommand({ StackName, TemplateBody: ONE }));
  const change = (name: string, DelaySeconds: number) =>
    client.send(
      new CreateChangeSetCommand({
        ...{ StackName, ChangeSetName: name },
        TemplateBody: template({ Jobs: queue({ QueueName: 'jobs', DelaySeconds }) }),
      }),
    );
  await change('a', 1);
  await change('b', 2);

  await client.send(new ExecuteChangeSetCommand({ StackName, ChangeSetName: 'b' }));

  const { Summaries = [] } = await client.send(new ListChangeSetsCommand({ StackName }));
  expect(Summaries.map((each) => [each.ChangeSetName, each.ExecutionStatus])).toEqual([
    ['b', 'EXECUTE_COMPLETE'],
  ]);
});

test('a change set that is deleted leaves the stack as it is', async () => {
  const { client } = createWorld();
  await client.send(new CreateStackCommand({ StackName, TemplateBody: ONE }));
  const next = template({ Jobs: queue({ QueueName: 'jobs', DelaySeconds: 1 }) });
  await client.send(new CreateChangeSetCommand({ StackName, ChangeSetName, TemplateBody: next }));
  const shown = await client.send(new GetTemplateCommand({ StackName, ChangeSetName }));

  await client.send(new DeleteChangeSetCommand({ StackName, ChangeSetName }));
  await client.send(new DeleteChangeSetCommand({ StackName, ChangeSetName }));

  const { TemplateBody } = await client.send(new GetTemplateCommand({ StackName }));
  const gone = await refusal(client.send(new DescribeChangeSetCommand({ StackName, ChangeSetName })));
  expect(shown.TemplateBody).toBe(next);
  expect(TemplateBody).toBe(ONE);
  expect(gone).toEqual(['ChangeSetNotFoundException', 'ChangeSet [next] does not exist']);
});

test.each<[string, object, readonly [string, string]]>([
  [
    'of a stack that is not there',
    { StackName: 'other' },
    ['ValidationError', 'Stack [other] does not exist'],
  ],
  [
    'that creates a stack again',
    { ChangeSetType: 'CREATE' },
    ['ValidationError', 'Stack [shop] already exists and cannot be created again with the changeSet [next].'],
  ],
  [
    'that imports',
    { ChangeSetType: 'IMPORT' },
    ['NotImplementedException', 'cloudformation: CreateChangeSet with ChangeSetType IMPORT is not served'],
  ],
  [
    'that takes over what is there',
    { ImportExistingResources: true },
    ['NotImplementedException', 'cloudformation: CreateChangeSet with ImportExistingResources is not served'],
  ],
  [
    'that reverts drift',
    { DeploymentMode: 'REVERT_DRIFT' },
    ['NotImplementedException', 'cloudformation: CreateChangeSet with DeploymentMode is not served'],
  ],
])('a change set %s is refused', async (_title, input, [name, message]) => {
  const { client } = createWorld();
  await client.send(new CreateStackCommand({ StackName, TemplateBody: ONE }));

  const refused = await refusal(
    client.send(new CreateChangeSetCommand({ StackName, ChangeSetName, TemplateBody: ONE, ...input })),
  );

  expect(refused).toEqual([name, expect.stringContaining(message)]);
});
