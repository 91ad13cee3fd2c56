/** The port Gauges over CloudWatch, which learns within about a minute or two. */
import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { FunctionFigures, Gauges } from '../runtime/desk-ports.ts';
import type { Clock } from '../runtime/ports.ts';
import type { Call } from './call.ts';

/** CloudWatch: queries of one GetMetricData. */
const QUERIES_MAX = 500;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** CloudWatch has SQS's ages by the minute, a few minutes late. */
const AGE_MS = 10 * MINUTE_MS;

interface Metric {
  readonly namespace: 'AWS/SQS' | 'AWS/Lambda';
  readonly name: string;
  readonly statistic: 'Sum' | 'Average' | 'Maximum';
  readonly dimension: 'QueueName' | 'FunctionName';
}

const AGE: Metric = {
  namespace: 'AWS/SQS',
  name: 'ApproximateAgeOfOldestMessage',
  statistic: 'Maximum',
  dimension: 'QueueName',
};
const FUNCTION_METRICS = {
  processed: toFunctionMetric('Invocations', 'Sum'),
  errors: toFunctionMetric('Errors', 'Sum'),
  duration: toFunctionMetric('Duration', 'Average'),
  active: toFunctionMetric('ConcurrentExecutions', 'Maximum'),
} as const;

export function createGauges(call: Call, clock: Pick<Clock, 'now'>): Gauges {
  const read = (wanted: readonly Wanted[], overMs: number, periodMs: number) =>
    readValues(call, clock.now(), wanted, overMs, periodMs);
  return {
    async oldest(queueNames) {
      const values = await read(
        queueNames.map((of) => ({ metric: AGE, of })),
        AGE_MS,
        MINUTE_MS,
      );
      // Newest first; a queue that was idle has no points.
      return new Map(queueNames.flatMap((name, index) => toEntry(name, values[index]?.[0])));
    },
    async functions(names) {
      const metrics = Object.values(FUNCTION_METRICS);
      const wanted = names.flatMap((of) => metrics.map((metric) => ({ metric, of })));
      const values = await read(wanted, HOUR_MS, HOUR_MS);
      return new Map(
        names.map((name, index): [string, FunctionFigures] => {
          const [processed, errors, duration, active] = metrics.map(
            (_, place) => values[index * metrics.length + place]?.[0],
          );
          return [
            name,
            {
              processed: processed ?? 0,
              errors: errors ?? 0,
              active: active ?? 0,
              ...(duration === undefined ? {} : { duration }),
            },
          ];
        }),
      );
    },
  };
}

interface Wanted {
  readonly metric: Metric;
  readonly of: string;
}

async function readValues(
  call: Call,
  now: number,
  wanted: readonly Wanted[],
  overMs: number,
  periodMs: number,
): Promise<readonly (readonly number[])[]> {
  const found: (readonly number[])[] = [];
  for (let at = 0; at < wanted.length; at += QUERIES_MAX) {
    const queries = wanted.slice(at, at + QUERIES_MAX).map((one, index) => toQuery(one, index, periodMs));
    const { MetricDataResults = [] } = await call('cloudwatch', 'GetMetricData', {
      MetricDataQueries: queries,
      StartTime: new Date(now - overMs),
      EndTime: new Date(now),
      ScanBy: 'TimestampDescending',
    });
    const byId = new Map(MetricDataResults.map(({ Id, Values }) => [Id, Values ?? []]));
    found.push(...queries.map(({ Id }) => byId.get(Id) ?? []));
  }
  return found;
}

function toQuery({ metric, of }: Wanted, index: number, periodMs: number): MetricDataQuery {
  return {
    Id: `m${index}`,
    MetricStat: {
      Metric: {
        Namespace: metric.namespace,
        MetricName: metric.name,
        Dimensions: [{ Name: metric.dimension, Value: of }],
      },
      Period: periodMs / 1_000,
      Stat: metric.statistic,
    },
  };
}

function toFunctionMetric(name: string, statistic: Metric['statistic']): Metric {
  return { namespace: 'AWS/Lambda', name, statistic, dimension: 'FunctionName' };
}

function toEntry(name: string, value: number | undefined): readonly (readonly [string, number])[] {
  return value === undefined ? [] : [[name, value]];
}
