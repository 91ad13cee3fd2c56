import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { caller, createRig, functionArn, functionInput, refusal } from './rig.ts';

let folder = '';

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'lambda-')));
  writeFileSync(join(folder, 'index.js'), 'exports.handler = async () => 1');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a function is made with the defaults of Lambda', async () => {
  const rig = createRig();

  const made = await rig.call('CreateFunction', functionInput('worker', { Code: { Folder: folder } }));

  expect(made).toEqual({
    FunctionName: 'worker',
    FunctionArn: functionArn('worker'),
    Runtime: 'nodejs24.x',
    Role: 'arn:aws:iam::123456789012:role/worker',
    Handler: 'index.handler',
    Description: '',
    Timeout: 3,
    MemorySize: 128,
    PackageType: 'Zip',
    Architectures: ['x86_64'],
    EphemeralStorage: { Size: 512 },
    TracingConfig: { Mode: 'PassThrough' },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    LoggingConfig: { LogFormat: 'Text', LogGroup: '/aws/lambda/worker' },
    CodeSize: 31,
    CodeSha256: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/),
    Version: '$LATEST',
    RevisionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    LastModified: '2026-01-01T00:00:00.000+0000',
    State: 'Active',
    LastUpdateStatus: 'Successful',
  });
});

test('GetFunction shows configuration, code, tags and concurrency', async () => {
  const rig = createRig();
  const more = { Code: { Folder: folder }, Tags: { app: 'shop' }, MemorySize: 512, Architectures: ['arm64'] };
  await rig.call('CreateFunction', functionInput('worker', more));
  await rig.call('PutFunctionConcurrency', { FunctionName: 'worker', ReservedConcurrentExecutions: 5 });

  const got = await rig.call('GetFunction', { FunctionName: 'worker' });

  expect(got).toMatchObject({
    Configuration: { MemorySize: 512, Architectures: ['arm64'] },
    Code: { RepositoryType: 'S3', Location: `file://${folder}` },
    Tags: { app: 'shop' },
    Concurrency: { ReservedConcurrentExecutions: 5 },
  });
});

test.each([
  ['its name', 'worker'],
  ['its ARN', functionArn('worker')],
  ['its partial ARN', '123456789012:function:worker'],
  ['a qualified name', 'worker:$LATEST'],
])('a function is found by %s', async (_name, FunctionName) => {
  const rig = createRig();
  await rig.fn('worker', () => undefined);

  const got = await rig.call('GetFunctionConfiguration', { FunctionName });

  expect(got.FunctionName).toBe('worker');
});

test('functions of other accounts and regions are others', async () => {
  const rig = createRig();
  await rig.fn('worker', () => undefined);
  const elsewhere = { ...caller, region: 'us-east-1' };

  const refused = await refusal(() => rig.lambda.call('GetFunction', { FunctionName: 'worker' }, elsewhere));
  const listed = await rig.lambda.call('ListFunctions', {}, elsewhere);

  expect(refused.message).toBe('Function not found: arn:aws:lambda:us-east-1:123456789012:function:worker');
  expect(listed).toEqual({ Functions: [] });
});

test('ListFunctions pages by name', async () => {
  const rig = createRig();
  for (const name of ['c', 'a', 'b']) await rig.fn(name, () => undefined);

  const first = await rig.call('ListFunctions', { MaxItems: 2 });
  const second = await rig.call('ListFunctions', { MaxItems: 2, Marker: first.NextMarker });

  expect(first).toMatchObject({ Functions: [{ FunctionName: 'a' }, { FunctionName: 'b' }], NextMarker: 'b' });
  expect(second).toMatchObject({ Functions: [{ FunctionName: 'c' }] });
  expect(second).not.toHaveProperty('NextMarker');
});

test('a changed configuration keeps what it does not mention, and starts new environments', async () => {
  const rig = createRig();
  const seen: unknown[] = [];
  let started = 0;
  await rig.environment(
    'worker',
    () => {
      started += 1;
      return { invoke: async (_event, { variables }) => seen.push(variables.STAGE) };
    },
    { Timeout: 30, Environment: { Variables: { STAGE: 'one' } } },
  );
  await rig.invoke('worker');

  const changed = await rig.call('UpdateFunctionConfiguration', {
    FunctionName: 'worker',
    Environment: { Variables: { STAGE: 'two' } },
  });
  await rig.invoke('worker');

  expect(changed).toMatchObject({ Timeout: 30, Environment: { Variables: { STAGE: 'two' } } });
  expect(seen).toEqual(['one', 'two']);
  expect(started).toBe(2);
});

test('new code has another digest, and an old revision is refused', async () => {
  const rig = createRig();
  const made = await rig.call('CreateFunction', functionInput('worker', { Code: { Folder: folder } }));
  writeFileSync(join(folder, 'more.js'), '');

  const changed = await rig.call('UpdateFunctionCode', { FunctionName: 'worker', Folder: folder });
  rmSync(join(folder, 'more.js'));
  const refused = await refusal(() =>
    rig.call('UpdateFunctionCode', { FunctionName: 'worker', Folder: folder, RevisionId: made.RevisionId }),
  );

  expect(changed.CodeSha256).not.toBe(made.CodeSha256);
  expect(refused).toEqual({
    name: 'PreconditionFailedException',
    message:
      'The Revision Id provided does not match the latest Revision Id. ' +
      'Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
    status: 412,
  });
});

test('a deleted function is gone', async () => {
  const rig = createRig();
  await rig.fn('worker', () => undefined);
  await rig.invoke('worker');

  await rig.call('DeleteFunction', { FunctionName: 'worker' });
  const refused = await refusal(() => rig.invoke('worker'));

  expect(refused).toEqual({
    name: 'ResourceNotFoundException',
    message: `Function not found: ${functionArn('worker')}`,
    status: 404,
  });
  expect(rig.lambda.functions()).toEqual([]);
});

test('concurrency and recursion settings can be read and taken back', async () => {
  const rig = createRig();
  await rig.fn('worker', () => undefined);
  const name = { FunctionName: 'worker' };
  const before = [
    await rig.call('GetFunctionConcurrency', name),
    await rig.call('GetFunctionRecursionConfig', name),
  ];

  await rig.call('PutFunctionConcurrency', { ...name, ReservedConcurrentExecutions: 7 });
  await rig.call('PutFunctionRecursionConfig', { ...name, RecursiveLoop: 'Allow' });
  const after = [
    await rig.call('GetFunctionConcurrency', name),
    await rig.call('GetFunctionRecursionConfig', name),
  ];
  await rig.call('DeleteFunctionConcurrency', name);
  const last = await rig.call('GetFunctionConcurrency', name);

  expect(before).toEqual([{}, { RecursiveLoop: 'Terminate' }]);
  expect(after).toEqual([{ ReservedConcurrentExecutions: 7 }, { RecursiveLoop: 'Allow' }]);
  expect(last).toEqual({});
});

test('functions are shown for inspection with what they run', async () => {
  const rig = createRig();
  const Environment = { Variables: { STAGE: 'dev' } };
  await rig.call('CreateFunction', functionInput('worker', { Code: { Folder: folder }, Environment }));

  const functions = rig.lambda.functions();

  expect(functions).toEqual([
    {
      name: 'worker',
      arn: functionArn('worker'),
      handler: 'index.handler',
      timeoutS: 3,
      memoryMb: 128,
      folder,
      variables: { STAGE: 'dev' },
    },
  ]);
});

test('tags are added, replaced, taken away and listed', async () => {
  const rig = createRig();
  await rig.fn('worker', () => undefined, { Tags: { app: 'shop', stage: 'dev' } });
  const Resource = functionArn('worker');

  await rig.call('TagResource', { Resource, Tags: { stage: 'prod', team: 'a' } });
  await rig.call('UntagResource', { Resource, TagKeys: ['app', 'none'] });
  const listed = await rig.call('ListTags', { Resource });

  expect(listed).toEqual({ Tags: { stage: 'prod', team: 'a' } });
});
