/** AddPermission and RemovePermission: statements of the queue's policy. */
import { describe, expect, test } from 'vitest';
import { arnOf, createWorld, type World } from './world.ts';

describe('permissions', () => {
  const grant = (world: World, Label: string, accounts: readonly string[], actions: readonly string[]) =>
    world.call('AddPermission', { QueueUrl: 'jobs', Label, AWSAccountIds: accounts, Actions: actions });
  const policyOf = (world: World) => {
    const shown = world.sqs.snapshot()[0]?.attributes.Policy;
    return shown === undefined ? undefined : JSON.parse(shown);
  };

  test('become statements of the policy, and the policy goes with the last of them', () => {
    const world = createWorld();
    world.createQueue('jobs');

    grant(world, 'one', ['111111111111', '222222222222'], ['ReceiveMessage']);
    grant(world, 'two', ['111111111111'], ['SendMessage', 'DeleteMessage']);

    expect(policyOf(world)).toEqual({
      Version: '2008-10-17',
      Id: `${arnOf('jobs')}/SQSDefaultPolicy`,
      Statement: [
        {
          Sid: 'one',
          Effect: 'Allow',
          Principal: { AWS: ['arn:aws:iam::111111111111:root', 'arn:aws:iam::222222222222:root'] },
          Action: 'SQS:ReceiveMessage',
          Resource: arnOf('jobs'),
        },
        {
          Sid: 'two',
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::111111111111:root' },
          Action: ['SQS:SendMessage', 'SQS:DeleteMessage'],
          Resource: arnOf('jobs'),
        },
      ],
    });
    for (const Label of ['one', 'two']) world.call('RemovePermission', { QueueUrl: 'jobs', Label });

    expect(policyOf(world)).toBeUndefined();
  });

  test('have labels of their own, and are 20 at most', () => {
    const world = createWorld();
    world.createQueue('jobs');
    for (let index = 1; index <= 20; index++) grant(world, `l${index}`, ['111111111111'], ['*']);

    expect(() => grant(world, 'l1', ['111111111111'], ['*'])).toThrow(
      'Value l1 for parameter Label is invalid. Reason: Already exists.',
    );
    expect(() => grant(world, 'l21', ['111111111111'], ['*'])).toThrow(
      '21 Statements were found, maximum allowed is 20.',
    );
  });
});
