/**
 * The emulated CloudWatch: metrics that are put by hand, and alarms that are kept and shown. No service here
 * measures itself and no alarm is evaluated: its state is what SetAlarmState says.
 */
import type { Clock } from '../clock.ts';
import type { Journal, Kept } from '../data/journal.ts';
import { byRegion, createSeldom } from '../data/seldom.ts';
import { ServiceError } from '../error.ts';
import {
  number,
  type Operations,
  page,
  perRegion,
  refuse,
  requiredText,
  text,
  texts,
  toCall,
} from '../operations.ts';
import type { Input, Output, Service } from '../service.ts';
import { createMetricKeeper } from './keep.ts';
import { getMetricData, getMetricStatistics, listMetrics, type Metrics, putMetricData } from './metrics.ts';

interface Alarm {
  readonly name: string;
  readonly arn: string;
  readonly settings: Input;
  readonly updatedAt: number;
  state: string;
  reason: string;
  stateAt: number;
}

const PAGE = 100;
const STATES = ['OK', 'ALARM', 'INSUFFICIENT_DATA'];

export interface CloudwatchOptions {
  readonly clock: Clock;
  readonly journal?: Journal;
}

export interface Cloudwatch extends Service {
  /** What outlives the process: alarms with their states, and what was put into metrics. */
  kept(): readonly Kept[];
}

/** Makes an emulated CloudWatch without metrics. */
export function createCloudwatch({ clock, journal }: CloudwatchOptions): Cloudwatch {
  const metricsOf = perRegion((): Metrics => new Map());
  const alarmsOf = perRegion(() => new Map<string, Alarm>());
  const keeper = createSeldom(journal, [byRegion('cloudwatch.alarm', alarmsOf)]);
  const metrics = createMetricKeeper(metricsOf, journal);
  const now = () => clock.now();
  const operations: Operations = {
    PutMetricData(input, caller) {
      refuse('cloudwatch: PutMetricData', input, 'EntityMetricData');
      return putMetricData(metricsOf(caller), input, now(), (...changed) =>
        metrics.changed(caller, ...changed),
      );
    },
    GetMetricData: (input, caller) => getMetricData(metricsOf(caller), input),
    GetMetricStatistics(input, caller) {
      refuse('cloudwatch: GetMetricStatistics', input, 'ExtendedStatistics');
      return getMetricStatistics(metricsOf(caller), input, texts(input, 'Statistics'));
    },
    ListMetrics(input, caller) {
      const all = listMetrics(metricsOf(caller), input);
      const { items, next } = page(all, text(input, 'NextToken'), 500);
      return { Metrics: items, ...(next === undefined ? {} : { NextToken: next }) };
    },
    ...alarmOperations(alarmsOf, now),
  };
  return {
    call: keeper.after(toCall('cloudwatch', operations)),
    kept: () => [...keeper.kept, metrics.kept],
  };
}

function alarmOperations(
  of: (caller: { readonly account: string; readonly region: string }) => Map<string, Alarm>,
  now: () => number,
): Operations {
  return {
    PutMetricAlarm(input, caller) {
      refuse('cloudwatch: PutMetricAlarm', input, 'Metrics', 'ThresholdMetricId');
      const name = requiredText(input, 'AlarmName');
      const known = of(caller).get(name);
      of(caller).set(name, {
        name,
        arn: `arn:aws:cloudwatch:${caller.region}:${caller.account}:alarm:${name}`,
        settings: input,
        updatedAt: now(),
        state: known?.state ?? 'INSUFFICIENT_DATA',
        reason: known?.reason ?? 'Unchecked: Initial alarm creation',
        stateAt: known?.stateAt ?? now(),
      });
      return {};
    },
    DescribeAlarms(input, caller) {
      refuse('cloudwatch: DescribeAlarms', input, 'ChildrenOfAlarmName', 'ParentsOfAlarmName');
      const names = texts(input, 'AlarmNames');
      const prefix = text(input, 'AlarmNamePrefix') ?? '';
      const state = text(input, 'StateValue');
      const all = [...of(caller).values()]
        .filter(({ name }) => (names.length === 0 ? name.startsWith(prefix) : names.includes(name)))
        .filter((alarm) => state === undefined || alarm.state === state)
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const { items, next } = page(all, text(input, 'NextToken'), number(input, 'MaxRecords') ?? PAGE);
      return {
        ...{ MetricAlarms: items.map(show), CompositeAlarms: [] },
        ...(next === undefined ? {} : { NextToken: next }),
      };
    },
    DeleteAlarms(input, caller) {
      for (const name of texts(input, 'AlarmNames')) of(caller).delete(name);
      return {};
    },
    SetAlarmState(input, caller) {
      const alarm = of(caller).get(requiredText(input, 'AlarmName'));
      if (alarm === undefined) throw new ServiceError('ResourceNotFound', 'Alarm does not exist');
      const state = requiredText(input, 'StateValue');
      if (!STATES.includes(state)) {
        const message = `StateValue must be one of ${STATES.join(', ')}`;
        throw new ServiceError('InvalidFormatFault', message);
      }
      Object.assign(alarm, { state, reason: requiredText(input, 'StateReason'), stateAt: now() });
      return {};
    },
  };
}

function show({ name, arn, settings, state, reason, stateAt, updatedAt }: Alarm): Output {
  const { Tags: _kept, ...shown } = settings;
  return {
    ...{ ActionsEnabled: true, OKActions: [], AlarmActions: [], InsufficientDataActions: [], Dimensions: [] },
    ...shown,
    ...{ AlarmName: name, AlarmArn: arn, AlarmConfigurationUpdatedTimestamp: new Date(updatedAt) },
    ...{ StateValue: state, StateReason: reason, StateUpdatedTimestamp: new Date(stateAt) },
  };
}
