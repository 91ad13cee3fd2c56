/**
 * What AWS asks for a call, in US dollars: the one table that `celeriac check`, the dashboard's page of costs
 * and the docs read.
 *
 * The prices are those on demand in us-east-1, without free tiers, as read in November 2026 from AWS's price
 * pages (aws.amazon.com/<service>/pricing) and notes about them: SQS and EventBridge cloudburn.io of March
 * 2026, SNS factualminds.com of June 2026, DynamoDB airbyte.com of July 2025 (the prices since the cut of
 * November 2024), Lambda cloudchipr.com of 2026 for arm64. That of a FIFO topic stands in one of them only.
 * Other Regions differ by up to a half.
 */

/** What one price is for. */
export interface Price {
  readonly service: 'SQS' | 'SNS' | 'EventBridge' | 'Scheduler' | 'Lambda' | 'DynamoDB' | 'S3';
  /** One of it. */
  readonly unit: string;
  readonly usdPerMillion: number;
}

export type PriceName = keyof typeof PRICES;

/** When and where the prices were read. */
export const PRICES_READ = 'November 2026, us-east-1, on demand, without free tiers';

export const PRICES = Object.freeze({
  sqs: { service: 'SQS', unit: 'request of up to 64 KB, standard queue', usdPerMillion: 0.4 },
  sqsFifo: { service: 'SQS', unit: 'request of up to 64 KB, FIFO queue', usdPerMillion: 0.5 },
  sqsFair: { service: 'SQS', unit: 'request of a fair queue, on top', usdPerMillion: 0.1 },
  sns: { service: 'SNS', unit: 'publish of up to 64 KB; deliveries to SQS are free', usdPerMillion: 0.5 },
  snsFifo: { service: 'SNS', unit: 'publish of up to 64 KB, FIFO topic', usdPerMillion: 0.3 },
  eventBridge: {
    service: 'EventBridge',
    unit: 'event of up to 64 KB; deliveries are free',
    usdPerMillion: 1,
  },
  scheduler: { service: 'Scheduler', unit: 'invocation', usdPerMillion: 1 },
  lambdaRequest: { service: 'Lambda', unit: 'invocation', usdPerMillion: 0.2 },
  lambdaCompute: { service: 'Lambda', unit: 'GB second on arm64', usdPerMillion: 13.3334 },
  dynamoWrite: { service: 'DynamoDB', unit: 'write unit: 1 KB in a table or an index', usdPerMillion: 0.625 },
  dynamoRead: { service: 'DynamoDB', unit: 'read unit: 4 KB, consistent', usdPerMillion: 0.125 },
  s3Put: { service: 'S3', unit: 'PUT', usdPerMillion: 5 },
  s3Get: { service: 'S3', unit: 'GET', usdPerMillion: 0.4 },
} as const satisfies Readonly<Record<string, Price>>);

/** The price of a number of units; a part of a unit, as of a batch shared by ten, counts as that part. */
export function usdOf(name: PriceName, units: number): number {
  return (PRICES[name].usdPerMillion * units) / 1_000_000;
}

/** What Lambda's polling of an idle queue costs in 30 days: five pollers that ask for 20 s each. */
export const IDLE_QUEUE_USD_PER_MONTH = usdOf('sqs', (5 * 60 * 60 * 24 * 30) / 20);

/** A request of a service, as traces and emulators name them. */
const BY_CALL: Readonly<Record<string, PriceName>> = {
  'sns.Publish': 'sns',
  'sns.PublishBatch': 'sns',
  'eventbridge.PutEvents': 'eventBridge',
  'lambda.Invoke': 'lambdaRequest',
  's3.PutObject': 's3Put',
  's3.GetObject': 's3Get',
  'dynamodb.PutItem': 'dynamoWrite',
  'dynamodb.UpdateItem': 'dynamoWrite',
  'dynamodb.DeleteItem': 'dynamoWrite',
  'dynamodb.BatchWriteItem': 'dynamoWrite',
  'dynamodb.TransactWriteItems': 'dynamoWrite',
  'dynamodb.GetItem': 'dynamoRead',
  'dynamodb.BatchGetItem': 'dynamoRead',
  'dynamodb.Query': 'dynamoRead',
  'dynamodb.Scan': 'dynamoRead',
};

/**
 * Which price a call has: `service` in small letters ('sqs', 'dynamodb'), `operation` as AWS writes it;
 * undefined for what is free, or not in the table.
 */
export function priceOfCall(service: string, operation: string, fifo = false): PriceName | undefined {
  if (service === 'sqs') return fifo ? 'sqsFifo' : 'sqs';
  const name = BY_CALL[`${service}.${operation}`];
  return name === 'sns' && fifo ? 'snsFifo' : name;
}
