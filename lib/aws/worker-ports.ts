/** The ports of a worker that runs on a machine, over the SDK. */
import type { App } from '../define/app.ts';
import { topology } from '../define/topology.ts';
import type { Log, Ports } from '../runtime/ports.ts';
import { MACHINE_CHANCE, MACHINE_CLOCK } from './machine.ts';
import { createMessaging, messagingNeeds } from './messaging.ts';
import { createQueues } from './queues.ts';
import type { Sdk } from './sdk.ts';
import { createState } from './state.ts';

/** Nothing is called before one is used. */
export function createWorkerPorts(app: App, stage: string, sdk: Sdk, log: Log): Ports {
  const { tables, exchanges } = topology(app, { stage });
  const machine = { clock: MACHINE_CLOCK, chance: MACHINE_CHANCE, log };
  return {
    ...machine,
    queues: createQueues(sdk.call),
    ...(tables.length > 0 ? createState(sdk.call, { app, stage }, machine) : { runs: undefined }),
    ...createMessaging(sdk, { app, stage }, messagingNeeds(app, exchanges)),
  };
}
