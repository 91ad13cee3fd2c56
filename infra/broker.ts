/**
 * Provisions an app: its queues with their dead-letter queues, a worker function for each queue that has
 * tasks, the table of runs where something is kept, and alarms. It maps the topology, which the simulation
 * builds from too, and decides nothing.
 */

import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { App } from '../lib/define/app.ts';
import { type Topology, topology } from '../lib/define/topology.ts';
import { DefinitionError } from '../lib/errors.ts';
import type { AlarmProps } from './alarms.ts';
import type { BundlingProps } from './bundle.ts';
import { WorkQueue } from './queue.ts';
import { grantReply, grantReplyQueues } from './reply.ts';
import { RunsTable } from './tables.ts';
import { QueueWorker, type WorkerProps } from './worker.ts';

export interface BrokerProps {
  readonly app: App;
  /** The file whose export `handler` is `serve(app)`; relative to the working directory. */
  readonly entry: string;
  /** Which copy of the app: 'dev', 'prod'. Part of every name. @default 'dev' */
  readonly stage?: string;
  /** The worker functions, by the name of their queue. */
  readonly workers?: Readonly<Record<string, WorkerProps>>;
  readonly bundling?: BundlingProps;
  /**
   * A key of your own for queues and tables; whoever is granted something may then use it. @default - the
   * services' keys
   */
  readonly encryptionKey?: IKey;
  /**
   * What becomes of queues, tables and logs that leave the stack. Names are fixed, so what was retained is
   * taken back by `cdk deploy --import-existing-resources`. @default RemovalPolicy.RETAIN
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
}

/** The defaults of BrokerProps. */
export const BROKER_DEFAULTS = {
  removalPolicy: RemovalPolicy.RETAIN,
  deletionProtection: false,
  pointInTimeRecovery: false,
  logRetention: RetentionDays.ONE_MONTH,
} as const;

/**
 * An app's resources in a stack.
 * @throws DefinitionError with every problem of stage and workers, each with its path.
 */
export class Broker extends Construct {
  /** The resources, as data. */
  readonly topology: Topology;
  readonly #queues: ReadonlyMap<string, WorkQueue>;
  readonly #workers: ReadonlyMap<string, QueueWorker>;
  readonly #runs: RunsTable | undefined;

  constructor(scope: Construct, id: string, props: BrokerProps) {
    super(scope, id);
    const { app, stage, workers = {} } = props;
    this.topology = topology(app, { workers, ...(stage === undefined ? {} : { stage }) });
    const settings = { ...BROKER_DEFAULTS, ...defined(props) };
    const { encryptionKey, alarms = {} } = settings;
    this.#queues = new Map(
      this.topology.queues.map((resource) => {
        const { removalPolicy } = settings;
        const queue = { resource, encryptionKey, removalPolicy, alarms };
        return [resource.name, new WorkQueue(this, `Queue-${resource.name}`, queue)];
      }),
    );
    const [runs] = this.topology.tables;
    this.#runs =
      runs === undefined
        ? undefined
        : new RunsTable(this, 'Runs', { ...settings, resource: runs, encryptionKey });
    this.#workers = new Map(
      this.topology.workers.map((resource) => {
        const { entry, logRetention, removalPolicy, bundling = {} } = settings;
        const queue = this.queue(resource.queue);
        const extras = workers[resource.queue] ?? {};
        const worker = { resource, queue, entry, extras, bundling, logRetention, removalPolicy };
        return [resource.queue, new QueueWorker(this, `Worker-${resource.queue}`, worker)];
      }),
    );
    for (const resource of this.topology.workers) this.#grantWork(resource.queue, resource.state);
  }

  /**
   * The SQS queue of a queue of the app.
   * @throws DefinitionError UNKNOWN_QUEUE
   */
  queue(name: string): Queue {
    return this.#find(this.#queues, name, 'queue').queue;
  }

  /**
   * The dead-letter queue beside a queue.
   * @throws DefinitionError UNKNOWN_QUEUE
   */
  deadLetterQueue(name: string): Queue {
    return this.#find(this.#queues, name, 'queue').deadLetterQueue;
  }

  /**
   * The function that works off a queue: for grants on your own resources, for environment and metrics.
   * @throws DefinitionError UNKNOWN_QUEUE, also for a queue without tasks
   */
  worker(queue: string): NodejsFunction {
    return this.#find(this.#workers, queue, 'worker').worker;
  }

  /** The table of runs; undefined when nothing in the app is kept. */
  get runs(): Table | undefined {
    return this.#runs?.table;
  }

  /** Lets somebody send every task of the app. */
  grantSend(grantee: IGrantable): void {
    for (const queue of this.#queues.values()) queue.grantSend(grantee);
  }

  /**
   * Lets somebody call tasks: send them, and own reply queues. Inside Lambda, where calls wait for results,
   * grantSend and grantRead are enough.
   */
  grantCall(grantee: IGrantable): void {
    this.grantSend(grantee);
    grantReplyQueues(this, this.topology, grantee);
  }

  /**
   * Lets somebody read states and results.
   * @throws DefinitionError NO_RESULTS when no task of the app keeps any
   */
  grantRead(grantee: IGrantable): void {
    if (this.#runs === undefined) {
      const why = `app '${this.topology.app}' keeps no results, so there is nothing to read`;
      throw new DefinitionError('NO_RESULTS', `${why}; drop grantRead, or set result: true on a task`);
    }
    this.#runs.grantRead(grantee);
  }

  /**
   * What a worker does: it sends new attempts to its queue, dead letters beside it, and whatever its tasks
   * send.
   */
  #grantWork(name: string, state: boolean): void {
    const worker = this.worker(name);
    this.grantSend(worker);
    this.#find(this.#queues, name, 'queue').grantDeadLetter(worker);
    grantReply(this, this.topology, worker);
    // A task that keeps nothing may still wait for the result of one that does, but then its bundle could
    // not read it.
    if (state) this.#runs?.grantRun(worker);
  }

  #find<Part>(parts: ReadonlyMap<string, Part>, name: string, kind: string): Part {
    const part = parts.get(name);
    if (part !== undefined) return part;
    const allowed = [...parts.keys()];
    const names = allowed.length === 0 ? 'none' : allowed.map((each) => `'${each}'`).join(', ');
    const message = `app '${this.topology.app}' has no ${kind} '${name}'; there is ${names}`;
    throw new DefinitionError('UNKNOWN_QUEUE', message, { value: name, allowed });
  }
}

/** The props that were given: an explicit undefined must not hide a default. */
function defined(props: BrokerProps): BrokerProps {
  // Only members whose value is undefined are left out, and those are optional.
  return Object.fromEntries(
    Object.entries(props).filter(([, value]) => value !== undefined),
  ) as unknown as BrokerProps;
}
