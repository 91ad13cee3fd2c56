/**
 * A simulation with the exchanges of an app, its publisher, and the messages that lie in its queues. Where
 * the
 * topology does not describe exchanges yet, they are built here, from the same pure routing.
 */
import type { App, Queue } from '#lib';
import { type SimulateOptions, type Simulation, simulate } from '#lib/testing';
import { createMessaging } from '../../lib/aws/messaging.ts';
import { createQueues } from '../../lib/aws/queues.ts';
import { parseMessage } from '../../lib/core/message.ts';
import type { Client, Sender } from '../../lib/define/client.ts';
import { type ExchangeResources, exchangeResources } from '../../lib/define/exchange-topology.ts';
import { queueName } from '../../lib/define/resource-name.ts';
import type { MessageSnapshot } from '../../lib/emulator/sqs/sqs.ts';
import { createCarriers } from '../../lib/runtime/carriers.ts';
import { createConnection, createSender, settled } from '../../lib/runtime/client.ts';
import { createReplay } from '../../lib/runtime/replay.ts';
import { createCall } from '../../lib/testing/environment.ts';
import { buildExchanges, REGION, toResources } from './exchanges-build.ts';

const STAGE = 'dev';
const ALL = { topics: true, bus: true, blobs: true, depths: true };

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
  const described = exchangeResources(app, STAGE);
  const carried = described.topics.length > 0 || described.busName !== undefined;
  const resources = carried ? described : toResources(app);
  const inexact = (queue: string): boolean =>
    [...resources.subscriptions, ...resources.rules].some((pair) => pair.queue === queue && !pair.exact);
  const client = carried ? sim : await toClient(sim, app, resources);
  return { sim, client, messages, envelopes, inexact };
}

/** The bodies of published messages in a queue, sorted. */
export function inputs(world: World, queue: Queue, level = 0): readonly unknown[] {
  return world.messages(queue, level).flatMap(({ body }) => {
    const parsed = parseMessage(body);
    return parsed.kind === 'message' ? [parsed.message.input] : [];
  });
}

/** A client over exchanges that are built here. */
async function toClient(sim: Simulation, app: App, resources: ExchangeResources): Promise<World['client']> {
  await buildExchanges(sim.emulator, app, resources);
  const faults = { strikes: () => false, chance: () => 0, counts: () => ({}) };
  const world = { app, stage: STAGE, needs: ALL, emulator: sim.emulator, faults, chance: Math.random };
  const clock = {
    now: () => sim.now().getTime(),
    sleep: (ms: number) => sim.emulator.advance(ms),
    alarm: () => () => {},
    run: <T>(_name: string, work: () => Promise<T>) => work(),
    waiting: <T>(promise: Promise<T>) => promise,
  };
  const idle = {
    alive: true,
    check() {},
    end() {},
    crash: (why: string) => fail(why),
    onEnd: () => () => {},
  };
  const call = createCall({ ...world, started() {}, log() {} }, idle, clock, () => 0, false);
  const messaging = createMessaging({ call, region: async () => REGION }, { app, stage: STAGE }, ALL);
  const ports = {
    clock,
    chance: Math.random,
    log() {},
    queues: createQueues(call),
    runs: undefined,
    ...messaging,
  };
  const shared = { ...createConnection(app, STAGE, ports), carriers: createCarriers(() => resources) };
  return {
    ...createSender(shared, 0),
    flush: () => settled(shared.sends),
    replay: createReplay(shared),
  };
}

function fail(why: string): never {
  throw new Error(why);
}
