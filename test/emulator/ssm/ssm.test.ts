/** Parameter Store with the real client. Source: AWS Systems Manager API reference. */
import {
  DeleteParameterCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { expect, test } from 'vitest';
import { createWorld, refusal } from '../surroundings.ts';

const STRING = { Type: 'String' as const };

test('a parameter is put, read, changed under a new version and deleted', async () => {
  const { config } = createWorld();
  const ssm = new SSMClient(config);

  await ssm.send(new PutParameterCommand({ Name: '/shop/limit', Value: '1', ...STRING }));
  const put = await ssm.send(new PutParameterCommand({ Name: '/shop/limit', Value: '2', Overwrite: true }));
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name: '/shop/limit' }));
  await ssm.send(new DeleteParameterCommand({ Name: '/shop/limit' }));
  const gone = await refusal(ssm.send(new GetParameterCommand({ Name: '/shop/limit' })));

  expect(put).toMatchObject({ Version: 2, Tier: 'Standard' });
  expect(Parameter).toEqual({
    ...{ Name: '/shop/limit', Type: 'String', Value: '2', Version: 2, DataType: 'text' },
    ARN: 'arn:aws:ssm:eu-north-1:111111111111:parameter/shop/limit',
    LastModifiedDate: new Date('2026-01-01T10:00:00Z'),
  });
  expect(gone[0]).toBe('ParameterNotFound');
});

// PutParameter, Name: "can't be prefixed with aws or ssm", "can include only … a-zA-Z0-9_.-" and slashes.
test.each(['awsLimit', 'SSM-limit', 'a b', 'a:1'])('a parameter cannot be named %s', async (Name) => {
  const { config } = createWorld();
  const ssm = new SSMClient(config);

  const refused = await refusal(ssm.send(new PutParameterCommand({ Name, Value: '1', ...STRING })));

  expect(refused[0]).toBe('ValidationException');
});

// GetParameter: ParameterVersionNotFound, "The specified parameter version wasn't found."
test('a version that a parameter does not have is neither its last nor a missing parameter', async () => {
  const { config } = createWorld();
  const ssm = new SSMClient(config);
  await ssm.send(new PutParameterCommand({ Name: 'limit', Value: '1', ...STRING }));
  await ssm.send(new PutParameterCommand({ Name: 'limit', Value: '2', Overwrite: true }));

  const { Parameter } = await ssm.send(new GetParameterCommand({ Name: 'limit:2' }));
  const [wrong] = await refusal(ssm.send(new GetParameterCommand({ Name: 'limit:3' })));
  const [none] = await refusal(ssm.send(new GetParameterCommand({ Name: 'limits:2' })));

  expect(Parameter?.Value).toBe('2');
  expect([wrong, none]).toEqual(['ParameterVersionNotFound', 'ParameterNotFound']);
});

test("the version of CDK's bootstrap stack is there, and of nobody else's making", async () => {
  const { config } = createWorld();
  const ssm = new SSMClient(config);

  const { Parameter } = await ssm.send(new GetParameterCommand({ Name: '/cdk-bootstrap/hnb659fds/version' }));
  const { Parameters } = await ssm.send(new DescribeParametersCommand({}));

  expect(Number(Parameter?.Value)).toBeGreaterThanOrEqual(30);
  expect(Parameters).toEqual([]);
});

test('parameters are found by their path, one level or all', async () => {
  const { config } = createWorld();
  const ssm = new SSMClient(config);
  for (const Name of ['/a/1', '/a/b/2', '/ab'])
    await ssm.send(new PutParameterCommand({ Name, Value: 'x', ...STRING }));
  const names = async (Recursive: boolean) => {
    const { Parameters = [] } = await ssm.send(new GetParametersByPathCommand({ Path: '/a', Recursive }));
    return Parameters.map(({ Name }) => Name);
  };

  const several = await ssm.send(new GetParametersCommand({ Names: ['/a/1', '/none'] }));

  expect(await names(false)).toEqual(['/a/1']);
  expect(await names(true)).toEqual(['/a/1', '/a/b/2']);
  expect(several).toMatchObject({ Parameters: [{ Name: '/a/1' }], InvalidParameters: ['/none'] });
});

test.each([
  [
    'once more',
    { Name: 'p', Value: 'y', ...STRING },
    'ParameterAlreadyExists',
    'The parameter already exists.',
  ],
  ['without a type', { Name: 'q', Value: 'y' }, 'ValidationException', 'A parameter type is required'],
  [
    'too long',
    { Name: 'q', Value: 'y'.repeat(4097), ...STRING },
    'ValidationException',
    'value of 4096 characters',
  ],
  [
    'with a policy',
    { Name: 'q', Value: 'y', ...STRING, Policies: '[]' },
    'NotImplementedException',
    'Policies',
  ],
])('a parameter put %s is refused', async (_title, input, name, message) => {
  const { config } = createWorld();
  const ssm = new SSMClient(config);
  await ssm.send(new PutParameterCommand({ Name: 'p', Value: 'x', ...STRING }));

  const refused = await refusal(ssm.send(new PutParameterCommand(input)));

  expect(refused).toEqual([name, expect.stringContaining(message)]);
});
