/** Metrics: what was put is added up by the minute, and read by longer periods. */
import { ServiceError } from '../error.ts';
import { notServed, number, requiredText, structures, text, time } from '../operations.ts';
import type { Input, Output } from '../service.ts';

/** What a minute of a metric adds up to. */
export interface Sums {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly Dimension[];
  /** What it was put in; the same metric in another unit is counted apart. */
  readonly unit: string;
  /** By the minute since the epoch. */
  readonly minutes: Map<number, Sums>;
}

export interface Dimension {
  readonly Name: string;
  readonly Value: string;
}

/** By what identifies them. */
export type Metrics = Map<string, Metric>;

/** A point of a metric: the start of its period in milliseconds, and a value. */
export interface Point {
  readonly at: number;
  readonly unit: string;
  readonly sums: Sums;
}

/** The unit of what was put without one. */
export const NO_UNIT = 'None';

const MINUTE_MS = 60_000;
/** Four weeks by the minute; a metric that is written for longer forgets its oldest minutes. */
const MINUTES_MAX = 40_320;

const STATISTICS: Readonly<Record<string, (sums: Sums) => number>> = {
  SampleCount: ({ count }) => count,
  Sum: ({ sum }) => sum,
  Average: ({ sum, count }) => sum / count,
  Minimum: ({ min }) => min,
  Maximum: ({ max }) => max,
};

/** PutMetricData; `changed` is told each minute that has new sums, or none any more. */
export function putMetricData(
  metrics: Metrics,
  input: Input,
  now: number,
  changed: (metric: Metric, minute: number) => void = () => undefined,
): Output {
  const namespace = requiredText(input, 'Namespace');
  for (const datum of structures(input, 'MetricData')) {
    const name = requiredText(datum, 'MetricName');
    const dimensions = readDimensions(datum);
    const unit = text(datum, 'Unit') ?? NO_UNIT;
    const key = toKey(namespace, name, dimensions, unit);
    const metric = metrics.get(key) ?? { namespace, name, dimensions, unit, minutes: new Map() };
    metrics.set(key, metric);
    const minute = Math.floor((time(datum, 'Timestamp')?.getTime() ?? now) / MINUTE_MS);
    const before = metric.minutes.get(minute);
    for (const sums of readSums(datum)) {
      const known = metric.minutes.get(minute);
      metric.minutes.set(minute, known === undefined ? sums : merge(known, sums));
    }
    changed(metric, minute);
    const [oldest] = metric.minutes.keys();
    if (before !== undefined || oldest === undefined || metric.minutes.size <= MINUTES_MAX) continue;
    metric.minutes.delete(oldest);
    changed(metric, oldest);
  }
  return {};
}

/** GetMetricData, of metrics; expressions are not served. */
export function getMetricData(metrics: Metrics, input: Input): Output {
  const queries = structures(input, 'MetricDataQueries').map((query) => {
    if (query.Expression !== undefined) throw notServed('cloudwatch: GetMetricData with Expression');
    const stat = query.MetricStat;
    if (typeof stat !== 'object' || stat === null)
      throw invalid('Either a MetricStat or an Expression has to be given');
    const given: Input = { ...stat };
    return { query, stat: given };
  });
  const oldestFirst = text(input, 'ScanBy') === 'TimestampAscending';
  const results = queries
    .filter(({ query }) => query.ReturnData !== false)
    .map(({ query, stat }) => {
      const metric = stat.Metric;
      const asked: Input = { ...input, ...(typeof metric === 'object' ? metric : {}), ...stat };
      const statistic = statisticOf(requiredText(stat, 'Stat'));
      // A query has one value a period, so units that it does not name are added up: a guess.
      const points = together(read(metrics, asked));
      const ordered = oldestFirst ? points : [...points].reverse();
      return {
        Id: requiredText(query, 'Id'),
        Label: text(query, 'Label') ?? text(asked, 'MetricName') ?? '',
        Timestamps: ordered.map(({ at }) => new Date(at)),
        Values: ordered.map(({ sums }) => statistic(sums)),
        StatusCode: 'Complete',
      };
    });
  return { MetricDataResults: results, Messages: [] };
}

/** GetMetricStatistics, the older way to read. */
export function getMetricStatistics(metrics: Metrics, input: Input, names: readonly string[]): Output {
  const statistics = names.map((name) => [name, statisticOf(name)] as const);
  const Datapoints = read(metrics, input).map(({ at, unit, sums }) => ({
    Timestamp: new Date(at),
    ...Object.fromEntries(statistics.map(([name, statistic]) => [name, statistic(sums)])),
    Unit: unit,
  }));
  return { Label: requiredText(input, 'MetricName'), Datapoints };
}

/** ListMetrics. */
export function listMetrics(metrics: Metrics, input: Input): readonly Output[] {
  const wanted = structures(input, 'Dimensions');
  const inAnyUnit = new Map(
    [...metrics.values()].map((metric) => [toKey(metric.namespace, metric.name, metric.dimensions), metric]),
  );
  return [...inAnyUnit.values()]
    .filter(({ namespace }) => namespace === (text(input, 'Namespace') ?? namespace))
    .filter(({ name }) => name === (text(input, 'MetricName') ?? name))
    .filter(({ dimensions }) =>
      wanted.every((want) =>
        dimensions.some(({ Name, Value }) => Name === want.Name && Value === (want.Value ?? Value)),
      ),
    )
    .map(({ namespace, name, dimensions }) => ({
      ...{ Namespace: namespace, MetricName: name, Dimensions: dimensions },
    }));
}

/** The points of all units, or of the one that is asked for. */
function read(metrics: Metrics, input: Input): readonly Point[] {
  const start = time(input, 'StartTime')?.getTime() ?? 0;
  const end = time(input, 'EndTime')?.getTime() ?? 0;
  const period = number(input, 'Period') ?? 0;
  if (start >= end) throw invalid('The parameter StartTime must be less than the parameter EndTime.');
  if (period % 60 !== 0 || period <= 0) throw notServed(`cloudwatch: a Period of ${period} seconds`);
  const asked = toKey(
    requiredText(input, 'Namespace'),
    requiredText(input, 'MetricName'),
    readDimensions(input),
  );
  const unit = text(input, 'Unit');
  return [...metrics.values()]
    .filter((metric) => unit === undefined || metric.unit === unit)
    .filter(({ namespace, name, dimensions }) => toKey(namespace, name, dimensions) === asked)
    .flatMap((metric) => pointsOf(metric, start, end, period * 1000))
    .sort((a, b) => a.at - b.at);
}

function pointsOf({ minutes, unit }: Metric, start: number, end: number, ms: number): readonly Point[] {
  const periods = new Map<number, Sums>();
  for (const [minute, sums] of minutes) {
    const at = minute * MINUTE_MS;
    if (at < start || at >= end) continue;
    const slot = Math.floor(at / ms) * ms;
    const known = periods.get(slot);
    periods.set(slot, known === undefined ? sums : merge(known, sums));
  }
  return [...periods].map(([at, sums]) => ({ at, unit, sums }));
}

function together(points: readonly Point[]): readonly Point[] {
  const byTime = new Map<number, Point>();
  for (const point of points) {
    const known = byTime.get(point.at);
    byTime.set(point.at, known === undefined ? point : { ...point, sums: merge(known.sums, point.sums) });
  }
  return [...byTime.values()];
}

function readSums(datum: Input): readonly Sums[] {
  const value = number(datum, 'Value');
  if (value !== undefined) return [{ count: 1, sum: value, min: value, max: value }];
  const set = datum.StatisticValues;
  if (typeof set === 'object' && set !== null) {
    const given: Input = { ...set };
    const [count, sum, min, max] = ['SampleCount', 'Sum', 'Minimum', 'Maximum'].map(
      (name) => number(given, name) ?? 0,
    );
    return [{ count: count ?? 0, sum: sum ?? 0, min: min ?? 0, max: max ?? 0 }];
  }
  const values = Array.isArray(datum.Values) ? datum.Values.map(Number) : [];
  const counts = Array.isArray(datum.Counts) ? datum.Counts.map(Number) : values.map(() => 1);
  if (values.length === 0 || values.length !== counts.length)
    throw invalid('A datum needs a Value, StatisticValues, or Values with as many Counts');
  return values.map((each, index) => {
    const count = counts[index] ?? 1;
    return { count, sum: each * count, min: each, max: each };
  });
}

function readDimensions(input: Input): readonly Dimension[] {
  const read = structures(input, 'Dimensions').map((each) => ({
    ...{ Name: requiredText(each, 'Name'), Value: requiredText(each, 'Value') },
  }));
  return read.sort((a, b) => (a.Name < b.Name ? -1 : 1));
}

function statisticOf(name: string): (sums: Sums) => number {
  const statistic = Object.hasOwn(STATISTICS, name) ? STATISTICS[name] : undefined;
  if (statistic === undefined) throw notServed(`cloudwatch: the statistic ${name}`);
  return statistic;
}

function merge(a: Sums, b: Sums): Sums {
  return {
    ...{ count: a.count + b.count, sum: a.sum + b.sum },
    ...{ min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) },
  };
}

/** What identifies a metric, in any unit or in one. */
export function toKey(
  namespace: string,
  name: string,
  dimensions: readonly Dimension[],
  unit?: string,
): string {
  return JSON.stringify([namespace, name, dimensions, unit]);
}

function invalid(message: string): ServiceError {
  return new ServiceError('InvalidParameterValueException', message);
}
