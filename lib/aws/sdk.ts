/**
 * Gives `call` the AWS SDK: the only file that imports it at run time. The imports are named and the flags
 * are constants in a bundle, so a client that a worker does not need is left out of it.
 */
import {
  BatchGetItemCommand,
  DeleteItemCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueUrlCommand,
  SendMessageBatchCommand,
  SQSClient,
  type SQSClientConfig,
} from '@aws-sdk/client-sqs';
import type { Call } from './call.ts';

/**
 * Set by the bundler to `false` for a worker whose tasks keep no records. It is asked in full wherever it
 * counts: the bundler folds the question where it stands, not through a constant.
 */
declare const CELERIAC_STATE: boolean | undefined;
/** The same for what looks at no record of schedules: the bundles of workers. */
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
  close(): void;
}

type Command = new (input: never) => object;

interface Service {
  /** Made at the first call: a client that is never used costs nothing. */
  connect(options: SdkOptions): Connected;
  readonly commands: Readonly<Record<string, Command>>;
}

interface Connected {
  send(command: never): Promise<unknown>;
  destroy(): void;
}

const SQS: Service = {
  connect: (options) => new SQSClient(toConfig(options)),
  commands: {
    GetQueueUrl: GetQueueUrlCommand,
    SendMessageBatch: SendMessageBatchCommand,
    DeleteMessageBatch: DeleteMessageBatchCommand,
    ChangeMessageVisibilityBatch: ChangeMessageVisibilityBatchCommand,
  },
};

const DYNAMODB: Service | undefined =
  typeof CELERIAC_STATE === 'undefined' || CELERIAC_STATE
    ? {
        connect: (options) => new DynamoDBClient(toConfig(options)),
        commands: {
          UpdateItem: UpdateItemCommand,
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

/** A `call` over the SDK's clients, which are made when they are first needed. */
export function createSdk(options: SdkOptions = {}): Sdk {
  const services: Readonly<Record<string, Service | undefined>> = { sqs: SQS, dynamodb: DYNAMODB };
  const clients = new Map<string, Connected>();

  const call = async (service: string, operation: string, input: unknown): Promise<unknown> => {
    const known = services[service];
    const Command = known?.commands[operation];
    if (known === undefined || Command === undefined)
      throw new Error(`this bundle does not hold ${service} ${operation}`);
    let client = clients.get(service);
    if (client === undefined) {
      client = known.connect(options);
      clients.set(service, client);
    }
    // Call's own types join the operation with its input and output; the table above joins it with its
    // command.
    return client.send(new Command(input as never) as never);
  };

  return {
    // The same join, seen from outside.
    call: call as Call,
    close() {
      for (const client of clients.values()) client.destroy();
      clients.clear();
    },
  };
}

function toConfig(options: SdkOptions): SQSClientConfig & DynamoDBClientConfig {
  const { region, endpoint, credentials, requestHandler } = options;
  return {
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(requestHandler === undefined ? {} : { requestHandler }),
  };
}
