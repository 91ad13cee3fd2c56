import { describe, expect, test } from 'vitest';
import { TemplateError } from '../../../lib/emulator/index.ts';
import { openEmulator, problemsOf, writeAssembly, writeStack } from './assembly.ts';

const JOBS = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'jobs' } };

describe('what a template says that the emulator does not honour is refused', () => {
  test.each<[string, object, object]>([
    [
      'an unknown section',
      { Resources: { Jobs: JOBS }, Hooks: {} },
      { code: 'TEMPLATE_INVALID', property: 'Hooks', message: 'the emulator does not serve this section' },
    ],
    [
      "a rule that is not CDK's own",
      { Resources: { Jobs: JOBS }, Rules: { CheckBootstrapVersion: {}, Mine: {} } },
      { code: 'TEMPLATE_INVALID', property: 'Rules.Mine', message: 'the emulator does not evaluate rules' },
    ],
    [
      'a transform',
      { Resources: { Jobs: JOBS }, Transform: ['AWS::LanguageExtensions', 'AWS::Serverless-2016-10-31'] },
      {
        code: 'TEMPLATE_INVALID',
        property: 'Transform',
        message: 'the emulator does not serve the transform "AWS::Serverless-2016-10-31"',
      },
    ],
    [
      'a resource attribute',
      { Resources: { Jobs: { ...JOBS, CreationPolicy: {} } } },
      {
        code: 'TEMPLATE_INVALID',
        property: 'Resources.Jobs.CreationPolicy',
        message: 'the emulator does not serve this resource attribute',
      },
    ],
    [
      'a resource without a type',
      { Resources: { Jobs: {} } },
      { code: 'TEMPLATE_INVALID', property: 'Resources.Jobs', message: 'has no Type' },
    ],
    [
      'DependsOn that is no name',
      { Resources: { Jobs: { ...JOBS, DependsOn: [1] } } },
      {
        code: 'TEMPLATE_INVALID',
        property: 'Resources.Jobs.DependsOn',
        message: 'must be a logical id or a list of them',
      },
    ],
    [
      'DependsOn of nothing',
      { Resources: { Jobs: { ...JOBS, DependsOn: 'Nobody' } } },
      {
        ...{ code: 'REFERENCE_UNKNOWN', logicalId: 'Jobs', type: 'AWS::SQS::Queue', property: 'DependsOn' },
        message: "there is no resource 'Nobody' in this stack",
      },
    ],
    [
      'an unknown type',
      { Resources: { Bucket: { Type: 'AWS::IoT::Thing' } } },
      {
        ...{ code: 'TYPE_UNKNOWN', logicalId: 'Bucket', type: 'AWS::IoT::Thing', property: '' },
        message: 'the emulator does not know this resource type',
      },
    ],
    [
      'a custom resource',
      { Resources: { Mine: { Type: 'Custom::Thing', Properties: { ServiceToken: 'x' } } } },
      {
        ...{ code: 'TYPE_REFUSED', logicalId: 'Mine', type: 'Custom::Thing', property: '' },
        message: 'custom resources would have to run their provider, which is not served',
      },
    ],
    [
      'a nested stack',
      { Resources: { Inner: { Type: 'AWS::CloudFormation::Stack' } } },
      {
        ...{ code: 'TYPE_REFUSED', logicalId: 'Inner', type: 'AWS::CloudFormation::Stack', property: '' },
        message: 'nested stacks are not served; use stacks or stages of the app',
      },
    ],
    [
      'an unknown property',
      { Resources: { Jobs: { Type: 'AWS::SQS::Queue', Properties: { Colour: 'red' } } } },
      {
        ...{ code: 'PROPERTY_UNKNOWN', logicalId: 'Jobs', type: 'AWS::SQS::Queue', property: 'Colour' },
        message: expect.stringMatching(/^the emulator does not serve this property; served: ContentBasedDed/),
      },
    ],
    [
      'a property of another kind',
      { Resources: { Jobs: { Type: 'AWS::SQS::Queue', Properties: { DelaySeconds: 'soon' } } } },
      {
        ...{ code: 'PROPERTY_INVALID', logicalId: 'Jobs', type: 'AWS::SQS::Queue', property: 'DelaySeconds' },
        message: 'is "soon", it must be a whole number',
      },
    ],
    [
      'a cycle of resources',
      {
        Resources: {
          A: { Type: 'AWS::SQS::Queue', DependsOn: 'B' },
          B: { Type: 'AWS::SQS::Queue', Properties: { QueueName: { 'Fn::Sub': 'x-${A.QueueName}' } } },
        },
      },
      { code: 'CYCLE', message: 'these resources need each other: A → B → A' },
    ],
    [
      'a cycle of conditions',
      {
        Conditions: { A: { 'Fn::Not': [{ Condition: 'B' }] }, B: { 'Fn::Not': [{ Condition: 'A' }] } },
        Resources: { Jobs: JOBS },
      },
      { code: 'CYCLE', property: 'Conditions.B', message: "condition 'A' depends on itself" },
    ],
    [
      'a condition that is none',
      { Conditions: { A: { 'Fn::Sub': 'true' } }, Resources: { Jobs: JOBS } },
      {
        code: 'INTRINSIC_INVALID',
        property: 'Conditions.A',
        message: 'a condition is Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition, not {"Fn::Sub":"true"}',
      },
    ],
    [
      'a condition with too few operands',
      { Conditions: { A: { 'Fn::And': [{ 'Fn::Equals': [1, 1] }] } }, Resources: { Jobs: JOBS } },
      { code: 'INTRINSIC_INVALID', property: 'Conditions.A', message: 'Fn::And takes 2 to 10 operands' },
    ],
    [
      'a condition that asks a resource',
      { Conditions: { A: { 'Fn::Equals': [{ Ref: 'Jobs' }, 'x'] } }, Resources: { Jobs: JOBS } },
      {
        code: 'REFERENCE_UNKNOWN',
        property: 'Conditions.A',
        message: "there is no parameter or resource 'Jobs' in this stack",
      },
    ],
    [
      'a resource under an unknown condition',
      { Resources: { Jobs: { ...JOBS, Condition: 'Nope' } } },
      { code: 'INTRINSIC_INVALID', property: 'Resources.Jobs', message: "there is no condition 'Nope'" },
    ],
    [
      'a name that two resources have',
      { Resources: { Jobs: JOBS, More: JOBS } },
      {
        ...{ code: 'NAME_TAKEN', logicalId: 'More', type: 'AWS::SQS::Queue', property: '' },
        message: "the name 'jobs' is also that of App/Jobs",
      },
    ],
  ])('%s', async (_title, template, problem) => {
    const folder = await writeStack(template);

    const problems = await problemsOf(folder);

    expect(problems).toEqual([{ stack: 'App', ...problem }]);
  });
});

test('everything wrong in all stacks is reported at once, and nothing is created', async () => {
  const emulator = openEmulator();
  const folder = await writeAssembly({
    One: { template: { Resources: { Jobs: JOBS, Table: { Type: 'AWS::IoT::Thing' } } } },
    Two: { template: { Resources: { Late: { Type: 'AWS::SQS::Queue', Properties: { Color: 1 } } } } },
  });

  const load = emulator.load(folder);

  await expect(load).rejects.toThrow(
    'cannot load the app: 2 problems\n' +
      "  TYPE_UNKNOWN stack 'One', Table (AWS::IoT::Thing): the emulator does not know this resource type\n" +
      "  PROPERTY_UNKNOWN stack 'Two', Late (AWS::SQS::Queue), Color: the emulator does not serve this",
  );
  await expect(load).rejects.toBeInstanceOf(TemplateError);
  expect(emulator.services.sqs.snapshot()).toEqual([]);
});

describe('a condition', () => {
  const template = {
    Conditions: { Never: { 'Fn::Equals': ['a', 'b'] }, Always: { 'Fn::Equals': ['1', 1] } },
    Resources: {
      Jobs: { ...JOBS, Condition: 'Always', DependsOn: ['More'] },
      More: { Type: 'AWS::SQS::Queue', Condition: 'Never' },
    },
    Outputs: { Off: { Condition: 'Never', Value: { Ref: 'More' } }, On: { Condition: 'Always', Value: 'x' } },
  };

  test('leaves out resources and outputs', async () => {
    const report = await openEmulator().load(await writeStack(template));

    expect(report.resources.map((resource) => resource.logicalId)).toEqual(['Jobs']);
    expect(report.stacks[0]?.outputs).toEqual({ On: 'x' });
  });

  test('that leaves out what another needs is reported', async () => {
    const folder = await writeStack({ ...template, Outputs: { Url: { Value: { Ref: 'More' } } } });

    const problems = await problemsOf(folder);

    expect(problems.map((problem) => problem.message)).toEqual([
      "'More' does not exist, because its condition 'Never' is false",
    ]);
  });
});
