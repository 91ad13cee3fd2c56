import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HISTORY_ENTRIES_MAX, MESSAGE_BYTES_MAX } from '../../lib/core/limits.ts';
import { encodeMessage, type Message, parseMessage, sizeBytes, withHistory } from '../../lib/core/message.ts';

const MESSAGE: Message = {
  id: 'abc',
  task: 'charge',
  input: { total: 40 },
  generation: 0,
  attempt: 0,
  deferrals: 0,
  crashes: 0,
  hops: 0,
  sentAt: 1_767_225_600_000,
  claim: false,
  headers: {},
  history: [],
};
const ERROR = { code: 'E', name: 'Error', message: 'no', stack: 'at x' };

test('a plain call travels with nothing but what it says', () => {
  expect(JSON.parse(encodeMessage(MESSAGE) ?? '')).toEqual({
    celeriac: 1,
    id: 'abc',
    task: 'charge',
    input: { total: 40 },
    sentAt: 1_767_225_600_000,
  });
});

test('every message reads back as it was written, in whatever order its members arrive', () => {
  const messages = fc.record({
    id: fc.string({ minLength: 1 }),
    task: fc.string(),
    input: fc.jsonValue(),
    generation: fc.nat(),
    attempt: fc.nat(),
    deferrals: fc.nat(),
    crashes: fc.nat(),
    hops: fc.nat(),
    sentAt: fc.nat(),
    claim: fc.boolean(),
    headers: fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true }),
    history: fc.array(
      fc.record({
        at: fc.nat(),
        kind: fc.constant('retry' as const),
        generation: fc.nat(),
        attempt: fc.nat(),
      }),
    ),
  });
  fc.assert(
    fc.property(messages, (message) => {
      const body = encodeMessage(message as Message) ?? '';
      const reordered = JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(body)).reverse()));

      expect(parseMessage(body)).toEqual({ kind: 'message', message: JSON.parse(JSON.stringify(message)) });
      expect(parseMessage(reordered)).toEqual(parseMessage(body));
    }),
  );
});

test.each([
  ['not JSON', '{', 'not JSON'],
  ['an S3 event', '{"Records":[]}', "no member 'celeriac'"],
  ['a list', '[]', "no member 'celeriac'"],
  ['no id', '{"celeriac":1,"task":"a","sentAt":1}', 'id is missing'],
  ['no task', '{"celeriac":1,"id":"a","sentAt":1}', 'task is missing'],
  ['no time', '{"celeriac":1,"id":"a","task":"a"}', 'sentAt is missing'],
  [
    'a text as attempt',
    '{"celeriac":1,"id":"a","task":"a","sentAt":1,"attempt":"1"}',
    'attempt is no number',
  ],
  ['a text as history', '{"celeriac":1,"id":"a","task":"a","sentAt":1,"history":"1"}', 'history is no list'],
])('a body that is %s is foreign, and says why', (_, body, why) => {
  const damaged = body.includes('celeriac');

  const parsed = parseMessage(body);

  expect(parsed).toEqual({ kind: 'foreign', why: expect.stringContaining(why), damaged });
});

test('the envelope in an event of EventBridge is read as if it came alone', () => {
  const message = { celeriac: 1, id: 'a', sentAt: 1, via: { exchange: 'orders', key: 'k' } };
  const event = { 'detail-type': 'Celeriac', source: 'orders', detail: { key: 'k', message } };

  const parsed = parseMessage(JSON.stringify(event));

  expect(parsed).toEqual(parseMessage(JSON.stringify(message)));
  expect(parsed).toMatchObject({ kind: 'message', message: { id: 'a', task: '' } });
});

test.each([
  ['an event of somebody else', { 'detail-type': 'Scheduled Event', detail: { message: { a: 1 } } }],
  ['a body that only looks like an event', { detail: { message: { celeriac: 1, id: 'a' } } }],
])('%s is left as it is', (_, body) => {
  expect(parseMessage(JSON.stringify(body))).toMatchObject({ kind: 'foreign', damaged: false });
});

test('parsing never throws', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
      expect(['message', 'foreign', 'newer']).toContain(parseMessage(body).kind);
    }),
  );
});

test('a newer version is recognised and kept whole', () => {
  expect(parseMessage('{"celeriac":2,"id":"a","extra":{"b":1}}')).toEqual({
    kind: 'newer',
    version: 2,
    body: { celeriac: 2, id: 'a', extra: { b: 1 } },
  });
});

test('stacks go first, then history, when a message would be too large', () => {
  const entry = {
    at: 1,
    kind: 'retry',
    generation: 0,
    attempt: 1,
    error: { ...ERROR, stack: 'x'.repeat(5_000) },
  } as const;
  const input = 'y'.repeat(MESSAGE_BYTES_MAX - 10_000);

  const slimmed = parseMessage(encodeMessage({ ...MESSAGE, input, history: [entry, entry] }) ?? '');
  const bare = parseMessage(
    encodeMessage({ ...MESSAGE, input: `${input}${'y'.repeat(9_880)}`, history: [entry, entry] }) ?? '',
  );

  expect(slimmed).toMatchObject({
    message: { history: [{ error: { code: 'E' } }, { error: { code: 'E' } }] },
  });
  expect(JSON.stringify(slimmed)).not.toContain('xxx');
  expect(bare).toMatchObject({ message: { history: [] } });
});

test('an input over the limit alone is not encoded at all', () => {
  expect(encodeMessage({ ...MESSAGE, input: 'y'.repeat(MESSAGE_BYTES_MAX) })).toBeUndefined();
});

test('sizes count UTF-8 bytes', () => {
  expect(sizeBytes('å€😀')).toBe(9);
});

test('a history keeps its newest entries', () => {
  const full = Array.from(
    { length: HISTORY_ENTRIES_MAX },
    (_, at) => ({ at, kind: 'retry', generation: 0, attempt: at }) as const,
  );

  const { history } = withHistory(
    { ...MESSAGE, history: full },
    { at: 99, kind: 'dead', generation: 0, attempt: 3 },
  );

  expect(history).toHaveLength(HISTORY_ENTRIES_MAX);
  expect(history[0]?.at).toBe(1);
  expect(history.at(-1)?.at).toBe(99);
});
