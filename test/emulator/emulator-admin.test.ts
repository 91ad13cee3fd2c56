import { describe, expect, onTestFinished, test } from 'vitest';
import {
  createEmulator,
  type Emulator,
  type EmulatorOptions,
  type VirtualEmulator,
} from '../../lib/emulator/index.ts';
import { openEmulator, writeStack } from './cloudformation/assembly.ts';

const START = '2026-01-01T00:00:00.000Z';

function openVirtual(options: EmulatorOptions = {}): VirtualEmulator {
  const emulator = createEmulator({ ...options, clock: { virtual: START } });
  onTestFinished(() => emulator.close());
  return emulator;
}

async function createQueue(emulator: Emulator, QueueName = 'jobs'): Promise<unknown> {
  const { QueueUrl } = await emulator.call('sqs', 'CreateQueue', { QueueName });
  return QueueUrl;
}

const WORKER = {
  Type: 'AWS::Lambda::Function',
  Properties: {
    ...{
      FunctionName: 'worker',
      Handler: 'index.handler',
      Runtime: 'nodejs24.x',
      Role: 'arn:aws:iam::0:role/r',
    },
    Code: { ZipFile: "exports.handler = async () => { console.log('hello'); return 1; };" },
  },
};

describe("the emulator's own pages", () => {
  async function ask(emulator: Emulator, method: string, path: string): Promise<readonly [number, unknown]> {
    const { url } = await emulator.listen();
    const response = await fetch(`${url}/_celeriac/${path}`, { method });
    return [response.status, await response.json()];
  }

  test('say that it is there, and what time it has', async () => {
    const emulator = openVirtual();

    const answer = await ask(emulator, 'GET', 'health');

    expect(answer).toEqual([
      200,
      { status: 'ok', services: Object.keys(emulator.services), now: START, clock: 'virtual' },
    ]);
  });

  test('show the trace and the calls', async () => {
    const emulator = openVirtual();
    const QueueUrl = await createQueue(emulator);
    await emulator.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'x' });

    const [, traced] = await ask(emulator, 'GET', 'trace?service=sqs&limit=1&since=0');
    const [, counted] = await ask(emulator, 'GET', 'calls');

    expect(traced).toMatchObject({
      entries: [{ sequence: 1, operation: 'send', target: 'jobs' }],
      dropped: 0,
    });
    expect(counted).toEqual({ calls: emulator.calls() });
  });

  test('list functions without their secrets, and kill one', async () => {
    const lines: string[] = [];
    const emulator = openEmulator({ log: (line) => lines.push(line) });
    await emulator.load(await writeStack({ Resources: { Worker: WORKER } }));
    await emulator.call('lambda', 'Invoke', { FunctionName: 'worker' });

    const [, listed] = await ask(emulator, 'GET', 'functions');
    const killed = await ask(emulator, 'POST', 'kill?function=worker');

    expect(listed).toMatchObject({
      functions: [{ name: 'worker', handler: 'index.handler', environments: 1 }],
    });
    expect(JSON.stringify(listed)).not.toContain('variables');
    expect(killed).toEqual([200, { function: 'worker', killed: 1 }]);
    expect(lines).toContainEqual(expect.stringMatching(/^worker \| .*hello/));
  });

  test('move virtual time', async () => {
    const emulator = openVirtual();

    const answer = await ask(emulator, 'POST', 'advance?ms=1500');

    expect(answer).toEqual([200, { now: '2026-01-01T00:00:01.500Z' }]);
    expect(emulator.clock.now()).toBe(Date.parse(START) + 1500);
  });

  test.each([
    ['GET', 'advance?ms=1', 405, '/_celeriac/advance takes POST'],
    ['POST', 'advance?ms=1', 409, "the clock is the machine's own; only a virtual one can be moved"],
    ['POST', 'kill?function=nobody', 404, "there is no function 'nobody'; there are: none"],
    ['GET', 'trace?limit=many', 400, 'limit must be a number'],
    ['GET', 'calls?source=nobody', 400, "source is 'client', 'lambda' or 'delivery'"],
  ])('%s %s is refused with %i', async (method, path, status, error) => {
    const answer = await ask(openEmulator(), method, path);

    expect(answer).toEqual([status, { error }]);
  });

  test('that do not exist are not found', async () => {
    const emulator = openEmulator();
    const { url } = await emulator.listen();

    const response = await fetch(`${url}/_celeriac/nothing`);

    expect(response.status).toBe(404);
  });
});
