import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { bind, defineApp, defineConsumer, defineExchange, defineQueue, defineTask } from '#lib';
import { connect } from '#lib/aws';
import { createEmulator, type Emulator } from '#lib/emulator';
import { topology } from '../../lib/define/topology.ts';
import { provision } from '../../lib/testing/provision.ts';

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const double = defineTask('double', { run: (input: number) => input * 2 });
const note = defineTask('note', { result: false, run: () => 1 });
const shop = defineApp('shop', { tasks: [double] });
const quiet = defineApp('quiet', { tasks: [note] });

let emulator: Emulator;
let endpoint: string;

/** The queues and tables of an app, and nobody who works them off. */
async function build(app: typeof shop, stage: string): Promise<void> {
  const resources = { ...topology(app, { stage }), workers: [] };
  await provision(emulator, resources, () => {
    throw new Error('there are no workers here');
  });
}

const inQueue = (name: string) =>
  emulator.services.sqs.snapshot().find((queue) => queue.name === name)?.messages ?? [];

/** The next message of a queue, parsed, as a worker would receive it. */
async function nextMessage(
  name: string,
): Promise<{ readonly replyTo: string; readonly correlationId: string }> {
  const { QueueUrl } = await emulator.call('sqs', 'GetQueueUrl', { QueueName: name });
  const answer = await emulator.call('sqs', 'ReceiveMessage', { QueueUrl, WaitTimeSeconds: 20 });
  // ReceiveMessage answers with the message it has waited for.
  return JSON.parse((answer.Messages as readonly { readonly Body: string }[])[0]?.Body ?? '{}');
}

async function put(name: string, body: object): Promise<void> {
  const { QueueUrl } = await emulator.call('sqs', 'GetQueueUrl', { QueueName: name });
  await emulator.call('sqs', 'SendMessage', { QueueUrl, MessageBody: JSON.stringify(body) });
}

describe('a client', () => {
  beforeEach(async () => {
    emulator = createEmulator();
    endpoint = (await emulator.listen()).url;
  });

  afterEach(async () => {
    vi.unstubAllEnvs();
    await emulator.close();
  });

  test('need not know who works off the queues that it publishes to', async () => {
    const events = defineExchange('events', { type: 'topic' });
    const plain = defineQueue('plain');
    // Without the consumer of the queue the Broker would refuse this binding, whose filter is not exact.
    const binding = bind(events, '#.a.*.b.#', plain);
    const consumers = [defineConsumer(plain, { run: () => 1 })];
    await build(defineApp('shop', { bindings: [binding], consumers }), 'dev');
    const producer = defineApp('shop', { bindings: [binding] });
    await using client = connect(producer, { stage: 'dev', endpoint, region: 'us-east-1', credentials });

    await client.publish(events, 'a.x.b', { id: 1 });

    await expect.poll(() => inQueue('shop-dev-plain')).toHaveLength(1);
  });

  test('refuses a stage that cannot be one', () => {
    expect(() => connect(shop, { stage: 'a-b' })).toThrow(expect.objectContaining({ code: 'INVALID_NAME' }));
  });

  test('sends to the queue of its task, in its stage', async () => {
    await build(shop, 'prod');
    await using client = connect(shop, { stage: 'prod', endpoint, region: 'us-east-1', credentials });

    const { id } = await client.send(double(21));

    const bodies = inQueue('shop-prod-default').map(({ body }) => JSON.parse(body));
    expect(bodies).toMatchObject([{ id, task: 'double', input: 21 }]);
  });

  test('takes stage, region, credentials and endpoint from the environment', async () => {
    await build(shop, 'blue');
    vi.stubEnv('CELERIAC_STAGE', 'blue');
    vi.stubEnv('AWS_REGION', 'us-east-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
    vi.stubEnv('AWS_ENDPOINT_URL', endpoint);
    await using client = connect(shop);

    await client.send(double(21));

    expect(inQueue('shop-blue-default')).toHaveLength(1);
  });

  test("is in stage 'dev' when nobody says otherwise", async () => {
    await build(shop, 'dev');
    await using client = connect(shop, { endpoint, region: 'us-east-1', credentials });

    await client.send(double(21));

    expect(inQueue('shop-dev-default')).toHaveLength(1);
  });

  test('calls nothing before its first send', async () => {
    await build(shop, 'dev');
    const before = emulator.calls();

    const client = connect(shop, { endpoint, region: 'us-east-1', credentials });
    client.result(double, 'some id');
    await client.close();

    expect(emulator.calls()).toEqual(before);
  });

  test('reads the state of what it has sent', async () => {
    await build(shop, 'dev');
    await using client = connect(shop, { endpoint, region: 'us-east-1', credentials });

    const result = await client.send(double(21));

    expect(await result.state()).toBe('PENDING');
    await expect(result.get({ timeout: '0s' })).rejects.toMatchObject({ code: 'RESULT_TIMEOUT' });
  });

  test('of an app that keeps no records has none to read', async () => {
    await build(quiet, 'dev');
    await using client = connect(quiet, { endpoint, region: 'us-east-1', credentials });

    const result = await client.send(note());

    expect(await result.state()).toBe('UNKNOWN');
    await expect(result.get()).rejects.toMatchObject({ code: 'RESULT_NOT_KEPT' });
    expect(emulator.calls().some(({ service }) => service === 'dynamodb')).toBe(false);
  });

  test('is replied to over a queue of its own, which close removes at once', async () => {
    await build(shop, 'dev');
    const client = connect(shop, { endpoint, region: 'us-east-1', credentials });

    const calling = client.call(double(21));
    const { replyTo, correlationId } = await nextMessage('shop-dev-default');
    const reply = { celeriac: 1, correlationId, ok: true, value: 42 };
    await put(replyTo, reply);
    const value = await calling;
    const waiting = client.call(double(1)).catch((error) => error.code);
    await nextMessage('shop-dev-default');
    await client.close();

    expect(value).toBe(42);
    expect(await waiting).toBe('CLIENT_CLOSED');
    expect(emulator.services.sqs.snapshot().filter(({ name }) => name.includes('-reply-'))).toEqual([]);
  });

  test('has no reply queue inside Lambda, where it waits for the record', async () => {
    await build(shop, 'dev');
    vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'web');
    await using client = connect(shop, { endpoint, region: 'us-east-1', credentials });

    const calling = client.call(double(21), { timeout: '0s' });

    await expect(calling).rejects.toMatchObject({ name: 'TimeoutError', code: 'CALL_TIMEOUT' });
    expect(inQueue('shop-dev-default')).toHaveLength(1);
    expect(emulator.services.sqs.snapshot().filter(({ name }) => name.includes('-reply-'))).toEqual([]);
  });

  test('is told of a stack that is not there, after some tries', async () => {
    await using client = connect(shop, { endpoint, region: 'us-east-1', credentials });

    await expect(client.send(double(1))).rejects.toMatchObject({
      name: 'SendError',
      code: 'SEND_FAILED',
      message: expect.stringMatching(/^queue 'shop-dev-default' refused the message: QueueDoesNotExist: /),
    });
  });
});

test.each(['a-b', '', 'far_too_long'])("'%s' is refused as a stage", (stage) => {
  expect(() => connect(shop, { stage })).toThrow(
    expect.objectContaining({
      name: 'DefinitionError',
      code: 'INVALID_NAME',
      message: expect.stringContaining(`stage '${stage}': a name has 1 to 10 letters, digits and '_'`),
    }),
  );
});
