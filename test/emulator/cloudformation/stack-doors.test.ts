/** Stacks that a load made and the API changes, and the other way round. */
import {
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  ListStackResourcesCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { createWorld, queue, refusal, template } from './api.ts';
import { writeAssembly } from './assembly.ts';

const StackName = 'shop';
const TWO = template({
  Jobs: queue({
    RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 3 },
  }),
  Dead: queue(),
});

async function queues(emulator: ReturnType<typeof createWorld>['emulator']): Promise<readonly string[]> {
  const { QueueUrls = [] } = await emulator.call('sqs', 'ListQueues', {});
  return [QueueUrls].flat().map((url) => String(url).split('/').at(-1) ?? '');
}

describe('what one door made the other sees', () => {
  test('a loaded stack is updated, listed and deleted through the API', async () => {
    const { client, emulator, events } = createWorld();
    const folder = await writeAssembly({ shop: { template: JSON.parse(TWO) } });
    await emulator.load(folder);
    const { StackResourceSummaries = [] } = await client.send(new ListStackResourcesCommand({ StackName }));

    const TemplateBody = template({ Dead: queue({ DelaySeconds: 7 }) });
    await client.send(new UpdateStackCommand({ StackName, TemplateBody }));
    const after = await queues(emulator);
    await client.send(new DeleteStackCommand({ StackName }));

    expect(StackResourceSummaries.map((one) => [one.LogicalResourceId, one.ResourceStatus])).toEqual([
      ['Dead', 'CREATE_COMPLETE'],
      ['Jobs', 'CREATE_COMPLETE'],
    ]);
    expect(after).toHaveLength(1);
    expect(await queues(emulator)).toEqual([]);
    expect(await refusal(events(StackName))).toEqual(['ValidationError', 'Stack [shop] does not exist']);
  });

  test('a stack of the API is changed by a load, and a load again is told', async () => {
    const { client, emulator } = createWorld();
    await client.send(new CreateStackCommand({ StackName, TemplateBody: TWO }));
    const changed = TWO.replace(
      '"Dead":{"Type":"AWS::SQS::Queue","Properties":{}}',
      '"Dead":{"Type":"AWS::SQS::Queue","Properties":{"DelaySeconds":7}}',
    );
    const folder = await writeAssembly({ shop: { template: JSON.parse(changed) } });

    const report = await emulator.load(folder);

    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    const { TemplateBody = '' } = await client.send(new GetTemplateCommand({ StackName }));
    expect(report.changes.map(({ kind, logicalId }) => [kind, logicalId])).toEqual([['updated', 'Dead']]);
    expect(Stacks[0]?.StackStatus).toBe('UPDATE_COMPLETE');
    expect(JSON.parse(TemplateBody)).toEqual(JSON.parse(changed));
    await client.send(new DeleteStackCommand({ StackName }));
    expect((await emulator.load(folder)).changes.map(({ kind }) => kind)).toEqual(['created', 'created']);
  });

  test('a load reads Parameter Store and code that lies in S3, as the API does', async () => {
    const { emulator } = createWorld();
    const code = strToU8('exports.handler = async () => process.env.WORD;');
    await emulator.call('s3', 'CreateBucket', { Bucket: 'code' });
    await emulator.call('s3', 'PutObject', {
      Bucket: 'code',
      Key: 'a.zip',
      Body: zipSync({ 'index.js': code }),
    });
    await emulator.call('ssm', 'PutParameter', { Name: '/word', Value: 'hello', Type: 'String' });
    const Properties = {
      ...{ FunctionName: 'greet', Handler: 'index.handler', Runtime: 'nodejs24.x' },
      ...{ Role: 'arn:aws:iam::000000000000:role/r', Code: { S3Bucket: 'code', S3Key: 'a.zip' } },
      Environment: { Variables: { WORD: { Ref: 'Word' } } },
    };
    const folder = await writeAssembly({
      shop: {
        template: {
          Parameters: { Word: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/word' } },
          Resources: { Greet: { Type: 'AWS::Lambda::Function', Properties } },
        },
      },
    });

    await emulator.load(folder);

    const { Payload } = await emulator.call('lambda', 'Invoke', { FunctionName: 'greet' });
    expect(Buffer.from(Object(Payload)).toString()).toBe('"hello"');
  });
});
