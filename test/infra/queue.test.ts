import { expect, test } from 'vitest';
import { mall } from './mall.ts';
import { shop } from './shop.ts';
import { synthesize } from './stack.ts';

test('each queue has a dead-letter queue that takes letters from it alone', () => {
  const template = synthesize(shop).template();

  const letters = template.findResources('AWS::SQS::Queue', {
    Properties: { QueueName: 'shop-dev-mail-dlq' },
  });
  const [[id, resource] = []] = Object.entries(letters);

  template.resourceCountIs('AWS::SQS::Queue', 6);
  template.hasResourceProperties('AWS::SQS::Queue', {
    QueueName: 'shop-dev-mail',
    VisibilityTimeout: 120,
    MessageRetentionPeriod: 1_209_600,
    SqsManagedSseEnabled: true,
    RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': [id, 'Arn'] }, maxReceiveCount: 8 },
  });
  expect(resource?.Properties).toMatchObject({
    MessageRetentionPeriod: 1_209_600,
    RedriveAllowPolicy: {
      redrivePermission: 'byQueue',
      sourceQueueArns: [{ 'Fn::Join': ['', expect.arrayContaining([':shop-dev-mail'])] }],
    },
  });
});

test('every queue refuses what does not come over TLS', () => {
  const policies = Object.values(synthesize(shop).template().findResources('AWS::SQS::QueuePolicy'));

  const statements = policies.map((policy) => policy.Properties.PolicyDocument.Statement);

  expect(statements).toHaveLength(6);
  for (const statement of statements) {
    expect(statement).toEqual([
      {
        Effect: 'Deny',
        Action: 'sqs:*',
        Principal: { AWS: '*' },
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        Resource: { 'Fn::GetAtt': [expect.any(String), 'Arn'] },
      },
    ]);
  }
});

test.each([
  ['shop-dev-ledger.fifo', true],
  ['shop-dev-ledger-dlq.fifo', true],
  ['shop-dev-mail', undefined],
])('%s: ordered and at high throughput: %s', (name, ordered) => {
  const found = synthesize(shop)
    .template()
    .findResources('AWS::SQS::Queue', { Properties: { QueueName: name } });

  const [queue] = Object.values(found);

  expect(queue?.Properties.FifoQueue).toBe(ordered);
  expect(queue?.Properties.ContentBasedDeduplication).toBe(ordered);
  expect(queue?.Properties.DeduplicationScope).toBe(ordered && 'messageGroup');
  expect(queue?.Properties.FifoThroughputLimit).toBe(ordered && 'perMessageGroupId');
});

test('a wait queue holds its messages back', () => {
  const template = synthesize(mall).template();

  template.hasResourceProperties('AWS::SQS::Queue', { QueueName: 'mall-dev-wait', DelaySeconds: 30 });
});

test('each priority is a queue, and all share one dead-letter queue that takes letters from them', () => {
  const { broker, template } = synthesize(mall);

  const names = ['mall-dev-work', 'mall-dev-work-p1', 'mall-dev-work-p2'];
  const letters = template().findResources('AWS::SQS::Queue', {
    Properties: { QueueName: 'mall-dev-work-dlq' },
  });
  const [[id, resource] = []] = Object.entries(letters);

  for (const QueueName of names)
    template().hasResourceProperties('AWS::SQS::Queue', {
      QueueName,
      RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': [id, 'Arn'] } },
    });
  expect(resource?.Properties.RedriveAllowPolicy.sourceQueueArns).toEqual(
    names.map((name) => ({ 'Fn::Join': ['', expect.arrayContaining([`:${name}`])] })),
  );
  expect(broker.queue('work', 2).node.path).toBe('Test/Broker/Queue-work/Level-2');
  expect(() => broker.queue('work', 3)).toThrow(expect.objectContaining({ code: 'UNKNOWN_LEVEL' }));
});
