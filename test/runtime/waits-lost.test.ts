/** What must not be lost: a message whose worker dies before its claim, or before the copy of its wait. */
import { expect, test } from 'vitest';
import { defineApp, defineQueue, defineTask } from '#lib';
import { type Simulation, simulate } from '#lib/testing';
import { envelope, killWorker, messagesOf } from './simulated.ts';

const queue = defineQueue('work', { visibility: '1m' });

test('a message that kills its worker before its claim is dead-lettered as crashed', async () => {
  let parsed = 0;
  const task = defineTask('task', {
    queue,
    input: {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate(value: unknown) {
          parsed += 1;
          if (parsed > 1) killWorker(sim, queue);
          return { value: String(value) };
        },
      },
    },
    run: (input: string) => input,
  });
  const sim: Simulation = simulate(defineApp('shop', { tasks: [task] }));

  const result = await sim.send(task('poison'));
  await sim.advance('6h');

  expect(sim.deadLetters(queue)).toMatchObject([{ dead: { reason: 'crashed' } }]);
  expect(await result.state()).toBe('FAILURE');
});

test('a message whose workers died between its note and its copy runs when it is redriven', async () => {
  let healed = false;
  const task = defineTask('task', { queue, rateLimit: '6/h', run: (input: string) => input });
  const sim: Simulation = simulate(defineApp('shop', { tasks: [task] }), {
    async onCall(call, proceed) {
      const output = await proceed();
      const { ExpressionAttributeValues: values } = call.input as { ExpressionAttributeValues?: object };
      if (!healed && values !== undefined && ':waitHop' in values) killWorker(sim, queue);
      return output;
    },
  });
  await sim.send(task('a'));
  await sim.advance('1s');
  const result = await sim.send(task('b'));
  await sim.advance('9m');

  healed = true;
  await sim.redrive(queue);
  await sim.advance('6h');

  expect(messagesOf(sim, queue)).toEqual([]);
  expect(await result.state()).toBe('SUCCESS');
});

test('a message of a task that nobody here knows is put off without a record', async () => {
  const other = defineTask('other', { queue, run: () => 1 });
  const sim = simulate(defineApp('shop', { tasks: [other] }));
  const { QueueUrl } = await sim.settle().then(() => urlOf(sim));
  const body = (id: string): string => JSON.stringify(envelope(id, 'unknown', { crashes: 1 }));

  await sim.emulator.call('sqs', 'SendMessageBatch', {
    QueueUrl,
    Entries: ['a', 'b'].map((id) => ({ Id: id, MessageBody: body(id) })),
  });
  await sim.advance('1m');

  expect(messagesOf(sim, queue)).toHaveLength(2);
  expect(sim.calls().find(({ operation }) => operation === 'UpdateItem')).toBeUndefined();
});

function urlOf(sim: Simulation): Promise<{ readonly QueueUrl: string }> {
  return sim.emulator.call('sqs', 'GetQueueUrl', { QueueName: 'shop-dev-work' }) as never;
}
