import { expect, test } from 'vitest';
import { openEmulator, resources, writeStack } from './assembly.ts';

const ROLE = 'arn:aws:iam::000000000000:role/app';

test.each<[string, object, () => readonly [service: string, operation: string, input: object, left: object]]>(
  [
    [
      'a rule whose target is not served',
      {
        Type: 'AWS::Events::Rule',
        Properties: {
          Name: 'half',
          EventPattern: { source: ['shop'] },
          Targets: [{ Id: 't', Arn: 'arn:aws:states:us-east-1:000000000000:stateMachine:x' }],
        },
      },
      () => ['eventbridge', 'ListRules', {}, { Rules: [] }],
    ],
    [
      'a function that reserves more than the account has',
      {
        Type: 'AWS::Lambda::Function',
        Properties: {
          ...{ FunctionName: 'half', Handler: 'index.handler', Runtime: 'nodejs24.x', Role: ROLE },
          ...{ Code: { ZipFile: 'exports.handler = async () => 1;' }, ReservedConcurrentExecutions: 5000 },
        },
      },
      () => ['lambda', 'ListFunctions', {}, { Functions: [] }],
    ],
    [
      'a topic with a subscription that has no ARN',
      {
        Type: 'AWS::SNS::Topic',
        Properties: { TopicName: 'half', Subscription: [{ Protocol: 'sqs', Endpoint: 'queue' }] },
      },
      () => ['sns', 'ListTopics', {}, { Topics: [] }],
    ],
  ],
)('%s leaves nothing behind that would stand in the way of the next try', async (_title, resource, look) => {
  const emulator = openEmulator();
  const folder = await writeStack(resources({ Half: resource }));
  const [service, operation, input, left] = look();

  await expect(emulator.load(folder)).rejects.toThrow();

  // ListTopics and its like have no input that this table would have to name.
  expect(await emulator.call(service, operation, input as Record<string, never>)).toMatchObject(left);
});
