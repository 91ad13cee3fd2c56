/**
 * The order in which stacks that were updated are deleted: what needs others goes first, whenever it was
 * made.
 * Source: AWS CloudFormation user guide, DependsOn ("When deleting a stack, resources are deleted in the
 * reverse order of their dependencies").
 */
import {
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { expect, test } from 'vitest';
import { createWorld, queue, refusal, template } from './api.ts';

const StackName = 'shop';
const WORKER = {
  Type: 'AWS::Lambda::Function',
  Properties: {
    ...{ FunctionName: 'worker', Runtime: 'nodejs24.x', Handler: 'index.handler' },
    ...{ Role: 'arn:aws:iam::000000000000:role/app', Code: { ZipFile: 'exports.handler = async () => 1;' } },
  },
};

/** A function with an alias of a version, whose logical id changes with each deployment as CDK's do. */
function release(version: string): string {
  const FunctionName = { Ref: 'Worker' };
  const live = { FunctionName, Name: 'live', FunctionVersion: { 'Fn::GetAtt': [version, 'Version'] } };
  return template({
    Worker: {
      ...WORKER,
      Properties: { ...WORKER.Properties, Environment: { Variables: { VERSION: version } } },
    },
    [version]: { Type: 'AWS::Lambda::Version', Properties: { FunctionName } },
    Live: { Type: 'AWS::Lambda::Alias', Properties: live },
  });
}

test('an alias goes before the version that an update has given it', async () => {
  const { client, emulator } = createWorld();
  await client.send(new CreateStackCommand({ StackName, TemplateBody: release('One') }));
  await client.send(new UpdateStackCommand({ StackName, TemplateBody: release('Two') }));

  await client.send(new DeleteStackCommand({ StackName }));

  const gone = await refusal(client.send(new DescribeStacksCommand({ StackName })));
  expect(gone).toEqual(['ValidationError', 'Stack with id shop does not exist']);
  expect(await emulator.call('lambda', 'ListFunctions', {})).toMatchObject({ Functions: [] });
});

test('an alias that an update removes goes before the version of it that the update replaces', async () => {
  const { client, events } = createWorld();
  await client.send(new CreateStackCommand({ StackName, TemplateBody: release('One') }));
  const Properties = { FunctionName: { Ref: 'Worker' }, Description: 'another one' };
  const next = template({
    ...JSON.parse(release('Two')).Resources,
    ...{ One: { Type: 'AWS::Lambda::Version', Properties }, Two: undefined, Live: undefined },
  });

  await client.send(new UpdateStackCommand({ StackName, TemplateBody: next }));

  const told = await events(StackName);
  expect(told.at(-1)).toBe('shop UPDATE_COMPLETE');
  expect(told).not.toContain('One DELETE_FAILED');
  expect(told.indexOf('Live DELETE_COMPLETE')).toBeLessThan(told.indexOf('One DELETE_IN_PROGRESS'));
});

test('what an update adds goes after what was changed to need it', async () => {
  const { client, events } = createWorld();
  const RedrivePolicy = { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 3 };
  const { StackId } = await client.send(
    new CreateStackCommand({ StackName, TemplateBody: template({ Jobs: queue() }) }),
  );
  const after = template({ Jobs: queue({ RedrivePolicy }), Dead: queue() });
  await client.send(new UpdateStackCommand({ StackName, TemplateBody: after }));

  await client.send(new DeleteStackCommand({ StackName }));

  const told = await events(StackId ?? '');
  expect(told.slice(-5)).toEqual([
    ...['Jobs DELETE_IN_PROGRESS', 'Jobs DELETE_COMPLETE', 'Dead DELETE_IN_PROGRESS'],
    ...['Dead DELETE_COMPLETE', 'shop DELETE_COMPLETE'],
  ]);
});
