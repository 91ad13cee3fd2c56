/** Digests and filters of message attributes, by vectors recorded on AWS (LocalStack's validated tests). */
import { expect, test } from 'vitest';
import { createWorld } from './world.ts';

const text = (value: string) => ({ DataType: 'String', StringValue: value });
const JEDI = { General: text('Kenobi'), Hello: text('There'), 'Help.Me': text('Me') };
const ALL = '4c360f3fdafd970e05fae2f149d997f5';
const TRACE = 'traceparent\u001e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01';

test.each([
  ['several texts', JEDI, ALL],
  ['one text', { Hello: text('World') }, '7db7fb1ba7f41366a8ea5eb18220b26d'],
  [
    'a number with a label',
    { UserId: { DataType: 'Number.bigint', StringValue: '1234567890123456789012' } },
    '797ab158d73dcb5242dedc4412c8e855',
  ],
  [
    'bytes',
    { attr1: { DataType: 'Binary', BinaryValue: Buffer.from(TRACE) } },
    '8cbe4db156db8a94db8b801b7addb984',
  ],
])('the digest of %s is AWS’s, on send and on receive', (_what, attributes, digest) => {
  const world = createWorld();
  world.createQueue('jobs');
  const input = { QueueUrl: 'jobs', MessageBody: 'msg', MessageAttributes: attributes };

  const sent = world.call('SendMessage', input);
  const [message] = world.receive('jobs');

  expect(sent).toMatchObject({
    MD5OfMessageAttributes: digest,
    MD5OfMessageBody: '6e2baaf3b97dbeef01c0043275f9a0e7',
  });
  expect(message).toMatchObject({ MD5OfMessageAttributes: digest, MessageAttributes: attributes });
});

test('the digest of a trace header is answered on send', () => {
  const world = createWorld();
  world.createQueue('jobs');
  const MessageSystemAttributes = { AWSTraceHeader: text('some-trace-id') };

  const sent = world.call('SendMessage', { QueueUrl: 'jobs', MessageBody: 'a', MessageSystemAttributes });

  expect(sent).toMatchObject({ MD5OfMessageSystemAttributes: 'fdce4f2818803f2f73becc09a54792c0' });
  expect(sent).not.toHaveProperty('MD5OfMessageAttributes');
});

test.each([
  [['All'], ['General', 'Hello', 'Help.Me'], ALL],
  [['*'], ['General', 'Hello', 'Help.Me'], ALL],
  [['.*'], ['General', 'Hello', 'Help.Me'], ALL],
  [['General', 'Hello'], ['General', 'Hello'], 'fca026605781cb4126a1e9044df24232'],
  [['Foo', 'Hello'], ['Hello'], 'a311262e065454b75da111d535b8dacd'],
  [['Hel.*'], ['Hello', 'Help.Me'], '83fee93c1bcd8b9a5a923ffacdc636c7'],
  [['Foo', 'Help'], undefined, undefined],
  [['AWS.'], undefined, undefined],
  [[], undefined, undefined],
])('asking for %j gives %j and the digest of these', (names, expected, digest) => {
  const world = createWorld();
  world.createQueue('jobs');
  world.send('jobs', 'msg', { MessageAttributes: JEDI });

  const [message] = world.receive('jobs', { MessageAttributeNames: names });

  expect(message?.MessageAttributes && Object.keys(message.MessageAttributes)).toEqual(expected);
  expect(message?.MD5OfMessageAttributes).toBe(digest);
});

test.each([
  [{ AttributeNames: ['SenderId'] }, ['SenderId']],
  [{ MessageSystemAttributeNames: ['ApproximateReceiveCount'] }, ['ApproximateReceiveCount']],
  [
    { AttributeNames: ['SenderId'], MessageSystemAttributeNames: ['SentTimestamp'] },
    ['SenderId', 'SentTimestamp'],
  ],
  [{ AttributeNames: ['Policy'] }, undefined],
])('asking for system attributes by %j gives %j', (names, expected) => {
  const world = createWorld();
  world.createQueue('jobs');
  world.send('jobs', 'msg');

  const [message] = world.receive('jobs', { MessageSystemAttributeNames: [], ...names });

  expect(message?.Attributes && Object.keys(message.Attributes)).toEqual(expected);
});
