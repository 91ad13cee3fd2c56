/**
 * What may be done with reply queues. Clients make them at run time, so they are known by how their names
 * begin and stand in no template.
 */
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { replyQueuePrefix } from '../lib/define/resource-name.ts';
import type { Topology } from '../lib/define/topology.ts';
import { acknowledge } from './acknowledge.ts';

/** What the owner of a reply queue does with it. */
const OWN = [
  'sqs:CreateQueue',
  'sqs:DeleteMessage',
  'sqs:DeleteQueue',
  'sqs:GetQueueUrl',
  'sqs:ReceiveMessage',
  'sqs:TagQueue',
];
const REPLY = ['sqs:GetQueueUrl', 'sqs:SendMessage'];

/** Lets somebody make reply queues, read and remove them. */
export function grantReplyQueues(scope: Construct, topology: Topology, grantee: IGrantable): void {
  grant(scope, topology, grantee, OWN);
}

/** Lets a worker reply. */
export function grantReply(scope: Construct, topology: Topology, grantee: IGrantable): void {
  grant(scope, topology, grantee, REPLY);
}

/** Lets the ticker find and remove those that were abandoned. */
export function grantSweep(scope: Construct, topology: Topology, grantee: IGrantable): void {
  grant(scope, topology, grantee, ['sqs:DeleteQueue', 'sqs:GetQueueUrl', 'sqs:ListQueueTags']);
  // Queues are listed by how their names begin, and SQS knows no right to a part of the list.
  Grant.addToPrincipal({ grantee, actions: ['sqs:ListQueues'], resourceArns: ['*'] });
  acknowledge(scope, {
    'AwsSolutions-IAM5[Resource::*]': 'ListQueues has no resources that it could be granted on.',
  });
}

function grant(scope: Construct, { app, stage }: Topology, grantee: IGrantable, actions: string[]): void {
  const resource = `${replyQueuePrefix(app, stage)}*`;
  const arn = Stack.of(scope).formatArn({ service: 'sqs', resource });
  const { principalStatement } = Grant.addToPrincipal({ grantee, actions, resourceArns: [arn] });
  if (principalStatement === undefined) return;
  acknowledge(scope, {
    [`AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:sqs:<AWS::Region>:<AWS::AccountId>:${resource}]`]:
      'Reply queues are made at run time; the wildcard stands for what follows after their own prefix.',
  });
}
