import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openEmulator, problemsOf, temporaryFolder, writeAssembly, writeStack } from './assembly.ts';

const JOBS = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'jobs' } };

describe('an assembly', () => {
  test('that is no assembly is refused with a hint', async () => {
    const folder = await temporaryFolder();

    const problems = await problemsOf(folder);

    expect(problems).toEqual([
      {
        code: 'ASSEMBLY_UNREADABLE',
        message: expect.stringMatching(/manifest\.json \(ENOENT.*is it the output of `cdk synth`\?$/),
      },
    ]);
  });

  test('with a broken template is refused by the name of the file', async () => {
    const folder = await writeStack({ Resources: {} });
    await writeFile(join(folder, 'App.template.json'), '{');

    const problems = await problemsOf(folder);

    expect(problems.map((problem) => problem.code)).toEqual(['ASSEMBLY_UNREADABLE']);
    expect(problems[0]?.message).toContain(join(folder, 'App.template.json'));
  });

  test('without stacks is refused', async () => {
    const folder = await writeAssembly({});

    const problems = await problemsOf(folder);

    expect(problems).toEqual([{ code: 'ASSEMBLY_UNREADABLE', message: `${folder} holds no stack` }]);
  });

  test('puts its stacks where they say, and the others where the load says', async () => {
    const folder = await writeAssembly({
      Near: { template: { Resources: { Jobs: JOBS } } },
      Far: { template: { Resources: { Jobs: JOBS } }, environment: 'aws://222222222222/eu-north-1' },
    });

    const emulator = openEmulator();
    await emulator.load(folder, { account: '111111111111', region: 'eu-west-1' });

    expect(emulator.services.sqs.snapshot().map((queue) => queue.arn)).toEqual([
      'arn:aws:sqs:eu-west-1:111111111111:jobs',
      'arn:aws:sqs:eu-north-1:222222222222:jobs',
    ]);
  });

  test('has stacks in the order of their dependencies', async () => {
    const template = { Resources: {} };
    const folder = await writeAssembly({ A: { template, needs: ['C'] }, B: { template }, C: { template } });

    const report = await openEmulator().load(folder);

    expect(report.stacks.map((stack) => stack.name)).toEqual(['C', 'A', 'B']);
  });

  test('whose stacks import from each other is refused', async () => {
    const stack = (own: string, other: string): object => ({
      Resources: { Q: { Type: 'AWS::SQS::Queue', Properties: { QueueName: { 'Fn::ImportValue': other } } } },
      Outputs: { Out: { Value: { 'Fn::GetAtt': ['Q', 'QueueName'] }, Export: { Name: own } } },
    });
    const folder = await writeAssembly({
      A: { template: stack('a', 'b') },
      B: { template: stack('b', 'a') },
    });

    const problems = await problemsOf(folder);

    const [a, b] = ['000000000000/us-east-1/A', '000000000000/us-east-1/B'];
    expect(problems).toEqual([
      { code: 'CYCLE', message: `these stacks need each other: ${a} → ${b} → ${a}` },
    ]);
  });
});
