/**
 * The dashboard's function behind a URL of its own. Nobody is let in by default: 'iam' has Lambda check a
 * signature (a browser cannot sign; `celeriac dashboard` does it for one), 'token' leaves the URL open and
 * has the function ask for a token that lies in Secrets Manager.
 */
import { Grant, type IGrantable, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { FunctionUrl } from 'aws-cdk-lib/aws-lambda';
import { Architecture, FunctionUrlAuthType, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { ArnFormat, CfnOutput, Duration, type RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { Topology } from '../lib/define/topology.ts';
import { acknowledge } from './acknowledge.ts';
import { type BundlingProps, toBundling } from './bundle.ts';
import { withPage } from './page.ts';
import { Sessions } from './sessions.ts';

/** The dashboard of an app: its code, and who is let in. */
export interface DashboardProps {
  /** The file whose export `handler` is `serveDashboard(app)`; relative to the working directory. */
  readonly entry: string;
  /** 'iam': requests are signed, see `celeriac dashboard`. 'token': a token in Secrets Manager opens it. */
  readonly auth: 'iam' | 'token';
  /**
   * Answers questions, and may do nothing: its role cannot either, but for its own log-outs. @default false
   */
  readonly readOnly?: boolean;
}

export interface DashboardFunctionProps extends DashboardProps {
  readonly topology: Topology;
  readonly bundling?: BundlingProps;
  readonly encryptionKey: IKey | undefined;
  readonly logRetention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
  /** Grants what sends, publishes and changes records. */
  readonly grantActions: (grantee: IGrantable) => void;
}

/** The function, its URL and its token. */
export class Dashboard extends Construct {
  readonly handler: NodejsFunction;
  readonly url: FunctionUrl;
  /** The token; undefined with 'iam'. */
  readonly secret: Secret | undefined;

  constructor(scope: Construct, id: string, props: DashboardFunctionProps) {
    super(scope, id);
    const { auth, readOnly = false, topology, removalPolicy, bundling = {}, encryptionKey } = props;
    const logGroup = new LogGroup(this, 'Log', { retention: props.logRetention, removalPolicy });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    this.secret = auth === 'token' ? this.#createToken(removalPolicy, encryptionKey) : undefined;
    if (this.secret !== undefined) grantToken(role, this.secret);
    const sessions = auth === 'token' ? new Sessions(this, 'Sessions') : undefined;
    sessions?.grant(role);
    this.handler = new NodejsFunction(this, 'Function', {
      description: `Celeriac dashboard of ${topology.app}-${topology.stage}`,
      entry: props.entry,
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      // The longest that an answer waits for a result is a minute.
      timeout: Duration.seconds(75),
      memorySize: 512,
      role,
      logGroup,
      tracing: Tracing.DISABLED,
      environment: {
        CELERIAC_APP: topology.app,
        CELERIAC_STAGE: topology.stage,
        CELERIAC_DASHBOARD_AUTH: auth,
        CELERIAC_DASHBOARD_READ_ONLY: String(readOnly),
        ...(this.secret === undefined ? {} : { CELERIAC_DASHBOARD_SECRET: this.secret.secretArn }),
        ...(sessions === undefined ? {} : { CELERIAC_DASHBOARD_SESSIONS: sessions.table.tableName }),
      },
      bundling: withPage(toBundling(EVERYTHING, bundling)),
      ...(bundling.depsLockFilePath === undefined ? {} : { depsLockFilePath: bundling.depsLockFilePath }),
    });
    const authType = auth === 'iam' ? FunctionUrlAuthType.AWS_IAM : FunctionUrlAuthType.NONE;
    // Since October 2025 an open URL needs two permissions (lambda:InvokeFunctionUrl, and
    // lambda:InvokeFunction
    // by way of the URL); the CDK gives both. With IAM whoever calls is granted them: `grantInvokeUrl`.
    this.url = this.handler.addFunctionUrl({ authType });
    grantQuestions(role, topology);
    if (!readOnly) {
      grantActions(role, topology);
      props.grantActions(role);
    }
    encryptionKey?.grantEncryptDecrypt(role);
    new CfnOutput(this, 'Url', { value: this.url.url });
    if (this.secret !== undefined) new CfnOutput(this, 'Token', { value: this.secret.secretArn });
    acknowledgeFindings(this, auth, topology);
  }

  #createToken(removalPolicy: RemovalPolicy, encryptionKey: IKey | undefined): Secret {
    return new Secret(this, 'Token-Secret', {
      description: 'Opens the dashboard',
      generateSecretString: { passwordLength: 48, excludePunctuation: true },
      removalPolicy,
      ...(encryptionKey === undefined ? {} : { encryptionKey }),
    });
  }
}

/** A desk asks for all that an app may have; it is one small function. */
const EVERYTHING = {
  state: true,
  limits: true,
  telemetry: false,
  routes: true,
  redact: true,
  messaging: true,
  topics: true,
  bus: true,
  blobs: true,
  depths: true,
  later: true,
  workflows: true,
  fires: true,
} as const;

/**
 * Its key is granted with the others. The secret's own grant would name the role in the key's policy: a
 * circle, where the key stands in a stack of its own.
 */
function grantToken(role: Role, { secretArn }: Secret): void {
  Grant.addToPrincipal({
    grantee: role,
    actions: ['secretsmanager:GetSecretValue'],
    resourceArns: [secretArn],
  });
}

/** By name, since all of an app's resources are called so; dead letters are received to be looked at. */
function grantQuestions(role: Role, { app, stage, later }: Topology): void {
  const stack = Stack.of(role);
  const named = (service: string, resource: string) => stack.formatArn({ service, resource });
  const table = stack.formatArn({
    service: 'dynamodb',
    resource: 'table',
    resourceName: `${app}-${stage}-runs`,
  });
  const grants: readonly (readonly [readonly string[], readonly string[]])[] = [
    [['sqs:GetQueueUrl', 'sqs:GetQueueAttributes'], [named('sqs', `${app}-${stage}-*`)]],
    [
      ['sqs:ReceiveMessage', 'sqs:ChangeMessageVisibility'],
      [named('sqs', `${app}-${stage}-*-dlq`), named('sqs', `${app}-${stage}-*-dlq.fifo`)],
    ],
    [
      ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'],
      [table, `${table}/index/byState`, `${table}/index/byTask`],
    ],
    ...(later === undefined
      ? []
      : [[['scheduler:GetSchedule'], [named('scheduler', `schedule/${later.groupName}/*`)]] as const]),
    // Neither takes resources.
    [['lambda:ListEventSourceMappings', 'cloudwatch:GetMetricData'], ['*']],
  ];
  for (const [actions, resourceArns] of grants)
    Grant.addToPrincipal({ grantee: role, actions: [...actions], resourceArns: [...resourceArns] });
}

/** What sending and publishing needs the Broker grants. */
function grantActions(role: Role, { app, stage }: Topology): void {
  const stack = Stack.of(role);
  const queues = stack.formatArn({ service: 'sqs', resource: `${app}-${stage}-*` });
  Grant.addToPrincipal({
    grantee: role,
    actions: ['sqs:PurgeQueue', 'sqs:DeleteMessage'],
    resourceArns: [queues],
  });
  const mappings = stack.formatArn({
    service: 'lambda',
    resource: 'event-source-mapping',
    resourceName: '*',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  const ofApp = stack.formatArn({
    service: 'lambda',
    resource: 'function',
    resourceName: '*',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  // Mappings have no names; the condition keeps to functions of this account.
  role.addToPolicy(
    new PolicyStatement({
      actions: ['lambda:UpdateEventSourceMapping'],
      resources: [mappings],
      conditions: { ArnLike: { 'lambda:FunctionArn': ofApp } },
    }),
  );
}

function acknowledgeFindings(scope: Construct, auth: 'iam' | 'token', { app, stage, later }: Topology): void {
  const here = '<AWS::Region>:<AWS::AccountId>';
  const timers = `arn:<AWS::Partition>:scheduler:${here}:schedule/${later?.groupName}/*`;
  const queues = ['*', '*-dlq', '*-dlq.fifo'].map((name) => `sqs:${here}:${app}-${stage}-${name}`);
  const named = 'An app names its queues by app and stage, so the prefix holds none of another app.';
  acknowledge(scope, {
    ...Object.fromEntries(
      queues.map((queue) => [`AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:${queue}]`, named]),
    ),
    ...(later === undefined
      ? {}
      : {
          [`AwsSolutions-IAM5[Resource::${timers}]`]:
            'Timers are made at run time; the wildcard stands for their names in the group of this app.',
        }),
    'AwsSolutions-IAM5[Resource::*]': 'Mappings are listed, and metrics read, of no resource in particular.',
    [`AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:lambda:${here}:event-source-mapping:*]`]:
      'Mappings have no names of their own; a condition keeps to functions of this account.',
    'Serverless-LambdaDLQ': 'Invoked by its URL, never asynchronously.',
    'Serverless-LambdaAsyncFailureDestination': 'Invoked by its URL, never asynchronously.',
    'Serverless-LambdaTracing': 'A dashboard is looked at by people; nobody waits for its traces.',
    ...(auth === 'token'
      ? { 'AwsSolutions-SMG4': 'A new token ends every session; it is made when its owner wants that.' }
      : {}),
  });
}
