/** What a desk needs of AWS, or of an emulator: a client of the app, and what only an administrator asks. */
import type { App } from '../define/app.ts';
import type { Client } from '../define/client.ts';
import { hasLater } from '../define/later.ts';
import { queueName, runsTableName, timerGroupName } from '../define/resource-name.ts';
import { DEFAULT_STAGE, topology } from '../define/topology.ts';
import type {
  EndedSessions,
  FunctionAdmin,
  Gauges,
  QueueAdmin,
  RunIndex,
  Timed,
} from '../runtime/desk-ports.ts';
import type { Clock, Pauses, Queues, Workers } from '../runtime/ports.ts';
import type { Call } from './call.ts';
import { type ConnectOptions, connect } from './connect.ts';
import { createDeskSdk } from './desk-sdk.ts';
import { createFunctionAdmin } from './function-admin.ts';
import { createGauges } from './gauges.ts';
import { MACHINE_CLOCK } from './machine.ts';
import { createPauses } from './pauses.ts';
import { createPlace } from './place.ts';
import { createQueueAdmin } from './queue-admin.ts';
import { createQueues, createQueueUrls } from './queues.ts';
import { createRunIndex } from './run-index.ts';
import { createEndedSessions } from './sessions.ts';
import { createTimed } from './timed.ts';
import { createWorkers } from './workers.ts';

/** The adapters that a desk stands on. */
export interface DeskAdapters {
  readonly clock: Clock;
  readonly queues: Queues;
  readonly admin: QueueAdmin;
  readonly functions: FunctionAdmin;
  readonly gauges: Gauges;
  readonly index: RunIndex | undefined;
  readonly workers: Workers | undefined;
  readonly pauses: Pauses | undefined;
  readonly timed: Timed | undefined;
}

export interface DeskConnection {
  readonly app: App;
  readonly stage: string;
  readonly client: Client;
  readonly adapters: DeskAdapters;
  readonly close: () => Promise<void>;
  /** A secret's text, for the token of a deployed desk. */
  readonly secret: (arn: string) => Promise<string>;
  /** The sessions of a deployed desk that were logged out, in its table. */
  readonly endedSessions: (tableName: string) => EndedSessions;
}

/** Connects a desk's adapters. Nothing is called before the first question. */
export function connectDesk(app: App, options: ConnectOptions = {}): DeskConnection {
  const { stage = process.env.CELERIAC_STAGE ?? DEFAULT_STAGE, ...sdkOptions } = options;
  const client = connect(app, { ...sdkOptions, stage });
  const sdk = createDeskSdk(sdkOptions);
  return {
    app,
    stage,
    client,
    adapters: createDeskAdapters(app, stage, sdk, MACHINE_CLOCK),
    async secret(arn) {
      const { SecretString = '' } = await sdk.call('secretsmanager', 'GetSecretValue', { SecretId: arn });
      return SecretString;
    },
    endedSessions: (tableName) => createEndedSessions(sdk.call, tableName),
    async close() {
      await client.close();
      sdk.close();
    },
  };
}

/** The adapters over any `call`. */
export function createDeskAdapters(
  app: App,
  stage: string,
  { call, region }: { readonly call: Call; readonly region: () => Promise<string> },
  clock: Clock,
): DeskAdapters {
  const table = runsTableName(app.name, stage);
  const hasTable = topology(app, { stage }).tables.length > 0;
  const [first = { name: '', ordered: false }] = app.queues;
  const place = createPlace(createQueueUrls(call), region, queueName(app.name, stage, first));
  return {
    clock,
    queues: createQueues(call),
    admin: createQueueAdmin(call),
    functions: createFunctionAdmin(call, place),
    gauges: createGauges(call, clock),
    index: hasTable ? createRunIndex(call, table) : undefined,
    workers: hasTable ? createWorkers(call, table) : undefined,
    pauses: hasTable ? createPauses(call, table) : undefined,
    timed: hasLater(app) ? createTimed(call, timerGroupName(app.name, stage)) : undefined,
  };
}
