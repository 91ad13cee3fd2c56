/** What poisonous, slow and hanging messages must not do to those that are with them. */
import { expect, test } from 'vitest';
import { defineApp, defineQueue, defineTask, fixed } from '#lib';
import { type Simulation, simulate } from '#lib/testing';
import type { Delivery } from '../../lib/runtime/outcome.ts';
import type { Ports, Runs } from '../../lib/runtime/ports.ts';
import { createWorker } from '../../lib/runtime/worker.ts';
import { envelope, killWorker, messagesOf } from './simulated.ts';
import { NOW, stubPorts, stubQueues } from './world.ts';

const queue = defineQueue('work');

/** A task whose input 'poison' kills its worker; what ran, in order. */
function createWorld() {
  const ran: string[] = [];
  const task = defineTask('task', {
    queue,
    result: false,
    run(input: string) {
      ran.push(input);
      if (input === 'poison') killWorker(sim, queue);
    },
  });
  const sim: Simulation = simulate(defineApp('shop', { tasks: [task] }));
  return { task, sim, ran };
}

/** Puts bodies into the queue by one call, so that they are received as one batch. */
async function putTogether(sim: Simulation, bodies: readonly object[]): Promise<void> {
  await sim.settle();
  await sim.emulator.call('sqs', 'SendMessageBatch', {
    QueueUrl: sim.emulator.services.sqs.snapshot().find(({ name }) => name === 'shop-dev-work')?.url,
    Entries: bodies.map((body, index) => ({ Id: String(index), MessageBody: JSON.stringify(body) })),
  });
}

test('suspects that are put off leave before a fresh message can kill the worker', async () => {
  const { sim, ran } = createWorld();

  await putTogether(sim, [
    envelope('m1', 'task', { input: 'first', crashes: 1 }),
    envelope('m2', 'task', { input: 'second', crashes: 1 }),
    envelope('m3', 'task', { input: 'poison' }),
  ]);
  await sim.settle();
  const waiting = messagesOf(sim, queue).map(({ body }) => JSON.parse(body));
  await sim.advance('10s');

  expect(waiting.find(({ id }) => id === 'm2')).toMatchObject({ crashes: 1, deferrals: 1 });
  expect(ran).toEqual(['poison', 'second']);
});

test('a message that has one crash left runs alone, and the fresh ones of its batch after it', async () => {
  const { sim, ran } = createWorld();

  await putTogether(sim, [
    envelope('m1', 'task', { input: 'innocent', crashes: 2 }),
    envelope('m2', 'task', { input: 'poison' }),
  ]);
  await sim.advance('1h');

  expect(ran).toEqual(['innocent', 'poison', 'poison', 'poison']);
  expect(sim.deadLetters(queue)).toMatchObject([{ input: 'poison', dead: { reason: 'crashed' } }]);
});

test('a task without a record that was left behind and throws late has no attempt besides', async () => {
  const task = defineTask('task', {
    queue,
    result: false,
    retry: { attempts: 3, backoff: fixed('1s') },
    async run() {
      await sim.emulator.clock.sleep(40_000);
      throw new Error('late');
    },
  });
  const sim: Simulation = simulate(defineApp('shop', { tasks: [task] }));

  await sim.send(task());
  await sim.advance('6h');

  expect(sim.attempts(task)).toEqual(['00:00:00', '00:03:00', '00:06:00']);
  expect(sim.deadLetters(queue)).toMatchObject([{ dead: { reason: 'crashed' } }]);
});

test('a send that hangs does not cost its batch the answer', async () => {
  const nowhere = defineTask('nowhere', { queue: defineQueue('nowhere'), result: false, run: () => {} });
  const hanging = defineTask('hanging', {
    queue,
    result: false,
    async run(_input, { send }) {
      await send(nowhere());
    },
  });
  const sim = simulate(defineApp('shop', { tasks: [hanging, nowhere] }), {
    onCall: (call, proceed) =>
      call.operation === 'SendMessageBatch' && String(call.input.QueueUrl).endsWith('-nowhere')
        ? new Promise(() => {})
        : proceed(),
  });

  await sim.send(hanging());
  await sim.advance('1m');

  const answers = sim.emulator.trace.entries({ service: 'lambda', operation: 'answer' });
  expect(answers.map(({ details }) => details.error)).toEqual([undefined]);
});

test.each([
  [3, 2],
  [1, 1],
])(
  'a message that another worker holds has no more crashes behind it than claims (%i)',
  async (open, kept) => {
    const task = defineTask('task', { queue, run: () => 1 });
    const queues = stubQueues();
    const held = async () => ({ kind: 'held', untilMs: NOW + 10_000 }) as const;
    const wait = async () => ({ kind: 'waits', crashes: open }) as const;
    // Nothing but these is called for a message that is held.
    const runs = { claim: held, wait } as unknown as Runs;
    const ports: Ports = { ...stubPorts(queues), runs };
    const body = JSON.stringify(envelope('m1', 'task'));
    const delivery: Delivery = {
      messageId: 's1',
      receipt: 'r1',
      body,
      receiveCount: 3,
      firstReceivedAt: NOW,
    };

    const back = await createWorker(defineApp('shop', { tasks: [task] }), 'dev', ports).handle({
      queueName: 'shop-dev-work',
      deliveries: [delivery],
      deadline: NOW + 30_000,
    });

    expect(back).toEqual([]);
    expect(queues.calls.map(({ bodies }) => JSON.parse(bodies[0] ?? '').crashes)).toEqual([kept]);
  },
);
