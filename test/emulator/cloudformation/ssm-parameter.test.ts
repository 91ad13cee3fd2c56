import { describe, expect, test } from 'vitest';
import { openEmulator, reload, resources, writeStack } from './assembly.ts';

const parameter = (Value: string, more: object = {}) => ({
  Setting: {
    Type: 'AWS::SSM::Parameter',
    Properties: { Name: '/app/setting', Type: 'String', Value, ...more },
  },
});

describe('AWS::SSM::Parameter', () => {
  test('is made with its value, which other resources can read', async () => {
    const emulator = openEmulator();
    const folder = await writeStack(
      resources(parameter('one', { Description: 'what', Tags: { team: 'x' } }), {
        Name: { Value: { Ref: 'Setting' } },
        Value: { Value: { 'Fn::GetAtt': ['Setting', 'Value'] } },
      }),
    );

    const report = await emulator.load(folder);

    const found = await emulator.call('ssm', 'GetParameter', { Name: '/app/setting' });
    expect(report.stacks[0]?.outputs).toEqual({ Name: '/app/setting', Value: 'one' });
    expect(found).toMatchObject({ Parameter: { Type: 'String', Value: 'one', Version: 1 } });
  });

  test('changes its value in place, and goes with the stack', async () => {
    const emulator = openEmulator();
    const found = () => emulator.call('ssm', 'GetParameters', { Names: ['/app/setting'] });

    await reload(emulator, parameter('one'), parameter('two'));
    const after = await found();
    await reload(emulator, parameter('two'), { Other: { Type: 'AWS::SQS::Queue', Properties: {} } });

    expect(after).toMatchObject({ Parameters: [{ Value: 'two', Version: 2 }] });
    expect(await found()).toMatchObject({ Parameters: [], InvalidParameters: ['/app/setting'] });
  });

  test('is refused with a value that does not fit its pattern, and is not taken over', async () => {
    const emulator = openEmulator();
    const folder = await writeStack(resources(parameter('one', { AllowedPattern: '[0-9]+' })));

    await expect(emulator.load(folder)).rejects.toThrow('allowedPattern: [0-9]+');
    await emulator.call('ssm', 'PutParameter', { Name: '/app/setting', Type: 'String', Value: '1' });
    await expect(emulator.load(await writeStack(resources(parameter('2'))))).rejects.toThrow(
      'already exists',
    );
  });
});
