import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { caller, copyOf, createFolder, open, queueUrl, START, type World } from './world.ts';

let folder: ReturnType<typeof createFolder>;
let world: World;

beforeEach(() => {
  folder = createFolder();
  world = open(folder.path);
});

afterEach(async () => {
  await world.close();
  folder.remove();
});

async function restart(now?: number): Promise<void> {
  await world.close();
  world = open(folder.path, {}, now);
}

const url = queueUrl('jobs');
const send = (body: string, more = {}) =>
  world.call('sqs', 'SendMessage', { QueueUrl: url, MessageBody: body, ...more });
const receive = async (more = {}) => {
  const input = { QueueUrl: url, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All'], ...more };
  const { Messages: messages = [] } = await world.call('sqs', 'ReceiveMessage', input);
  // ReceiveMessage answers with a list of these.
  return messages as readonly {
    readonly Body: string;
    readonly ReceiptHandle: string;
    readonly Attributes: Readonly<Record<string, string>>;
    readonly MessageAttributes?: unknown;
  }[];
};

describe('a standard queue over a restart', () => {
  beforeEach(async () => {
    const Attributes = { VisibilityTimeout: '60' };
    await world.call('sqs', 'CreateQueue', { QueueName: 'jobs', Attributes, tags: { team: 'a' } });
  });

  test('keeps attributes, tags and messages in all their states', async () => {
    await send('taken');
    await receive();
    await send('waiting');
    await send('delayed', { DelaySeconds: 30 });
    const before = world.sqs.snapshot();

    await restart();

    expect(world.sqs.snapshot()).toEqual(before);
    expect(before.map(({ visible, inFlight, delayed }) => [visible, inFlight, delayed])).toEqual([[1, 1, 1]]);
  });

  test('keeps the bytes of attributes', async () => {
    const attribute = { DataType: 'Binary', BinaryValue: Uint8Array.of(0, 255, 128) };
    await send('with', { MessageAttributes: { raw: attribute } });

    await restart();

    expect((await receive({ MessageAttributeNames: ['All'] }))[0]?.MessageAttributes).toEqual({
      raw: attribute,
    });
  });

  test('goes on counting receives, and a visibility timeout ends when it would have', async () => {
    await send('again');
    await receive();

    await restart(START + 59_000);
    const early = await receive();
    await world.clock.advance(1000);
    const late = await receive();

    expect(early).toEqual([]);
    expect(late.map(({ Attributes }) => Attributes.ApproximateReceiveCount)).toEqual(['2']);
  });

  test('takes a receipt handle of before', async () => {
    await send('done');
    const [message] = await receive();

    await restart();
    await world.call('sqs', 'DeleteMessage', { QueueUrl: url, ReceiptHandle: message?.ReceiptHandle });
    await restart(START + 120_000);

    expect(await receive()).toEqual([]);
  });

  test('does not bring back what was purged or went with a queue of the same name', async () => {
    await send('purged');
    await world.call('sqs', 'PurgeQueue', { QueueUrl: url });
    await send('deleted with its queue');
    await world.call('sqs', 'DeleteQueue', { QueueUrl: url });
    await world.call('sqs', 'CreateQueue', { QueueName: 'jobs' });

    await restart();

    expect(world.sqs.snapshot().map(({ messages }) => messages)).toEqual([[]]);
  });

  test('moves a message to the dead-letter queue at the receive after the last allowed one', async () => {
    await world.call('sqs', 'CreateQueue', { QueueName: 'dead' });
    const deadLetterTargetArn = 'arn:aws:sqs:eu-west-1:123456789012:dead';
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 2 });
    await world.call('sqs', 'SetQueueAttributes', { QueueUrl: url, Attributes: { RedrivePolicy } });
    await send('poison');
    await receive({ VisibilityTimeout: 0 });
    await restart();
    await receive({ VisibilityTimeout: 0 });
    await restart();
    await receive();
    await restart();

    const counts = world.sqs.snapshot().map(({ name, visible }) => [name, visible]);
    expect(Object.fromEntries(counts)).toEqual({ jobs: 0, dead: 1 });
  });

  test('lets a move task go on', async () => {
    await world.call('sqs', 'CreateQueue', { QueueName: 'dead' });
    const arn = 'arn:aws:sqs:eu-west-1:123456789012:dead';
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: 1 });
    await world.call('sqs', 'SetQueueAttributes', { QueueUrl: url, Attributes: { RedrivePolicy } });
    for (const body of ['a', 'b', 'c'])
      await world.call('sqs', 'SendMessage', { QueueUrl: queueUrl('dead'), MessageBody: body });
    await world.call('sqs', 'StartMessageMoveTask', {
      SourceArn: arn,
      DestinationArn: 'arn:aws:sqs:eu-west-1:123456789012:jobs',
      MaxNumberOfMessagesPerSecond: 1,
    });
    await world.clock.advance(1000);

    await restart(START + 1000);
    await world.clock.advance(5000);

    expect((await receive()).map(({ Body }) => Body)).toEqual(['a', 'b', 'c']);
  });
});

describe('a FIFO queue over a restart', () => {
  const fifo = queueUrl('jobs.fifo');
  const sendTo = (group: string, body: string) =>
    world.call('sqs', 'SendMessage', {
      ...{ QueueUrl: fifo, MessageBody: body, MessageGroupId: group, MessageDeduplicationId: body },
    });

  beforeEach(async () => {
    const Attributes = { FifoQueue: 'true' };
    await world.call('sqs', 'CreateQueue', { QueueName: 'jobs.fifo', Attributes });
  });

  test('keeps the order of its groups, and a group that is held stays held', async () => {
    for (const body of ['a1', 'a2', 'a3']) await sendTo('a', body);
    await receive({ QueueUrl: fifo, MaxNumberOfMessages: 1 });
    for (const body of ['b1', 'b2']) await sendTo('b', body);

    await restart();
    const held = await receive({ QueueUrl: fifo });
    await world.clock.advance(30_000);
    const free = await receive({ QueueUrl: fifo });

    expect(held.map(({ Body }) => Body)).toEqual(['b1', 'b2']);
    expect(free.map(({ Body }) => Body)).toEqual(expect.arrayContaining(['a1', 'a2', 'a3']));
    expect(free.filter(({ Body }) => Body.startsWith('a')).map(({ Body }) => Body)).toEqual([
      'a1',
      'a2',
      'a3',
    ]);
  });

  test('knows what was sent within five minutes, and no longer', async () => {
    const first = await sendTo('a', 'once');

    await restart(START + 299_000);
    const repeated = await sendTo('a', 'once');
    await world.clock.advance(1000);
    const fresh = await sendTo('a', 'once');

    expect(repeated.MessageId).toBe(first.MessageId);
    expect(fresh.MessageId).not.toBe(first.MessageId);
  });

  test('goes on with its sequence numbers, also after all messages are gone', async () => {
    const first = await sendTo('a', 'one');
    const [message] = await receive({ QueueUrl: fifo });
    await world.call('sqs', 'DeleteMessage', { QueueUrl: fifo, ReceiptHandle: message?.ReceiptHandle });

    await restart();
    const second = await sendTo('a', 'two');

    expect(String(second.SequenceNumber) > String(first.SequenceNumber)).toBe(true);
  });
});

test('a process that dies without closing has kept every answer that it gave', async () => {
  await world.call('sqs', 'CreateQueue', { QueueName: 'jobs' });
  await send('kept');
  // This one is not answered: nobody waits until it is kept.
  world.sqs.call('SendMessage', { QueueUrl: url, MessageBody: 'not answered' }, caller);

  const killed = copyOf(folder.path);
  const after = open(killed.path);

  expect(after.sqs.snapshot().flatMap(({ messages }) => messages.map(({ body }) => body))).toEqual(['kept']);
  await after.close();
  killed.remove();
});
