/**
 * The names of an app's AWS resources: anyone who knows app and stage can build them, so no map of names is
 * deployed.
 */

/**
 * `<app>-<stage>-<name>`, with `.fifo` where SQS wants it; a level of priorities above the lowest is a queue
 * of its own, `<app>-<stage>-<name>-p<level>`.
 */
export function queueName(
  app: string,
  stage: string,
  queue: { readonly name: string; readonly ordered: boolean },
  level = 0,
): string {
  const suffix = level === 0 ? '' : `-p${level}`;
  return `${app}-${stage}-${queue.name}${suffix}${queue.ordered ? '.fifo' : ''}`;
}

/** The SQS queues of a queue: one for each level of priority, the lowest first. */
export function queueNames(
  app: string,
  stage: string,
  queue: { readonly name: string; readonly ordered: boolean; readonly priorities: number },
): readonly string[] {
  return Array.from({ length: queue.priorities }, (_, level) => queueName(app, stage, queue, level));
}

/** The dead-letter queue beside a queue. */
export function deadLetterQueueName(
  app: string,
  stage: string,
  queue: { readonly name: string; readonly ordered: boolean },
): string {
  return `${app}-${stage}-${queue.name}-dlq${queue.ordered ? '.fifo' : ''}`;
}

/** The table of runs. */
export function runsTableName(app: string, stage: string): string {
  return `${app}-${stage}-runs`;
}

/** The SNS topic of an exchange. */
export function topicName(
  app: string,
  stage: string,
  exchange: { readonly name: string; readonly ordered: boolean },
): string {
  return `${app}-${stage}-${exchange.name}${exchange.ordered ? '.fifo' : ''}`;
}

/** The EventBridge bus of an app. */
export function busName(app: string, stage: string): string {
  return `${app}-${stage}`;
}

/** The archive of an exchange. */
export function archiveName(app: string, stage: string, exchange: { readonly name: string }): string {
  return `${app}-${stage}-${exchange.name}`;
}

/**
 * The bucket of large payloads. Buckets share one space of names among all accounts, so the account and the
 * Region are in it; S3 takes small letters only, and no '_'.
 */
export function blobsBucketName(app: string, stage: string, account: string, region: string): string {
  return `${blobsBucketPrefix(app, stage)}-${account}-${region}`;
}

/** What the name of that bucket begins with. */
export function blobsBucketPrefix(app: string, stage: string): string {
  return `${app}-${stage}-blobs`.toLowerCase().replaceAll('_', '-');
}

/** What the names of an app's reply queues begin with. */
export function replyQueuePrefix(app: string, stage: string): string {
  return `${app}-${stage}-reply-`;
}

/** The name of `later` among the app's queues and workers; a queue of yours cannot have it. */
export const LATER = 'later';

/** The queue of `later`: in which everything waits that no service delays as it must. */
export function laterQueueName(app: string, stage: string): string {
  return queueName(app, stage, { name: LATER, ordered: false });
}

/** The dead-letter queue beside it, in which its timers leave what they cannot deliver, too. */
export function laterDeadLetterQueueName(app: string, stage: string): string {
  return deadLetterQueueName(app, stage, { name: LATER, ordered: false });
}

/** The group of an app's timers in EventBridge Scheduler. */
export function timerGroupName(app: string, stage: string): string {
  return `${app}-${stage}`;
}

/**
 * The role that timers send with. Roles belong to no Region, and an app may be deployed in several, so the
 * Region is in its name.
 */
export function timersRoleName(app: string, stage: string, region: string): string {
  return `${timersRolePrefix(app, stage)}-${region}`;
}

/** What the name of that role begins with. */
export function timersRolePrefix(app: string, stage: string): string {
  return `${app}-${stage}-timers`;
}

/**
 * The timers of the ticker and of the sweep of workflows. EventBridge Scheduler keeps names apart by group,
 * but CloudFormation knows a schedule by its name alone (the primary identifier in its registry), and says of
 * one whose name another stack has that it already exists there (aws/serverless-application-model#3109; that
 * it says so across groups, too, is a guess on the safe side). So what stands in a template is named by app
 * and stage as well.
 */
export function ownTimerName(app: string, stage: string, kind: 'ticker' | 'sweep'): string {
  return `${app}-${stage}.celeriac.${kind}`;
}

/** The timer of a schedule as the code defines it. Only deploys change it. */
export function definedTimerName(app: string, stage: string, schedule: string): string {
  return `${app}-${stage}.${schedule}`;
}

/** The timer of a schedule that was added or changed at run time; it may stand beside the one of the code. */
export function addedTimerName(schedule: string): string {
  return `added-${schedule}`;
}
