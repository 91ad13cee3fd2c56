/** The function that works off one queue: its code, role, log group and event source mappings. */

import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, type ILayerVersion, RecursiveLoop, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Duration, type RemovalPolicy, type Size } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { WorkerResource } from '../lib/define/topology.ts';
import type { WorkerOptions } from '../lib/define/worker.ts';
import { acknowledge } from './acknowledge.ts';
import { type BundlingProps, toBundling } from './bundle.ts';

/**
 * How the worker of a queue is built: Celeriac's own options, and what CDK can do for a function besides.
 */
export interface WorkerProps extends WorkerOptions {
  /** Variables for your tasks; CELERIAC_APP and CELERIAC_STAGE are set already. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly layers?: readonly ILayerVersion[];
  readonly vpc?: IVpc;
  readonly vpcSubnets?: SubnetSelection;
  readonly securityGroups?: readonly ISecurityGroup[];
  /** Space under /tmp. @default 512 MiB */
  readonly ephemeralStorage?: Size;
  /** Traces with X-Ray; it is paid by the trace. @default false */
  readonly tracing?: boolean;
}

export interface QueueWorkerProps {
  readonly resource: WorkerResource;
  /** The levels of the queue, in the order of the resource's. */
  readonly levels: readonly IQueue[];
  readonly entry: string;
  readonly extras: WorkerProps;
  readonly bundling: BundlingProps;
  readonly logRetention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
}

/** A worker function on its queue. */
export class QueueWorker extends Construct {
  readonly worker: NodejsFunction;

  constructor(scope: Construct, id: string, props: QueueWorkerProps) {
    super(scope, id);
    const { resource, levels, extras, bundling } = props;
    const logGroup = new LogGroup(this, 'Log', {
      retention: props.logRetention,
      removalPolicy: props.removalPolicy,
    });
    const role = toRole(this, extras);
    logGroup.grantWrite(role);
    this.worker = new NodejsFunction(this, 'Function', {
      description: `Celeriac worker of queue ${resource.queueName}`,
      entry: props.entry,
      handler: 'index.handler',
      // By name: the version is a promise of the bundle's target, not whatever CDK thinks is the latest.
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: Duration.seconds(resource.timeoutSeconds),
      memorySize: resource.memoryMb,
      // Retries, chains and tasks that send themselves are chains of calls; Lambda would cut them after
      // about 16 hops.
      recursiveLoop: RecursiveLoop.ALLOW,
      role,
      logGroup,
      tracing: extras.tracing === true ? Tracing.ACTIVE : Tracing.DISABLED,
      environment: toEnvironment(props),
      bundling: toBundling(resource, bundling),
      ...(bundling.depsLockFilePath === undefined ? {} : { depsLockFilePath: bundling.depsLockFilePath }),
      ...toExtras(extras),
    });
    for (const [level, queue] of levels.entries())
      this.worker.addEventSource(toEventSource(resource, level, queue));
    acknowledgeFindings(this, extras);
  }
}

/** The mapping of one level of priority, with its share of the concurrency. */
function toEventSource(resource: WorkerResource, level: number, queue: IQueue): SqsEventSource {
  const { batchSize, windowSeconds, levels } = resource;
  const concurrency = levels[level]?.concurrency;
  return new SqsEventSource(queue, {
    batchSize,
    reportBatchItemFailures: true,
    ...(windowSeconds === 0 ? {} : { maxBatchingWindow: Duration.seconds(windowSeconds) }),
    ...(concurrency === undefined ? {} : { maxConcurrency: concurrency }),
  });
}

/** A role of its own: CDK's default one may write to every log group of the account. */
function toRole(scope: Construct, extras: WorkerProps): Role {
  return new Role(scope, 'Role', {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    managedPolicies: extras.vpc === undefined ? [] : [ManagedPolicy.fromAwsManagedPolicyName(VPC_POLICY)],
  });
}

const VPC_POLICY = 'service-role/AWSLambdaVPCAccessExecutionRole';

function toEnvironment(props: QueueWorkerProps): Record<string, string> {
  const options = props.bundling.sourceMaps === true ? { NODE_OPTIONS: '--enable-source-maps' } : {};
  return { ...options, ...props.extras.environment, ...props.resource.environment };
}

function toExtras(extras: WorkerProps) {
  const { layers, vpc, vpcSubnets, securityGroups, ephemeralStorage } = extras;
  return {
    ...(layers === undefined ? {} : { layers: [...layers] }),
    ...(vpc === undefined ? {} : { vpc }),
    ...(vpcSubnets === undefined ? {} : { vpcSubnets }),
    ...(securityGroups === undefined ? {} : { securityGroups: [...securityGroups] }),
    ...(ephemeralStorage === undefined ? {} : { ephemeralStorageSize: ephemeralStorage }),
  };
}

function acknowledgeFindings(scope: Construct, extras: WorkerProps): void {
  acknowledge(scope, {
    'Serverless-LambdaEventSourceMappingDestination':
      'Mappings from SQS have no destination (streams only); the queue has a dead-letter queue.',
    'Serverless-LambdaDLQ': 'Invoked by its queue, which has a dead-letter queue; never asynchronously.',
    'Serverless-LambdaAsyncFailureDestination': 'Invoked by its queue, never asynchronously.',
    ...(extras.tracing === true
      ? { 'AwsSolutions-IAM5[Resource::*]': 'X-Ray has no resources that traces could be granted on.' }
      : {
          'Serverless-LambdaTracing': 'Paid by the trace, so it is an option of the worker: tracing: true.',
        }),
    ...(extras.vpc === undefined
      ? {}
      : { [`AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${VPC_POLICY}]`]: IN_VPC }),
  });
}

const IN_VPC = 'Network interfaces have no names before Lambda makes them, so AWS states this policy itself.';
