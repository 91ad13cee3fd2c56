import { RemovalPolicy } from 'aws-cdk-lib/core';
import { expect, test } from 'vitest';
import { shop } from './shop.ts';
import { synthesize } from './stack.ts';

const DATA = ['AWS::SQS::Queue', 'AWS::DynamoDB::Table', 'AWS::Logs::LogGroup'];

test.each(DATA)('%s is retained unless it is said otherwise', (type) => {
  const retained = synthesize(shop).template();
  const dropped = synthesize(shop, { removalPolicy: RemovalPolicy.DESTROY }).template();

  retained.allResources(type, { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
  dropped.allResources(type, { DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
});

test('wrong options of workers fail with all problems of the topology at once', () => {
  const workers = { mail: { memory: 64, timeout: '1m' }, post: {} } as const;

  const build = () => synthesize(shop, { workers });

  expect(build).toThrow(expect.objectContaining({ code: 'INVALID_APP' }));
  expect(build).toThrow('OUT_OF_RANGE workers.mail.memory: 64 is not possible');
  expect(build).toThrow("needs a visibility of at least '360s' (6 × timeout + window)");
  expect(build).toThrow("app 'shop' has no queue 'post'; its queues are 'mail', 'ledger', 'export'");
});

test('a wrong stage fails with its rule', () => {
  const build = () => synthesize(shop, { stage: 'pre-prod' });

  expect(build).toThrow(expect.objectContaining({ code: 'INVALID_NAME' }));
  expect(build).toThrow("stage 'pre-prod': a name has 1 to 10 letters, digits and '_'");
});

test('queues and workers are found by name', () => {
  const { broker, stack } = synthesize(shop);

  const queue = stack.resolve(broker.queue('mail').queueName);

  expect(queue).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^BrokerQueuemailQueue/), 'QueueName'] });
  expect(broker.deadLetterQueue('ledger').fifo).toBe(true);
  expect(broker.worker('mail').node.path).toBe('Test/Broker/Worker-mail/Function');
});

test('a wrong name is answered by the names that there are', () => {
  const { broker } = synthesize(shop);

  expect(() => broker.queue('post')).toThrow(
    expect.objectContaining({ code: 'UNKNOWN_QUEUE', value: 'post' }),
  );
  expect(() => broker.queue('post')).toThrow(
    "app 'shop' has no queue 'post'; there is 'mail', 'ledger', 'export'",
  );
  expect(() => broker.worker('export')).toThrow(
    "app 'shop' has no worker 'export'; there is 'mail', 'ledger'",
  );
});

test('an option that is undefined leaves its default in place', () => {
  // A caller without exactOptionalPropertyTypes, or in JavaScript, passes such options on.
  const props = JSON.parse('{}', () => ({
    removalPolicy: undefined,
    logRetention: undefined,
    stage: undefined,
  }));

  const template = synthesize(shop, props).template();

  template.allResources('AWS::SQS::Queue', { DeletionPolicy: 'RetainExceptOnCreate' });
  template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
});
