/** Every resource type that the loader takes, by name. */
import { effectless } from './accepted.ts';
import type { Provider } from './provider.ts';
import { dynamodbGlobalTable } from './providers/dynamodb-global-table.ts';
import { dynamodbTable } from './providers/dynamodb-table.ts';
import { eventsArchive } from './providers/events-archive.ts';
import { eventsEventBusPolicy } from './providers/events-bus-policy.ts';
import { eventsEventBus } from './providers/events-event-bus.ts';
import { eventsRule } from './providers/events-rule.ts';
import { lambdaAlias } from './providers/lambda-alias.ts';
import { lambdaEventInvokeConfig } from './providers/lambda-event-invoke-config.ts';
import { lambdaEventSourceMapping } from './providers/lambda-event-source-mapping.ts';
import { lambdaFunction } from './providers/lambda-function.ts';
import { lambdaPermission } from './providers/lambda-permission.ts';
import { lambdaUrl } from './providers/lambda-url.ts';
import { lambdaVersion } from './providers/lambda-version.ts';
import { s3Bucket } from './providers/s3-bucket.ts';
import { schedulerSchedule } from './providers/scheduler-schedule.ts';
import { schedulerScheduleGroup } from './providers/scheduler-schedule-group.ts';
import { secretsmanagerSecret } from './providers/secretsmanager-secret.ts';
import { snsSubscription } from './providers/sns-subscription.ts';
import { snsTopic } from './providers/sns-topic.ts';
import { snsTopicPolicy } from './providers/sns-topic-policy.ts';
import { sqsQueue } from './providers/sqs-queue.ts';
import { sqsQueuePolicy } from './providers/sqs-queue-policy.ts';
import { ssmParameter } from './providers/ssm-parameter.ts';
import type { Providers } from './reference.ts';

const served: readonly Provider<object>[] = [
  sqsQueue,
  sqsQueuePolicy,
  dynamodbTable,
  dynamodbGlobalTable,
  lambdaFunction,
  lambdaVersion,
  lambdaAlias,
  lambdaEventSourceMapping,
  lambdaEventInvokeConfig,
  lambdaPermission,
  lambdaUrl,
  snsTopic,
  snsTopicPolicy,
  snsSubscription,
  eventsEventBus,
  eventsEventBusPolicy,
  eventsRule,
  eventsArchive,
  schedulerScheduleGroup,
  schedulerSchedule,
  s3Bucket,
  secretsmanagerSecret,
  ssmParameter,
];

/** Types with an effect and types without, as the loader looks them up. */
export const providers: Providers = new Map(
  [...served, ...effectless].map((provider) => [provider.type, provider]),
);
