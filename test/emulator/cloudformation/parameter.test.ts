import { describe, expect, test } from 'vitest';
import { openEmulator, problemsOf, writeStack } from './assembly.ts';

describe('a parameter', () => {
  const withParameter = (declaration: object): object => ({
    Parameters: { P: declaration },
    Resources: {},
    Outputs: { Value: { Value: { Ref: 'P' } } },
  });

  test.each<[string, object, Record<string, string>, string]>([
    ['has its default', { Type: 'String', Default: 'a' }, {}, 'a'],
    ['can be given', { Type: 'String', Default: 'a' }, { P: 'b' }, 'b'],
    [
      'can be given for its stack',
      { Type: 'String', Default: 'a' },
      { P: 'b', 'App:P': 'c', 'Other:P': 'd' },
      'c',
    ],
    ['can be a list of numbers', { Type: 'List<Number>', Default: '1, 2' }, {}, '["1","2"]'],
    [
      'can be given in place of Parameter Store',
      { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/a' },
      { P: 'v' },
      'v',
    ],
  ])('%s', async (_title, declaration, parameters, expected) => {
    const folder = await writeStack(withParameter(declaration));

    const report = await openEmulator().load(folder, { parameters });

    expect(report.stacks[0]?.outputs.Value).toBe(expected);
  });

  test.each<[string, object, string]>([
    ['without any value', { Type: 'String' }, 'has neither a default nor a given value'],
    ['without a type', { Default: 'x' }, 'has no Type'],
    [
      'that is not allowed',
      { Type: 'String', Default: 'x', AllowedValues: ['a', 'b'] },
      "is 'x': allowed are a, b",
    ],
    [
      'that breaks its pattern',
      { Type: 'String', Default: 'xay', AllowedPattern: 'a' },
      "is 'xay': must match a",
    ],
    ['that is no number', { Type: 'Number', Default: 'x' }, "is 'x': must be a number"],
    ['that is too small', { Type: 'Number', Default: 1, MinValue: 2 }, "is '1': must be at least 2"],
    ['that is too large', { Type: 'Number', Default: 3, MaxValue: 2 }, "is '3': must be at most 2"],
    [
      'that is too short',
      { Type: 'String', Default: 'a', MinLength: 2 },
      "is 'a': must have at least 2 characters",
    ],
    [
      'that is too long',
      { Type: 'String', Default: 'abc', MaxLength: 2 },
      "is 'abc': must have at most 2 characters",
    ],
    [
      'from Parameter Store',
      { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/a' },
      "reads '/a' of Parameter Store (AWS::SSM::Parameter::Value<String>), where it is not; " +
        'give its value as a parameter',
    ],
  ])('%s is refused', async (_title, declaration, message) => {
    const folder = await writeStack({ Parameters: { P: declaration }, Resources: {} });

    const problems = await problemsOf(folder);

    expect(problems).toEqual([
      { code: 'PARAMETER_INVALID', stack: 'App', property: 'Parameters.P', message },
    ]);
  });

  test("of CDK's bootstrap is not asked for", async () => {
    const bootstrap = {
      Type: 'AWS::SSM::Parameter::Value<String>',
      Default: '/cdk-bootstrap/hnb659fds/version',
    };
    const folder = await writeStack({ Parameters: { BootstrapVersion: bootstrap }, Resources: {} });

    const problems = await problemsOf(folder);

    expect(problems).toEqual([]);
  });
});
