/** The port Gauges over CloudWatch. */
import type { FunctionFigures, Gauges, QueuePoint } from '../runtime/desk-ports.ts';
import type { Clock } from '../runtime/ports.ts';
import type { Call } from './call.ts';
import { type Metric, type MetricPoint, readMetricData } from './metric-data.ts';
import { readUsage } from './usage.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** CloudWatch has SQS's ages by the minute, a few minutes late. */
const AGE_MS = 10 * MINUTE_MS;

const FUNCTION_METRICS = {
  processed: ['Invocations', 'Sum'],
  errors: ['Errors', 'Sum'],
  duration: ['Duration', 'Average'],
  active: ['ConcurrentExecutions', 'Maximum'],
} as const;

/** A depth is measured several times a minute; the highest shows that a queue was not empty. */
const QUEUE_METRICS = {
  ready: ['ApproximateNumberOfMessagesVisible', 'Maximum'],
  inFlight: ['ApproximateNumberOfMessagesNotVisible', 'Maximum'],
  delayed: ['ApproximateNumberOfMessagesDelayed', 'Maximum'],
  oldest: ['ApproximateAgeOfOldestMessage', 'Maximum'],
  sent: ['NumberOfMessagesSent', 'Sum'],
  deleted: ['NumberOfMessagesDeleted', 'Sum'],
} as const;
const QUEUE_FIGURES = Object.keys(QUEUE_METRICS) as readonly (keyof typeof QUEUE_METRICS)[]; // Its own keys.

export function createGauges(call: Call, clock: Pick<Clock, 'now'>): Gauges {
  const read = (metrics: readonly Metric[], overMs: number, periodMs: number) => {
    const to = clock.now();
    return readMetricData(call, metrics, { from: to - overMs, to, periodMs });
  };
  return {
    async oldest(queueNames) {
      const found = await read(
        queueNames.map((name) => queueMetric('oldest', name)),
        AGE_MS,
        MINUTE_MS,
      );
      return new Map(queueNames.flatMap((name, index) => toEntry(name, found[index]?.[0]?.value)));
    },
    async history(queueNames) {
      const metrics = queueNames.flatMap((name) => QUEUE_FIGURES.map((figure) => queueMetric(figure, name)));
      const found = await read(metrics, HOUR_MS, MINUTE_MS);
      return new Map(
        queueNames.map((name, index) => {
          const first = index * QUEUE_FIGURES.length;
          return [name, toPoints(found.slice(first, first + QUEUE_FIGURES.length))];
        }),
      );
    },
    async functions(names) {
      const own = Object.values(FUNCTION_METRICS);
      const metrics = names.flatMap((FunctionName) =>
        own.map(([name, statistic]): Metric => {
          return { namespace: 'AWS/Lambda', name, statistic, dimensions: { FunctionName } };
        }),
      );
      const found = await read(metrics, HOUR_MS, HOUR_MS);
      return new Map(
        names.map((name, index): [string, FunctionFigures] => {
          const [processed = 0, errors = 0, duration, active = 0] = own.map(
            (_, place) => found[index * own.length + place]?.[0]?.value,
          );
          return [name, { processed, errors, active, ...(duration === undefined ? {} : { duration }) }];
        }),
      );
    },
    usage: (of) => readUsage(call, clock.now(), of),
  };
}

function queueMetric(figure: keyof typeof QUEUE_METRICS, QueueName: string): Metric {
  const [name, statistic] = QUEUE_METRICS[figure];
  return { namespace: 'AWS/SQS', name, statistic, dimensions: { QueueName } };
}

/** The figures of a queue, minute by minute, the oldest first. */
function toPoints(figures: readonly (readonly MetricPoint[])[]): readonly QueuePoint[] {
  const byMinute = new Map<number, Partial<Record<keyof typeof QUEUE_METRICS, number>>>();
  for (const [place, points] of figures.entries()) {
    const figure = QUEUE_FIGURES[place];
    for (const { at, value } of figure === undefined ? [] : points)
      byMinute.set(at, { ...byMinute.get(at), ...(figure === undefined ? {} : { [figure]: value }) });
  }
  return [...byMinute].sort(([a], [b]) => a - b).map(([at, point]) => ({ at, ...point }));
}

function toEntry(name: string, value: number | undefined): readonly (readonly [string, number])[] {
  return value === undefined ? [] : [[name, value]];
}
