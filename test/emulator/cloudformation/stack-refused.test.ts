/**
 * What the API refuses before anything is made, and what it does when asked again. Source: AWS CloudFormation
 * API reference and user guide.
 */
import {
  CreateStackCommand,
  DeleteStackCommand,
  GetTemplateSummaryCommand,
  ListStacksCommand,
  UpdateTerminationProtectionCommand,
  ValidateTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { describe, expect, test } from 'vitest';
import { createWorld, queue, refusal, template } from './api.ts';

const StackName = 'shop';
const TWO = template({
  Jobs: queue({
    RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 3 },
  }),
  Dead: queue(),
});

test.each<[string, object, readonly [string, string]]>([
  [
    'a name that no stack can have',
    { StackName: 'a_b' },
    ['ValidationError', "Value 'a_b' at 'stackName' failed"],
  ],
  [
    'no template',
    { TemplateBody: undefined },
    ['ValidationError', 'Either Template URL or Template Body must be'],
  ],
  [
    'a template without resources',
    { TemplateBody: '{}' },
    ['ValidationError', 'At least one Resources member'],
  ],
  [
    'JSON that is none',
    { TemplateBody: '{' },
    ['ValidationError', 'Template format error: JSON not well-formed.'],
  ],
  [
    'YAML that is none',
    { TemplateBody: 'Resources:\n  A: [1' },
    ['ValidationError', 'Template format error: YAML not well-formed. (line 2,'],
  ],
  [
    'YAML with the same name twice',
    { TemplateBody: 'Resources:\n  A: 1\n  A: 2' },
    ['ValidationError', 'Template format error: YAML not well-formed. (line 3,'],
  ],
  [
    'YAML with an alias',
    { TemplateBody: 'Resources:\n  A: &a {Type: AWS::SQS::Queue}\n  B: *a' },
    ['ValidationError', 'Template error: YAML aliases are not allowed in CloudFormation templates'],
  ],
  [
    'YAML with a tag that is no function',
    { TemplateBody: 'Resources:\n  A: !Nonsense {Type: AWS::SQS::Queue}' },
    ['ValidationError', 'unsupported tag !Nonsense'],
  ],
  ['YAML that is only text', { TemplateBody: 'hello' }, ['ValidationError', 'unsupported structure.']],
  [
    'a type that is not known',
    { TemplateBody: template({ A: { Type: 'AWS::Foo::Bar' } }) },
    ['ValidationError', 'Template format error: Unrecognized resource types: [AWS::Foo::Bar]'],
  ],
  [
    'a reference to nothing',
    { TemplateBody: template({ A: queue({ QueueName: { Ref: 'Nobody' } }) }) },
    ['ValidationError', "there is no parameter or resource 'Nobody' in this stack"],
  ],
  [
    'a parameter without a value',
    { TemplateBody: template({ A: queue() }, { Parameters: { P: { Type: 'String' } } }) },
    ['ValidationError', 'Parameters: [P] must have values'],
  ],
  [
    'a parameter that the template does not have',
    { Parameters: [{ ParameterKey: 'Q', ParameterValue: '' }] },
    ['ValidationError', 'Parameters: [Q] do not exist in the template'],
  ],
  [
    'a parameter that Parameter Store does not have',
    {
      TemplateBody: template(
        { A: queue() },
        { Parameters: { P: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/none' } } },
      ),
    },
    ['ValidationError', 'Unable to fetch parameters [/none] from parameter store for this account.'],
  ],
  [
    'rights without saying so',
    { TemplateBody: template({ R: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'r' } } }) },
    ['InsufficientCapabilitiesException', 'Requires capabilities : [CAPABILITY_NAMED_IAM]'],
  ],
  [
    'a template that is not in S3',
    { TemplateBody: undefined, TemplateURL: 'https://s3.amazonaws.com/b/k' },
    ['ValidationError', 'S3 error: The specified bucket does not exist'],
  ],
  [
    'a policy of the stack',
    { StackPolicyBody: '{}' },
    ['NotImplementedException', 'CreateStack with StackPolicyBody'],
  ],
])('%s is refused', async (_title, input, [name, message]) => {
  const { client } = createWorld();

  const refused = await refusal(
    client.send(new CreateStackCommand({ StackName, TemplateBody: TWO, ...input })),
  );

  expect(refused).toEqual([name, expect.stringContaining(message)]);
});

describe('asked again', () => {
  test('a creation with the same token is answered as before; with another it is refused', async () => {
    const { client } = createWorld();
    const input = { StackName, TemplateBody: TWO, ClientRequestToken: 'one' };
    const first = await client.send(new CreateStackCommand(input));

    const second = await client.send(new CreateStackCommand(input));
    const third = await refusal(client.send(new CreateStackCommand({ ...input, ClientRequestToken: 'two' })));

    expect(second.StackId).toBe(first.StackId);
    expect(third).toEqual(['AlreadyExistsException', 'Stack [shop] already exists']);
  });

  test('a protected stack is not deleted', async () => {
    const { client } = createWorld();
    await client.send(
      new CreateStackCommand({ StackName, TemplateBody: TWO, EnableTerminationProtection: true }),
    );

    const refused = await refusal(client.send(new DeleteStackCommand({ StackName })));
    await client.send(
      new UpdateTerminationProtectionCommand({ StackName, EnableTerminationProtection: false }),
    );
    await client.send(new DeleteStackCommand({ StackName }));

    const { StackSummaries = [] } = await client.send(new ListStacksCommand({}));
    expect(refused[1]).toBe('Stack [shop] cannot be deleted while TerminationProtection is enabled');
    expect(StackSummaries.map(({ StackStatus }) => StackStatus)).toEqual(['DELETE_COMPLETE']);
  });

  test('what a template declares is told without a stack', async () => {
    const { client } = createWorld();
    const TemplateBody = template(
      { Jobs: queue(), R: { Type: 'AWS::IAM::Role', Properties: {} } },
      { Parameters: { P: { Type: 'String', Default: 'x', AllowedValues: ['x', 'y'] } } },
    );

    const summary = await client.send(new GetTemplateSummaryCommand({ TemplateBody }));
    const valid = await client.send(new ValidateTemplateCommand({ TemplateBody }));

    expect(summary).toMatchObject({
      ...{ ResourceTypes: ['AWS::IAM::Role', 'AWS::SQS::Queue'], Capabilities: ['CAPABILITY_IAM'] },
      Parameters: [
        { ParameterKey: 'P', DefaultValue: 'x', ParameterConstraints: { AllowedValues: ['x', 'y'] } },
      ],
    });
    expect(valid.Capabilities).toEqual(['CAPABILITY_IAM']);
  });
});
