/** The JSON codec as a law: what it writes it reads back, for every value of a shape that contains itself. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromJson, toJson } from '../../../lib/emulator/wire/json-codec.ts';
import { KNOWN_SERVICES, schemaOf } from '../../../lib/emulator/wire/services.ts';
import { readTimestamp, writeTimestamp } from '../../../lib/emulator/wire/timestamp.ts';

const bytes = fc.uint8Array({ maxLength: 20 });
const { value: attributeValue } = fc.letrec<{ value: Record<string, unknown> }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.record({ S: fc.string({ unit: 'binary' }) }),
    fc.record({ N: fc.integer().map(String) }),
    fc.record({ B: bytes }),
    fc.record({ BOOL: fc.boolean() }),
    fc.record({ NULL: fc.constant(true) }),
    fc.record({ BS: fc.array(bytes, { maxLength: 3 }) }),
    fc.record({ L: fc.array(tie('value'), { maxLength: 3 }) }),
    fc.record({ M: fc.dictionary(fc.string(), tie('value'), { maxKeys: 3, noNullPrototype: true }) }),
  ),
}));

test("DynamoDB's items are read as they were written", () => {
  const dynamodb = KNOWN_SERVICES.find((service) => service.name === 'dynamodb');
  const shape = dynamodb === undefined ? undefined : schemaOf(dynamodb).operation('PutItem')?.input;
  if (shape === undefined) throw new Error('PutItem is not found');
  fc.assert(
    fc.property(fc.dictionary(fc.string(), attributeValue, { noNullPrototype: true }), (Item) => {
      const written = JSON.stringify(toJson(shape, { TableName: 't', Item }));

      expect(fromJson(shape, JSON.parse(written))).toEqual({ TableName: 't', Item });
    }),
  );
});

test.each(['date-time', 'http-date', 'epoch-seconds', 'default'] as const)(
  'a time as %s is read back',
  (format) => {
    fc.assert(
      fc.property(fc.integer({ min: -2_000_000_000, max: 4_000_000_000 }), (seconds) => {
        const time = new Date(seconds * 1000);

        expect(readTimestamp(writeTimestamp(time, format))).toEqual(time);
      }),
    );
  },
);

test.each([
  ['a number of seconds', 1_767_225_600.5, '2026-01-01T00:00:00.500Z'],
  ['such a number as text', '1767225600', '2026-01-01T00:00:00.000Z'],
  ['RFC 3339', '2026-01-01T01:00:00+01:00', '2026-01-01T00:00:00.000Z'],
])('%s is a time', (_name, value, time) => {
  expect(readTimestamp(value)?.toISOString()).toBe(time);
});

test.each([
  ['nothing', ''],
  ['words', 'soon'],
  ['a truth value', true],
  ['infinity', Number.POSITIVE_INFINITY],
])('%s is no time', (_name, value) => {
  expect(readTimestamp(value)).toBeUndefined();
});

test.each([
  ['that its shape does not have', { Id: 'a', secret: 'x' }],
  ['that is null', { Id: 'a', SequenceNumber: null }],
  ['that is absent', { Id: 'a', SequenceNumber: undefined }],
])('an answer is written without a member %s', (_name, entry) => {
  const sqs = KNOWN_SERVICES.find((service) => service.name === 'sqs');
  const shape = sqs === undefined ? undefined : schemaOf(sqs).operation('SendMessageBatch')?.output;
  if (shape === undefined) throw new Error('SendMessageBatch is not found');

  const written = JSON.stringify(toJson(shape, { Successful: [{ Id: 'b' }, entry], Failed: [] }));

  expect(written).toBe('{"Successful":[{"Id":"b"},{"Id":"a"}],"Failed":[]}');
});
