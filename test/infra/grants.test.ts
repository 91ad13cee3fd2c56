import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Stack } from 'aws-cdk-lib/core';
import { expect, test } from 'vitest';
import { defineApp, defineTask } from '#lib';
import { permissions } from './permissions.ts';
import { post, shop } from './shop.ts';
import { synthesize } from './stack.ts';

const LOGS = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const CONSUME = [
  'sqs:ChangeMessageVisibility',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
  'sqs:GetQueueUrl',
  'sqs:ReceiveMessage',
];
const SEND = ['sqs:GetQueueUrl', 'sqs:SendMessage'];
const READ = ['dynamodb:BatchGetItem'];
/** Queues that clients make at run time. */
const REPLY_QUEUES = 'shop-dev-reply-*';

test('a worker that keeps nothing consumes its queue, sends, and no more', () => {
  const template = synthesize(shop).template();

  expect(permissions(template, 'BrokerWorkermailRole')).toEqual({
    'Broker/Worker-mail/Log': LOGS,
    'Broker/Queue-mail/Queue': [...CONSUME, 'sqs:SendMessage'],
    'Broker/Queue-mail/DeadLetters': SEND,
    'Broker/Queue-ledger/Queue': SEND,
    'Broker/Queue-export/Queue': SEND,
    [REPLY_QUEUES]: SEND,
  });
});

test('a worker that keeps results writes and reads runs by their keys, and cannot scan or delete', () => {
  const template = synthesize(shop).template();

  expect(permissions(template, 'BrokerWorkerledgerRole')).toEqual({
    'Broker/Worker-ledger/Log': LOGS,
    'Broker/Queue-ledger/Queue': [...CONSUME, 'sqs:SendMessage'],
    'Broker/Queue-ledger/DeadLetters': SEND,
    'Broker/Queue-mail/Queue': SEND,
    'Broker/Queue-export/Queue': SEND,
    'Broker/Runs/Table': [...READ, 'dynamodb:PartiQLInsert', 'dynamodb:PartiQLUpdate', 'dynamodb:UpdateItem'],
    [REPLY_QUEUES]: SEND,
  });
});

test('who may send may send to every queue, and not into dead-letter queues', () => {
  const { broker, stack, template } = synthesize(shop);
  broker.grantSend(webServer(stack));

  expect(permissions(template(), 'Web')).toEqual({
    'Broker/Queue-mail/Queue': SEND,
    'Broker/Queue-ledger/Queue': SEND,
    'Broker/Queue-export/Queue': SEND,
  });
});

test('who may call may send, and make, read and remove reply queues', () => {
  const { broker, stack, template } = synthesize(shop);
  broker.grantCall(webServer(stack));

  expect(permissions(template(), 'Web')).toEqual({
    'Broker/Queue-mail/Queue': SEND,
    'Broker/Queue-ledger/Queue': SEND,
    'Broker/Queue-export/Queue': SEND,
    [REPLY_QUEUES]: [
      'sqs:CreateQueue',
      'sqs:DeleteMessage',
      'sqs:DeleteQueue',
      'sqs:GetQueueUrl',
      'sqs:ReceiveMessage',
      'sqs:TagQueue',
    ],
  });
});

test('who may read may get results, and not list or change them', () => {
  const { broker, stack, template } = synthesize(shop);
  broker.grantRead(webServer(stack));

  expect(permissions(template(), 'Web')).toEqual({ 'Broker/Runs/Table': READ });
});

test('who may control runs may write to the table, and a sender only where a key is reserved at send', () => {
  const task = (taken: 'wait' | 'reject') =>
    defineApp('shop', { tasks: [defineTask('charge', { once: { taken }, run: () => 1 })] });
  const permissionsOf = (taken: 'wait' | 'reject', grant: 'grantSend' | 'grantControl') => {
    const { broker, stack, template } = synthesize(task(taken));
    broker[grant](webServer(stack));
    return permissions(template(), 'Web')['Broker/Runs/Table'];
  };
  const write = [...READ, 'dynamodb:UpdateItem'];

  expect(permissionsOf('wait', 'grantSend')).toBeUndefined();
  expect(permissionsOf('reject', 'grantSend')).toEqual(write);
  expect(permissionsOf('wait', 'grantControl')).toEqual(write);
});

test("a customer's key encrypts every queue and the table", () => {
  const { template } = synthesize(shop, (stack) => ({ encryptionKey: new Key(stack, 'Key') }));

  const [key] = Object.keys(template().findResources('AWS::KMS::Key'));
  const arn = { 'Fn::GetAtt': [key, 'Arn'] };

  template().allResourcesProperties('AWS::SQS::Queue', { KmsMasterKeyId: arn });
  template().hasResourceProperties('AWS::DynamoDB::Table', {
    SSESpecification: { KMSMasterKeyId: arn, SSEEnabled: true, SSEType: 'KMS' },
  });
});

test("a customer's key may be used by workers, senders and readers as far as each needs it", () => {
  const { broker, stack, template } = synthesize(shop, (stack) => ({ encryptionKey: new Key(stack, 'Key') }));
  broker.grantSend(webServer(stack, 'Web'));
  broker.grantRead(webServer(stack, 'Eye'));

  expect(permissions(template(), 'Web').Key).toEqual(['kms:Decrypt', 'kms:GenerateDataKey']);
  expect(permissions(template(), 'Eye').Key).toEqual(['kms:Decrypt', 'kms:DescribeKey']);
  expect(permissions(template(), 'BrokerWorkermailRole').Key).toEqual(['kms:Decrypt', 'kms:GenerateDataKey']);
  expect(permissions(template(), 'BrokerWorkerledgerRole').Key).toEqual([
    'kms:Decrypt',
    'kms:DescribeKey',
    'kms:Encrypt',
    'kms:GenerateDataKey',
    'kms:ReEncryptFrom',
    'kms:ReEncryptTo',
  ]);
});

test.each([
  ['by default', {}],
  ['with tracing', { workers: { mail: { tracing: true } } }],
])('no role has a managed policy, nor a wildcard but for replies and X-Ray: %s', (_, props) => {
  const template = synthesize(post, props).template();

  const wildcards = Object.entries(permissions(template, 'BrokerWorkermailRole')).filter(
    ([resource, actions]) => resource.includes('*') || actions.some((action) => action.includes('*')),
  );

  template.allResourcesProperties('AWS::IAM::Role', { AssumeRolePolicyDocument: {} });
  expect(Object.values(template.findResources('AWS::IAM::Role'))[0]?.Properties.ManagedPolicyArns).toBe(
    undefined,
  );
  expect(wildcards).toEqual([
    ...('workers' in props ? [['*', ['xray:PutTelemetryRecords', 'xray:PutTraceSegments']]] : []),
    ['post-dev-reply-*', SEND],
  ]);
});

function webServer(stack: Stack, id = 'Web'): Role {
  return new Role(stack, id, { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });
}
