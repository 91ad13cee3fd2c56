/**
 * Provisions an app: its queues with their dead-letter queues, its exchanges, a worker function for each
 * queue that has tasks or a consumer, the table of runs where something is kept, and alarms. It maps the
 * topology, which the simulation builds from too, and decides nothing.
 */

import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { reservesAtSend } from '../lib/define/once.ts';
import { LATER, topicName } from '../lib/define/resource-name.ts';
import { type Topology, topology } from '../lib/define/topology.ts';
import { DefinitionError, type ErrorCode } from '../lib/errors.ts';
import { type BrokerProps, entryOf, toSettings } from './broker-props.ts';
import { BlobsBucket } from './bucket.ts';
import { Dashboard } from './dashboard.ts';
import { Exchanges, type ExchangesProps } from './exchange.ts';
import { byName, WorkQueue } from './queue.ts';
import { grantReply, grantReplyQueues, grantSweep } from './reply.ts';
import { Later, type LaterProps } from './schedule.ts';
import { RunsTable } from './tables.ts';
import { QueueWorker } from './worker.ts';

/**
 * An app's resources in a stack.
 * @throws DefinitionError with every problem of stage and workers, each with its path; ENTRY_MISSING where a
 * function has no code.
 */
export class Broker extends Construct {
  /** The dashboard; undefined where none was asked for. */
  readonly dashboard: Dashboard | undefined;
  /** The resources, as data. */
  readonly topology: Topology;
  readonly #queues: ReadonlyMap<string, WorkQueue>;
  readonly #workers: ReadonlyMap<string, QueueWorker>;
  readonly #reserves: boolean;
  readonly #runs: RunsTable | undefined;
  readonly #blobs: BlobsBucket | undefined;
  readonly #exchanges: Exchanges | undefined;
  readonly #later: Later | undefined;

  constructor(scope: Construct, id: string, props: BrokerProps) {
    super(scope, id);
    const { app, stage, workers = {} } = props;
    this.topology = topology(app, { workers, ...(stage === undefined ? {} : { stage }) });
    const settings = toSettings(props);
    const { encryptionKey, removalPolicy, alarms = {} } = settings;
    this.#queues = new Map(
      [...byName(this.topology.queues)].map(([name, resources]) => {
        const onMachine = workers[name] === 'machine';
        const queue = { resources, encryptionKey, removalPolicy, alarms, onMachine };
        return [name, new WorkQueue(this, `Queue-${name}`, queue)];
      }),
    );
    this.#reserves = app.tasks.some(({ once }) => once !== undefined && reservesAtSend(once));
    const [runs] = this.topology.tables;
    this.#runs = runs && new RunsTable(this, 'Runs', { ...settings, resource: runs, encryptionKey });
    const [blobs] = this.topology.buckets;
    this.#blobs = blobs && new BlobsBucket(this, 'Blobs', { resource: blobs, encryptionKey, removalPolicy });
    this.#workers = new Map(
      this.topology.workers.map((resource) => {
        const { logRetention, bundling = {} } = settings;
        const entry = entryOf(settings, this.topology);
        const { levels } = this.#find(this.#queues, resource.queue, 'queue');
        const given = workers[resource.queue] ?? {};
        const extras = given === 'machine' ? {} : given;
        const worker = { resource, levels, entry, extras, bundling, logRetention, removalPolicy };
        return [resource.queue, new QueueWorker(this, `Worker-${resource.queue}`, worker)];
      }),
    );
    this.#exchanges = this.#createExchanges({ encryptionKey, removalPolicy, alarms });
    this.#later = this.#createLater({ encryptionKey, removalPolicy });
    for (const { queue, later } of this.topology.workers) {
      if (later) this.#grantLater(this.worker(queue));
      else this.grantWork(queue, this.worker(queue));
    }
    this.dashboard =
      props.dashboard &&
      new Dashboard(this, 'Dashboard', {
        ...{ ...settings, ...props.dashboard, topology: this.topology, encryptionKey },
        grantActions: (to) => {
          if (this.#runs === undefined) this.grantSend(to);
          else this.grantControl(to);
          if (this.topology.later?.schedules === true) this.grantSchedules(to);
        },
      });
  }

  /**
   * The SQS queue of a queue of the app; of one with priorities that of a level, 0 being the lowest.
   * @throws DefinitionError UNKNOWN_QUEUE, UNKNOWN_LEVEL
   */
  queue(name: string, level = 0): Queue {
    const { levels } = this.#find(this.#queues, name, 'queue');
    const found = levels[level];
    if (found !== undefined) return found;
    const highest = levels.length - 1;
    const message = `queue '${name}' has no level ${level}; give a whole number from 0 to ${highest}`;
    throw new DefinitionError('UNKNOWN_LEVEL', message, { value: level, allowed: highest });
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
   * @throws DefinitionError UNKNOWN_QUEUE, also for a queue without tasks and consumer
   */
  worker(queue: string): NodejsFunction {
    return this.#find(this.#workers, queue, 'worker').worker;
  }

  /** The table of runs; undefined when nothing in the app is kept. */
  get runs(): Table | undefined {
    return this.#runs?.table;
  }

  /** The bus of the exchanges that EventBridge carries; undefined where there is none. */
  get bus(): EventBus | undefined {
    return this.#exchanges?.bus;
  }

  /** The bucket of large payloads; undefined where no queue takes any. */
  get blobs(): Bucket | undefined {
    return this.#blobs?.bucket;
  }

  /**
   * What carries an exchange: its SNS topic, or the app's bus, on which its events have the exchange as their
   * source.
   * @throws DefinitionError UNKNOWN_EXCHANGE, also for an internal one, which is only a way between others
   */
  exchange(name: string): Topic | EventBus {
    const { topics } = this.topology.exchanges;
    const carried = this.#exchanges?.topics.get(name);
    if (carried !== undefined) return carried;
    const onBus = this.topology.exchanges.onBus;
    const bus = this.bus;
    if (bus !== undefined && onBus.includes(name)) return bus;
    const allowed = [...topics.map(({ exchange }) => exchange), ...onBus];
    throw this.#unknown('UNKNOWN_EXCHANGE', 'exchange that messages enter at', name, allowed);
  }

  /**
   * Lets somebody send every task of the app and publish to every exchange; with a task that reserves its key
   * when it is sent (`once`), also write to the table of runs.
   */
  grantSend(grantee: IGrantable): void {
    if (this.#reserves) this.#runs?.grantControl(grantee);
    for (const queue of this.#queues.values()) queue.grantSend(grantee);
    this.#exchanges?.grantPublish(grantee);
    this.#blobs?.grantPut(grantee);
  }

  /**
   * Lets somebody deliver archived messages again (`client.replay`): to all queues of an exchange, or to
   * some, whose rules are looked up.
   */
  grantReplay(grantee: IGrantable): void {
    this.#exchanges?.grantReplay(grantee);
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
   * Lets somebody revoke runs, run them again, forget them, and set limits (`client.revoke`, `retry`,
   * `limits`); to run again includes to send.
   * @throws DefinitionError NO_RESULTS when no task of the app keeps a record
   */
  grantControl(grantee: IGrantable): void {
    this.grantRead(grantee);
    this.#runs?.grantControl(grantee);
    this.grantSend(grantee);
    this.#later?.grantCancel(grantee);
  }

  /**
   * Lets somebody add, change, run and read schedules (`client.schedules`); to run one includes to send, and
   * to write the plan of the workflow that it may be.
   * @throws DefinitionError NO_SCHEDULES when the app has none, and runtimeSchedules is not set
   */
  grantSchedules(grantee: IGrantable): void {
    if (this.topology.later?.schedules !== true) {
      const why = `app '${this.topology.app}' has no schedules, and there is nothing to grant`;
      throw new DefinitionError('NO_SCHEDULES', `${why}; drop grantSchedules, or set runtimeSchedules: true`);
    }
    this.#runs?.grantSchedules(grantee);
    if (this.topology.later.workflows) this.#runs?.grantControl(grantee);
    this.#later?.grantTimers(grantee);
    this.grantSend(grantee);
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
   * Lets somebody do what the worker of a queue does, but for receiving: it sends new attempts to its queue,
   * dead letters beside it, and whatever its tasks send.
   * @throws DefinitionError UNKNOWN_QUEUE
   */
  grantWork(name: string, worker: IGrantable): void {
    // A machine's worker says in the table that it lives.
    const { state } = this.topology.workers.find(({ queue }) => queue === name) ?? { state: true };
    this.grantSend(worker);
    this.#find(this.#queues, name, 'queue').grantDeadLetter(worker);
    this.#blobs?.grantGet(worker);
    grantReply(this, this.topology, worker);
    // A task that keeps nothing may still wait for the result of one that does, but then its bundle could
    // not read it.
    if (state) this.#runs?.grantRun(worker);
  }

  /** What `later` does: it sends whatever has waited in it. */
  #grantLater(worker: IGrantable): void {
    const { schedules, ticker, workflows } = this.topology.later ?? {};
    this.grantSend(worker);
    this.#find(this.#queues, LATER, 'queue').grantDeadLetter(worker);
    this.#later?.grantWait(worker);
    if (schedules === true) this.#runs?.grantSchedules(worker);
    if (ticker === true) grantSweep(this, this.topology, worker);
    if (workflows !== true) return;
    this.#runs?.grantWorkflowSweep(worker);
    // A workflow may have taken the place of a call, which is answered with its end.
    grantReply(this, this.topology, worker);
  }

  #createLater(settings: Pick<LaterProps, 'encryptionKey' | 'removalPolicy'>): Later | undefined {
    const { later: resource } = this.topology;
    if (resource === undefined) return undefined;
    const queue = this.#find(this.#queues, LATER, 'queue');
    const worker = this.#find(this.#workers, LATER, 'worker');
    return new Later(this, 'Later', { ...settings, resource, queue, worker });
  }

  #createExchanges(
    settings: Pick<ExchangesProps, 'encryptionKey' | 'removalPolicy' | 'alarms'>,
  ): Exchanges | undefined {
    const { exchanges: resources } = this.topology;
    if (resources.topics.length === 0 && resources.busName === undefined) return undefined;
    const { app, stage } = this.topology;
    const topicPattern = topicName(app, stage, { name: '*', ordered: false });
    const end = (queue: string) => ({
      queue: this.#find(this.#queues, queue, 'queue'),
      worker: this.#workers.get(queue)?.worker,
    });
    return new Exchanges(this, 'Exchanges', { ...settings, resources, topicPattern, end });
  }

  #find<Part>(parts: ReadonlyMap<string, Part>, name: string, kind: string): Part {
    const part = parts.get(name);
    if (part !== undefined) return part;
    throw this.#unknown('UNKNOWN_QUEUE', kind, name, [...parts.keys()]);
  }

  #unknown(code: ErrorCode, kind: string, name: string, allowed: readonly string[]): DefinitionError {
    const names = allowed.length === 0 ? 'none' : allowed.map((each) => `'${each}'`).join(', ');
    const message = `app '${this.topology.app}' has no ${kind} '${name}'; there is ${names}`;
    return new DefinitionError(code, message, { value: name, allowed });
  }
}
