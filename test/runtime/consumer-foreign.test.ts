import { describe, expect, test } from 'vitest';
import { type Delivery, defineApp, defineConsumer, defineQueue, fixed, type Queue } from '#lib';
import { simulate } from '#lib/testing';
import { bury, deadBodies, envelope, messagesOf, put, sendRaw } from './simulated.ts';

const QUEUES = [
  ['standard', defineQueue('mail')],
  ['ordered', defineQueue('line', { ordered: true })],
] as const;

function createWorld(queue: Queue, run: (delivery: Delivery) => unknown = () => {}) {
  const got: Delivery[] = [];
  const consumer = defineConsumer(queue, {
    retry: { attempts: 2, backoff: fixed('10s') },
    run(delivery) {
      got.push(delivery);
      return run(delivery);
    },
  });
  return { sim: simulate(defineApp('shop', { consumers: [consumer] })), got };
}

describe.each(QUEUES)('on a %s queue', (_kind, queue) => {
  test.each([
    ['JSON', '{"Records":[{"s3":{}}]}', { Records: [{ s3: {} }] }],
    ['text', 'hello', 'hello'],
    [
      'a notification of SNS',
      '{"Type":"Notification","Message":"{}"}',
      { Type: 'Notification', Message: '{}' },
    ],
    [
      'an event of EventBridge',
      '{"detail-type":"x","detail":{"message":1}}',
      { 'detail-type': 'x', detail: { message: 1 } },
    ],
  ])('what is no envelope is the consumer’s: %s', async (_name, body, expected) => {
    const { sim, got } = createWorld(queue);

    await put(sim, queue, body);
    await sim.settle();

    expect(got).toMatchObject([
      { body: expected, headers: {}, exchange: '', routingKey: queue.name, attempt: 1, redelivered: false },
    ]);
    expect(messagesOf(sim, queue)).toEqual([]);
  });

  test('SQS’s message attributes are its headers, by their types', async () => {
    const { sim, got } = createWorld(queue);

    await sendRaw(sim, queue, 'hello', {
      word: { DataType: 'String.label', StringValue: 'w' },
      count: { DataType: 'Number', StringValue: '12.5' },
      huge: { DataType: 'Number.int', StringValue: '12345678901234567890' },
      bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 255]) },
    });
    await sim.settle();

    expect(got[0]?.headers).toEqual({
      word: 'w',
      count: 12.5,
      huge: 12_345_678_901_234_567_890n,
      bytes: new Uint8Array([1, 255]),
    });
  });

  test('its id and headers stay the same from attempt to attempt, and in its dead letter', async () => {
    let throws = true;
    const { sim, got } = createWorld(queue, () => {
      if (throws) throw new Error('no');
    });

    await sendRaw(sim, queue, '{"a":1}', { word: { DataType: 'String', StringValue: 'w' } });
    await sim.advance('5m');
    const dead = sim.deadLetters(queue);
    throws = false;
    await sim.redrive(queue);
    await sim.advance('1m');

    expect(got.map(({ attempt }) => attempt)).toEqual([1, 2, 1]);
    expect(new Set(got.map(({ properties }) => properties.messageId)).size).toBe(1);
    expect(got.map(({ headers }) => headers)).toEqual(got.map(() => ({ word: 'w' })));
    expect(dead).toMatchObject([{ input: { a: 1 }, dead: { reason: 'attempts-exhausted' } }]);
    expect(deadBodies(sim, queue)).toEqual([]);
  });

  test('an envelope that cannot be read is not taken for a plain body', async () => {
    const { sim, got } = createWorld(queue);

    await put(sim, queue, '{"celeriac":1,"task":"x","sentAt":1}');
    await sim.settle();

    expect(got).toEqual([]);
    expect(sim.deadLetters(queue)).toMatchObject([{ dead: { reason: 'malformed' } }]);
  });

  test('a body dead-lettered before the queue had a consumer is consumed when redriven', async () => {
    const { sim, got } = createWorld(queue);
    const dead = { reason: 'malformed', at: 0, queue: queue.name, attempt: 0 };

    await bury(sim, queue, envelope('m1', '', { input: '{"a":1}', generation: 1, dead }));
    await sim.redrive(queue);
    await sim.advance('1m');

    expect(got).toMatchObject([{ body: { a: 1 }, properties: { messageId: 'm1' } }]);
  });
});

test('the attributes of a body that nobody can read are kept with it', async () => {
  const [, mail] = QUEUES[0];
  const { sim } = createWorld(mail);

  await sendRaw(sim, mail, '{"celeriac":1}', {
    word: { DataType: 'String', StringValue: 'w' },
    count: { DataType: 'Number', StringValue: '1' },
  });
  await sim.settle();

  expect(sim.deadLetters(mail)).toMatchObject([{ headers: { word: 'w', count: '1' } }]);
});

test.each(['{"tenant":"two words"}', '{"tenant":""}', '{"tenant":5}', '{}', 'null'])(
  'one whose group SQS would not take has its attempts, and goes where its queue says: %s',
  async (body) => {
    const graves = defineQueue('graves', { ordered: ({ tenant }: { tenant: string }) => tenant });
    const fair = defineQueue('fair', {
      fairBy: ({ tenant }: { tenant: string }) => tenant,
      deadLetter: { to: graves },
    });
    const { sim, got } = createWorld(fair, () => {
      throw new Error('not this');
    });

    await put(sim, fair, body);
    await sim.advance('1m');

    expect(got.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(messagesOf(sim, graves)).toHaveLength(1);
  },
);
