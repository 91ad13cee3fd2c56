import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ReceivedMessage } from '../../../lib/emulator/lambda/batch.ts';
import { createBatchBuffer } from '../../../lib/emulator/lambda/buffer.ts';

const LIMIT_BYTES = 6 * 1024 * 1024;

function message(id: number, sizeBytes: number): ReceivedMessage {
  return {
    messageId: String(id),
    receiptHandle: '',
    record: {},
    json: '',
    sizeBytes,
    traceHeader: undefined,
  };
}

test('a buffer is ready when it is full or when the window of its first message is over', () => {
  const limits = { batchSize: 3, windowMs: 1000 };
  const buffer = createBatchBuffer();
  const seen: boolean[] = [buffer.isReady(limits, 0)];

  buffer.add([message(1, 10)], 500);
  buffer.add([message(2, 10)], 900);
  seen.push(buffer.isReady(limits, 1499), buffer.isReady(limits, 1500));
  buffer.add([message(3, 10)], 950);
  seen.push(buffer.isReady(limits, 950));

  expect(seen).toEqual([false, false, true, true]);
  expect(buffer.dueAt(limits)).toBe(1500);
  expect(buffer.room(limits)).toBe(0);
});

test('batches hold every message once, in order, and no batch is too large', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 3 * 1024 * 1024 }), { maxLength: 60 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 30 }), (all, batchSize) => {
      const buffer = createBatchBuffer();
      const limits = { batchSize, windowMs: 0 };
      buffer.add(
        all.map((size, id) => message(id, size)),
        0,
      );
      const taken: ReceivedMessage[] = [];

      while (buffer.isReady(limits, 0)) {
        const batch = buffer.take(limits);
        expect(batch.length).toBeGreaterThan(0);
        expect(batch.length).toBeLessThanOrEqual(batchSize);
        expect(batch.reduce((sum, { sizeBytes }) => sum + sizeBytes, 14)).toBeLessThanOrEqual(LIMIT_BYTES);
        taken.push(...batch);
      }

      expect(taken.map(({ messageId }) => Number(messageId))).toEqual(all.map((_size, id) => id));
      expect(buffer.size).toBe(0);
    }),
  );
});
