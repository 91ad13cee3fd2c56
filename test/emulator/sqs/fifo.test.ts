/** A FIFO queue: order per group, deduplication, handles, repeated receive requests. */
import { describe, expect, test } from 'vitest';
import { createWorld, type World } from './world.ts';

const CONTENT = { ContentBasedDeduplication: 'true' };

function createFifo(attributes: Readonly<Record<string, string>> = CONTENT) {
  const world = createWorld();
  const url = world.createQueue('orders.fifo', attributes);
  const put = (group: string, body: string) => world.send(url, body, { MessageGroupId: group });
  return { world, url, put };
}

function sendDeduplicated(world: World, url: string, body: string, id: string, group = 'g') {
  const input = { QueueUrl: url, MessageBody: body, MessageGroupId: group, MessageDeduplicationId: id };
  return world.call('SendMessage', input);
}

describe('a group', () => {
  test('fills a batch with several of its messages, then the next group has its turn', () => {
    const { world, url, put } = createFifo();
    put('g1', 'g1-m1');
    put('g2', 'g2-m1');
    put('g1', 'g1-m2');
    put('g1', 'g1-m3');

    expect(world.bodies(url)).toEqual(['g1-m1', 'g1-m2', 'g1-m3', 'g2-m1']);
  });

  test('with a message in flight gives no more, other groups do', () => {
    const { world, url, put } = createFifo();
    for (const body of ['g1-m1', 'g1-m2', 'g1-m3']) put('g1', body);
    put('g2', 'g2-m1');

    expect(world.bodies(url, { MaxNumberOfMessages: 2 })).toEqual(['g1-m1', 'g1-m2']);
    expect(world.bodies(url)).toEqual(['g2-m1']);
    expect(world.bodies(url)).toEqual([]);
    expect(world.counts(url)).toEqual([1, 3, 0]);
  });

  test('goes on when what was in flight is deleted', () => {
    const { world, url, put } = createFifo();
    for (const body of ['a', 'b', 'c']) put('g', body);
    const [a, b] = world.receive(url, { MaxNumberOfMessages: 2 });

    world.delete(url, a);
    expect(world.bodies(url)).toEqual([]);
    world.delete(url, b);

    expect(world.bodies(url)).toEqual(['c']);
  });

  test('comes back in order when its timeout ends', async () => {
    const { world, url, put } = createFifo({ ...CONTENT, VisibilityTimeout: '1' });
    for (const body of ['a', 'b', 'c']) put('g', body);
    world.receive(url);

    await world.clock.advance(1_000);

    expect(world.bodies(url)).toEqual(['a', 'b', 'c']);
  });

  test.each([
    [0, []],
    [1, ['foo']],
    [2, ['foo', 'bar']],
  ])('gives what stands before its message %i that stays hidden', async (position, expected) => {
    const { world, url, put } = createFifo({ ...CONTENT, VisibilityTimeout: '1' });
    for (const body of ['foo', 'bar', 'baz']) put('g', body);
    const messages = world.receive(url);

    world.changeVisibility(url, messages[position], 4);
    await world.clock.advance(2_500);

    expect(world.bodies(url)).toEqual(expected);
  });

  test('whose oldest message is given back gives that one only', () => {
    const { world, url, put } = createFifo();
    put('g1', 'g1-m1');
    put('g1', 'g1-m2');
    put('g2', 'g2-m1');
    const [first] = world.receive(url, { MaxNumberOfMessages: 2 });

    world.changeVisibility(url, first, 0);

    expect(world.bodies(url, { MaxNumberOfMessages: 3 })).toEqual(['g2-m1', 'g1-m1']);
  });

  test('takes its turn behind the others after a receive without timeout', () => {
    const { world, url, put } = createFifo();
    const sent = ['g1-m1', 'g2-m1', 'g2-m2', 'g3-m1', 'g1-m2'];
    for (const body of sent) put(body.slice(0, 2), body);
    const none = { VisibilityTimeout: 0 };

    expect(world.bodies(url, { ...none, MaxNumberOfMessages: 3 })).toEqual(['g1-m1', 'g1-m2', 'g2-m1']);
    expect(world.bodies(url, none)).toEqual(['g3-m1', 'g1-m1', 'g1-m2', 'g2-m1', 'g2-m2']);
  });

  test('waits for the queue delay, which a zero of the message does not lift', async () => {
    const { world, url } = createFifo({ ...CONTENT, DelaySeconds: '2' });
    world.send(url, 'a', { MessageGroupId: 'g', DelaySeconds: 0 });
    world.send(url, 'b', { MessageGroupId: 'g' });

    expect(world.bodies(url)).toEqual([]);
    await world.clock.advance(2_000);

    expect(world.bodies(url)).toEqual(['a', 'b']);
  });

  test('gets a changed queue delay also for what waits already', () => {
    const { world, url, put } = createFifo({ ...CONTENT, DelaySeconds: '900' });
    put('g', 'a');

    world.call('SetQueueAttributes', { QueueUrl: url, Attributes: { DelaySeconds: '0' } });

    expect(world.bodies(url)).toEqual(['a']);
  });
});

describe('a message', () => {
  test('carries its group, its deduplication id and a growing sequence number of 20 digits', () => {
    const { world, url } = createFifo({});
    const first = sendDeduplicated(world, url, 'a', 'd1');
    const second = sendDeduplicated(world, url, 'b', 'd2');

    const [message] = world.receive(url);

    expect(message?.Attributes).toMatchObject({
      MessageGroupId: 'g',
      MessageDeduplicationId: 'd1',
      SequenceNumber: first.SequenceNumber,
    });
    expect(first.SequenceNumber).toMatch(/^\d{20}$/);
    expect(String(second.SequenceNumber) > String(first.SequenceNumber)).toBe(true);
  });

  test('cannot be deleted with a handle whose timeout is over', async () => {
    const { world, url, put } = createFifo({ ...CONTENT, VisibilityTimeout: '1' });
    put('g', 'a');
    const [message] = world.receive(url);
    await world.clock.advance(1_000);

    expect(() => world.delete(url, message)).toThrow(
      `Value ${message?.ReceiptHandle} for parameter ReceiptHandle is invalid. ` +
        'Reason: The receipt handle has expired.',
    );
    expect(world.counts(url)).toEqual([1, 0, 0]);
  });

  test('can be deleted with its handle after the timeout was extended', async () => {
    const { world, url, put } = createFifo({ ...CONTENT, VisibilityTimeout: '1' });
    put('g', 'a');
    const [message] = world.receive(url);
    world.changeVisibility(url, message, 10);
    await world.clock.advance(5_000);

    world.delete(url, message);

    expect(world.counts(url)).toEqual([0, 0, 0]);
  });

  test('cannot be deleted or hidden with the handle of an earlier delivery', async () => {
    const { world, url, put } = createFifo({ ...CONTENT, VisibilityTimeout: '1' });
    put('g', 'a');
    const [first] = world.receive(url);
    await world.clock.advance(1_000);
    world.receive(url);

    expect(() => world.delete(url, first)).toThrow('The receipt handle has expired.');
    expect(() => world.changeVisibility(url, first, 9)).toThrow("The specified message isn't in flight.");
  });
});

describe('a receive request attempt', () => {
  const attempt = { ReceiveRequestAttemptId: 'attempt-1', VisibilityTimeout: 30 };

  test('that is repeated gets the same messages and handles, and their timeout begins again', async () => {
    const { world, url, put } = createFifo();
    put('g', 'a');
    put('g', 'b');
    const first = world.receive(url, attempt);
    await world.clock.advance(20_000);

    const again = world.receive(url, attempt);
    await world.clock.advance(29_000);

    expect(again).toEqual(first);
    expect(world.counts(url)).toEqual([0, 2, 0]);
  });

  test.each(['delete', 'changeVisibility'] as const)('gets nothing old after a %s', (operation) => {
    const { world, url, put } = createFifo();
    put('g', 'a');
    put('g', 'b');
    const [first] = world.receive(url, attempt);

    if (operation === 'delete') world.delete(url, first);
    else world.changeVisibility(url, first, 60);

    expect(world.receive(url, attempt)).toEqual([]);
  });

  test('is forgotten after five minutes', async () => {
    const { world, url, put } = createFifo();
    put('g', 'a');
    world.receive(url, { ...attempt, VisibilityTimeout: 3600 });

    await world.clock.advance(300_000);

    expect(world.receive(url, attempt)).toEqual([]);
  });

  test('gets the messages anew when their timeout is over', async () => {
    const { world, url, put } = createFifo();
    put('g', 'a');
    const [first] = world.receive(url, attempt);
    await world.clock.advance(30_000);

    const [again] = world.receive(url, attempt);

    expect(again?.ReceiptHandle).not.toBe(first?.ReceiptHandle);
    expect(again?.Attributes?.ApproximateReceiveCount).toBe('2');
  });
});
