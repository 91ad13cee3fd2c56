/**
 * The one way in which adapters speak to AWS: `call(service, operation, input)`. In production the SDK stands
 * behind it, in a simulation the emulator's models; the types are the SDK's own.
 */
import type * as Cloudwatch from '@aws-sdk/client-cloudwatch';
import type * as Dynamodb from '@aws-sdk/client-dynamodb';
import type * as Eventbridge from '@aws-sdk/client-eventbridge';
import type * as Lambda from '@aws-sdk/client-lambda';
import type * as S3 from '@aws-sdk/client-s3';
import type * as Scheduler from '@aws-sdk/client-scheduler';
import type * as Secrets from '@aws-sdk/client-secrets-manager';
import type * as Sns from '@aws-sdk/client-sns';
import type * as Sqs from '@aws-sdk/client-sqs';

/**
 * Operations by service: what goes in, what comes out. Only what adapters use is listed, and only that is
 * bundled.
 */
export interface Operations {
  readonly sqs: {
    readonly GetQueueAttributes: [Sqs.GetQueueAttributesCommandInput, Sqs.GetQueueAttributesCommandOutput];
    readonly GetQueueUrl: [Sqs.GetQueueUrlCommandInput, Sqs.GetQueueUrlCommandOutput];
    readonly ReceiveMessage: [Sqs.ReceiveMessageCommandInput, Sqs.ReceiveMessageCommandOutput];
    readonly SendMessageBatch: [Sqs.SendMessageBatchCommandInput, Sqs.SendMessageBatchCommandOutput];
    readonly DeleteMessageBatch: [Sqs.DeleteMessageBatchCommandInput, Sqs.DeleteMessageBatchCommandOutput];
    readonly ChangeMessageVisibilityBatch: [
      Sqs.ChangeMessageVisibilityBatchCommandInput,
      Sqs.ChangeMessageVisibilityBatchCommandOutput,
    ];
    /** From here on for reply queues alone; sdk.ts has their commands in a table of their own. */
    readonly CreateQueue: [Sqs.CreateQueueCommandInput, Sqs.CreateQueueCommandOutput];
    readonly TagQueue: [Sqs.TagQueueCommandInput, Sqs.TagQueueCommandOutput];
    readonly DeleteQueue: [Sqs.DeleteQueueCommandInput, Sqs.DeleteQueueCommandOutput];
    readonly ListQueues: [Sqs.ListQueuesCommandInput, Sqs.ListQueuesCommandOutput];
    readonly ListQueueTags: [Sqs.ListQueueTagsCommandInput, Sqs.ListQueueTagsCommandOutput];
    /** For the desk alone. */
    readonly PurgeQueue: [Sqs.PurgeQueueCommandInput, Sqs.PurgeQueueCommandOutput];
  };
  readonly lambda: {
    readonly ListEventSourceMappings: [
      Lambda.ListEventSourceMappingsCommandInput,
      Lambda.ListEventSourceMappingsCommandOutput,
    ];
    readonly UpdateEventSourceMapping: [
      Lambda.UpdateEventSourceMappingCommandInput,
      Lambda.UpdateEventSourceMappingCommandOutput,
    ];
  };
  readonly secretsmanager: {
    readonly GetSecretValue: [Secrets.GetSecretValueCommandInput, Secrets.GetSecretValueCommandOutput];
  };
  readonly cloudwatch: {
    readonly GetMetricData: [Cloudwatch.GetMetricDataCommandInput, Cloudwatch.GetMetricDataCommandOutput];
  };
  readonly dynamodb: {
    readonly UpdateItem: [Dynamodb.UpdateItemCommandInput, Dynamodb.UpdateItemCommandOutput];
    readonly BatchExecuteStatement: [
      Dynamodb.BatchExecuteStatementCommandInput,
      Dynamodb.BatchExecuteStatementCommandOutput,
    ];
    readonly BatchGetItem: [Dynamodb.BatchGetItemCommandInput, Dynamodb.BatchGetItemCommandOutput];
    readonly GetItem: [Dynamodb.GetItemCommandInput, Dynamodb.GetItemCommandOutput];
    readonly PutItem: [Dynamodb.PutItemCommandInput, Dynamodb.PutItemCommandOutput];
    readonly DeleteItem: [Dynamodb.DeleteItemCommandInput, Dynamodb.DeleteItemCommandOutput];
    readonly Query: [Dynamodb.QueryCommandInput, Dynamodb.QueryCommandOutput];
  };
  readonly sns: {
    readonly PublishBatch: [Sns.PublishBatchCommandInput, Sns.PublishBatchCommandOutput];
  };
  readonly eventbridge: {
    readonly PutEvents: [Eventbridge.PutEventsCommandInput, Eventbridge.PutEventsCommandOutput];
    readonly ListRuleNamesByTarget: [
      Eventbridge.ListRuleNamesByTargetCommandInput,
      Eventbridge.ListRuleNamesByTargetCommandOutput,
    ];
    readonly StartReplay: [Eventbridge.StartReplayCommandInput, Eventbridge.StartReplayCommandOutput];
  };
  readonly s3: {
    readonly PutObject: [S3.PutObjectCommandInput, S3.PutObjectCommandOutput];
    readonly GetObject: [S3.GetObjectCommandInput, S3.GetObjectCommandOutput];
  };
  readonly scheduler: {
    readonly CreateSchedule: [Scheduler.CreateScheduleCommandInput, Scheduler.CreateScheduleCommandOutput];
    readonly UpdateSchedule: [Scheduler.UpdateScheduleCommandInput, Scheduler.UpdateScheduleCommandOutput];
    readonly DeleteSchedule: [Scheduler.DeleteScheduleCommandInput, Scheduler.DeleteScheduleCommandOutput];
    /** For the desk alone. */
    readonly GetSchedule: [Scheduler.GetScheduleCommandInput, Scheduler.GetScheduleCommandOutput];
  };
}

type Pair<S extends keyof Operations, O extends keyof Operations[S]> = Operations[S][O] extends [
  infer In,
  infer Out,
]
  ? { readonly input: In; readonly output: Out }
  : never;

export interface CallOptions {
  /** Ends a long poll when it is aborted; where nothing can be cancelled it is not asked. */
  readonly signal?: AbortSignal;
}

export type Call = <S extends keyof Operations, O extends keyof Operations[S] & string>(
  service: S,
  operation: O,
  input: Pair<S, O>['input'],
  options?: CallOptions,
) => Promise<Omit<Pair<S, O>['output'], '$metadata'>>;
