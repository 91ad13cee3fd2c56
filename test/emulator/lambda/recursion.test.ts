import { expect, test } from 'vitest';
import { readLineage, traceHeader } from '../../../lib/emulator/lambda/lineage.ts';
import { caller, counts, createRig, functionArn, queueUrl, type Rig, refusal } from './rig.ts';

/** A function that calls itself for ever; returns how often it ran. */
async function loop(rig: Rig): Promise<() => number> {
  let runs = 0;
  await rig.fn('loop', async (_event, { lineage }) => {
    runs += 1;
    if (runs >= 30) return;
    await rig.lambda.call('Invoke', { FunctionName: 'loop' }, { ...caller, lineage });
  });
  return () => runs;
}

test('the seventeenth invocation of a chain is refused', async () => {
  const rig = createRig();
  const runs = await loop(rig);

  await rig.invoke('loop');

  expect(runs()).toBe(16);
  expect(rig.lambda.stats()[functionArn('loop')]).toMatchObject({ recursionsDropped: 1, invocations: 16 });
});

test('a refused invocation says so', async () => {
  const rig = createRig();
  await rig.fn('worker', () => undefined);

  const refused = await refusal(() =>
    rig.lambda.call('Invoke', { FunctionName: 'worker' }, { ...caller, lineage: 16 }),
  );

  expect(refused).toEqual({
    name: 'RecursiveInvocationException',
    message:
      'Lambda has detected your function being invoked in a recursive loop with other Amazon Web Services ' +
      "resources and stopped your function's invocation.",
    status: 400,
  });
});

test('with RecursiveLoop Allow the chain goes on', async () => {
  const rig = createRig();
  const runs = await loop(rig);
  await rig.call('PutFunctionRecursionConfig', { FunctionName: 'loop', RecursiveLoop: 'Allow' });

  await rig.invoke('loop');

  expect(runs()).toBe(30);
});

test('a message at the end of a chain is refused until it is in the dead-letter queue', async () => {
  const rig = createRig();
  let runs = 0;
  await rig.fn('worker', () => {
    runs += 1;
  });
  await rig.queue('dead');
  await rig.queue('q', {
    VisibilityTimeout: '30',
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: 'arn:aws:sqs:eu-west-1:123456789012:dead',
      maxReceiveCount: 3,
    }),
  });
  await rig.map('worker', 'q');

  await rig.send('q', 'a', {
    MessageSystemAttributes: {
      AWSTraceHeader: { DataType: 'String', StringValue: 'Root=1-0-0;Lineage=16:12345678:0' },
    },
  });
  await rig.clock.advance(300_000);

  expect(runs).toBe(0);
  expect(counts(rig.sqs, 'dead').visible).toBe(1);
  expect(rig.lambda.stats()[functionArn('worker')]).toMatchObject({ recursionsDropped: 3 });
});

test('a function gets the lineage of its messages plus one', async () => {
  const rig = createRig();
  const lineages: number[] = [];
  await rig.fn('worker', (_event, context) => {
    lineages.push(context.lineage, readLineage(context.traceHeader));
  });
  await rig.queue('q');
  const input = {
    QueueUrl: queueUrl('q'),
    MessageBody: 'a',
    MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: 'Lineage=4:12345678:0' } },
  };
  await rig.sqs.call('SendMessage', input, caller);

  await rig.map('worker', 'q');
  await rig.clock.settled();

  expect(lineages).toEqual([5, 5]);
});

test.each([
  [undefined, 0],
  ['', 0],
  ['Root=1-5759e988-bd862e3fe1be46a994272793;Parent=557abcec3ee5a047;Sampled=1', 0],
  ['Root=1-0-0;Parent=0;Sampled=0;Lineage=7:12345678:0', 7],
  ['Root=1-0-0; Lineage=3', 3],
  ['Lineage=x:1', 0],
  ['Lineage=-4:1', 0],
])('the header %j has the lineage %i', (header, expected) => {
  const lineage = readLineage(header);

  expect(lineage).toBe(expected);
});

test('a trace header holds its time, by chance a root and a parent, and the lineage', () => {
  const header = traceHeader(functionArn('worker'), 3, Date.parse('2026-01-01T00:00:00Z'), () => 0.5);

  expect(header).toMatch(
    /^Root=1-6955b900-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0;Lineage=3:[0-9a-f]{8}:0$/,
  );
});
