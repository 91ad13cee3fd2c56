/**
 * The one way in which adapters speak to AWS: `call(service, operation, input)`. In production the SDK stands
 * behind it, in a simulation the emulator's models; the types are the SDK's own.
 */
import type * as Dynamodb from '@aws-sdk/client-dynamodb';
import type * as Sqs from '@aws-sdk/client-sqs';

/**
 * Operations by service: what goes in, what comes out. Only what adapters use is listed, and only that is
 * bundled.
 */
export interface Operations {
  readonly sqs: {
    readonly GetQueueUrl: [Sqs.GetQueueUrlCommandInput, Sqs.GetQueueUrlCommandOutput];
    readonly SendMessageBatch: [Sqs.SendMessageBatchCommandInput, Sqs.SendMessageBatchCommandOutput];
    readonly DeleteMessageBatch: [Sqs.DeleteMessageBatchCommandInput, Sqs.DeleteMessageBatchCommandOutput];
    readonly ChangeMessageVisibilityBatch: [
      Sqs.ChangeMessageVisibilityBatchCommandInput,
      Sqs.ChangeMessageVisibilityBatchCommandOutput,
    ];
  };
  readonly dynamodb: {
    readonly UpdateItem: [Dynamodb.UpdateItemCommandInput, Dynamodb.UpdateItemCommandOutput];
    readonly BatchGetItem: [Dynamodb.BatchGetItemCommandInput, Dynamodb.BatchGetItemCommandOutput];
    readonly GetItem: [Dynamodb.GetItemCommandInput, Dynamodb.GetItemCommandOutput];
    readonly PutItem: [Dynamodb.PutItemCommandInput, Dynamodb.PutItemCommandOutput];
    readonly DeleteItem: [Dynamodb.DeleteItemCommandInput, Dynamodb.DeleteItemCommandOutput];
    readonly Query: [Dynamodb.QueryCommandInput, Dynamodb.QueryCommandOutput];
  };
}

type Pair<S extends keyof Operations, O extends keyof Operations[S]> = Operations[S][O] extends [
  infer In,
  infer Out,
]
  ? { readonly input: In; readonly output: Out }
  : never;

export type Call = <S extends keyof Operations, O extends keyof Operations[S] & string>(
  service: S,
  operation: O,
  input: Pair<S, O>['input'],
) => Promise<Omit<Pair<S, O>['output'], '$metadata'>>;
