import { describe, expect, test } from 'vitest';
import { openEmulator, problemsOf, resources, writeStack } from './assembly.ts';

describe('a type without effect', () => {
  test('has a name and an ARN for those who refer to it, and is reported with its reason', async () => {
    const folder = await writeStack(
      resources(
        {
          Role: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'worker' } },
          Policy: { Type: 'AWS::IAM::ManagedPolicy', Properties: { ManagedPolicyName: 'send' } },
          Log: { Type: 'AWS::Logs::LogGroup' },
          Key: { Type: 'AWS::KMS::Key' },
          Age: { Type: 'AWS::CloudWatch::Alarm', Properties: { AlarmName: 'age' } },
        },
        {
          Role: { Value: { 'Fn::Sub': '${Role} ${Role.Arn}' } },
          Policy: { Value: { Ref: 'Policy' } },
          Log: { Value: { 'Fn::Sub': '${Log} ${Log.Arn}' } },
          Key: { Value: { 'Fn::Sub': '${Key} ${Key.Arn}' } },
          Age: { Value: { 'Fn::GetAtt': ['Age', 'Arn'] } },
        },
      ),
    );

    const report = await openEmulator().load(folder);

    expect(report.resources).toEqual([]);
    expect(report.changes).toEqual([]);
    expect(report.ignored.find((one) => one.logicalId === 'Age')).toEqual({
      ...{ stack: 'App', logicalId: 'Age', type: 'AWS::CloudWatch::Alarm' },
      reason: 'the emulator measures nothing, so an alarm would never ring',
    });
    const { Log, Key, ...others } = report.stacks[0]?.outputs ?? {};
    expect(others).toEqual({
      Role: 'worker arn:aws:iam::000000000000:role/worker',
      Policy: 'arn:aws:iam::000000000000:policy/send',
      Age: 'arn:aws:cloudwatch:us-east-1:000000000000:alarm:age',
    });
    expect(Log).toMatch(/^(App-Log-\w{12}) arn:aws:logs:us-east-1:000000000000:log-group:\1:\*$/);
    expect(Key).toMatch(/^([0-9a-f-]{36}) arn:aws:kms:us-east-1:000000000000:key\/\1$/);
  });

  test('may hold what the emulator could not resolve', async () => {
    const properties = { A: { 'Fn::Cidr': [] }, B: '{{resolve:ssm:/a}}' };
    const folder = await writeStack(resources({ Role: { Type: 'AWS::IAM::Role', Properties: properties } }));

    const problems = await problemsOf(folder);

    expect(problems).toEqual([]);
  });

  test('may hold no wrong reference, which AWS would refuse too', async () => {
    const properties = { A: { 'Fn::Cidr': [] }, B: '{{resolve:ssm:/a}}', C: { Ref: 'Nobody' } };
    const folder = await writeStack(resources({ Role: { Type: 'AWS::IAM::Role', Properties: properties } }));

    const problems = await problemsOf(folder);

    expect(problems.map((problem) => [problem.code, problem.property])).toEqual([['REFERENCE_UNKNOWN', 'C']]);
  });
});
