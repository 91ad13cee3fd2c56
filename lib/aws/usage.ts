/**
 * What an app used within a day, by CloudWatch's metrics, in the units that AWS asks money for; where a
 * metric counts something else than the bill does, it is said how.
 */
import type { Usage, UsageOf } from '../runtime/desk-ports.ts';
import type { Call } from './call.ts';
import { type Metric, readMetricData } from './metric-data.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** A kind of use: the metrics whose sums are added up, and the units that they are. */
interface Kind extends Pick<Usage, 'price' | 'what' | 'estimate'> {
  readonly metrics: readonly Metric[];
  /** Units of the price for one of the sum; one where it is not said. */
  readonly factor?: number;
}

/** Since when, and the use of each kind that there was. */
export async function readUsage(
  call: Call,
  now: number,
  of: UsageOf,
): Promise<{ readonly since: number; readonly used: readonly Usage[] }> {
  // Whole hours, so that every point is whole.
  const since = Math.floor((now - DAY_MS) / HOUR_MS) * HOUR_MS;
  const kinds = kindsOf(of);
  const metrics = kinds.flatMap((kind) => kind.metrics);
  const points = await readMetricData(call, metrics, { from: since, to: now, periodMs: HOUR_MS });
  const sums = points.map((own) => own.reduce((sum, { value }) => sum + value, 0));
  let place = 0;
  const used = kinds.map(({ metrics: own, factor = 1, price, what, estimate }): Usage => {
    const sum = sums.slice(place, place + own.length).reduce((total, one) => total + one, 0);
    place += own.length;
    return { price, what, units: sum * factor, ...(estimate === undefined ? {} : { estimate }) };
  });
  return { since, used: used.filter(({ units }) => units > 0) };
}

/** A message is a request at most, and a tenth of one at least: SQS has no metric of requests. */
const AT_MOST = 'at most: SQS counts messages, of which a request takes up to ten';

function kindsOf({ queues, functions, memoryMb, tables, timerGroup }: UsageOf): readonly Kind[] {
  const sqs = (name: string, fifo: boolean) =>
    queues
      .filter((queue) => queue.fifo === fifo)
      .map((queue) => sum('AWS/SQS', name, { QueueName: queue.queueName }));
  const messages = (fifo: boolean) =>
    ['NumberOfMessagesSent', 'NumberOfMessagesReceived', 'NumberOfMessagesDeleted'].flatMap((name) =>
      sqs(name, fifo),
    );
  const lambda = (name: string) => functions.map((FunctionName) => sum('AWS/Lambda', name, { FunctionName }));
  // AWS's guide says of the table's own dimension both that it holds the indexes' units and that those have
  // metrics of their own; taken for the latter, which at worst counts them twice.
  const dynamo = (name: string) =>
    tables.flatMap(({ tableName: TableName, indexes }) => [
      sum('AWS/DynamoDB', name, { TableName }),
      ...indexes.map((index) => sum('AWS/DynamoDB', name, { TableName, GlobalSecondaryIndexName: index })),
    ]);
  const sent = 'messages sent, received, deleted';
  return [
    { price: 'sqs', what: sent, estimate: AT_MOST, metrics: messages(false) },
    { price: 'sqsFifo', what: `${sent} (FIFO)`, estimate: AT_MOST, metrics: messages(true) },
    { price: 'sqs', what: 'receives without a message', metrics: sqs('NumberOfEmptyReceives', false) },
    {
      price: 'sqsFifo',
      what: 'receives without a message (FIFO)',
      metrics: sqs('NumberOfEmptyReceives', true),
    },
    { price: 'lambdaRequest', what: 'invocations of workers', metrics: lambda('Invocations') },
    {
      price: 'lambdaCompute',
      what: 'GB seconds of workers',
      estimate: `with ${memoryMb} MB each: the dashboard does not know their memory`,
      metrics: lambda('Duration'),
      factor: memoryMb / 1_024 / 1_000,
    },
    { price: 'dynamoWrite', what: 'write units', metrics: dynamo('ConsumedWriteCapacityUnits') },
    { price: 'dynamoRead', what: 'read units', metrics: dynamo('ConsumedReadCapacityUnits') },
    {
      price: 'scheduler',
      what: 'fires of timers',
      metrics:
        timerGroup === undefined
          ? []
          : [sum('AWS/Scheduler', 'InvocationAttemptCount', { ScheduleGroup: timerGroup })],
    },
  ];
}

function sum(
  namespace: Metric['namespace'],
  name: string,
  dimensions: Readonly<Record<string, string>>,
): Metric {
  return { namespace, name, statistic: 'Sum', dimensions };
}
