/** A simulation with an app's exchanges, and the messages that lie in its queues. */
import type { App, Queue } from '#lib';
import { type SimulateOptions, type Simulation, simulate } from '#lib/testing';
import { parseMessage } from '../../lib/core/message.ts';
import type { Client, Sender } from '../../lib/define/client.ts';
import { planExchanges } from '../../lib/define/exchange-topology.ts';
import { queueName } from '../../lib/define/resource-name.ts';
import type { MessageSnapshot } from '../../lib/emulator/sqs/sqs.ts';

const STAGE = 'dev';

export interface World {
  readonly sim: Simulation;
  readonly client: Sender & Pick<Client, 'flush' | 'replay'>;
  /** The messages in a queue, or in one level of it. */
  messages(queue: Queue, level?: number): readonly MessageSnapshot[];
  /** Whether a filter may let messages into a queue that are for nobody there. */
  inexact(queue: string): boolean;
  /** The same as envelopes. */
  envelopes(queue: Queue, level?: number): readonly Readonly<Record<string, unknown>>[];
}

/** Opens an app whose exchanges are there. */
export async function openWorld(app: App, options: SimulateOptions = {}): Promise<World> {
  const sim = simulate(app, options);
  await sim.settle();
  const messages = (queue: Queue, level = 0): readonly MessageSnapshot[] => {
    const name = queueName(app.name, STAGE, queue, level);
    return sim.emulator.services.sqs.snapshot().find((one) => one.name === name)?.messages ?? [];
  };
  const envelopes = (queue: Queue, level = 0) => messages(queue, level).map(({ body }) => JSON.parse(body));
  const described = planExchanges(app, STAGE).resources;
  const inexact = (queue: string): boolean =>
    [...described.subscriptions, ...described.rules].some((pair) => pair.queue === queue && !pair.exact);
  return { sim, client: sim, messages, envelopes, inexact };
}

/** The bodies of published messages in a queue, sorted. */
export function inputs(world: World, queue: Queue, level = 0): readonly unknown[] {
  return world.messages(queue, level).flatMap(({ body }) => {
    const parsed = parseMessage(body);
    return parsed.kind === 'message' ? [parsed.message.input] : [];
  });
}
