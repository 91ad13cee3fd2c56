/** What the tests of RabbitMQ's rows share: the rows as they were measured, and a queue with a consumer. */
import { type ConsumerOptions, type Delivery, defineApp, defineConsumer, fixed, type Queue } from '#lib';
import { type Simulation, simulate } from '#lib/testing';
import { published, put } from '../runtime/simulated.ts';
import rows from '../vectors/rabbitmq-behaviour.json' with { type: 'json' };

/** What RabbitMQ answered to a row. */
export function row(id: string): Readonly<Record<string, unknown>> {
  const found = rows.find((one) => one.id === id);
  if (found === undefined) throw new Error(`there is no row '${id}'`);
  return found.expect;
}

type Options = Partial<Pick<ConsumerOptions<undefined, unknown>, 'retry' | 'ack'>> & { batch?: number };

/**
 * A queue with a consumer, what it was given, and what it has handled; a run that answers 'hang' takes 5 s.
 */
export function createWorld(
  queue: Queue,
  run: (delivery: Delivery, got: number) => unknown,
  options: Options = {},
) {
  const { batch = 10, ...rest } = options;
  const got: Delivery[] = [];
  const ended: unknown[] = [];
  const consumer = defineConsumer(queue, {
    retry: { attempts: 3, backoff: fixed('1s') },
    ...rest,
    async run(delivery, { sleep }) {
      got.push(delivery);
      const pause = await run(delivery, got.length);
      if (pause === 'hang') await sleep('5s');
      ended.push(delivery.body);
    },
  });
  const app = defineApp('shop', { consumers: [consumer] });
  return { sim: simulate(app, { workers: { [queue.name]: { batch } } }), got, ended };
}

/** Publishes texts to a queue one by one; `more` overrides members of their envelopes. */
export async function publish(
  sim: Simulation,
  queue: Queue,
  bodies: readonly string[],
  more = {},
): Promise<void> {
  for (const body of bodies)
    await put(sim, queue, published(`m${body}`, '', queue.name, { input: body, ...more }));
}
