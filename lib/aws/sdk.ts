/**
 * Gives `call` the AWS SDK: the only file that imports it at run time. The imports are named and the flags
 * are constants in a bundle, so a client that a worker does not need is left out of it.
 */
import {
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  EventBridgeClient,
  ListRuleNamesByTargetCommand,
  PutEventsCommand,
  StartReplayCommand,
} from '@aws-sdk/client-eventbridge';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateScheduleCommand,
  DeleteScheduleCommand,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { PublishBatchCommand, SNSClient } from '@aws-sdk/client-sns';
import {
  ChangeMessageVisibilityBatchCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
  type SQSClientConfig,
  TagQueueCommand,
} from '@aws-sdk/client-sqs';
import type { Call, CallOptions } from './call.ts';

/**
 * Set by the bundler to `false` for a worker whose tasks keep no records. It is asked in full wherever it
 * counts: the bundler folds the question where it stands, not through a constant.
 */
declare const CELERIAC_STATE: boolean | undefined;
/** The same for an app without exchanges over SNS, or over EventBridge, and without large payloads. */
declare const CELERIAC_TOPICS: boolean | undefined;
declare const CELERIAC_BUS: boolean | undefined;
declare const CELERIAC_BLOBS: boolean | undefined;
/** The same for everything that is not `later`: the bundles of workers, which make no timers. */
declare const CELERIAC_SCHEDULES: boolean | undefined;

/** Where AWS is; what is missing comes from the environment, as with every SDK client. */
export interface SdkOptions {
  readonly region?: string;
  /** Another address than AWS's, for the emulator. */
  readonly endpoint?: string;
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  /** The SDK's own request handler, for example the emulator's in-process door. */
  readonly requestHandler?: NonNullable<SQSClientConfig['requestHandler']>;
}

export interface Sdk {
  readonly call: Call;
  /** The Region that the clients call, wherever the SDK found it. */
  region(): Promise<string>;
  close(): void;
}

type Command = new (input: never) => object;

/** A client that `call` can use, and what it can be asked. */
export interface Service {
  /** Made at the first call: a client that is never used costs nothing. */
  connect(options: SdkOptions): Connected;
  readonly commands: Readonly<Record<string, Command>>;
}

interface Connected {
  readonly config: { readonly region: () => Promise<string> };
  send(command: never, options?: { readonly abortSignal: AbortSignal }): Promise<unknown>;
  destroy(): void;
}

const SQS: Service = {
  connect: (options) => new SQSClient(toConfig(options)),
  commands: {
    GetQueueAttributes: GetQueueAttributesCommand,
    GetQueueUrl: GetQueueUrlCommand,
    SendMessageBatch: SendMessageBatchCommand,
    DeleteMessageBatch: DeleteMessageBatchCommand,
    ChangeMessageVisibilityBatch: ChangeMessageVisibilityBatchCommand,
  },
};

/**
 * What the owner of a reply queue calls besides. It is handed to `createSdk` by whoever is one, so the bundle
 * of a worker, which is none, does not hold it.
 */
export const REPLY_COMMANDS: Readonly<Record<string, Command>> = {
  CreateQueue: CreateQueueCommand,
  TagQueue: TagQueueCommand,
  ReceiveMessage: ReceiveMessageCommand,
  DeleteQueue: DeleteQueueCommand,
  ListQueues: ListQueuesCommand,
  ListQueueTags: ListQueueTagsCommand,
};

const DYNAMODB: Service | undefined =
  typeof CELERIAC_STATE === 'undefined' || CELERIAC_STATE
    ? {
        connect: (options) => new DynamoDBClient(toConfig(options)),
        commands: {
          UpdateItem: UpdateItemCommand,
          BatchExecuteStatement: BatchExecuteStatementCommand,
          BatchGetItem: BatchGetItemCommand,
          ...(typeof CELERIAC_SCHEDULES === 'undefined' || CELERIAC_SCHEDULES
            ? {
                GetItem: GetItemCommand,
                PutItem: PutItemCommand,
                DeleteItem: DeleteItemCommand,
                Query: QueryCommand,
              }
            : {}),
        },
      }
    : undefined;

const SNS: Service | undefined =
  typeof CELERIAC_TOPICS === 'undefined' || CELERIAC_TOPICS
    ? {
        connect: (options) => new SNSClient(toConfig(options)),
        commands: { PublishBatch: PublishBatchCommand },
      }
    : undefined;

const EVENTBRIDGE: Service | undefined =
  typeof CELERIAC_BUS === 'undefined' || CELERIAC_BUS
    ? {
        connect: (options) => new EventBridgeClient(toConfig(options)),
        commands: {
          PutEvents: PutEventsCommand,
          ListRuleNamesByTarget: ListRuleNamesByTargetCommand,
          StartReplay: StartReplayCommand,
        },
      }
    : undefined;

const S3: Service | undefined =
  typeof CELERIAC_BLOBS === 'undefined' || CELERIAC_BLOBS
    ? {
        connect: (options) => new S3Client({ ...toConfig(options), ...pathStyle(options) }),
        commands: { PutObject: PutObjectCommand, GetObject: GetObjectCommand },
      }
    : undefined;

const SCHEDULER: Service | undefined =
  typeof CELERIAC_SCHEDULES === 'undefined' || CELERIAC_SCHEDULES
    ? {
        connect: (options) => new SchedulerClient(toConfig(options)),
        commands: {
          CreateSchedule: CreateScheduleCommand,
          UpdateSchedule: UpdateScheduleCommand,
          DeleteSchedule: DeleteScheduleCommand,
        },
      }
    : undefined;

/** An emulator has one address for all buckets, which AWS has names for. */
function pathStyle({ endpoint = process.env.AWS_ENDPOINT_URL }: SdkOptions): {
  readonly forcePathStyle?: true;
} {
  return endpoint === undefined ? {} : { forcePathStyle: true };
}

/**
 * A `call` over the SDK's clients, which are made when they are first needed; `sqsCommands` are held besides
 * those that everybody needs, and `more` are further services.
 */
export function createSdk(
  options: SdkOptions = {},
  sqsCommands: Service['commands'] = {},
  more: Readonly<Record<string, Service>> = {},
): Sdk {
  const services: Readonly<Record<string, Service | undefined>> = {
    sqs: { ...SQS, commands: { ...SQS.commands, ...sqsCommands } },
    dynamodb: DYNAMODB,
    sns: SNS,
    eventbridge: EVENTBRIDGE,
    s3: S3,
    scheduler: SCHEDULER,
    ...more,
  };
  const clients = new Map<string, Connected>();
  const clientOf = (service: string, known: Service): Connected => {
    const client = clients.get(service) ?? known.connect(options);
    clients.set(service, client);
    return client;
  };

  const call = async (
    service: string,
    operation: string,
    input: unknown,
    { signal }: CallOptions = {},
  ): Promise<unknown> => {
    const known = services[service];
    const Command = known?.commands[operation];
    if (known === undefined || Command === undefined)
      throw new Error(`this bundle does not hold ${service} ${operation}`);
    // Call's own types join the operation with its input and output; the table above joins it with its
    // command.
    const command = new Command(input as never) as never;
    const sendOptions = signal === undefined ? [] : ([{ abortSignal: signal }] as const);
    const sent = clientOf(service, known).send(command, ...sendOptions);
    return typeof CELERIAC_STATE === 'undefined' || CELERIAC_STATE
      ? sent.catch((error: unknown) => nameTable(error, input))
      : sent;
  };

  return {
    // The same join, seen from outside.
    call: call as Call,
    region: () => clientOf('sqs', SQS).config.region(),
    close() {
      for (const client of clients.values()) client.destroy();
      clients.clear();
    },
  };
}

/** DynamoDB's words for a table that is not there, and for nothing else. */
const NO_TABLE = 'Requested resource not found';

/** Says which table is missing, since DynamoDB does not: mostly it is that of another stage or Region. */
function nameTable(error: unknown, input: unknown): never {
  if (error instanceof Error && error.message === NO_TABLE) {
    // Each operation names its table in one of these.
    const { TableName, RequestItems = {} } = input as Readonly<Record<string, object | undefined>>;
    const table = TableName ?? Object.keys(RequestItems).join(', ');
    error.message = `${NO_TABLE}: table '${table}'; is the app deployed in this stage and Region?`;
  }
  throw error;
}

/**
 * As silent as the SDK's own, which has an `info` that does nothing; to call it, each request and each answer
 * is copied first: a seventh of the processor time of a list. What the SDK does not find it does not call.
 */
const SILENT = { debug() {}, warn() {}, error() {} } as unknown as NonNullable<SQSClientConfig['logger']>;

/** What of the options a client takes. */
export function toConfig(
  options: SdkOptions,
): SdkOptions & Pick<SQSClientConfig, 'logger' | 'cacheMiddleware'> {
  const { region, endpoint, credentials, requestHandler } = options;
  return {
    logger: SILENT,
    // Nobody adds middleware, so what a command goes through need not be put together for each call.
    cacheMiddleware: true,
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(requestHandler === undefined ? {} : { requestHandler }),
  };
}
