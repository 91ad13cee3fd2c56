/** A process that dies while a stack is made: the stack knows of everything that was made. */
import { expect, test } from 'vitest';
import { queue, template } from '../cloudformation/api.ts';
import { type Machine, startMachine } from './restart.ts';

const SOURCE = 'exports.handler = async () => 1';
const COUNT = 6;

/** Functions with queues and mappings: their making takes several turns of the event loop. */
const RESOURCES = Object.fromEntries(
  Array.from({ length: COUNT }, (_, index) => [
    [`Jobs${index}`, queue({ QueueName: `jobs-${index}` })],
    [
      `Worker${index}`,
      {
        Type: 'AWS::Lambda::Function',
        Properties: {
          ...{ FunctionName: `worker-${index}`, Runtime: 'nodejs24.x', Handler: 'index.handler' },
          ...{ Role: 'arn:aws:iam::123456789012:role/r', Code: { ZipFile: SOURCE } },
        },
      },
    ],
    [
      `Mapping${index}`,
      {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          FunctionName: { Ref: `Worker${index}` },
          EventSourceArn: { 'Fn::GetAtt': [`Jobs${index}`, 'Arn'] },
        },
      },
    ],
  ]).flat(),
);

/** What there is, and what the stack says that it made. */
async function look(machine: Machine) {
  const { sqs, lambda } = machine.emulator.services;
  const { Stacks } = await machine.call('cloudformation', 'DescribeStacks');
  // DescribeStacks answers with a list of these.
  const [stack] = Stacks as readonly { readonly StackName: string; readonly StackStatus: string }[];
  if (stack === undefined) return { there: sqs.snapshot().length, status: undefined, told: 0 };
  const { StackResources } = await machine.call('cloudformation', 'DescribeStackResources', {
    StackName: stack.StackName,
  });
  // DescribeStackResources answers with a list of these.
  const resources = StackResources as readonly { readonly ResourceStatus: string }[];
  return {
    there: sqs.snapshot().length + lambda.functions().length + lambda.mappings().length,
    status: stack.StackStatus,
    told: resources.filter(({ ResourceStatus }) => ResourceStatus === 'CREATE_COMPLETE').length,
  };
}

test('wherever it dies, nothing is left that its stack does not know or cannot delete', async () => {
  const machine = startMachine();
  let done = false;
  const input = { StackName: 'shop', TemplateBody: template(RESOURCES) };
  const created = machine.call('cloudformation', 'CreateStack', input).then(() => {
    done = true;
  });
  const killed: Machine[] = [];
  while (!done) {
    await new Promise((resolve) => setImmediate(resolve));
    killed.push(machine.killed());
  }
  await created;

  const seen = await Promise.all(killed.map(look));
  for (const each of killed) await each.call('cloudformation', 'DeleteStack', { StackName: 'shop' });
  const left = await Promise.all(killed.map(look));

  expect(seen.map(({ there }) => there)).toEqual(seen.map(({ told }) => told));
  const statuses = new Set(seen.map(({ status }) => status));
  // Some have died before, some amid, and the last one after it.
  expect(statuses).toContain('CREATE_FAILED');
  expect(seen.at(-1)).toEqual({ there: 3 * COUNT, status: 'CREATE_COMPLETE', told: 3 * COUNT });
  expect(left).toEqual(killed.map(() => ({ there: 0, status: undefined, told: 0 })));
}, 120_000);
