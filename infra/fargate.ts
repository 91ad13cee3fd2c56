/**
 * A service of Fargate that works off queues of an app, for tasks that outlast a function or need more of a
 * machine: the container runs `celeriac worker`. It takes whatever network it is given: a task reaches AWS by
 * NAT, by endpoints of the VPC, or with a public address.
 */
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import {
  Cluster,
  type ContainerImage,
  ContainerInsights,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  type ICluster,
  LogDriver,
  type ScalableTaskCount,
  type Secret,
} from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { replyQueuePrefix } from '../lib/define/resource-name.ts';
import { DefinitionError } from '../lib/errors.ts';
import { acknowledge } from './acknowledge.ts';
import type { Broker } from './broker.ts';
import { given } from './broker-props.ts';
import { type Scale, scale } from './scaling.ts';

/** Which queues a service works off, with which image, where and on how many machines. */
export interface FargateWorkerProps {
  readonly broker: Broker;
  /** The names of the queues; each must have `workers: { name: 'machine' }` in the Broker's props. */
  readonly queues: readonly string[];
  /** An image whose entry point is the command; docs/worker.md has a Dockerfile. */
  readonly image: ContainerImage;
  /** The module of the app inside the image, for `--app`. @default 'app.js' */
  readonly app?: string;
  /** More words for the command, such as ['--pool', 'processes', '--concurrency', '4']. @default none */
  readonly command?: readonly string[];
  /** Where it runs; give either, a VPC gets a cluster of its own. */
  readonly cluster?: ICluster;
  readonly vpc?: IVpc;
  readonly vpcSubnets?: SubnetSelection;
  readonly securityGroups?: readonly ISecurityGroup[];
  /** Whether tasks have a public address: needed in public subnets without a NAT. @default false */
  readonly assignPublicIp?: boolean;
  /** In 1/1024 of a processor, with a memory that Fargate has for it. @default 512 */
  readonly cpu?: number;
  /** In MiB. @default 1024 */
  readonly memory?: number;
  readonly architecture?: 'arm64' | 'x86_64';
  readonly scaling?: FargateScaling;
  /**
   * How long a task has to finish what it runs when it is stopped, at most 2 m (Fargate). Then it hands back
   * what is left. @default Duration.minutes(2)
   */
  readonly stopTimeout?: Duration;
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, Secret>>;
  /** @default RetentionDays.ONE_MONTH */
  readonly logRetention?: RetentionDays;
}

/**
 * How many tasks of the service run: one more for each step that the oldest message is late, one fewer for
 * each two minutes in which nothing waits. Give a service ten queues and levels of priority at most:
 * CloudWatch sees ten at a time, so that with more it may stop tasks while an eleventh has work.
 */
export interface FargateScaling {
  /** 0 stops them all while nothing waits; the first message then waits for a task to start. @default 1 */
  readonly min?: number;
  /** @default 10 */
  readonly max?: number;
  /**
   * The age of the oldest message that is wanted, at least 1 s; twice and five times that add more.
   * @default 60 s
   */
  readonly age?: Duration;
}

/** The defaults of FargateWorkerProps and FargateScaling. */
export const FARGATE_DEFAULTS = {
  app: 'app.js',
  cpu: 512,
  memory: 1_024,
  min: 1,
  max: 10,
  ageSeconds: 60,
  stopTimeoutSeconds: 120,
  healthPort: 8_080,
} as const;

/**
 * A worker service.
 * @throws DefinitionError UNKNOWN_QUEUE; QUEUE_HAS_FUNCTION; CLUSTER_MISSING; OUT_OF_RANGE for stopTimeout
 * and scaling.age
 */
export class FargateWorker extends Construct {
  readonly service: FargateService;
  /** What the tasks of the app may do: grant your own resources to it. */
  readonly role: Role;
  readonly scaling: ScalableTaskCount;

  constructor(scope: Construct, id: string, props: FargateWorkerProps) {
    super(scope, id);
    checkQueues(props);
    checkDurations(props);
    this.role = new Role(this, 'TaskRole', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });
    for (const name of props.queues) grantQueue(props.broker, name, this.role);
    const cluster = clusterOf(this, props);
    grantProtection(this.role, cluster);
    this.service = new FargateService(this, 'Service', {
      cluster,
      taskDefinition: createTask(this, props, this.role),
      // A worker that is replaced hands its messages back; more than is wanted for a while does no harm.
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { rollback: true },
      assignPublicIp: props.assignPublicIp ?? false,
      ...(props.vpcSubnets === undefined ? {} : { vpcSubnets: props.vpcSubnets }),
      ...(props.securityGroups === undefined ? {} : { securityGroups: [...props.securityGroups] }),
    });
    this.scaling = scale(this.service, levelsOf(props), toScale(props.scaling));
  }
}

function checkQueues({ broker, queues }: FargateWorkerProps): void {
  for (const name of queues) {
    broker.queue(name);
    if (!broker.topology.workers.some(({ queue }) => queue === name)) continue;
    const message =
      `queue '${name}' has a function, which would take messages from this service; give the Broker ` +
      `workers: { '${name}': 'machine' }`;
    throw new DefinitionError('QUEUE_HAS_FUNCTION', message, { value: name });
  }
}

/** What neither the CDK nor its validator refuses, but the services do. */
function checkDurations({ stopTimeout, scaling = {} }: FargateWorkerProps): void {
  const stop = stopTimeout?.toSeconds();
  if (stop !== undefined && stop > STOP_SECONDS_MAX) {
    const message =
      `stopTimeout is ${stop} s, Fargate allows ${STOP_SECONDS_MAX} s; give less, or leave ` + 'it out';
    throw new DefinitionError('OUT_OF_RANGE', message, { value: stop, allowed: STOP_SECONDS_MAX });
  }
  if (scaling.age?.toSeconds() !== 0) return;
  const message = 'scaling.age is 0 s, and no message is younger; give at least Duration.seconds(1)';
  throw new DefinitionError('OUT_OF_RANGE', message, { value: 0, allowed: 1 });
}

/** ECS: stopTimeout of a container on Fargate. */
const STOP_SECONDS_MAX = 120;

/** To receive, and to do with messages what a function's worker does. */
function grantQueue(broker: Broker, name: string, role: Role): void {
  broker.grantWork(name, role);
  for (const { level } of broker.topology.queues.filter((queue) => queue.name === name))
    broker.queue(name, level).grantConsumeMessages(role);
}

/**
 * To ask that the task it runs in is spared while it works: the agent of ECS calls in the name of this role.
 * A task has no name before it runs, so all of the cluster's are meant.
 */
function grantProtection(role: Role, { clusterName }: ICluster): void {
  const resource = Stack.of(role).formatArn({
    service: 'ecs',
    resource: 'task',
    resourceName: `${clusterName}/*`,
  });
  role.addToPrincipalPolicy(
    new PolicyStatement({
      actions: ['ecs:GetTaskProtection', 'ecs:UpdateTaskProtection'],
      resources: [resource],
    }),
  );
  const named: unknown = Stack.of(role).resolve(clusterName);
  // cdk-nag writes a reference as its logical id in angle brackets.
  const shown = typeof named === 'object' && named !== null && 'Ref' in named ? `<${named.Ref}>` : named;
  acknowledge(role, {
    [`AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ecs:<AWS::Region>:<AWS::AccountId>:task/${shown}/*]`]:
      'A task has no name before it runs; the wildcard stands for the tasks of one cluster.',
  });
}

function clusterOf(scope: Construct, { cluster, vpc }: FargateWorkerProps): ICluster {
  if (cluster !== undefined) return cluster;
  // Cluster implements ICluster; their types disagree only about exactOptionalPropertyTypes.
  if (vpc !== undefined)
    return new Cluster(scope, 'Cluster', { vpc, containerInsightsV2: ContainerInsights.ENABLED }) as ICluster;
  const message = 'a worker service needs a network to run in; give cluster or vpc';
  throw new DefinitionError('CLUSTER_MISSING', message);
}

function createTask(scope: Construct, props: FargateWorkerProps, role: Role): FargateTaskDefinition {
  const settings = { ...FARGATE_DEFAULTS, ...given(props) };
  const { broker, queues, image, app, command = [], environment = {}, secrets = {} } = settings;
  const task = new FargateTaskDefinition(scope, 'Task', {
    cpu: settings.cpu,
    memoryLimitMiB: settings.memory,
    taskRole: role,
    runtimePlatform: {
      cpuArchitecture: props.architecture === 'x86_64' ? CpuArchitecture.X86_64 : CpuArchitecture.ARM64,
    },
  });
  const logGroup = new LogGroup(scope, 'Log', {
    retention: props.logRetention ?? RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const port = String(settings.healthPort);
  task.addContainer('Worker', {
    image,
    command: ['worker', '--app', app, '--queues', queues.join(','), '--health', port, ...command],
    environment: { ...environment, CELERIAC_STAGE: broker.topology.stage },
    secrets: { ...secrets },
    logging: LogDriver.awsLogs({ streamPrefix: 'worker', logGroup }),
    stopTimeout: props.stopTimeout ?? Duration.seconds(settings.stopTimeoutSeconds),
    healthCheck: {
      // The image has Node, and perhaps no curl.
      command: [
        'CMD',
        'node',
        '-e',
        `fetch('http://127.0.0.1:${port}/healthz').then((r)=>process.exit(r.ok?0:1),()=>process.exit(1))`,
      ],
      startPeriod: Duration.seconds(30),
    },
    readonlyRootFilesystem: false,
  });
  acknowledgeTask(scope, props);
  return task;
}

function acknowledgeTask(scope: Construct, { broker, environment = {} }: FargateWorkerProps): void {
  const { app, stage } = broker.topology;
  const replies = `${replyQueuePrefix(app, stage)}*`;
  acknowledge(scope, {
    'AwsSolutions-ECS2': `Names, not secrets: ${['CELERIAC_STAGE', ...Object.keys(environment)].join(', ')}.`,
    [`AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:sqs:<AWS::Region>:<AWS::AccountId>:${replies}]`]:
      'Reply queues are made at run time; the wildcard stands for what follows after their own prefix.',
    'AwsSolutions-IAM5[Resource::*]':
      'The execution role asks the registry for a token (ecr:GetAuthorizationToken): it has no resource.',
  });
}

function levelsOf({ broker, queues }: FargateWorkerProps): readonly Queue[] {
  return broker.topology.queues
    .filter(({ name }) => queues.includes(name))
    .map(({ name, level }) => broker.queue(name, level));
}

function toScale(scaling: FargateScaling = {}): Scale {
  const { min, max, ageSeconds, age } = { ...FARGATE_DEFAULTS, ...given(scaling) };
  return { min, max, ageSeconds: age?.toSeconds() ?? ageSeconds };
}
