/** Creates an app's queues and tables by the SDK, for programs that speak to an emulator of their own. */
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type App, topology } from '#lib';

export interface Address {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** How clients reach an emulator. */
export function addressOf(url: string): Address {
  const credentials = { accessKeyId: '000000000000', secretAccessKey: 'x' };
  return { endpoint: url, region: 'us-east-1', credentials };
}

/** Queues with their dead-letter queues, and tables; no worker, and no exchange. */
export async function provisionBySdk(app: App, address: Address): Promise<void> {
  const { queues, tables } = topology(app);
  const sqs = new SQSClient(address);
  for (const queue of queues) {
    await sqs.send(new CreateQueueCommand({ QueueName: queue.deadLetterQueueName }));
    const deadLetterTargetArn = `arn:aws:sqs:us-east-1:000000000000:${queue.deadLetterQueueName}`;
    const redrive = { deadLetterTargetArn, maxReceiveCount: queue.receivesMax };
    const Attributes = {
      VisibilityTimeout: String(queue.visibilitySeconds),
      RedrivePolicy: JSON.stringify(redrive),
    };
    await sqs.send(new CreateQueueCommand({ QueueName: queue.queueName, Attributes }));
  }
  const dynamodb = new DynamoDBClient(address);
  for (const table of tables) {
    const keys = [table, ...table.indexes];
    const names = [...new Set(keys.flatMap((key) => [key.partitionKey, key.sortKey]))];
    const schema = (key: { readonly partitionKey: string; readonly sortKey: string }) => [
      { AttributeName: key.partitionKey, KeyType: 'HASH' as const },
      { AttributeName: key.sortKey, KeyType: 'RANGE' as const },
    ];
    await dynamodb.send(
      new CreateTableCommand({
        TableName: table.tableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: names.map((name) => ({ AttributeName: name, AttributeType: 'S' })),
        KeySchema: schema(table),
        GlobalSecondaryIndexes: table.indexes.map((index) => ({
          IndexName: index.name,
          KeySchema: schema(index),
          Projection: { ProjectionType: 'ALL' },
        })),
      }),
    );
  }
}
