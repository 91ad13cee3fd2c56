/** IAM with the real client. Source: IAM API reference. */
import { CreateRoleCommand, DeleteRoleCommand, GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { expect, test } from 'vitest';
import { writeStack } from '../cloudformation/assembly.ts';
import { createWorld, refusal } from '../surroundings.ts';

test('a role is made, shown and deleted', async () => {
  const { config } = createWorld();
  const iam = new IAMClient(config);
  const AssumeRolePolicyDocument = '{"Version":"2012-10-17"}';

  await iam.send(new CreateRoleCommand({ RoleName: 'worker', AssumeRolePolicyDocument }));
  const again = await refusal(
    iam.send(new CreateRoleCommand({ RoleName: 'worker', AssumeRolePolicyDocument })),
  );
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'worker' }));
  await iam.send(new DeleteRoleCommand({ RoleName: 'worker' }));
  const gone = await refusal(iam.send(new GetRoleCommand({ RoleName: 'worker' })));

  expect(Role).toMatchObject({ RoleName: 'worker', Arn: 'arn:aws:iam::111111111111:role/worker' });
  expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toBe(AssumeRolePolicyDocument);
  expect(again[0]).toBe('EntityAlreadyExistsException');
  expect(gone).toEqual(['NoSuchEntityException', 'The role with name worker cannot be found.']);
});

test("a stack's role is seen", async () => {
  const { config, emulator } = createWorld('000000000000');
  const Properties = { RoleName: 'mine', AssumeRolePolicyDocument: {} };
  await emulator.load(await writeStack({ Resources: { Role: { Type: 'AWS::IAM::Role', Properties } } }));

  const { Role } = await new IAMClient(config).send(new GetRoleCommand({ RoleName: 'mine' }));

  expect(Role?.Arn).toBe('arn:aws:iam::000000000000:role/mine');
});
