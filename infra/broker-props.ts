/** What a Broker is told, and its defaults. */
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import type { App } from '../lib/define/app.ts';
import { LATER } from '../lib/define/resource-name.ts';
import type { Topology } from '../lib/define/topology.ts';
import { DefinitionError } from '../lib/errors.ts';
import type { AlarmProps } from './alarms.ts';
import type { BundlingProps } from './bundle.ts';
import type { DashboardProps } from './dashboard.ts';
import type { WorkerProps } from './worker.ts';

/** Which app is provisioned, and how. */
export interface BrokerProps {
  readonly app: App;
  /**
   * The file whose export `handler` is `serve(app)`; relative to the working directory. Needed where there is
   * a function: for a queue that no machine works off, and for long delays and schedules. @default - none
   */
  readonly entry?: string;
  /** Which copy of the app: 'dev', 'prod'. Part of every name. @default 'dev' */
  readonly stage?: string;
  /**
   * The worker functions, by the name of their queue; 'machine' where `FargateWorker` or any other machine
   * works a queue off (`celeriac worker`), and no function.
   */
  readonly workers?: Readonly<Record<string, WorkerProps | 'machine'>>;
  readonly bundling?: BundlingProps;
  /**
   * A key of your own for queues, topics, the bus, tables and buckets; whoever is granted something may then
   * use it, and so may SNS and EventBridge for what they deliver. A key from elsewhere (`Key.fromKeyArn`) has
   * to allow the two services itself. @default - the services' keys
   */
  readonly encryptionKey?: IKey;
  /**
   * What becomes of queues, tables, archives, buckets and logs that leave the stack. Names are fixed, so what
   * was retained is taken back by `cdk deploy --import-existing-resources`; for the same reason the default
   * keeps nothing of a deploy that failed and was rolled back, whose next try would find its names taken.
   * Give RemovalPolicy.RETAIN to the deploy that takes something back: whether CloudFormation counts that as
   * its creation, and deletes it when that deploy fails, was not read.
   * With RemovalPolicy.DESTROY a bucket of large payloads has to be empty before its stack can be deleted.
   * @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
   */
  readonly removalPolicy?: RemovalPolicy;
  /** Refuses to delete tables, by whatever hand. @default false */
  readonly deletionProtection?: boolean;
  /** Keeps a history of tables from which they can be restored. @default false */
  readonly pointInTimeRecovery?: boolean;
  /** How long workers' logs are kept. @default RetentionDays.ONE_MONTH */
  readonly logRetention?: RetentionDays;
  /**
   * Alarms on dead letters and on the age of the oldest message of each queue; false: none. @default -
   * both, telling nobody
   */
  readonly alarms?: AlarmProps | false;
  /** The dashboard on a function URL, for whoever is let in. @default - none */
  readonly dashboard?: DashboardProps;
}

/** The defaults of BrokerProps. */
export const BROKER_DEFAULTS = {
  removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  deletionProtection: false,
  pointInTimeRecovery: false,
  logRetention: RetentionDays.ONE_MONTH,
} as const;

type Settled = Required<Pick<BrokerProps, keyof typeof BROKER_DEFAULTS>>;

/** The props with what they leave out. */
export function toSettings(props: BrokerProps): BrokerProps & Settled {
  return { ...BROKER_DEFAULTS, ...given(props) };
}

/** What of the props is said: an explicit undefined must not hide a default. */
export function given<Props extends object>(props: Props): Props {
  // Only members whose value is undefined are left out, and those are optional.
  return Object.fromEntries(Object.entries(props).filter(([, value]) => value !== undefined)) as Props;
}

/** @throws DefinitionError ENTRY_MISSING */
export function entryOf({ entry }: BrokerProps, { app, workers }: Topology): string {
  if (entry !== undefined) return entry;
  const names = workers.map(({ queue }) =>
    queue === LATER ? 'long delays and schedules' : `queue '${queue}'`,
  );
  const message =
    `app '${app}' has a function for ${names.join(', ')}, and entry does not say of what; give the file ` +
    "whose export `handler` is `serve(app)`, or say workers: { name: 'machine' } of each queue and " +
    'longDelays: false of the app';
  throw new DefinitionError('ENTRY_MISSING', message, { value: entry });
}
