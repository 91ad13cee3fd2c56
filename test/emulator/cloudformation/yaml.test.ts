import {
  CreateStackCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { expect, test } from 'vitest';
import { parseYaml } from '../../../lib/emulator/cloudformation/yaml.ts';
import { createWorld } from './api.ts';

test.each<[string, unknown]>([
  ['!Ref Jobs', { Ref: 'Jobs' }],
  ['!GetAtt Jobs.Arn', { 'Fn::GetAtt': ['Jobs', 'Arn'] }],
  ['!GetAtt Table.Stream.Arn', { 'Fn::GetAtt': ['Table', 'Stream.Arn'] }],
  ['!GetAtt [Jobs, Arn]', { 'Fn::GetAtt': ['Jobs', 'Arn'] }],
  ['!Sub "${AWS::StackName}-a"', { 'Fn::Sub': '${AWS::StackName}-a' }],
  ['!Sub ["${A}", {A: !Ref B}]', { 'Fn::Sub': ['${A}', { A: { Ref: 'B' } }] }],
  ['!Join ["-", [a, !Ref B]]', { 'Fn::Join': ['-', ['a', { Ref: 'B' }]] }],
  ['!If [Big, 1, !Ref AWS::NoValue]', { 'Fn::If': ['Big', 1, { Ref: 'AWS::NoValue' }] }],
  [
    '!And [!Condition A, !Not [!Equals [a, b]]]',
    { 'Fn::And': [{ Condition: 'A' }, { 'Fn::Not': [{ 'Fn::Equals': ['a', 'b'] }] }] },
  ],
  ['Fn::Base64: !Sub text', { 'Fn::Base64': { 'Fn::Sub': 'text' } }],
  ['!FindInMap [Map, !Ref AWS::Region, size]', { 'Fn::FindInMap': ['Map', { Ref: 'AWS::Region' }, 'size'] }],
  ['!ImportValue other-Queue', { 'Fn::ImportValue': 'other-Queue' }],
  ['!Select\n- 0\n- !GetAZs ""', { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] }],
  // A date of a policy and a word like yes are texts, numbers and truth values are not.
  [
    '{a: 2012-10-17, b: yes, c: 1.5, d: true, e: "1", f: ~}',
    { a: '2012-10-17', b: 'yes', c: 1.5, d: true, e: '1', f: null },
  ],
  ['a: |\n  two\n  lines\nb: >-\n  one\n  line\n', { a: 'two\nlines\n', b: 'one line' }],
  ['!!str 5', '5'],
])('%s is read as JSON', (text, json) => {
  expect(parseYaml(text)).toEqual(json);
});

const TEMPLATE = `
AWSTemplateFormatVersion: 2010-09-09
Description: queues, as people write them
Parameters:
  Stage: {Type: String, Default: dev}
Mappings:
  Stages:
    dev: {seconds: 30}
    live: {seconds: 300}
Conditions:
  Live: !Equals [!Ref Stage, live]
Resources:
  Dead:
    Type: AWS::SQS::Queue
  Jobs:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Sub 'jobs-\${Stage}'
      VisibilityTimeout: !FindInMap [Stages, !Ref Stage, seconds]
      MessageRetentionPeriod: !If [Live, 1209600, !Ref AWS::NoValue]
      RedrivePolicy:
        deadLetterTargetArn: !GetAtt Dead.Arn
        maxReceiveCount: 3
Outputs:
  Url: {Value: !Ref Jobs}
  Arn:
    Value: !GetAtt Jobs.Arn
    Export: {Name: !Sub '\${AWS::StackName}-jobs'}
`;

test('a stack is made of a template in YAML, and the template is given back as it was written', async () => {
  const { client, emulator } = createWorld();
  await client.send(
    new CreateStackCommand({
      ...{ StackName: 'shop', TemplateBody: TEMPLATE },
      Parameters: [{ ParameterKey: 'Stage', ParameterValue: 'live' }],
    }),
  );

  const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: 'shop' }));
  const { TemplateBody } = await client.send(new GetTemplateCommand({ StackName: 'shop' }));

  expect(stack).toMatchObject({
    StackStatus: 'CREATE_COMPLETE',
    Description: 'queues, as people write them',
  });
  expect(stack?.Outputs).toContainEqual({
    ...{ OutputKey: 'Arn', OutputValue: 'arn:aws:sqs:us-east-1:000000000000:jobs-live' },
    ExportName: 'shop-jobs',
  });
  expect(TemplateBody).toBe(TEMPLATE);
  const jobs = emulator.services.sqs.snapshot().find(({ name }) => name === 'jobs-live');
  expect(jobs?.attributes).toMatchObject({ VisibilityTimeout: '300', MessageRetentionPeriod: '1209600' });
});
