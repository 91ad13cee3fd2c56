/**
 * What `later` needs besides its queue and function: the group of the app's timers in EventBridge Scheduler,
 * the one role that all of them send with, the ticker, and a timer for each schedule that the service fires
 * by itself. Timers of run time join the group through the API.
 */
import { Grant, type IGrantable, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Schedule, ScheduleExpression, ScheduleGroup, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { SqsSendMessage } from 'aws-cdk-lib/aws-scheduler-targets';
import { Duration, type RemovalPolicy, Stack, TimeZone } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { TIMER_RETRIES_MAX, TIMER_RETRY_SECONDS_MAX } from '../lib/core/limits.ts';
import type { LaterResource, TimerResource } from '../lib/define/schedule-topology.ts';
import { acknowledge } from './acknowledge.ts';
import { arnFor } from './arn.ts';
import { SENDER_KEY_ACTIONS, type WorkQueue } from './queue.ts';
import type { QueueWorker } from './worker.ts';

export interface LaterProps {
  readonly resource: LaterResource;
  readonly queue: WorkQueue;
  readonly worker: QueueWorker;
  /** The customer's key of the queue; without it SQS encrypts with its own. */
  readonly encryptionKey: IKey | undefined;
  readonly removalPolicy: RemovalPolicy;
}

/** The timers of an app. */
export class Later extends Construct {
  readonly group: ScheduleGroup;
  readonly #role: Role;
  readonly #roleName: string;
  readonly #groupName: string;

  constructor(scope: Construct, id: string, props: LaterProps) {
    super(scope, id);
    const { resource, removalPolicy } = props;
    this.#groupName = resource.groupName;
    this.#roleName = `${resource.rolePrefix}-${Stack.of(this).region}`;
    this.group = new ScheduleGroup(this, 'Group', { scheduleGroupName: resource.groupName });
    // What waits in one-shot timers are messages, and stays as they do.
    this.group.applyRemovalPolicy(removalPolicy);
    this.#role = this.#createRole(props);
    for (const timer of resource.timers) this.#createTimer(props, timer);
  }

  /** Lets `later` make one-shot timers. */
  grantWait(grantee: IGrantable): void {
    this.#grant(grantee, ['scheduler:CreateSchedule']);
    this.#grantPass(grantee);
  }

  /** Lets somebody make, change and remove the timers of schedules (`client.schedules`). */
  grantTimers(grantee: IGrantable): void {
    this.#grant(grantee, [
      'scheduler:CreateSchedule',
      'scheduler:DeleteSchedule',
      'scheduler:UpdateSchedule',
    ]);
    this.#grantPass(grantee);
  }

  /** Lets somebody drop a message that waits: one that was revoked. */
  grantCancel(grantee: IGrantable): void {
    this.#grant(grantee, ['scheduler:DeleteSchedule']);
  }

  #createRole({ resource, queue, encryptionKey }: LaterProps): Role {
    const { account } = Stack.of(this);
    const role = new Role(this, 'Role', {
      description: `Celeriac: timers of ${resource.groupName} send to its queue of later`,
      // Whoever makes a timer at run time has to know its role, and nobody is told ARNs.
      roleName: this.#roleName,
      // No other group of the account, and no other account, may have timers that act as this role.
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': account, 'aws:SourceArn': this.group.scheduleGroupArn },
        },
      }),
    });
    for (const each of [queue.queue, queue.deadLetterQueue]) each.grant(role, 'sqs:SendMessage');
    encryptionKey?.grant(role, ...SENDER_KEY_ACTIONS);
    return role;
  }

  #createTimer({ queue, worker }: LaterProps, timer: TimerResource): void {
    const { timerName, description, expression, timezone, input } = timer;
    const schedule = new Schedule(this, `Timer-${timerName}`, {
      scheduleName: timerName,
      description,
      scheduleGroup: this.group,
      schedule: ScheduleExpression.expression(expression, TimeZone.of(timezone)),
      target: new SqsSendMessage(queue.queue, {
        // It has its permissions, by statements without wildcards.
        role: this.#role.withoutPolicyUpdates(),
        input: ScheduleTargetInput.fromText(input),
        deadLetterQueue: queue.deadLetterQueue,
        maxEventAge: Duration.seconds(TIMER_RETRY_SECONDS_MAX),
        retryAttempts: TIMER_RETRIES_MAX,
      }),
    });
    // Nothing fires before somebody takes it, and before the role may send it.
    schedule.node.addDependency(worker, this.#role);
  }

  #grant(grantee: IGrantable, actions: string[]): void {
    const resourceName = `${this.#groupName}/*`;
    const arn = Stack.of(this).formatArn({ service: 'scheduler', resource: 'schedule', resourceName });
    const { principalStatement } = Grant.addToPrincipal({ grantee, actions, resourceArns: [arn] });
    if (principalStatement === undefined) return;
    const found = `arn:<AWS::Partition>:scheduler:<AWS::Region>:<AWS::AccountId>:schedule/${resourceName}`;
    const { grantPrincipal } = grantee;
    // The finding is about the policy of whoever is granted it, who may stand anywhere in the app.
    const reason =
      'Timers are made at run time; the wildcard stands for their names in the group of this app.';
    const scope = Construct.isConstruct(grantPrincipal) ? grantPrincipal : this;
    acknowledge(scope, { [`AwsSolutions-IAM5[Resource::${found}]`]: reason }, this);
  }

  #grantPass(grantee: IGrantable): void {
    const named = { service: 'iam', region: '', resource: 'role', resourceName: this.#roleName };
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [arnFor(grantee, this.#role, this.#role.roleArn, named)],
        conditions: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
      }),
    );
  }
}
