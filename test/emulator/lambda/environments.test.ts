import { expect, test } from 'vitest';
import { createRig, functionArn, payloadOf, refusal } from './rig.ts';

test('an environment is used again, and another one started for what runs beside it', async () => {
  const rig = createRig();
  let started = 0;
  await rig.environment('worker', () => {
    started += 1;
    return { invoke: () => rig.clock.sleep(1000) };
  });

  const first = [rig.invoke('worker'), rig.invoke('worker')];
  await rig.clock.advance(1000);
  await Promise.all(first);
  const second = rig.invoke('worker');
  await rig.clock.advance(1000);
  await second;

  expect(started).toBe(2);
  expect(rig.lambda.stats()[functionArn('worker')]).toMatchObject({ invocations: 3, coldStarts: 2 });
});

test('the timeout of an invocation that has ended does not touch its environment', async () => {
  const rig = createRig();
  let started = 0;
  await rig.environment('worker', () => {
    started += 1;
    return { invoke: async () => undefined };
  });
  await rig.invoke('worker');

  await rig.clock.advance(3000);
  await rig.invoke('worker');

  expect(started).toBe(1);
});

test('an environment that nobody used for long is started anew', async () => {
  const rig = createRig();
  let started = 0;
  await rig.environment('worker', () => {
    started += 1;
    return { invoke: async () => undefined };
  });
  await rig.invoke('worker');

  await rig.clock.advance(3_600_000);
  await rig.invoke('worker');

  expect(started).toBe(2);
});

test('an environment that cannot start fails its invocation', async () => {
  const rig = createRig();
  await rig.environment('broken', () => {
    throw new SyntaxError('bad module');
  });

  const answer = await rig.invoke('broken');

  expect(payloadOf(answer)).toMatchObject({ errorType: 'SyntaxError', errorMessage: 'bad module' });
  expect(rig.lambda.stats()[functionArn('broken')]).toMatchObject({ environments: 0, errors: 1 });
});

test('a kill ends every environment, and the next invocation has a new one', async () => {
  const rig = createRig();
  await rig.fn('worker', () => rig.clock.sleep(2000));
  const running = [rig.invoke('worker'), rig.invoke('worker')];
  await rig.clock.settled();

  const killed = rig.lambda.kill('worker');
  const failed = await Promise.all(running);
  const next = rig.invoke('worker');
  await rig.clock.advance(2000);

  expect(killed).toBe(2);
  for (const answer of failed) {
    expect(payloadOf(answer)).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringContaining('Error: Runtime exited with error: signal: killed'),
    });
  }
  expect(await next).not.toHaveProperty('FunctionError');
});

test('a kill of a function that nobody knows ends nothing', () => {
  const rig = createRig();

  const killed = rig.lambda.kill('nobody');

  expect(killed).toBe(0);
});

test('reserved concurrency throttles what is over it, and only that', async () => {
  const rig = createRig();
  await rig.fn('worker', () => rig.clock.sleep(1000));
  await rig.call('PutFunctionConcurrency', { FunctionName: 'worker', ReservedConcurrentExecutions: 2 });
  const running = [rig.invoke('worker'), rig.invoke('worker')];
  await rig.clock.settled();

  const refused = await refusal(() => rig.invoke('worker'));
  await rig.clock.advance(1000);
  await Promise.all(running);
  const later = rig.invoke('worker');
  await rig.clock.advance(1000);

  expect(refused).toEqual({ name: 'TooManyRequestsException', message: 'Rate Exceeded.', status: 429 });
  expect(await later).toMatchObject({ StatusCode: 200 });
  expect(rig.lambda.stats()[functionArn('worker')]).toMatchObject({ throttles: 1, invocations: 3 });
});

test("an account's concurrency is shared by the functions without any of their own", async () => {
  const rig = createRig({ concurrency: 102 });
  for (const name of ['a', 'b', 'own']) await rig.fn(name, () => rig.clock.sleep(1000));
  await rig.call('PutFunctionConcurrency', { FunctionName: 'own', ReservedConcurrentExecutions: 1 });
  const running = [...Array.from({ length: 101 }, () => rig.invoke('a')), rig.invoke('b'), rig.invoke('own')];
  await rig.clock.settled();

  const refused = await refusal(() => rig.invoke('b'));
  await rig.clock.advance(1000);

  expect(refused.name).toBe('TooManyRequestsException');
  expect((await Promise.all(running)).every(({ FunctionError }) => FunctionError === undefined)).toBe(true);
});

test('a function that calls another one waits for it on the clock', async () => {
  const rig = createRig();
  await rig.fn('inner', async () => {
    await rig.clock.sleep(1000);
    return 'inner';
  });
  await rig.fn('outer', async () => payloadOf(await rig.invoke('inner')));

  const answer = rig.invoke('outer');
  await rig.clock.advance(1000);

  expect(payloadOf(await answer)).toBe('inner');
});
