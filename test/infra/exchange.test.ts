import { Match, type Template } from 'aws-cdk-lib/assertions';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { expect, test } from 'vitest';
import { mall } from './mall.ts';
import { shop } from './shop.ts';
import { synthesize } from './stack.ts';

test('an exchange over SNS is a topic that takes a message of 1 MiB, over TLS only', () => {
  const template = synthesize(mall).template();

  template.resourceCountIs('AWS::SNS::Topic', 4);
  template.hasResourceProperties('AWS::SNS::Topic', {
    TopicName: 'mall-dev-all',
    MaximumMessageSize: 1_048_576,
    FifoTopic: Match.absent(),
  });
  template.hasResourceProperties('AWS::SNS::Topic', {
    TopicName: 'mall-dev-steps.fifo',
    FifoTopic: true,
    ContentBasedDeduplication: true,
    FifoThroughputScope: 'MessageGroup',
  });
  template.resourceCountIs('AWS::SNS::TopicPolicy', 4);
  template.allResourcesProperties('AWS::SNS::TopicPolicy', {
    PolicyDocument: {
      Statement: [
        Match.objectLike({
          Effect: 'Deny',
          Action: 'sns:Publish',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      ],
    },
  });
});

test('a subscription brings the bare message, filtered, and dead-letters what it cannot bring', () => {
  const template = synthesize(mall).template();

  template.resourceCountIs('AWS::SNS::Subscription', 7);
  template.allResourcesProperties('AWS::SNS::Subscription', {
    Protocol: 'sqs',
    RawMessageDelivery: true,
    RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': Match.anyValue() } },
  });
  template.hasResourceProperties('AWS::SNS::Subscription', {
    TopicArn: { Ref: idOf(template, 'AWS::SNS::Topic', 'mall-dev-keyed') },
    Endpoint: arnOf(template, 'mall-dev-wait'),
    FilterPolicy: { key: ['k:wait'] },
    RedrivePolicy: { deadLetterTargetArn: arnOf(template, 'mall-dev-wait-dlq') },
  });
  template.hasResourceProperties('AWS::SNS::Subscription', {
    Endpoint: arnOf(template, 'mall-dev-fair'),
    FilterPolicy: Match.absent(),
  });
});

test('a rule brings the message out of the event, tries for a day, and then dead-letters it', () => {
  const template = synthesize(mall).template();

  template.hasResourceProperties('AWS::Events::EventBus', { Name: 'mall-dev' });
  template.resourceCountIs('AWS::Events::Rule', 4);
  template.hasResourceProperties('AWS::Events::Rule', {
    EventBusName: { Ref: Match.stringLikeRegexp('^BrokerExchangesBus') },
    EventPattern: {
      source: ['alerts'],
      detail: { $or: [{ 'h:level': ['s:high'] }, { 'h:page': [{ exists: true }] }] },
    },
    Targets: [
      {
        Id: 'Queue',
        Arn: arnOf(template, 'mall-dev-large'),
        InputPath: '$.detail.message',
        RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
        DeadLetterConfig: { Arn: arnOf(template, 'mall-dev-large-dlq') },
      },
    ],
  });
});

test.each(['AWS::SNS::Subscription', 'AWS::Events::Rule'])(
  'each %s is made after the policies of its queue and the code of its worker',
  (type) => {
    const template = synthesize(mall).template();

    const ways = Object.entries(template.findResources(type));

    for (const [id, way] of ways) {
      const queue = /(wait|large|fair|ledger|bare|work)[0-9A-F]*$/.exec(id)?.[1] ?? '?';
      const depends: string[] = way.DependsOn;
      expect(depends.some((one) => one.startsWith(`BrokerQueue${queue}QueuePolicy`))).toBe(true);
      expect(depends.some((one) => one.startsWith(`BrokerQueue${queue}DeadLettersPolicy`))).toBe(true);
      const worked = queue !== 'bare' && queue !== 'fair';
      expect(depends.some((one) => one.startsWith(`BrokerWorker${queue}Function`))).toBe(worked);
    }
  },
);

test("a queue's policy has one statement a service, however many exchanges lead to it", () => {
  const template = synthesize(mall).template();

  for (const end of ['Queue', 'DeadLetters']) {
    const statements = policyOf(template, `BrokerQueuebare${end}Policy`).filter(
      ({ Effect }) => Effect === 'Allow',
    );
    const topics = ['mall-dev-all', 'mall-dev-keyed', 'mall-dev-rest'];

    expect(statements).toEqual([
      {
        Effect: 'Allow',
        Action: 'sqs:SendMessage',
        Principal: { Service: 'sns.amazonaws.com' },
        Resource: { 'Fn::GetAtt': [expect.stringContaining(`BrokerQueuebare${end}`), 'Arn'] },
        Condition: {
          ArnLike: {
            'aws:SourceArn': expect.arrayContaining(
              topics.map((name) => ({ Ref: idOf(template, 'AWS::SNS::Topic', name) })),
            ),
          },
        },
      },
      expect.objectContaining({
        Principal: { Service: 'events.amazonaws.com' },
        Condition: {
          ArnLike: {
            'aws:SourceArn': [{ 'Fn::Join': ['', expect.arrayContaining([':rule/mall-dev/*'])] }],
          },
        },
      }),
    ]);
  }
});

test('an archive keeps the messages of its exchange, and stays with the data', () => {
  const kept = synthesize(mall).template();
  const dropped = synthesize(mall, { removalPolicy: RemovalPolicy.DESTROY }).template();

  kept.hasResource('AWS::Events::Archive', {
    DeletionPolicy: 'RetainExceptOnCreate',
    Properties: {
      ArchiveName: 'mall-dev-events',
      EventPattern: { source: ['events'] },
      RetentionDays: 30,
    },
  });
  dropped.hasResource('AWS::Events::Archive', { DeletionPolicy: 'Delete' });
});

test('an app without exchanges has no trace of them', () => {
  const template = synthesize(shop).template();

  for (const type of ['AWS::SNS::Topic', 'AWS::Events::EventBus', 'AWS::S3::Bucket'])
    template.resourceCountIs(type, 0);
  expect(synthesize(shop).broker.bus).toBe(undefined);
});

test('exchanges are found by name: a topic, or the bus', () => {
  const { broker } = synthesize(mall);

  expect(broker.exchange('all').node.path).toBe('Test/Broker/Exchanges/Topic-all');
  expect(broker.exchange('events')).toBeInstanceOf(EventBus);
  expect(broker.exchange('alerts')).toBe(broker.bus);
  expect(() => broker.exchange('nope')).toThrow(
    expect.objectContaining({
      code: 'UNKNOWN_EXCHANGE',
      message: expect.stringContaining("there is 'all', 'keyed', 'rest', 'steps', 'events', 'alerts'"),
    }),
  );
});

test('who may send may publish, workers too', () => {
  const { broker, stack, template } = synthesize(mall);
  broker.grantSend(new Role(stack, 'Web', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') }));

  for (const role of ['Web', 'BrokerWorkerworkRole']) {
    const actions = actionsOf(template(), role);

    expect(actions).toEqual(expect.arrayContaining(['sns:Publish', 'events:PutEvents', 's3:PutObject']));
    expect(actions.includes('s3:GetObject')).toBe(role !== 'Web');
    // Two queues of the app have a length that is asked for.
    expect(actions).toContain('sqs:GetQueueAttributes');
  }
});

test('who may replay may start a replay of the archives, and find the rules of a queue', () => {
  const { broker, stack, template } = synthesize(mall);
  broker.grantReplay(new Role(stack, 'Web', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') }));

  template().hasResourceProperties('AWS::IAM::Policy', {
    PolicyName: Match.stringLikeRegexp('^Web'),
    PolicyDocument: {
      Statement: [
        Match.objectLike({
          Action: 'events:StartReplay',
          Resource: Match.arrayWith([
            { 'Fn::GetAtt': [Match.stringLikeRegexp('^BrokerExchangesBus'), 'Arn'] },
            { 'Fn::Join': ['', Match.arrayWith([':archive/mall-dev-events'])] },
          ]),
        }),
        Match.objectLike({ Action: 'events:ListRuleNamesByTarget' }),
      ],
    },
  });
});

test("under a customer's key the bus has a dead-letter queue that this key does not encrypt", () => {
  const template = synthesize(mall, (stack) => ({ encryptionKey: new Key(stack, 'Key') })).template();

  const [[id, queue] = []] = Object.entries(
    template.findResources('AWS::SQS::Queue', { Properties: { SqsManagedSseEnabled: true } }),
  );

  expect(id).toMatch(/^BrokerExchangesBusDeadLetters/);
  expect(queue?.Properties.KmsMasterKeyId).toBe(undefined);
  template.hasResourceProperties('AWS::Events::EventBus', {
    DeadLetterConfig: { Arn: { 'Fn::GetAtt': [id, 'Arn'] } },
  });
  expect(policyOf(template, 'BrokerExchangesBusDeadLettersPolicy')).toContainEqual(
    expect.objectContaining({ Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' } }),
  );
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [id, 'QueueName'] } }],
  });
});

test("a customer's key is for topics, the bus and the bucket too, and SNS and EventBridge may use it", () => {
  const template = synthesize(mall, (stack) => ({ encryptionKey: new Key(stack, 'Key') })).template();

  const [id] = Object.keys(template.findResources('AWS::KMS::Key'));
  const arn = { 'Fn::GetAtt': [id, 'Arn'] };
  const [key] = Object.values(template.findResources('AWS::KMS::Key'));
  const services = key?.Properties.KeyPolicy.Statement.map(
    ({ Principal }: { Principal: { Service?: string } }) => Principal.Service,
  );

  template.allResourcesProperties('AWS::SNS::Topic', { KmsMasterKeyId: arn });
  template.allResourcesProperties('AWS::Events::EventBus', { KmsKeyIdentifier: arn });
  template.allResourcesProperties('AWS::Events::Archive', { KmsKeyIdentifier: arn });
  template.hasResourceProperties('AWS::S3::Bucket', {
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [
        { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: arn } },
      ],
    },
  });
  expect(services).toEqual(expect.arrayContaining(['sns.amazonaws.com', 'events.amazonaws.com']));
});

test('large payloads have a bucket that forgets them, is closed to the public, and takes TLS only', () => {
  const { broker, template } = synthesize(mall);

  template().hasResourceProperties('AWS::S3::Bucket', {
    BucketName: {
      'Fn::Join': ['', ['mall-dev-blobs-', { Ref: 'AWS::AccountId' }, '-', { Ref: 'AWS::Region' }]],
    },
    LifecycleConfiguration: { Rules: [{ Id: 'Expiry', ExpirationInDays: 29, Status: 'Enabled' }] },
    PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
  });
  template().hasResourceProperties('AWS::S3::BucketPolicy', {
    PolicyDocument: {
      Statement: [
        Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      ],
    },
  });
  expect(broker.blobs?.node.path).toBe('Test/Broker/Blobs/Bucket');
});

type Statement = { readonly Effect: string; readonly Action: string | readonly string[] };

function policyOf(template: Template, id: string): readonly Statement[] {
  const policies = Object.entries(template.findResources('AWS::SQS::QueuePolicy'));
  return policies.find(([name]) => name.startsWith(id))?.[1].Properties.PolicyDocument.Statement ?? [];
}

function actionsOf(template: Template, role: string): readonly string[] {
  const policies = Object.values(template.findResources('AWS::IAM::Policy')).filter(({ Properties }) =>
    Properties.Roles.some(({ Ref }: { readonly Ref: string }) => Ref.startsWith(role)),
  );
  return policies.flatMap(({ Properties }) =>
    Properties.PolicyDocument.Statement.flatMap(({ Action }: Statement) => Action),
  );
}

function arnOf(template: Template, queueName: string): object {
  return { 'Fn::GetAtt': [idOf(template, 'AWS::SQS::Queue', queueName), 'Arn'] };
}

function idOf(template: Template, type: string, name: string): string {
  const property = type === 'AWS::SQS::Queue' ? 'QueueName' : 'TopicName';
  const [id = '?'] = Object.keys(template.findResources(type, { Properties: { [property]: name } }));
  return id;
}
