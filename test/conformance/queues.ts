/** What every implementation of the port Queues does. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EntryFailure, OutgoingMessage, Queues } from '../../lib/runtime/ports.ts';

/** A message as a worker is given it. */
export interface Received {
  readonly body: string;
  readonly receipt: string;
  readonly receiveCount: number;
  readonly group?: string;
}

/** An implementation, and what a test needs besides: queues, receives, and time that moves. */
export interface QueuesWorld {
  readonly queues: Queues;
  /** Makes a queue whose deliveries stay hidden for 30 s; its name ends in '.fifo' when it is ordered. */
  create(queueName: string): Promise<void>;
  /** At most 10 messages; waits for none. */
  receive(queueName: string): Promise<readonly Received[]>;
  advance(ms: number): Promise<void>;
  close(): Promise<void>;
}

const WORK = 'shop-dev-work';
const LEDGER = 'shop-dev-ledger.fifo';

/** Registers the suite. */
export function testQueues(name: string, open: () => Promise<QueuesWorld>): void {
  describe(`queues ${name}`, () => {
    let world: QueuesWorld;

    beforeEach(async () => {
      world = await open();
      await world.create(WORK);
      await world.create(LEDGER);
    });

    afterEach(() => world.close());

    const send = (...messages: OutgoingMessage[]) => world.queues.send(WORK, messages);
    const bodies = async (queueName = WORK) =>
      (await world.receive(queueName)).map(({ body }) => body).sort();
    const receiveOne = async (queueName = WORK): Promise<Received> => {
      const [first] = await world.receive(queueName);
      if (first === undefined) throw new Error(`nothing was received from ${queueName}`);
      return first;
    };

    test('ten messages go in one call and arrive as they were', async () => {
      const texts = Array.from({ length: 9 }, (_, index) => `{"index":${index}}`);

      const failures = await send(...[...texts, 'ø 猫 🐈 \t\n "quoted" &amp;'].map((body) => ({ body })));

      expect(failures).toEqual([]);
      expect(await bodies()).toEqual([...texts, 'ø 猫 🐈 \t\n "quoted" &amp;'].sort());
    });

    test('a delayed message is not received before its time', async () => {
      await send({ body: 'now', delaySeconds: 0 }, { body: 'soon', delaySeconds: 1 });
      await send({ body: 'late', delaySeconds: 900 });

      expect(await bodies()).toEqual(['now']);
      await world.advance(1_000);
      expect(await bodies()).toEqual(['soon']);
      // What was received before is hidden for 30 s and comes back by then.
      await world.advance(898_999);
      expect(await bodies()).toEqual(['now', 'soon']);
      await world.advance(1);
      expect(await bodies()).toEqual(['late']);
    });

    test('a receipt that is not removed comes back, counted', async () => {
      await send({ body: 'a' });
      const first = await receiveOne();

      expect(first.receiveCount).toBe(1);
      expect(await bodies()).toEqual([]);
      await world.advance(30_000);
      expect((await receiveOne()).receiveCount).toBe(2);
    });

    test('what is removed does not come back', async () => {
      await send({ body: 'a' }, { body: 'b' }, { body: 'c' });
      const received = await world.receive(WORK);
      const gone = received.filter(({ body }) => body !== 'b').map(({ receipt }) => receipt);

      expect(await world.queues.remove(WORK, gone)).toEqual([]);
      await world.advance(30_000);

      expect(await bodies()).toEqual(['b']);
    });

    test('removing twice is no failure', async () => {
      await send({ body: 'a' });
      const { receipt } = await receiveOne();

      expect(await world.queues.remove(WORK, [receipt])).toEqual([]);
      expect(await world.queues.remove(WORK, [receipt])).toEqual([]);
    });

    test('hidden deliveries come back after the time given, not after the time of the queue', async () => {
      await send({ body: 'a' }, { body: 'b' });
      const receipts = (await world.receive(WORK)).map(({ receipt }) => receipt);

      expect(await world.queues.hide(WORK, receipts, 100)).toEqual([]);
      await world.advance(99_999);
      expect(await bodies()).toEqual([]);
      await world.advance(1);
      expect(await bodies()).toEqual(['a', 'b']);
    });

    test('a delivery that is hidden for 0 s is back at once', async () => {
      await send({ body: 'a' });
      const { receipt } = await receiveOne();

      expect(await world.queues.hide(WORK, [receipt], 0)).toEqual([]);

      expect((await receiveOne()).receiveCount).toBe(2);
    });

    test('a refused entry is told by its place, and the others are taken', async () => {
      const failures = await send(
        { body: 'a' },
        { body: 'b', delaySeconds: 901 },
        { body: 'c' },
        { body: '\u0000' },
      );

      expect(failures).toEqual([
        failure(1, 'InvalidParameterValue', 'DelaySeconds must be >= 0 and <= 900'),
        failure(3, 'InvalidMessageContents', 'Invalid binary character'),
      ]);
      expect(await bodies()).toEqual(['a', 'c']);
    });

    test.each([
      ['remove', (receipts: readonly string[]) => world.queues.remove(WORK, receipts)],
      ['hide', (receipts: readonly string[]) => world.queues.hide(WORK, receipts, 60)],
    ])('%s tells a wrong receipt by its place, and does the rest', async (_verb, act) => {
      await send({ body: 'a' });
      const { receipt } = await receiveOne();

      const failures = await act(['no receipt', receipt]);
      await world.advance(30_000);

      expect(failures).toEqual([failure(0, 'ReceiptHandleIsInvalid', 'receipt handle')]);
      expect(await bodies()).toEqual([]);
    });

    test('what was removed cannot be hidden any more', async () => {
      await send({ body: 'a' });
      const { receipt } = await receiveOne();
      await world.queues.remove(WORK, [receipt]);

      const failures = await world.queues.hide(WORK, [receipt], 60);

      expect(failures).toEqual([failure(0, 'InvalidParameterValue', 'Message does not exist')]);
    });

    test('a call of more than 10 entries is refused as a whole', async () => {
      const eleven = Array.from({ length: 11 }, (_, index) => ({ body: String(index) }));

      await expect(send(...eleven)).rejects.toMatchObject({
        name: 'TooManyEntriesInBatchRequest',
        message: expect.stringContaining('You have sent 11.'),
      });

      expect(await bodies()).toEqual([]);
    });

    test('a call of more than 1 MiB is refused as a whole', async () => {
      const half = 'a'.repeat(524_288);

      await expect(send({ body: half }, { body: `${half}b` })).rejects.toMatchObject({
        name: 'BatchRequestTooLong',
        message: expect.stringContaining('You have sent 1048577 bytes.'),
      });

      expect(await send({ body: half }, { body: half })).toEqual([]);
    });

    test('a missing queue is refused by name, and found once it is there', async () => {
      const missing = { name: 'QueueDoesNotExist', message: expect.stringContaining('does not exist') };
      const late = 'shop-dev-late';

      await expect(world.queues.send(late, [{ body: 'a' }])).rejects.toMatchObject(missing);
      await expect(world.queues.remove(late, ['x'])).rejects.toMatchObject(missing);
      await expect(world.queues.hide(late, ['x'], 1)).rejects.toMatchObject(missing);
      await world.create(late);
      await world.queues.send(late, [{ body: 'a' }]);

      expect(await bodies(late)).toEqual(['a']);
    });

    test('a queue that is missing beside one that is there is refused, and so is nothing else', async () => {
      await send({ body: 'a' });

      await expect(world.queues.send('shop-dev-late', [{ body: 'b' }])).rejects.toMatchObject({
        name: 'QueueDoesNotExist',
        message: expect.stringContaining('does not exist'),
      });

      expect(await bodies()).toEqual(['a']);
    });

    test('a group of an ordered queue comes one behind the other, others go on beside it', async () => {
      await world.queues.send(LEDGER, [ordered('a1', 'a'), ordered('b1', 'b')]);
      const [first, ...rest] = await world.receive(LEDGER);
      await world.queues.send(LEDGER, [ordered('a2', 'a'), ordered('c1', 'c')]);

      expect(first).toMatchObject({ body: 'a1', group: 'a' });
      expect(rest).toMatchObject([{ body: 'b1', group: 'b' }]);
      expect(await bodies(LEDGER)).toEqual(['c1']);
      await world.queues.remove(LEDGER, [first?.receipt ?? '']);
      expect(await bodies(LEDGER)).toEqual(['a2']);
    });

    test('a group keeps the order in which it was sent', async () => {
      const sent = Array.from({ length: 10 }, (_, index) => `a${index}`);

      await world.queues.send(
        LEDGER,
        sent.map((body) => ordered(body, 'a')),
      );

      expect((await world.receive(LEDGER)).map(({ body }) => body)).toEqual(sent);
    });

    test('a hidden head holds its group, and the group comes back in its order', async () => {
      await world.queues.send(LEDGER, [ordered('a1', 'a'), ordered('a2', 'a'), ordered('b1', 'b')]);
      const received = await world.receive(LEDGER);
      const receipts = received.filter(({ group }) => group === 'a').map(({ receipt }) => receipt);

      expect(await world.queues.hide(LEDGER, receipts, 60)).toEqual([]);
      await world.advance(59_999);
      expect(await bodies(LEDGER)).toEqual(['b1']);
      await world.advance(1);

      expect((await world.receive(LEDGER)).map(({ body }) => body)).toEqual(['a1', 'a2']);
    });

    test('a message that is sent again under its deduplication id is taken and not doubled', async () => {
      const again = { ...ordered('a1', 'a'), deduplication: 'same' };

      expect(await world.queues.send(LEDGER, [again])).toEqual([]);
      expect(await world.queues.send(LEDGER, [again])).toEqual([]);
      const [first] = await world.receive(LEDGER);
      await world.queues.remove(LEDGER, [first?.receipt ?? '']);

      expect(await bodies(LEDGER)).toEqual([]);
    });

    test('two messages with the same body and different deduplication ids are two', async () => {
      await world.queues.send(LEDGER, [
        { ...ordered('same', 'a'), deduplication: '1' },
        { ...ordered('same', 'a'), deduplication: '2' },
      ]);

      expect(await bodies(LEDGER)).toEqual(['same', 'same']);
    });

    test('a receipt of an ordered queue is worth nothing after its time', async () => {
      await world.queues.send(LEDGER, [ordered('a1', 'a')]);
      const { receipt } = await receiveOne(LEDGER);
      await world.advance(30_000);

      const failures = await world.queues.remove(LEDGER, [receipt]);

      expect(failures).toEqual([failure(0, 'InvalidParameterValue', 'receipt handle has expired')]);
      expect(await bodies(LEDGER)).toEqual(['a1']);
    });
  });
}

function ordered(body: string, group: string): OutgoingMessage {
  return { body, group, deduplication: body };
}

/** A failure that sending again does not mend. */
function failure(index: number, code: string, text: string): EntryFailure {
  return { index, code, message: expect.stringContaining(text), retryable: false };
}
