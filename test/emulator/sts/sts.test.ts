/** STS with the real client. Source: AWS STS API reference. */
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { expect, test } from 'vitest';
import { createWorld, refusal } from '../surroundings.ts';

const RoleSessionName = 'session';

test('a caller is of the account that its key id names', async () => {
  const { config } = createWorld('222222222222');

  const identity = await new STSClient(config).send(new GetCallerIdentityCommand({}));

  expect(identity).toMatchObject({ Account: '222222222222', Arn: 'arn:aws:iam::222222222222:user/emulator' });
});

test('the credentials of a role work in the account of the role', async () => {
  const { config } = createWorld('222222222222');
  const RoleArn = 'arn:aws:iam::333333333333:role/path/deploy';

  const { AssumedRoleUser, Credentials } = await new STSClient(config).send(
    new AssumeRoleCommand({ RoleArn, RoleSessionName, DurationSeconds: 900 }),
  );
  const credentials = {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
  };
  const identity = await new STSClient({ ...config, credentials }).send(new GetCallerIdentityCommand({}));

  expect(AssumedRoleUser?.Arn).toBe('arn:aws:sts::333333333333:assumed-role/deploy/session');
  expect(Credentials?.Expiration).toEqual(new Date('2026-01-01T10:15:00Z'));
  expect(identity.Account).toBe('333333333333');
});

test.each([
  [
    'what is no role',
    { RoleArn: 'arn:aws:iam::1:user/x', RoleSessionName },
    'arn:aws:iam::1:user/x is invalid',
  ],
  [
    'nothing',
    { RoleArn: undefined, RoleSessionName },
    "Value null at 'roleArn' failed to satisfy constraint",
  ],
])('the credentials of %s are refused', async (_title, input, message) => {
  const { config } = createWorld();

  const refused = await refusal(new STSClient(config).send(new AssumeRoleCommand(input)));

  expect(refused).toEqual(['ValidationError', expect.stringContaining(message)]);
});
