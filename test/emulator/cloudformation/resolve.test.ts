import { describe, expect, test } from 'vitest';
import { openEmulator, problemsOf, writeAssembly, writeStack } from './assembly.ts';

const QUEUE_URL = 'http://127.0.0.1:4566/000000000000/jobs';
const QUEUE_ARN = 'arn:aws:sqs:us-east-1:000000000000:jobs';

function withOutput(value: unknown): object {
  return {
    Parameters: {
      Stage: { Type: 'String', Default: 'dev' },
      Count: { Type: 'Number', Default: 3 },
      Zones: { Type: 'CommaDelimitedList', Default: 'x, y,z' },
    },
    Mappings: { Sizes: { dev: { memory: 128, zones: ['m', 'n'] }, prod: { memory: 512, zones: [] } } },
    Conditions: {
      IsDev: { 'Fn::Equals': [{ Ref: 'Stage' }, 'dev'] },
      IsProd: { 'Fn::Not': [{ Condition: 'IsDev' }] },
      Both: { 'Fn::And': [{ Condition: 'IsDev' }, { 'Fn::Equals': [{ Ref: 'Count' }, 3] }] },
      Either: { 'Fn::Or': [{ Condition: 'IsProd' }, { 'Fn::Equals': ['a', 'b'] }] },
    },
    Resources: { Jobs: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'jobs' } } },
    Outputs: { Value: { Value: value } },
  };
}

describe('an intrinsic function', () => {
  test.each<[string, unknown, string]>([
    ['Ref of a resource', { Ref: 'Jobs' }, QUEUE_URL],
    ['Ref of a parameter', { Ref: 'Stage' }, 'dev'],
    ['Ref of a number', { Ref: 'Count' }, '3'],
    ['Ref of a list', { 'Fn::Join': ['|', { Ref: 'Zones' }] }, 'x|y|z'],
    ['AWS::Region', { Ref: 'AWS::Region' }, 'us-east-1'],
    ['AWS::AccountId', { Ref: 'AWS::AccountId' }, '000000000000'],
    ['AWS::Partition', { Ref: 'AWS::Partition' }, 'aws'],
    ['AWS::StackName', { Ref: 'AWS::StackName' }, 'App'],
    ['AWS::URLSuffix', { Ref: 'AWS::URLSuffix' }, 'amazonaws.com'],
    ['AWS::NotificationARNs', { 'Fn::Length': { Ref: 'AWS::NotificationARNs' } }, '0'],
    ['AWS::NoValue in a list', { 'Fn::Join': ['-', ['a', { Ref: 'AWS::NoValue' }, 'b']] }, 'a-b'],
    ['AWS::NoValue in an object', { 'Fn::ToJsonString': { a: 1, b: { Ref: 'AWS::NoValue' } } }, '{"a":1}'],
    ['Fn::GetAtt as a list', { 'Fn::GetAtt': ['Jobs', 'Arn'] }, QUEUE_ARN],
    ['Fn::GetAtt as text', { 'Fn::GetAtt': 'Jobs.QueueName' }, 'jobs'],
    [
      'Fn::Sub of everything',
      { 'Fn::Sub': '${AWS::Region}/${Stage}/${Jobs.Arn}/${!Stage}' },
      `us-east-1/dev/${QUEUE_ARN}/\${Stage}`,
    ],
    [
      'Fn::Sub with variables',
      { 'Fn::Sub': ['${A}-${Stage}', { A: { 'Fn::GetAtt': ['Jobs', 'QueueName'] } }] },
      'jobs-dev',
    ],
    ['Fn::Join', { 'Fn::Join': [':', ['a', { Ref: 'Stage' }, 1, true]] }, 'a:dev:1:true'],
    ['Fn::Select', { 'Fn::Select': ['1', ['a', 'b']] }, 'b'],
    ['Fn::Split', { 'Fn::Select': [5, { 'Fn::Split': [':', { 'Fn::GetAtt': ['Jobs', 'Arn'] }] }] }, 'jobs'],
    ['Fn::Base64', { 'Fn::Base64': 'hé' }, 'aMOp'],
    ['Fn::FindInMap', { 'Fn::FindInMap': ['Sizes', { Ref: 'Stage' }, 'memory'] }, '128'],
    ['Fn::FindInMap of a list', { 'Fn::Join': ['', { 'Fn::FindInMap': ['Sizes', 'dev', 'zones'] }] }, 'mn'],
    [
      'Fn::FindInMap with a default',
      { 'Fn::FindInMap': ['Sizes', 'test', 'memory', { DefaultValue: { Ref: 'Count' } }] },
      '3',
    ],
    ['Fn::If that holds', { 'Fn::If': ['IsDev', 'yes', 'no'] }, 'yes'],
    ['Fn::If that does not', { 'Fn::If': ['IsProd', { Ref: 'Nobody' }, 'no'] }, 'no'],
    ['Fn::If on And', { 'Fn::If': ['Both', 'yes', 'no'] }, 'yes'],
    ['Fn::If on Or', { 'Fn::If': ['Either', 'yes', 'no'] }, 'no'],
    ['Fn::GetAZs', { 'Fn::Join': [' ', { 'Fn::GetAZs': '' }] }, 'us-east-1a us-east-1b us-east-1c'],
    ['Fn::GetAZs of a region', { 'Fn::Select': [0, { 'Fn::GetAZs': 'eu-west-1' }] }, 'eu-west-1a'],
    ['Fn::Length', { 'Fn::Length': { Ref: 'Zones' } }, '3'],
    [
      'Fn::ToJsonString',
      { 'Fn::ToJsonString': { url: { Ref: 'Jobs' }, n: [1] } },
      `{"url":"${QUEUE_URL}","n":[1]}`,
    ],
  ])('%s', async (_title, value, expected) => {
    const folder = await writeStack(withOutput(value));

    const report = await openEmulator().load(folder);

    expect(report.stacks[0]?.outputs.Value).toBe(expected);
  });

  test('AWS::StackId names account, region and stack', async () => {
    const folder = await writeStack(withOutput({ Ref: 'AWS::StackId' }));

    const report = await openEmulator().load(folder);

    expect(report.stacks[0]?.outputs.Value).toMatch(
      /^arn:aws:cloudformation:us-east-1:000000000000:stack\/App\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    );
  });
});

describe('a wrong use of an intrinsic function is refused with its place', () => {
  test.each<[string, unknown, string, string]>([
    [
      'Ref of nothing',
      { Ref: 'Nobody' },
      'REFERENCE_UNKNOWN',
      "there is no parameter or resource 'Nobody' in this stack",
    ],
    ['Ref without a name', { Ref: 1 }, 'INTRINSIC_INVALID', 'Ref takes a name'],
    [
      'an attribute that is not there',
      { 'Fn::GetAtt': ['Jobs', 'Color'] },
      'REFERENCE_UNKNOWN',
      "Jobs (AWS::SQS::Queue) has no attribute 'Color'; it has Arn, QueueName, QueueUrl",
    ],
    [
      'GetAtt without attribute',
      { 'Fn::GetAtt': 'Jobs' },
      'INTRINSIC_INVALID',
      'Fn::GetAtt takes [logical id, attribute]',
    ],
    [
      'Sub of nothing',
      { 'Fn::Sub': 'x ${Nobody}' },
      'REFERENCE_UNKNOWN',
      "there is no parameter or resource 'Nobody' in this stack",
    ],
    ['Sub of a list', { 'Fn::Sub': '${Zones}' }, 'INTRINSIC_INVALID', "Fn::Sub: 'Zones' is not text"],
    ['Join of objects', { 'Fn::Join': ['', [{ a: 1 }]] }, 'INTRINSIC_INVALID', 'Fn::Join joins text only'],
    ['Join of no list', { 'Fn::Join': ['', 'a'] }, 'INTRINSIC_INVALID', 'Fn::Join takes [delimiter, list]'],
    [
      'Select beyond the end',
      { 'Fn::Select': [2, ['a']] },
      'INTRINSIC_INVALID',
      'Fn::Select: there is no index 2 in a list of 1',
    ],
    [
      'Split of a list',
      { 'Fn::Split': [',', ['a']] },
      'INTRINSIC_INVALID',
      'Fn::Split takes [delimiter, text]',
    ],
    ['Base64 of a list', { 'Fn::Base64': [] }, 'INTRINSIC_INVALID', 'Fn::Base64 takes text'],
    [
      'If without a condition',
      { 'Fn::If': ['Nope', 1, 2] },
      'INTRINSIC_INVALID',
      "there is no condition 'Nope'",
    ],
    [
      'If without else',
      { 'Fn::If': ['IsDev', 1] },
      'INTRINSIC_INVALID',
      'Fn::If takes [condition, value if true, value if false]',
    ],
    [
      'an unknown map',
      { 'Fn::FindInMap': ['Nope', 'a', 'b'] },
      'REFERENCE_UNKNOWN',
      "there is no mapping 'Nope'",
    ],
    [
      'an unknown top key',
      { 'Fn::FindInMap': ['Sizes', 'test', 'memory'] },
      'REFERENCE_UNKNOWN',
      "mapping 'Sizes' has no key 'test'",
    ],
    [
      'an unknown second key',
      { 'Fn::FindInMap': ['Sizes', 'dev', 'disk'] },
      'REFERENCE_UNKNOWN',
      "mapping 'Sizes' has no key 'disk' under 'dev'",
    ],
    [
      'a map by a resource',
      { 'Fn::FindInMap': ['Sizes', { Ref: 'Jobs' }, 'x'] },
      'INTRINSIC_INVALID',
      'Fn::FindInMap: its keys must be text that no resource decides',
    ],
    [
      'an export of nobody',
      { 'Fn::ImportValue': 'there' },
      'REFERENCE_UNKNOWN',
      "no stack in 000000000000/us-east-1 exports 'there'",
    ],
    [
      'an export by a resource',
      { 'Fn::ImportValue': { Ref: 'Jobs' } },
      'INTRINSIC_INVALID',
      'Fn::ImportValue takes a name that no resource decides',
    ],
    [
      'an output of no stack',
      { 'Fn::GetStackOutput': { StackName: 'Other', OutputName: 'Url' } },
      'REFERENCE_UNKNOWN',
      "there is no output 'Url' of a stack 000000000000/us-east-1/Other",
    ],
    ['Length of text', { 'Fn::Length': 'abc' }, 'INTRINSIC_INVALID', 'Fn::Length takes a list'],
    [
      'two functions in one',
      { Ref: 'Jobs', 'Fn::Sub': 'x' },
      'INTRINSIC_INVALID',
      'Ref must be the only member of its object',
    ],
    [
      'a function that is not served',
      { 'Fn::Cidr': ['10.0.0.0/8', 1] },
      'INTRINSIC_INVALID',
      'the emulator does not serve Fn::Cidr; served: Ref, ',
    ],
    [
      'a dynamic reference',
      '{{resolve:ssm:/a/b}}',
      'INTRINSIC_INVALID',
      'the emulator does not serve dynamic references: {{resolve:ssm:/a/b}}',
    ],
    [
      'a dynamic reference by Sub',
      { 'Fn::Sub': '{{resolve:ssm:/${Stage}}}' },
      'INTRINSIC_INVALID',
      'does not serve dynamic references: {{resolve:ssm:/dev}}',
    ],
  ])('%s', async (_title, value, code, message) => {
    const folder = await writeStack(withOutput(value));

    const problems = await problemsOf(folder);

    expect(problems).toEqual([
      { code, stack: 'App', property: 'Outputs.Value', message: expect.stringContaining(message) },
    ]);
  });
});

describe('a value of another stack', () => {
  const producer = {
    Resources: { Jobs: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'jobs' } } },
    Outputs: {
      Url: { Value: { Ref: 'Jobs' }, Export: { Name: { 'Fn::Sub': '${AWS::StackName}-url' } } },
      Plain: { Value: { 'Fn::GetAtt': ['Jobs', 'Arn'] } },
    },
  };
  const consumer = (value: unknown): object => ({ Resources: {}, Outputs: { Value: { Value: value } } });

  test.each<[string, unknown, string]>([
    ['is imported', { 'Fn::ImportValue': { 'Fn::Sub': 'Base-url' } }, QUEUE_URL],
    ['is read as an output', { 'Fn::GetStackOutput': { StackName: 'Base', OutputName: 'Plain' } }, QUEUE_ARN],
    [
      'is read with its region',
      { 'Fn::GetStackOutput': { StackName: 'Base', Region: 'us-east-1', OutputName: 'Plain' } },
      QUEUE_ARN,
    ],
  ])('%s, whatever the order of the stacks', async (_title, value, expected) => {
    const folder = await writeAssembly({ App: { template: consumer(value) }, Base: { template: producer } });

    const report = await openEmulator().load(folder);

    expect(report.stacks.map((stack) => stack.name)).toEqual(['Base', 'App']);
    expect(report.stacks[1]?.outputs.Value).toBe(expected);
  });

  test('is read over accounts by the role that reads it', async () => {
    const role = 'arn:aws:iam::111111111111:role/reader';
    const value = {
      'Fn::GetStackOutput': { StackName: 'Base', OutputName: 'Plain', Region: 'eu-west-1', RoleArn: role },
    };
    const folder = await writeAssembly({
      App: { template: consumer(value) },
      Base: { template: producer, environment: 'aws://111111111111/eu-west-1' },
    });

    const report = await openEmulator().load(folder);

    expect(report.stacks[1]?.outputs.Value).toBe('arn:aws:sqs:eu-west-1:111111111111:jobs');
  });

  test('is not imported from another region', async () => {
    const folder = await writeAssembly({
      App: { template: consumer({ 'Fn::ImportValue': 'Base-url' }) },
      Base: { template: producer, environment: 'aws://000000000000/eu-west-1' },
    });

    const problems = await problemsOf(folder);

    expect(problems.map((problem) => problem.message)).toEqual([
      "no stack in 000000000000/us-east-1 exports 'Base-url'",
    ]);
  });

  test('is found in an app that was loaded before', async () => {
    const emulator = openEmulator();
    await emulator.load(await writeAssembly({ Base: { template: producer } }));
    const folder = await writeAssembly({ App: { template: consumer({ 'Fn::ImportValue': 'Base-url' }) } });

    const report = await emulator.load(folder);

    expect(report.stacks[0]?.outputs.Value).toBe(QUEUE_URL);
  });
});
