import { expect, test } from 'vitest';
import { createQueues } from '../../lib/aws/queues.ts';
import { createReceiver } from '../../lib/aws/receiver.ts';
import type { Runner } from '../../lib/runtime/batch-run.ts';
import { createPoller, type Poller, type Source } from '../../lib/runtime/poller.ts';
import type { Clock, LogLine, Queues } from '../../lib/runtime/ports.ts';
import { createSlots } from '../../lib/runtime/slots.ts';
import { DOORS } from '../conformance/doors.ts';

const VISIBILITY_MS = 30_000;

interface Options {
  readonly concurrency?: number;
  readonly queueNames?: readonly string[];
  readonly ordered?: boolean;
  readonly queues?: (queues: Queues) => Queues;
  /** Whether the runner acks nothing of a batch. */
  readonly back?: () => boolean;
}

/** A poller over the emulator's SQS on virtual time, with a runner made by the test. */
async function createWorld(
  handle: (bodies: readonly string[], clock: Clock) => Promise<void>,
  options: Options = {},
) {
  const {
    concurrency = 10,
    queueNames = ['work'],
    ordered = false,
    queues: wrap = (queues) => queues,
  } = options;
  const open = DOORS['straight on the models'];
  if (open === undefined) throw new Error('there is no such door');
  const { emulator, call } = await open();
  for (const QueueName of queueNames) {
    await emulator.call('sqs', 'CreateQueue', {
      QueueName,
      Attributes: {
        VisibilityTimeout: String(VISIBILITY_MS / 1_000),
        ...(ordered ? { FifoQueue: 'true' } : {}),
      },
    });
  }
  const log: LogLine[] = [];
  const clock: Clock = {
    now: () => emulator.clock.now(),
    sleep: (ms, signal) => emulator.clock.sleep(ms, signal),
    alarm: (ms, ring) => emulator.clock.at(emulator.clock.now() + ms, ring),
    run: (name, work) => emulator.clock.run(name, work),
    waiting: (promise) => emulator.clock.waiting(promise),
  };
  const putOff: string[] = [];
  const runner: Runner = {
    handle: async ({ deliveries }) => {
      await handle(
        deliveries.map(({ body }) => body),
        clock,
      );
      return options.back?.() === true ? deliveries.map(({ messageId }) => messageId) : [];
    },
    putOff: async (_queueName, deliveries) => {
      putOff.push(...deliveries.map(({ body }) => body));
      return [];
    },
  };
  const sources: Source[] = [{ queueNames, visibilityMs: VISIBILITY_MS, ordered }];
  const queues = wrap(createQueues(call));
  const slots = createSlots(concurrency, 0);
  const ports = {
    clock,
    chance: () => 0.5,
    queues,
    receiver: createReceiver(call),
    log: (line: LogLine) => void log.push(line),
  };
  const start = (): Poller => createPoller(ports, runner, sources, slots);
  const send = (name: string, bodies: readonly string[], group?: string) =>
    queues.send(
      name,
      bodies.map((body) => ({ body, ...(group === undefined ? {} : { group, deduplication: body }) })),
    );
  const left = () =>
    emulator.services.sqs.snapshot().flatMap(({ messages }) => messages.map(({ body }) => body));
  /** A wait for messages that is under way is not broken off by the models. */
  const stop = async (poller: Poller): Promise<void> => {
    poller.stop();
    await emulator.advance(60_000);
    await poller.done;
  };
  return { emulator, start, stop, send, left, log, putOff, slots };
}

test('messages are run and acked, and the poller stops when what runs is done', async () => {
  const ran: string[] = [];
  const world = await createWorld(async (bodies) => {
    ran.push(...bodies);
  });
  await world.send('work', ['a', 'b', 'c']);

  const poller = world.start();
  await world.emulator.advance(1_000);
  await world.stop(poller);

  expect(ran.sort()).toEqual(['a', 'b', 'c']);
  expect(world.left()).toEqual([]);
  expect(poller.count()).toBe(0);
});

test('what was not acked comes back when its visibility ends', async () => {
  const ran: string[] = [];
  const world = await createWorld(
    async (bodies) => {
      ran.push(...bodies);
    },
    { back: () => ran.length === 1 },
  );
  await world.send('work', ['a']);

  const poller = world.start();
  await world.emulator.advance(VISIBILITY_MS - 1_000);
  const once = [...ran];
  await world.emulator.advance(10_000);

  expect([once, ran]).toEqual([['a'], ['a', 'a']]);
  expect(world.left()).toEqual([]);
  await world.stop(poller);
});

test('no more run at once than there are slots', async () => {
  let running = 0;
  let most = 0;
  const world = await createWorld(
    async (_bodies, clock) => {
      running += 1;
      most = Math.max(most, running);
      await clock.sleep(1_000);
      running -= 1;
    },
    { concurrency: 3 },
  );
  await world.send('work', ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10']);

  const poller = world.start();
  await world.emulator.advance(10_000);

  expect(most).toBe(3);
  expect(world.left()).toEqual([]);
  await world.stop(poller);
});

test('a task that runs for three hours keeps its message by heartbeats', async () => {
  const ran: string[] = [];
  const world = await createWorld(async (bodies, clock) => {
    ran.push(...bodies);
    await clock.sleep(3 * 3_600_000);
  });
  await world.send('work', ['long']);

  const poller = world.start();
  await world.emulator.advance(3 * 3_600_000 + 1_000);

  expect(ran).toEqual(['long']);
  expect(world.left()).toEqual([]);
  await world.stop(poller);
});

test('higher levels go first', async () => {
  const ran: string[] = [];
  const world = await createWorld(
    async (bodies, clock) => {
      await clock.sleep(100);
      ran.push(...bodies);
    },
    { concurrency: 1, queueNames: ['high', 'low'] },
  );
  await world.send('low', ['low 1', 'low 2', 'low 3']);
  await world.send('high', ['high 1', 'high 2', 'high 3']);

  const poller = world.start();
  await world.emulator.advance(10_000);

  expect(ran.slice(0, 3).every((body) => body.startsWith('high'))).toBe(true);
  expect(ran).toHaveLength(6);
  await world.stop(poller);
});

test('messages of one group are one batch, in order', async () => {
  const batches: (readonly string[])[] = [];
  const world = await createWorld(
    async (bodies) => {
      batches.push(bodies);
    },
    { queueNames: ['work.fifo'], ordered: true },
  );
  await world.send('work.fifo', ['a1', 'a2'], 'a');
  await world.send('work.fifo', ['b1'], 'b');

  const poller = world.start();
  await world.emulator.advance(1_000);

  expect([...batches].sort()).toEqual([['a1', 'a2'], ['b1']]);
  await world.stop(poller);
});

test('what waits for a slot when the worker stops is put off, what runs is finished', async () => {
  const ran: string[] = [];
  const world = await createWorld(
    async (bodies, clock) => {
      await clock.sleep(5_000);
      ran.push(...bodies);
    },
    { concurrency: 2 },
  );
  await world.send('work', ['1', '2']);
  const poller = world.start();
  await world.emulator.advance(1_000);
  world.slots.resize(1);

  await world.stop(poller);

  expect(ran.sort()).toEqual(['1', '2']);
  expect(world.left()).toEqual([]);
});

test('a poller that is abandoned gives back at once what runs, and acks none of it', async () => {
  const world = await createWorld(async (_bodies, clock) => {
    await clock.sleep(60_000);
  });
  await world.send('work', ['1', '2']);
  const poller = world.start();
  await world.emulator.advance(1_000);

  await poller.abandon();
  await world.emulator.advance(60_000);
  await poller.done;

  expect([...new Set([...world.left(), ...world.putOff])].sort()).toEqual(['1', '2']);
});

test('a receive that fails is tried again, and said', async () => {
  const ran: string[] = [];
  const world = await createWorld(async (bodies) => {
    ran.push(...bodies);
  });
  await world.emulator.call('sqs', 'DeleteQueue', {
    QueueUrl: 'https://sqs.us-east-1.amazonaws.com/000000000000/work',
  });

  const poller = world.start();
  await world.emulator.advance(5_000);
  await world.emulator.call('sqs', 'CreateQueue', { QueueName: 'work' });
  await world.send('work', ['late']);
  await world.emulator.advance(60_000);

  expect(world.log).toContainEqual(expect.objectContaining({ message: 'receiving failed', queue: 'work' }));
  expect(ran).toEqual(['late']);
  await world.stop(poller);
});

test('acks of a short while share their calls', async () => {
  const removes: number[] = [];
  const world = await createWorld(async () => {}, {
    queues: (queues) => ({
      ...queues,
      remove: (name, receipts) => {
        removes.push(receipts.length);
        return queues.remove(name, receipts);
      },
    }),
  });
  await world.send('work', ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10']);

  const poller = world.start();
  await world.emulator.advance(1_000);

  expect(removes).toEqual([10]);
  await world.stop(poller);
});
