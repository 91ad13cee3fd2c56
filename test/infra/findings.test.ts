import { type IVpc, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { CfnQueue } from 'aws-cdk-lib/aws-sqs';
import { type Stack, Validations } from 'aws-cdk-lib/core';
import { expect, test } from 'vitest';
import { mall } from './mall.ts';
import { shop } from './shop.ts';
import { emptyStack, type Props, synthesize } from './stack.ts';

test.each<[string, Props]>([
  ['as it comes', {}],
  [
    'with every option',
    (stack) => ({
      workers: { mail: { tracing: true, vpc: unlogged(stack), batch: 100, window: '10s', concurrency: 5 } },
      encryptionKey: new Key(stack, 'Key', { enableKeyRotation: true }),
      pointInTimeRecovery: true,
      deletionProtection: true,
      bundling: { sourceMaps: true },
    }),
  ],
])('a Broker has no finding of the validator and of cdk-nag, %s', (_, props) => {
  const { cdk } = synthesize(shop, props, { validated: true });

  expect(() => cdk.synth()).not.toThrow();
});

test.each<[string, Props]>([
  ['as they come', {}],
  [
    "under a customer's key",
    (stack) => ({ encryptionKey: new Key(stack, 'Key', { enableKeyRotation: true }) }),
  ],
])('exchanges, priorities and large payloads have no finding either, %s', (_, props) => {
  const { cdk, broker, stack } = synthesize(mall, props, { validated: true });
  const web = new Role(stack, 'Web', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });
  broker.grantSend(web);

  expect(() => cdk.synth()).not.toThrow();
});

test.each([
  ['AwsSolutions-SQS3', {}],
  ['AwsSolutions-SQS4', {}],
  ['Serverless-SQSRedrivePolicy', {}],
  ['VisibilityTimeout: 50000 is greater than the maximum of 43200', { visibilityTimeout: 50_000 }],
])('a queue made carelessly does fail the synthesis: %s', (finding, props) => {
  const { cdk, stack } = emptyStack({ validated: true });
  new CfnQueue(stack, 'Bare', props);

  expect(() => cdk.synth()).toThrow(finding);
});

/** A network without flow logs: they are the business of whoever owns it. */
function unlogged(stack: Stack): IVpc {
  const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 0 });
  Validations.of(vpc).acknowledge({ id: 'AwsSolutions-VPC7', reason: 'This network carries nothing.' });
  // Vpc implements IVpc; their types disagree only about exactOptionalPropertyTypes.
  return vpc as IVpc;
}
