/** Secrets Manager with the real client. Source: AWS Secrets Manager API reference. */
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { expect, test } from 'vitest';
import { createWorld, refusal } from '../surroundings.ts';

const SecretId = 'bank';

async function createSecret() {
  const { config, emulator } = createWorld();
  const client = new SecretsManagerClient(config);
  const { ARN = '' } = await client.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'one' }));
  return { client, emulator, ARN };
}

test('a secret is read by its name and by its ARN, whole or without its last characters', async () => {
  const { client, ARN } = await createSecret();

  const values = await Promise.all(
    [SecretId, ARN, ARN.slice(0, -7)].map((id) => client.send(new GetSecretValueCommand({ SecretId: id }))),
  );

  expect(ARN).toMatch(/^arn:aws:secretsmanager:eu-north-1:111111111111:secret:bank-[0-9a-z]{6}$/);
  expect(values.map(({ SecretString }) => SecretString)).toEqual(['one', 'one', 'one']);
});

test('a new value puts the old one behind it', async () => {
  const { client } = await createSecret();

  await client.send(new PutSecretValueCommand({ SecretId, SecretBinary: new Uint8Array([1, 2]) }));
  await client.send(new UpdateSecretCommand({ SecretId, Description: 'of the bank' }));

  const now = await client.send(new GetSecretValueCommand({ SecretId }));
  const before = await client.send(new GetSecretValueCommand({ SecretId, VersionStage: 'AWSPREVIOUS' }));
  const described = await client.send(new DescribeSecretCommand({ SecretId }));
  expect(now.SecretBinary).toEqual(new Uint8Array([1, 2]));
  expect(before.SecretString).toBe('one');
  expect(described.Description).toBe('of the bank');
  expect(Object.values(described.VersionIdsToStages ?? {})).toEqual([['AWSCURRENT'], ['AWSPREVIOUS']]);
});

test('a deleted secret is kept from readers, and gone after its days', async () => {
  const { client, emulator } = await createSecret();

  await client.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 }));
  const kept = await refusal(client.send(new GetSecretValueCommand({ SecretId })));
  const listed = await client.send(new ListSecretsCommand({}));
  await emulator.advance(7 * 86_400_000);
  const gone = await refusal(client.send(new DescribeSecretCommand({ SecretId })));

  expect(kept[0]).toBe('InvalidRequestException');
  expect(kept[1]).toContain('marked for deletion');
  expect(listed.SecretList).toEqual([]);
  expect(gone).toEqual(['ResourceNotFoundException', "Secrets Manager can't find the specified secret."]);
});

test.each([
  [
    'a name that is taken',
    { Name: SecretId, SecretString: 'x' },
    'ResourceExistsException',
    'already exists',
  ],
  [
    'both kinds of value',
    { Name: 'other', SecretString: 'x', SecretBinary: new Uint8Array([1]) },
    'InvalidParameterException',
    'either SecretString or SecretBinary',
  ],
  [
    'replicas',
    { Name: 'other', AddReplicaRegions: [{ Region: 'x' }] },
    'NotImplementedException',
    'AddReplicaRegions',
  ],
])('a secret with %s is refused', async (_title, input, name, message) => {
  const { client } = await createSecret();

  const refused = await refusal(client.send(new CreateSecretCommand(input)));

  expect(refused).toEqual([name, expect.stringContaining(message)]);
});
