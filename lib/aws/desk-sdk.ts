/**
 * What only a desk calls of AWS. It stands beside sdk.ts, so that neither a worker's bundle nor a client's
 * process loads these clients.
 */
import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PurgeQueueCommand } from '@aws-sdk/client-sqs';
import { createSdk, REPLY_COMMANDS, type Sdk, type SdkOptions, type Service, toConfig } from './sdk.ts';

const SERVICES: Readonly<Record<string, Service>> = {
  lambda: {
    connect: (options) => new LambdaClient(toConfig(options)),
    commands: {
      ListEventSourceMappings: ListEventSourceMappingsCommand,
      UpdateEventSourceMapping: UpdateEventSourceMappingCommand,
    },
  },
  cloudwatch: {
    connect: (options) => new CloudWatchClient(toConfig(options)),
    commands: { GetMetricData: GetMetricDataCommand },
  },
  // Its client sends schedules by an SDK of its own.
  scheduler: {
    connect: (options) => new SchedulerClient(toConfig(options)),
    commands: { GetSchedule: GetScheduleCommand },
  },
  secretsmanager: {
    connect: (options) => new SecretsManagerClient(toConfig(options)),
    commands: { GetSecretValue: GetSecretValueCommand },
  },
};

/** A `call` with everything that a desk and its client need. */
export function createDeskSdk(options: SdkOptions): Sdk {
  return createSdk(options, { ...REPLY_COMMANDS, PurgeQueue: PurgeQueueCommand }, SERVICES);
}

/** Whose credentials and which Region a client would use, for requests that no client sends. */
export function findIdentity(options: SdkOptions) {
  const { credentials, region } = new LambdaClient(toConfig(options)).config;
  return { credentials, region };
}
