/**
 * Reads CloudWatch's metrics. It learns within a minute or two; a metric of what was idle has no points. A
 * thousand metrics asked for cost a cent (November 2026), so whoever asks remembers the answer for a while.
 */
import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { Call } from './call.ts';

/** CloudWatch: queries of one GetMetricData. */
const QUERIES_MAX = 500;
/** Pages of one answer: CloudWatch gives 100,800 points in each. */
const PAGES_MAX = 20;

export interface Metric {
  readonly namespace: 'AWS/SQS' | 'AWS/Lambda' | 'AWS/DynamoDB' | 'AWS/Scheduler';
  readonly name: string;
  readonly statistic: 'Sum' | 'Average' | 'Maximum';
  readonly dimensions: Readonly<Record<string, string>>;
}

export interface MetricPoint {
  readonly at: number;
  readonly value: number;
}

export interface MetricSpan {
  readonly from: number;
  readonly to: number;
  /** A multiple of a minute. */
  readonly periodMs: number;
}

/** The points of each metric, the newest first, at the places of the metrics. */
export async function readMetricData(
  call: Call,
  metrics: readonly Metric[],
  span: MetricSpan,
): Promise<readonly (readonly MetricPoint[])[]> {
  const found: (readonly MetricPoint[])[] = [];
  for (let at = 0; at < metrics.length; at += QUERIES_MAX) {
    const queries = metrics.slice(at, at + QUERIES_MAX).map((one, index) => toQuery(one, index, span));
    const byId = await readQueries(call, queries, span);
    found.push(...queries.map(({ Id }) => byId.get(Id ?? '') ?? []));
  }
  return found;
}

async function readQueries(
  call: Call,
  queries: readonly MetricDataQuery[],
  { from, to }: MetricSpan,
): Promise<ReadonlyMap<string, readonly MetricPoint[]>> {
  const points = new Map<string, MetricPoint[]>();
  let token: string | undefined;
  for (let page = 0; page < PAGES_MAX; page++) {
    const answer = await call('cloudwatch', 'GetMetricData', {
      MetricDataQueries: [...queries],
      StartTime: new Date(from),
      EndTime: new Date(to),
      ScanBy: 'TimestampDescending',
      ...(token === undefined ? {} : { NextToken: token }),
    });
    for (const { Id = '', Timestamps = [], Values = [] } of answer.MetricDataResults ?? []) {
      const own = points.get(Id) ?? [];
      points.set(Id, own);
      own.push(...Values.map((value, index) => ({ at: Number(Timestamps[index] ?? 0), value })));
    }
    token = answer.NextToken;
    if (token === undefined) break;
  }
  return points;
}

function toQuery(
  { namespace, name, statistic, dimensions }: Metric,
  index: number,
  { periodMs }: MetricSpan,
) {
  return {
    Id: `m${index}`,
    MetricStat: {
      Metric: {
        Namespace: namespace,
        MetricName: name,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Period: periodMs / 1_000,
      Stat: statistic,
    },
  };
}
