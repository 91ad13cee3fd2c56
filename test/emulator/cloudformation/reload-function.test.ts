import { describe, expect, test } from 'vitest';
import { toChangeLines } from '../../../lib/emulator/index.ts';
import { openEmulator, queue, reload, writeStack } from './assembly.ts';

describe('a function that is loaded again', () => {
  const worker = (code: string, more: object = {}): object => ({
    Type: 'AWS::Lambda::Function',
    Properties: {
      ...{
        FunctionName: 'worker',
        Handler: 'index.handler',
        Runtime: 'nodejs24.x',
        Role: 'arn:aws:iam::0:role/r',
      },
      Code: { ZipFile: `exports.handler = async () => ${code};` },
      ...more,
    },
  });
  const mapping = (properties: object = {}): object => ({
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      ...{ FunctionName: { Ref: 'Worker' }, EventSourceArn: { 'Fn::GetAtt': ['Jobs', 'Arn'] } },
      ...properties,
    },
  });

  test('has its new code and its new variables', async () => {
    const emulator = openEmulator();
    const Environment = { Variables: { N: '2' } };
    const folder = await writeStack({ Resources: { Worker: worker('1') } });
    await emulator.load(folder);
    const before = await emulator.call('lambda', 'Invoke', { FunctionName: 'worker' });
    await writeStack({ Resources: { Worker: worker('process.env.N', { Environment }) } }, folder);

    const report = await emulator.load(folder);

    const after = await emulator.call('lambda', 'Invoke', { FunctionName: 'worker' });
    expect(toChangeLines(report)).toEqual(['~ function Worker: Code, Environment']);
    const payloads = [before, after].map(({ Payload }) =>
      Payload instanceof Uint8Array ? String(Buffer.from(Payload)) : '',
    );
    expect(payloads).toEqual(['1', '"2"']);
  });

  test('keeps its mapping, whose changes are made in place', async () => {
    const emulator = openEmulator();
    const resources = { Worker: worker('1'), Jobs: queue({ QueueName: 'jobs' }) };

    const report = await reload(
      emulator,
      { ...resources, Mapping: mapping({ BatchSize: 2, ScalingConfig: { MaximumConcurrency: 2 } }) },
      { ...resources, Mapping: mapping({ BatchSize: 3 }) },
    );

    expect(toChangeLines(report)).toEqual(['~ event source mapping Mapping: BatchSize, ScalingConfig']);
    const UUID = report.changes[0]?.physicalId;
    const found = await emulator.call('lambda', 'GetEventSourceMapping', { UUID });
    expect(found).toMatchObject({ BatchSize: 3 });
    expect(found).not.toHaveProperty('ScalingConfig');
  });

  test('has a mapping again when the mapping has moved', async () => {
    const emulator = openEmulator();
    const resources = { Worker: worker('1'), Jobs: queue({ QueueName: 'jobs' }) };

    const report = await reload(emulator, { ...resources, One: mapping() }, { ...resources, Two: mapping() });

    expect(toChangeLines(report)).toEqual(['- event source mapping One', '+ event source mapping Two']);
    expect(emulator.services.lambda.mappings()).toHaveLength(1);
  });

  test('has queue URLs of where the emulator listens by then', async () => {
    const emulator = openEmulator();
    const before = { Jobs: queue({ QueueName: 'jobs' }) };
    const Environment = { Variables: { URL: { Ref: 'Jobs' } } };

    await reload(emulator, before, { ...before, Worker: worker('1', { Environment }) });

    const [fn] = emulator.services.lambda.functions();
    expect(fn?.variables.URL).not.toContain(':4566/');
    expect(fn?.variables.URL).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/000000000000\/jobs$/);
  });
});
