/** The AWS CLI, Debian's and a newer one, against the emulator as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeApp } from './app.ts';
import { awsClis, type Client, run } from './clients.ts';

const COMMAND = join(import.meta.dirname, '../../bin/celeriac.js');

let folder = '';
let removeApp = async () => {};
let emulator: ChildProcess | undefined;
let url = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'celeriac-cli-'));
  const { template, remove } = await writeApp();
  removeApp = remove;
  const args = [COMMAND, 'emulator', '--port', '0', '--template', template];
  emulator = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  if (emulator.stdout === null) throw new Error('the emulator has no output');
  const [line] = await once(createInterface(emulator.stdout), 'line');
  url = String(line).replace('listening ', '');
});

afterAll(async () => {
  if (emulator !== undefined) {
    const ended = once(emulator, 'exit');
    emulator.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  }
  await rm(folder, { recursive: true, force: true });
  await removeApp();
});

describe.each(awsClis())('$name', (client) => {
  const missing = client.missing !== undefined;
  /** Distinguishes what the two CLIs make. */
  const suffix = client.name.replace(/\W/g, '-');

  test('sends, receives and deletes a message with attributes', async ({ skip }) => {
    skip(missing, client.missing);
    const { QueueUrl } = await aws(client, ['sqs', 'create-queue', '--queue-name', `cli-${suffix}`]);
    const attributes = await save('attributes.json', {
      color: { DataType: 'String', StringValue: 'grün' },
      // The second CLI reads base64, the first takes the text itself for the bytes.
      bytes: { DataType: 'Binary', BinaryValue: client.name.startsWith('aws-cli/2') ? 'YWJj' : 'abc' },
    });

    const send = ['send-message', '--queue-url', QueueUrl, '--message-body', 'hello <&> 😀'];
    const sent = await aws(client, ['sqs', ...send, '--message-attributes', `file://${attributes}`]);
    const receive = ['receive-message', '--queue-url', QueueUrl, '--wait-time-seconds', '5'];
    const all = ['--attribute-names', 'All', '--message-attribute-names', 'All'];
    const received = await aws(client, ['sqs', ...receive, ...all]);

    const [message] = received.Messages;
    expect(message).toMatchObject({
      MessageId: sent.MessageId,
      Body: 'hello <&> 😀',
      MD5OfBody: sent.MD5OfMessageBody,
      MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
      Attributes: { ApproximateReceiveCount: '1' },
      MessageAttributes: { color: { StringValue: 'grün' }, bytes: { BinaryValue: 'YWJj' } },
    });
    const handle = ['--receipt-handle', message.ReceiptHandle];
    await aws(client, ['sqs', 'delete-message', '--queue-url', QueueUrl, ...handle]);
    const names = ['--attribute-names', 'ApproximateNumberOfMessagesNotVisible'];
    const left = await aws(client, ['sqs', 'get-queue-attributes', '--queue-url', QueueUrl, ...names]);
    expect(left.Attributes).toEqual({ ApproximateNumberOfMessagesNotVisible: '0' });
  });

  test('sends a FIFO batch of which one entry is a duplicate', async ({ skip }) => {
    skip(missing, client.missing);
    const name = ['--queue-name', `cli-${suffix}.fifo`, '--attributes', 'FifoQueue=true'];
    const { QueueUrl } = await aws(client, ['sqs', 'create-queue', ...name]);
    const entry = (Id: string, body: string) => ({
      ...{ Id, MessageBody: body, MessageGroupId: 'g', MessageDeduplicationId: body },
    });
    const entries = await save('entries.json', [entry('a', 'one'), entry('b', 'two'), entry('c', 'one')]);

    const batch = ['send-message-batch', '--queue-url', QueueUrl, '--entries', `file://${entries}`];
    const sent = await aws(client, ['sqs', ...batch]);
    const receive = ['receive-message', '--queue-url', QueueUrl, '--max-number-of-messages', '10'];
    const received = await aws(client, ['sqs', ...receive]);

    expect(sent.Successful.map(({ Id }: { Id: string }) => Id)).toEqual(['a', 'b', 'c']);
    expect(sent.Successful[2].MessageId).toBe(sent.Successful[0].MessageId);
    expect(received.Messages.map(({ Body }: { Body: string }) => Body)).toEqual(['one', 'two']);
  });

  test('keeps items in a table, and is told why a transaction was cancelled', async ({ skip }) => {
    skip(missing, client.missing);
    const table = ['--table-name', 'done'];
    const id = { S: `cli-${suffix}` };
    const item = JSON.stringify({ id, count: { N: '1' }, tags: { SS: ['x', 'y'] } });
    await aws(client, ['dynamodb', 'put-item', ...table, '--item', item]);

    const query = ['--key-condition-expression', 'id = :i', '--expression-attribute-values'];
    const found = await aws(client, ['dynamodb', 'query', ...table, ...query, JSON.stringify({ ':i': id })]);
    const check = { TableName: 'done', Key: { id }, ConditionExpression: 'attribute_not_exists(id)' };
    const actions = JSON.stringify([{ ConditionCheck: check }]);
    const refused = await call(client, ['dynamodb', 'transact-write-items', '--transact-items', actions]);

    expect(found).toMatchObject({ Count: 1, Items: [{ id, count: { N: '1' } }] });
    expect(refused.code).toBeGreaterThan(250);
    expect(refused.stderr).toContain(
      '(TransactionCanceledException) when calling the TransactWriteItems operation',
    );
    expect(refused.stderr).toContain('specific reasons [ConditionalCheckFailed]');
  });

  test('invokes a function of the template', async ({ skip }) => {
    skip(missing, client.missing);
    const output = join(folder, `output-${suffix}.json`);
    const payload = await save('payload.json', { from: 'cli' });

    const invoke = ['invoke', '--function-name', 'echo', '--payload', `fileb://${payload}`, output];
    const invoked = await aws(client, ['lambda', ...invoke]);

    expect(invoked).toMatchObject({ StatusCode: 200 });
    expect(JSON.parse(await readFile(output, 'utf8'))).toMatchObject({
      event: { from: 'cli' },
      name: 'echo',
    });
  });

  test('says what AWS would say of a queue that is not there', async ({ skip }) => {
    skip(missing, client.missing);

    const refused = await call(client, ['sqs', 'get-queue-url', '--queue-name', 'none']);

    expect(refused.code).toBeGreaterThan(250);
    expect(refused.stderr).toContain(
      'An error occurred (AWS.SimpleQueueService.NonExistentQueue) when calling the GetQueueUrl operation: ' +
        'The specified queue does not exist',
    );
  });
});

function call(client: Client, args: readonly string[]) {
  return run(client, ['--endpoint-url', url, '--output', 'json', ...args], url);
}

/** Runs a command that must succeed, and reads what it prints. */
async function aws(client: Client, args: readonly string[]) {
  const { code, stdout, stderr } = await call(client, args);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return stdout.trim() === '' ? {} : JSON.parse(stdout);
}

async function save(name: string, content: unknown): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, JSON.stringify(content));
  return path;
}
