/** `connect`: a client for an app on AWS, or on an emulator, from any process. */

import type { App } from '../define/app.ts';
import type { Client } from '../define/client.ts';
import { planExchanges } from '../define/exchange-topology.ts';
import { hasSchedules } from '../define/later.ts';
import { spaceProblems } from '../define/name.ts';
import { report } from '../define/problem.ts';
import { DEFAULT_STAGE } from '../define/topology.ts';
import { needsState } from '../define/work.ts';
import { createClient } from '../runtime/client.ts';
import type { Ports } from '../runtime/ports.ts';
import { MACHINE_CHANCE, MACHINE_CLOCK, QUIET_LOG } from './machine.ts';
import { createMessaging, messagingNeeds } from './messaging.ts';
import { createQueues } from './queues.ts';
import { createReplyQueues } from './reply-queues.ts';
import { createClientScheduling } from './scheduling.ts';
import { createSdk, REPLY_COMMANDS, type Sdk, type SdkOptions } from './sdk.ts';
import { createClientState } from './state.ts';

/** Where an app runs; all of it defaults to the environment. */
export interface ConnectOptions extends SdkOptions {
  /** Which copy of the app. @default the environment variable CELERIAC_STAGE, else 'dev' */
  readonly stage?: string;
}

/**
 * Connects to an app's broker. Nothing is called before the first send; region, credentials and endpoint
 * default to the environment, as with every AWS SDK client. Close it with `close()` or `await using`.
 * @throws DefinitionError INVALID_NAME for a stage that cannot be one.
 */
export function connect(app: App, options: ConnectOptions = {}): Client {
  const { stage = process.env.CELERIAC_STAGE ?? DEFAULT_STAGE, ...sdkOptions } = options;
  report(app.name, spaceProblems('stage', stage));
  const sdk = createSdk(sdkOptions, REPLY_COMMANDS);
  return createClient(app, stage, toPorts(app, stage, sdk), async () => sdk.close());
}

/** What a client needs, over the SDK; nothing is called before it is used. */
export function toPorts(app: App, stage: string, sdk: Sdk): Ports {
  // What a deployment checks besides is not asked here: a producer need not know who works off the queues.
  const { resources: exchanges } = planExchanges(app, stage);
  const hasTable = hasSchedules(app) || app.queues.some((queue) => needsState(app, queue));
  const machine = { clock: MACHINE_CLOCK, chance: MACHINE_CHANCE, log: QUIET_LOG };
  return {
    ...machine,
    queues: createQueues(sdk.call),
    ...createMessaging(sdk, { app, stage }, messagingNeeds(app, exchanges)),
    scheduling: createClientScheduling(sdk, { app, stage }),
    ...(hasTable ? createClientState(sdk.call, { app, stage }, machine) : { runs: undefined }),
    // An environment of Lambda is frozen between invocations and never told that it ends: it could neither
    // say that it lives nor remove its queue.
    replies:
      process.env.AWS_LAMBDA_FUNCTION_NAME === undefined
        ? createReplyQueues(sdk.call, { app: app.name, stage })
        : undefined,
  };
}
