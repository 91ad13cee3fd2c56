/** `serve`: the Lambda handler of an app's workers. */
import type { HeaderValue } from '../core/routing/headers.ts';
import type { App } from '../define/app.ts';
import { hasLater } from '../define/later.ts';
import { laterQueueName } from '../define/resource-name.ts';
import { DEFAULT_STAGE } from '../define/topology.ts';
import { DefinitionError } from '../errors.ts';
import { createLaterWorker } from '../runtime/later-worker.ts';
import type { Delivery } from '../runtime/outcome.ts';
import type { Ports } from '../runtime/ports.ts';
import { createWorker, type Worker } from '../runtime/worker.ts';
import { toHeader } from './attribute.ts';
import { CONSOLE_LOG, MACHINE_CHANCE, MACHINE_CLOCK } from './machine.ts';
import { createMessaging } from './messaging.ts';
import { createQueues } from './queues.ts';
import { createReplyQueues } from './reply-queues.ts';
import { createScheduling } from './scheduling.ts';
import { createSdk, REPLY_COMMANDS, type Sdk } from './sdk.ts';
import { createState, createWorkflowSweep } from './state.ts';

/** Set by the bundler to `false` for a worker whose tasks keep no records; see sdk.ts. */
declare const CELERIAC_STATE: boolean | undefined;
declare const CELERIAC_WORKFLOWS: boolean | undefined;
declare const CELERIAC_MESSAGING: boolean | undefined;
declare const CELERIAC_TOPICS: boolean | undefined;
declare const CELERIAC_BUS: boolean | undefined;
declare const CELERIAC_BLOBS: boolean | undefined;
declare const CELERIAC_DEPTHS: boolean | undefined;
/** Set by the bundler to `true` for `later`, which runs no task, and to `false` for workers. */
declare const CELERIAC_SCHEDULES: boolean | undefined;

const MACHINE = { clock: MACHINE_CLOCK, chance: MACHINE_CHANCE, log: CONSOLE_LOG };

/** What Lambda hands a function of an SQS event source mapping, as far as it is read here. */
export interface SqsEvent {
  readonly Records: readonly {
    readonly messageId: string;
    readonly receiptHandle: string;
    readonly body: string;
    readonly eventSourceARN: string;
    readonly attributes: {
      readonly ApproximateReceiveCount: string;
      readonly ApproximateFirstReceiveTimestamp: string;
      readonly SentTimestamp?: string | undefined;
      readonly MessageGroupId?: string | undefined;
    };
    readonly messageAttributes?: Readonly<Record<string, SqsAttribute>> | undefined;
  }[];
}

/** A message attribute: its type may have a label of the sender's after a dot ('Number.int'). */
export interface SqsAttribute {
  readonly dataType: string;
  readonly stringValue?: string | undefined;
  /** Base64. */
  readonly binaryValue?: string | undefined;
}

/** What the handler needs of Lambda's context. */
export interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

/** What ReportBatchItemFailures expects. */
export interface SqsAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** A handler of Lambda's event source mapping. */
export type SqsHandler = (event: SqsEvent, context: LambdaContext) => Promise<SqsAnswer>;

/**
 * The handler of a worker function: `export const handler = serve(app)`. App and stage of the queues come
 * from the environment that `Broker` sets.
 * @throws DefinitionError WRONG_APP when the function was deployed for another app.
 */
export function serve(app: App): SqsHandler {
  const { CELERIAC_APP: deployed = app.name, CELERIAC_STAGE: stage = DEFAULT_STAGE } = process.env;
  if (deployed !== app.name) {
    const message =
      `this function was deployed for app '${deployed}', but its entry serves ` +
      `'${app.name}'; let 'entry' of Broker serve the same app`;
    throw new DefinitionError('WRONG_APP', message, { value: app.name, allowed: deployed });
  }
  const sdk = createSdk(
    {},
    typeof CELERIAC_SCHEDULES === 'undefined' || CELERIAC_SCHEDULES ? REPLY_COMMANDS : {},
  );
  const { call } = sdk;
  const ports: Ports = {
    ...MACHINE,
    queues: createQueues(call),
    ...(typeof CELERIAC_STATE === 'undefined' || CELERIAC_STATE
      ? createState(call, { app, stage }, MACHINE)
      : { runs: undefined }),
    ...(typeof CELERIAC_MESSAGING === 'undefined' || CELERIAC_MESSAGING ? messagingOf(sdk, app, stage) : {}),
  };
  return toHandler(workerOf(sdk, app, stage, ports), ports);
}

/** Who works for a queue: a bundle holds one of the two, and without a bundler the queue's name tells. */
function workerOf(sdk: Sdk, app: App, stage: string, ports: Ports): Pick<Worker, 'handle'> {
  if (typeof CELERIAC_SCHEDULES === 'undefined') {
    const worker = createWorker(app, stage, ports);
    if (!hasLater(app)) return worker;
    const later = laterOf(sdk, app, stage, ports);
    const name = laterQueueName(app.name, stage);
    return { handle: (batch) => (batch.queueName === name ? later : worker).handle(batch) };
  }
  return CELERIAC_SCHEDULES ? laterOf(sdk, app, stage, ports) : createWorker(app, stage, ports);
}

function laterOf(sdk: Sdk, app: App, stage: string, ports: Ports): Pick<Worker, 'handle'> {
  const replies = createReplyQueues(sdk.call, { app: app.name, stage });
  return createLaterWorker(app, stage, {
    ...ports,
    replies,
    scheduling: createScheduling(sdk, { app, stage }),
    ...(typeof CELERIAC_WORKFLOWS === 'undefined' || CELERIAC_WORKFLOWS
      ? { overdue: createWorkflowSweep(sdk.call, { app, stage }) }
      : {}),
  });
}

/**
 * The ports of messaging; each flag is asked where it counts, so that the bundler sees what is not needed.
 */
function messagingOf(sdk: Sdk, app: App, stage: string): Partial<Ports> {
  const needs = {
    topics: typeof CELERIAC_TOPICS === 'undefined' || CELERIAC_TOPICS,
    bus: typeof CELERIAC_BUS === 'undefined' || CELERIAC_BUS,
    blobs: typeof CELERIAC_BLOBS === 'undefined' || CELERIAC_BLOBS,
    depths: typeof CELERIAC_DEPTHS === 'undefined' || CELERIAC_DEPTHS,
  };
  return createMessaging(sdk, { app, stage }, needs);
}

/** A worker as an SQS event handler. */
export function toHandler(worker: Worker, ports: Pick<Ports, 'clock'>): SqsHandler {
  return async (event, context) => {
    const deadline = ports.clock.now() + context.getRemainingTimeInMillis();
    const [first] = event.Records;
    if (first === undefined) return { batchItemFailures: [] };
    // A mapping reads one queue, so all records of an event come from it.
    const name = first.eventSourceARN.slice(first.eventSourceARN.lastIndexOf(':') + 1);
    const back = await worker.handle({
      queueName: name,
      deliveries: event.Records.map(toDelivery),
      deadline,
    });
    return { batchItemFailures: back.map((messageId) => ({ itemIdentifier: messageId })) };
  };
}

function toDelivery(record: SqsEvent['Records'][number]): Delivery {
  const { ApproximateReceiveCount, ApproximateFirstReceiveTimestamp, SentTimestamp, MessageGroupId } =
    record.attributes;
  const headers = Object.entries(record.messageAttributes ?? {});
  return {
    messageId: record.messageId,
    receipt: record.receiptHandle,
    body: record.body,
    receiveCount: Number(ApproximateReceiveCount),
    firstReceivedAt: Number(ApproximateFirstReceiveTimestamp),
    ...(SentTimestamp === undefined ? {} : { sentAt: Number(SentTimestamp) }),
    ...(headers.length === 0
      ? {}
      : {
          headers: Object.fromEntries(headers.map(([name, attribute]) => [name, fromAttribute(attribute)])),
        }),
    ...(MessageGroupId === undefined ? {} : { group: MessageGroupId }),
  };
}

function fromAttribute({ dataType, stringValue = '', binaryValue = '' }: SqsAttribute): HeaderValue {
  const bytes = (): Uint8Array => new Uint8Array(Buffer.from(binaryValue, 'base64'));
  return toHeader({ type: dataType, text: stringValue, bytes });
}
