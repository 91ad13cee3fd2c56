/** What of metrics outlives the process: each minute's sums. */
import type { Journal, Kept } from '../data/journal.ts';
import type { PerRegion, Place } from '../operations.ts';
import { type Dimension, type Metric, type Metrics, NO_UNIT, type Sums, toKey } from './metrics.ts';

/** Tells the journal what happens to metrics. */
export interface MetricKeeper {
  changed(place: Place, metric: Metric, minute: number): void;
  readonly kept: Kept;
}

type Key = readonly [
  account: string,
  region: string,
  namespace: string,
  name: string,
  dimensions: readonly Dimension[],
  minute: number,
  /** Absent where there is none, as in folders that were written before units were kept. */
  unit?: string,
];

const KIND = 'cloudwatch.minute';

/** Makes the keeper of all metrics. */
export function createMetricKeeper(of: PerRegion<Metrics>, journal: Journal | undefined): MetricKeeper {
  const keyOf = ({ account, region }: Place, metric: Metric, minute: number) => {
    const { namespace, name, dimensions, unit } = metric;
    const key: Key = [account, region, namespace, name, dimensions, minute];
    return JSON.stringify(unit === NO_UNIT ? key : [...key, unit]);
  };
  return {
    changed(place, metric, minute) {
      if (journal === undefined) return;
      journal.note(KIND, keyOf(place, metric, minute), () => metric.minutes.get(minute));
    },
    kept: {
      kind: KIND,
      *entries() {
        for (const [place, metrics] of of.all()) {
          for (const metric of metrics.values()) {
            for (const [minute, sums] of metric.minutes) yield [keyOf(place, metric, minute), sums];
          }
        }
      },
      restore(entries) {
        for (const [key, value] of entries) {
          // Written by `keyOf`.
          const [account, region, namespace, name, dimensions, minute, unit = NO_UNIT] = JSON.parse(
            key,
          ) as Key;
          const metrics = of({ account, region });
          const id = toKey(namespace, name, dimensions, unit);
          const metric = metrics.get(id) ?? { namespace, name, dimensions, unit, minutes: new Map() };
          metrics.set(id, metric);
          // A metric's own.
          metric.minutes.set(minute, value as Sums);
        }
      },
    },
  };
}
