/** Versions and aliases. Source: AWS Lambda API reference and developer guide. */
import { expect, test } from 'vitest';
import type { Input } from '../../../lib/emulator/service.ts';
import { createRig, type Handler, type Rig, refusal } from './rig.ts';

const ARN = 'arn:aws:lambda:eu-west-1:123456789012:function:worker';
/** Says what the function knows of itself. */
const tell: Handler = (_event, context) => [
  context.functionVersion,
  context.invokedFunctionArn,
  context.variables.COLOR ?? 'none',
];

const configure = (rig: Rig, COLOR: string) =>
  rig.call('UpdateFunctionConfiguration', {
    ...{ FunctionName: 'worker', Environment: { Variables: { COLOR } } },
  });
const publish = (rig: Rig, more: Input = {}) =>
  rig.call('PublishVersion', { FunctionName: 'worker', ...more });
const alias = (rig: Rig, operation: string, more: Input = {}) =>
  rig.call(operation, { FunctionName: 'worker', Name: 'live', ...more });

async function told(rig: Rig, FunctionName: string, Qualifier?: string): Promise<unknown> {
  const answer = await rig.call('Invoke', { FunctionName, ...(Qualifier && { Qualifier }) });
  return [answer.ExecutedVersion, ...JSON.parse(Buffer.from(Object(answer.Payload)).toString())];
}

async function published(): Promise<Rig> {
  const rig = createRig();
  await rig.fn('worker', tell, { Environment: { Variables: { COLOR: 'red' } } });
  await publish(rig, { Description: 'first' });
  await configure(rig, 'blue');
  return rig;
}

test('a version stays what it was when it was published', async () => {
  const rig = await published();

  expect(await told(rig, 'worker')).toEqual(['$LATEST', '$LATEST', ARN, 'blue']);
  expect(await told(rig, 'worker', '1')).toEqual(['1', '1', `${ARN}:1`, 'red']);
  expect(await told(rig, `${ARN}:1`)).toEqual(['1', '1', `${ARN}:1`, 'red']);
  expect(await told(rig, 'worker:$LATEST')).toEqual(['$LATEST', '$LATEST', ARN, 'blue']);
});

test('publishing again gives the same version until something differs', async () => {
  const rig = await published();

  const second = await publish(rig);
  const again = await publish(rig, { Description: 'the same' });
  await configure(rig, 'green');
  const third = await publish(rig);

  expect([second.Version, again.Version, third.Version]).toEqual(['2', '2', '3']);
  const { Versions } = await rig.call('ListVersionsByFunction', { FunctionName: 'worker' });
  // ListVersionsByFunction answers with a list of these.
  const shown = Versions as readonly { readonly FunctionArn: string; readonly Description: string }[];
  expect(shown.map(({ FunctionArn }) => FunctionArn)).toEqual([
    ...[`${ARN}:$LATEST`, `${ARN}:1`, `${ARN}:2`, `${ARN}:3`],
  ]);
  expect(shown[1]?.Description).toBe('first');
});

test('an alias leads to its version, and to another one when it is changed', async () => {
  const rig = await published();
  await publish(rig);

  const created = await alias(rig, 'CreateAlias', { FunctionVersion: '1', Description: 'for all' });
  const before = await told(rig, 'worker', 'live');
  const updated = await alias(rig, 'UpdateAlias', { FunctionVersion: '2' });
  const after = await told(rig, 'worker:live');

  expect(created).toMatchObject({ AliasArn: `${ARN}:live`, FunctionVersion: '1', Description: 'for all' });
  expect(before).toEqual(['1', '1', `${ARN}:live`, 'red']);
  expect(updated).toMatchObject({ FunctionVersion: '2', Description: 'for all' });
  expect(after).toEqual(['2', '2', `${ARN}:live`, 'blue']);
  expect((await rig.call('ListAliases', { FunctionName: 'worker' })).Aliases).toEqual([updated]);
  expect(await alias(rig, 'GetAlias')).toEqual(updated);
});

test('a mapping of an alias, and what is invoked later, run its version', async () => {
  const seen: unknown[] = [];
  const rig = createRig();
  await rig.fn('worker', (_event, context) => void seen.push(context.functionVersion));
  await publish(rig);
  await alias(rig, 'CreateAlias', { FunctionVersion: '1' });
  await rig.queue('jobs');
  await rig.map('worker:live', 'jobs');

  await rig.send('jobs', 'a');
  await rig.call('Invoke', { FunctionName: 'worker', Qualifier: 'live', InvocationType: 'Event' });
  await rig.clock.settled();

  expect(seen).toEqual(['1', '1']);
  expect(rig.lambda.mappings()).toEqual([expect.objectContaining({ functionArn: `${ARN}:live` })]);
});

test('an alias has a policy, a URL and settings of its own', async () => {
  const rig = await published();
  await alias(rig, 'CreateAlias', { FunctionVersion: '1' });
  const of = { FunctionName: 'worker', Qualifier: 'live' };

  await rig.call('AddPermission', {
    ...{ ...of, StatementId: 's', Action: 'lambda:InvokeFunction', Principal: '*' },
  });
  const settings = await rig.call('PutFunctionEventInvokeConfig', { ...of, MaximumRetryAttempts: 0 });
  const url = await rig.call('CreateFunctionUrlConfig', { ...of, AuthType: 'NONE' });

  expect(settings.FunctionArn).toBe(`${ARN}:live`);
  expect(url.FunctionArn).toBe(`${ARN}:live`);
  expect(JSON.parse(String((await rig.call('GetPolicy', of)).Policy)).Statement).toHaveLength(1);
  await expect(rig.call('GetPolicy', { FunctionName: 'worker' })).rejects.toThrow('does not exist');
  const { FunctionUrlConfigs } = await rig.call('ListFunctionUrlConfigs', { FunctionName: 'worker' });
  expect(FunctionUrlConfigs).toEqual([url]);
});

test('concurrency that is reserved for a function is shared by its versions', async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const rig = createRig();
  await rig.fn('worker', () => held);
  await publish(rig);
  await rig.call('PutFunctionConcurrency', { FunctionName: 'worker', ReservedConcurrentExecutions: 1 });

  const running = rig.call('Invoke', { FunctionName: 'worker', Qualifier: '1' });
  const refused = await refusal(() => rig.call('Invoke', { FunctionName: 'worker' }));
  release();

  expect(refused.name).toBe('TooManyRequestsException');
  expect((await running).StatusCode).toBe(200);
});

test('a function goes with its versions and aliases; one version goes alone', async () => {
  const rig = await published();
  await publish(rig);
  await alias(rig, 'CreateAlias', { FunctionVersion: '2' });

  await rig.call('DeleteFunction', { FunctionName: 'worker', Qualifier: '1' });
  const used = await refusal(() => rig.call('DeleteFunction', { FunctionName: 'worker', Qualifier: '2' }));
  const gone = await refusal(() => rig.call('GetFunction', { FunctionName: 'worker', Qualifier: '1' }));
  await rig.call('DeleteFunction', { FunctionName: 'worker' });
  const all = await refusal(() => rig.call('GetFunction', { FunctionName: 'worker:live' }));

  expect(used).toMatchObject({ name: 'ResourceConflictException' });
  expect(gone).toMatchObject({ message: `Function not found: ${ARN}:1` });
  expect(all).toMatchObject({ message: `Function not found: ${ARN}:live` });
});

test.each<[string, string, Input, string]>([
  ['a version that is not there', 'CreateAlias', { FunctionVersion: '9' }, `Function not found: ${ARN}:9`],
  ['a number as its name', 'CreateAlias', { Name: '7', FunctionVersion: '1' }, "Value '7' at 'name' failed"],
  [
    'a name that is taken',
    'CreateAlias',
    { Name: 'old', FunctionVersion: '1' },
    `Alias already exists: ${ARN}:old`,
  ],
  [
    'weights',
    'CreateAlias',
    { FunctionVersion: '1', RoutingConfig: { AdditionalVersionWeights: { 2: 0.1 } } },
    'does not serve CreateAlias with RoutingConfig.AdditionalVersionWeights',
  ],
  ['a name that there is not', 'GetAlias', {}, `Cannot find alias arn: ${ARN}:live`],
  [
    'a stale revision',
    'UpdateAlias',
    { Name: 'old', RevisionId: 'x' },
    'The Revision Id provided does not match',
  ],
])('an alias with %s is refused', async (_title, operation, input, message) => {
  const rig = await published();
  await alias(rig, 'CreateAlias', { Name: 'old', FunctionVersion: '1' });

  const refused = await refusal(() => alias(rig, operation, input));

  expect(refused.message).toContain(message);
});

test('other code than the caller believes is not published', async () => {
  const rig = await published();

  const refused = await refusal(() => publish(rig, { CodeSha256: 'other' }));

  expect(refused.message).toContain('CodeSHA256 (other) is different from current CodeSHA256 in $LATEST');
});

test('a version cannot be changed', async () => {
  const rig = await published();

  const refused = await refusal(() =>
    rig.call('UpdateFunctionConfiguration', { FunctionName: `${ARN}:1`, Timeout: 5 }),
  );

  expect(refused.name).toBe('InvalidParameterValueException');
});
