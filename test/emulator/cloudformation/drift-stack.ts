/** A stack with one resource of each type whose drift can be detected. */
import {
  CreateStackCommand,
  DescribeStackDriftDetectionStatusCommand,
  DescribeStackResourceDriftsCommand,
  DetectStackDriftCommand,
} from '@aws-sdk/client-cloudformation';
import { createWorld, queue, template } from './api.ts';

export const StackName = 'shop';
export type World = ReturnType<typeof createWorld>;

const ARN = { 'Fn::GetAtt': ['Jobs', 'Arn'] };
const JOBS = {
  ...{ QueueName: 'jobs', VisibilityTimeout: '60', Tags: [{ Key: 'a', Value: '1' }] },
  RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: '3' },
};
/** One of each type whose properties can be read back, with as many of them as possible. */
export const RESOURCES = {
  Dead: queue(),
  Jobs: queue(JOBS),
  Orders: {
    Type: 'AWS::SNS::Topic',
    Properties: { TopicName: 'orders', DisplayName: 'Orders', Tags: [{ Key: 'a', Value: '1' }] },
  },
  Subscribed: {
    Type: 'AWS::SNS::Subscription',
    Properties: {
      ...{ TopicArn: { Ref: 'Orders' }, Protocol: 'sqs', Endpoint: ARN, RawMessageDelivery: true },
      FilterPolicy: { kind: ['a'] },
    },
  },
  Runs: {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      ...{ TableName: 'runs', BillingMode: 'PAY_PER_REQUEST', DeletionProtectionEnabled: false },
      AttributeDefinitions: [
        { AttributeName: 'id', AttributeType: 'S' },
        { AttributeName: 'at', AttributeType: 'N' },
      ],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [
        {
          ...{ IndexName: 'byTime', Projection: { ProjectionType: 'ALL' } },
          KeySchema: [{ AttributeName: 'at', KeyType: 'HASH' }],
        },
      ],
      StreamSpecification: { StreamViewType: 'KEYS_ONLY' },
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
    },
  },
  Worker: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      ...{ FunctionName: 'worker', Runtime: 'nodejs24.x', Handler: 'index.handler', Timeout: 5 },
      ...{ Role: 'arn:aws:iam::000000000000:role/r', Code: { ZipFile: 'exports.handler = () => 1' } },
      ...{ Environment: { Variables: { A: '1' } }, MemorySize: 256, Tags: [{ Key: 'a', Value: '1' }] },
    },
  },
  Version: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'Worker' } } },
  Live: {
    Type: 'AWS::Lambda::Alias',
    Properties: {
      ...{ FunctionName: { Ref: 'Worker' }, Name: 'live' },
      FunctionVersion: { 'Fn::GetAtt': ['Version', 'Version'] },
    },
  },
  Mapped: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      ...{ FunctionName: { Ref: 'Live' }, EventSourceArn: ARN, BatchSize: 5, Enabled: false },
      ...{ FunctionResponseTypes: ['ReportBatchItemFailures'], ScalingConfig: { MaximumConcurrency: 2 } },
    },
  },
  Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'shop', Description: 'all' } },
  Rule: {
    Type: 'AWS::Events::Rule',
    Properties: {
      ...{ Name: 'orders', EventBusName: { Ref: 'Bus' }, EventPattern: { source: ['orders'] } },
      Targets: [{ Id: 'q', Arn: ARN, RetryPolicy: { MaximumRetryAttempts: 3 } }],
    },
  },
  // Nothing can be read back of what has no effect.
  Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } },
};

/** Makes the stack of some resources. */
export async function created(resources: object = RESOURCES): Promise<World> {
  const world = createWorld();
  const Capabilities = ['CAPABILITY_IAM' as const];
  await world.client.send(
    new CreateStackCommand({ StackName, TemplateBody: template(resources), Capabilities }),
  );
  return world;
}

/** Detects, and gives the drift of each resource by its logical id. */
export async function drifts({ client }: World) {
  const { StackDriftDetectionId } = await client.send(new DetectStackDriftCommand({ StackName }));
  const status = await client.send(new DescribeStackDriftDetectionStatusCommand({ StackDriftDetectionId }));
  const { StackResourceDrifts = [] } = await client.send(
    new DescribeStackResourceDriftsCommand({ StackName }),
  );
  return { status, of: new Map(StackResourceDrifts.map((drift) => [drift.LogicalResourceId, drift])) };
}
