/** The rows of test/vectors/rabbitmq-behaviour.json, and a queue with a consumer to hold them against. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ConsumerOptions,
  type Delivery,
  defineApp,
  defineConsumer,
  defineQueue,
  fixed,
  type Queue,
} from '#lib';
import { type Simulation, simulate } from '#lib/testing';
import { published, put } from '../runtime/simulated.ts';

export interface Row {
  readonly id: string;
  readonly area: string;
  readonly expect: Readonly<Record<string, unknown>>;
}

export const ROWS: readonly Row[] = JSON.parse(
  readFileSync(join(import.meta.dirname, '../vectors/rabbitmq-behaviour.json'), 'utf8'),
);
export const START = Date.parse('2026-01-01T00:00:00Z');
export const line = defineQueue('line', { visibility: '1m', ordered: true });
export const mail = defineQueue('mail', { visibility: '1m' });

/** What RabbitMQ answered. */
export function row(id: string): Row['expect'] {
  const found = ROWS.find((one) => one.id === id);
  if (found === undefined) throw new Error(`there is no row '${id}'`);
  return found.expect;
}

type Options = Partial<Pick<ConsumerOptions<undefined, unknown>, 'retry' | 'ack'>> & { batch?: number };

/** A queue with a consumer, and what it was given. */
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

export async function publish(
  sim: Simulation,
  queue: Queue,
  bodies: readonly string[],
  more = {},
): Promise<void> {
  for (const body of bodies)
    await put(sim, queue, published(`m${body}`, '', queue.name, { input: body, ...more }));
}
