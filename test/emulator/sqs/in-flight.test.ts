/** The limit of 120,000 messages in flight, at the model: sending as many through the API takes seconds. */
import { beforeAll, describe, expect, test } from 'vitest';
import { applyAttributes, toSettings } from '../../../lib/emulator/sqs/attributes.ts';
import { IN_FLIGHT_MAX } from '../../../lib/emulator/sqs/limits.ts';
import { Message } from '../../../lib/emulator/sqs/message.ts';
import { createEmptyQueue, type Queue } from '../../../lib/emulator/sqs/queue.ts';
import { type ReceiveRequest, receive } from '../../../lib/emulator/sqs/receive.ts';
import type { State } from '../../../lib/emulator/sqs/state.ts';
import { arnOf, CALLER, START } from './world.ts';

const STATE: State = {
  queues: new Map(),
  deletedAt: new Map(),
  moveTasks: new Map(),
  touched: new Set(),
  random: () => 0.5,
  faults: {},
  trace: undefined,
  strict: false,
};

/** A queue with two messages that can be received and as many in flight as allowed but one. */
function fill(name: string): Queue {
  const fifo = name.endsWith('.fifo');
  const attributes = applyAttributes(undefined, {}, { arn: arnOf(name), fifo, find: () => undefined });
  const queue = createEmptyQueue({ ...CALLER, name }, attributes, toSettings(attributes), START);
  for (let index = 0; index <= IN_FLIGHT_MAX; index++) {
    const message = new Message({
      id: `${index}`,
      body: 'a',
      bodyMd5: '',
      attributes: undefined,
      traceHeader: undefined,
      senderId: '',
      groupId: fifo ? `${index}` : undefined,
      deduplicationId: undefined,
      sequenceNumber: undefined,
      sentAt: START,
    });
    queue.store.put(message, START, START);
    if (index < IN_FLIGHT_MAX - 1) queue.store.take(message, START + 30_000);
  }
  return queue;
}

const ask = (queue: Queue, waitMs: number): ReceiveRequest => ({
  queue,
  max: 10,
  visibilityMs: 30_000,
  waitMs,
  attemptId: undefined,
  systemNames: new Set(),
  attributeNames: [],
});

describe.each(['jobs', 'jobs.fifo'])('%s', (name) => {
  let queue: Queue;
  beforeAll(() => {
    queue = fill(name);
    receive(STATE, ask(queue, 0), START);
  });

  test('takes 120,000 messages in flight and not one more', () => {
    expect([queue.store.inFlight, queue.store.visible]).toEqual([120_000, 1]);
  });

  test('answers a long poll with nothing', () => {
    expect(receive(STATE, ask(queue, 1_000), START)).toBeUndefined();
  });

  test(`answers a short poll ${name === 'jobs' ? 'with a refusal' : 'with nothing'}`, () => {
    const short = () => receive(STATE, ask(queue, 0), START);

    if (queue.fifo) expect(short()).toBeUndefined();
    else {
      expect(short).toThrow(
        expect.objectContaining({
          name: 'OverLimit',
          status: 403,
          message:
            'Too many messages have been received without being deleted. ' +
            'Please delete your received messages or let them timeout before receiving more.',
        }),
      );
    }
  });
});
