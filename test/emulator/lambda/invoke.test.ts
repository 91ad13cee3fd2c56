import { expect, test } from 'vitest';
import { createRig, encode, functionArn, payloadOf, refusal } from './rig.ts';

test('a synchronous invoke answers what the function returns', async () => {
  const rig = createRig();
  await rig.fn('double', ({ n }: { n: number }) => ({ n: 2 * n }));

  const answer = await rig.invoke('double', { n: 21 });

  expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
  expect(answer).not.toHaveProperty('FunctionError');
  expect(payloadOf(answer)).toEqual({ n: 42 });
});

test.each([
  ['nothing', undefined, {}],
  ['an empty payload', new Uint8Array(), {}],
  ['null', encode(null), null],
])('an invoke with %s is an event of its own', async (_name, Payload, expected) => {
  const rig = createRig();
  await rig.fn('echo', (event: unknown) => event);

  const answer = await rig.call('Invoke', { FunctionName: 'echo', Payload });

  expect(payloadOf(answer)).toEqual(expected);
});

test.each([
  ['undefined', () => undefined],
  ['a function', () => () => 1],
])('a function that returns %s answers null', async (_name, handler) => {
  const rig = createRig();
  await rig.fn('empty', handler);

  const answer = await rig.invoke('empty');

  expect(payloadOf(answer)).toBeNull();
});

test('an error of the function is an answer with FunctionError', async () => {
  const rig = createRig();
  await rig.fn('broken', () => {
    throw new TypeError('no such thing');
  });

  const answer = await rig.invoke('broken');

  expect(answer).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
  expect(payloadOf(answer)).toMatchObject({
    errorType: 'TypeError',
    errorMessage: 'no such thing',
    trace: expect.arrayContaining(['TypeError: no such thing']),
  });
});

test('a function that takes longer than its timeout is ended on the clock', async () => {
  const rig = createRig();
  let killed = 0;
  await rig.environment(
    'slow',
    () => ({
      invoke: () => rig.clock.sleep(60_000),
      kill() {
        killed += 1;
      },
    }),
    { Timeout: 5 },
  );

  const answer = rig.invoke('slow');
  await rig.clock.advance(5000);

  expect(payloadOf(await answer)).toMatchObject({
    errorType: 'Sandbox.Timedout',
    errorMessage: expect.stringMatching(
      /^RequestId: [0-9a-f-]{36} Error: Task timed out after 5\.00 seconds$/,
    ),
  });
  expect(killed).toBe(1);
  expect(rig.lambda.stats()[functionArn('slow')]).toMatchObject({ timeouts: 1, errors: 1, environments: 0 });
});

test('a dry run checks and does nothing', async () => {
  const rig = createRig();
  let runs = 0;
  await rig.fn('worker', () => {
    runs += 1;
  });

  const answer = await rig.invoke('worker', {}, { InvocationType: 'DryRun' });

  expect(answer).toEqual({ StatusCode: 204 });
  expect(runs).toBe(0);
});

test('LogType Tail gives the log of the invocation', async () => {
  const rig = createRig();
  await rig.fn('worker', () => undefined, { MemorySize: 256 });

  const answer = await rig.invoke('worker', {}, { LogType: 'Tail' });

  const log = Buffer.from(String(answer.LogResult), 'base64').toString();
  expect(log).toMatch(/^START RequestId: [0-9a-f-]{36} Version: \$LATEST\nEND RequestId: /);
  expect(log).toMatch(/REPORT .*\tMemory Size: 256 MB\n$/);
});

test('the context says who and where, and how much time is left', async () => {
  const rig = createRig();
  await rig.fn(
    'worker',
    async (_event, context) => {
      await rig.clock.sleep(400);
      return { ...context, remaining: context.getRemainingTimeInMillis() };
    },
    { Timeout: 2, Environment: { Variables: { STAGE: 'dev' } } },
  );

  const ClientContext = Buffer.from('{"custom":{"a":1}}').toString('base64');
  const answer = rig.invoke('worker', {}, { ClientContext });
  await rig.clock.advance(400);

  expect(payloadOf(await answer)).toMatchObject({
    awsRequestId: expect.stringMatching(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    ),
    functionName: 'worker',
    functionVersion: '$LATEST',
    invokedFunctionArn: functionArn('worker'),
    memoryLimitInMB: '128',
    logGroupName: '/aws/lambda/worker',
    clientContext: { custom: { a: 1 } },
    variables: { STAGE: 'dev', AWS_REGION: 'eu-west-1', AWS_LAMBDA_FUNCTION_NAME: 'worker' },
    remaining: 1600,
  });
});

test('an answer over 6 MB is an error of the function', async () => {
  const rig = createRig();
  await rig.fn('large', () => 'x'.repeat(6 * 1024 * 1024));

  const answer = await rig.invoke('large');

  expect(answer.FunctionError).toBe('Unhandled');
  expect(payloadOf(answer)).toEqual({
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: 'Response payload size exceeded maximum allowed payload size (6291456 bytes).',
  });
});

test.each([
  ['a synchronous event over 6 MB', 'RequestResponse', 6 * 1024 * 1024, 6_291_456],
  ['an asynchronous event over 1 MB', 'Event', 1024 * 1024, 1_048_576],
])('%s is refused', async (_name, InvocationType, size, limit) => {
  const rig = createRig();
  await rig.fn('worker', () => undefined);
  // Two bytes more than the limit, for the quotation marks.
  const event = 'x'.repeat(size);

  const refused = await refusal(() => rig.invoke('worker', event, { InvocationType }));

  expect(refused).toEqual({
    name: 'RequestTooLargeException',
    message: `Request must be smaller than ${limit} bytes for the InvokeFunction operation`,
    status: 413,
  });
});

test.each([
  [
    'a payload that is no JSON',
    { Payload: new TextEncoder().encode('{a') },
    /^Could not parse request body into json: /,
  ],
  [
    'a client context that is no JSON',
    { ClientContext: 'e2E=' },
    /^Client context must be a valid Base64-encoded JSON/,
  ],
])('%s is refused', async (_name, input, message) => {
  const rig = createRig();
  await rig.fn('worker', () => undefined);

  const refused = await refusal(() => rig.invoke('worker', undefined, input));

  expect(refused.name).toBe('InvalidRequestContentException');
  expect(refused.message).toMatch(message);
});
