import { expect, test } from 'vitest';
import { encodeReply, parseReply, type Reply } from '../../lib/core/reply.ts';

const error = {
  code: 'DECLINED',
  name: 'CardError',
  message: 'no',
  cause: { code: 'A', name: 'B', message: 'c' },
};

test.each<[string, Reply]>([
  ['a value', { correlationId: 'c', ok: true, value: { paid: [1, null, '\uffff'] } }],
  ['null', { correlationId: 'c', ok: true, value: null }],
  ['nothing', { correlationId: 'c', ok: true }],
  ['an error', { correlationId: 'c', ok: false, error }],
])('a reply with %s travels', (_, reply) => {
  expect(parseReply(encodeReply(reply))).toEqual(reply);
});

test('a reply is a body of plain JSON with its version', () => {
  expect(JSON.parse(encodeReply({ correlationId: 'c', ok: true, value: 1 }))).toEqual({
    celeriac: 1,
    correlationId: 'c',
    ok: true,
    value: 1,
  });
});

test('characters that SQS refuses are escaped', () => {
  expect(encodeReply({ correlationId: 'c', ok: true, value: '\ufffe' })).toContain('\\ufffe');
});

test.each([
  ['no JSON', 'hello'],
  ['a list', '[]'],
  ['an envelope', '{"celeriac":1,"id":"a","task":"b","sentAt":1}'],
  ['no version', '{"correlationId":"c","ok":true}'],
  ['no correlation id', '{"celeriac":1,"ok":true}'],
  ['neither value nor error', '{"celeriac":1,"correlationId":"c"}'],
  ['an error that is none', '{"celeriac":1,"correlationId":"c","ok":false,"error":{"code":1}}'],
  [
    'an error with a stack that is none',
    `{"celeriac":1,"correlationId":"c","ok":false,"error":{"code":"a","name":"b","message":"c","stack":1}}`,
  ],
])('%s is no reply', (_, body) => {
  expect(parseReply(body)).toBeUndefined();
});
