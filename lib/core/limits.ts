/**
 * The limits that definitions and messages are checked against, each with its source. The emulator states the
 * same limits once more on its own, on purpose: test/limits.test.ts compares the two.
 */

/** Names become parts of AWS names: `<app>-<stage>-<name>-dlq.fifo` must fit SQS's 80 characters. */
export const APP_NAME_LENGTH_MAX = 16;
export const STAGE_NAME_LENGTH_MAX = 10;
export const NAME_LENGTH_MAX = 32;
/** SQS: queue names (CreateQueue). */
export const QUEUE_NAME_LENGTH_MAX = 80;

/** SQS: DelaySeconds 0–900 (SendMessage); FIFO queues take no delay per message. */
export const DELAY_MS_MAX = 900_000;
/** SQS: VisibilityTimeout at most 12 h, counted from the receive (ChangeMessageVisibility). */
export const VISIBILITY_MS_MAX = 43_200_000;
/** SQS: entries of one batch call, and their sum in bytes. */
export const BATCH_ENTRIES_MAX = 10;
export const BATCH_BYTES_MAX = 1_048_576;
/** EventBridge: the entries of one PutEvents, all members counted, are less than 1 MB. */
export const EVENTS_BYTES_MAX = 1_048_575;
/** SQS: MessageRetentionPeriod at most 14 days; Celeriac keeps everything that long. */
export const RETENTION_MS = 1_209_600_000;
/** SQS: maxReceiveCount 1–1000 (RedrivePolicy). */
export const RECEIVES_MAX = 1_000;
/** Our own: after so many more crashes than a queue allows, SQS dead-letters what no worker has. */
export const RECEIVES_SPARE = 3;
/** SQS: MessageGroupId and MessageDeduplicationId. */
export const GROUP_LENGTH_MAX = 128;

/** Our own: an envelope leaves room for what services add to a message of 1 MiB. */
export const MESSAGE_BYTES_MAX = 983_040;
/** Our own: the same for later copies of a message, which say what has become of it: counts, its end. */
export const COPY_BYTES_MAX = MESSAGE_BYTES_MAX + 32_768;
/** Our own: how often a message may be sent on from task to task; Lambda's own guard stops at about 16. */
export const HOPS_MAX = 100;
/**
 * Our own: how long a message waits for a worker that knows its task (a rolling deploy) or that reaches AWS.
 */
export const DEFERRED_MS_MAX = 86_400_000;
/** Our own: what is kept of a message's history and of an error's stack. */
export const HISTORY_ENTRIES_MAX = 20;
export const STACK_LENGTH_MAX = 4_000;

/** DynamoDB: an item is at most 400 KB, names included; the rest of a run's record is far below 30 KB. */
export const RESULT_BYTES_MAX = 380_000;

/** Lambda: timeout of a function, batch of an event source mapping, batching window, MaximumConcurrency. */
export const FUNCTION_TIMEOUT_MS_MAX = 900_000;
export const FUNCTION_MEMORY_MB_MIN = 128;
export const FUNCTION_MEMORY_MB_MAX = 10_240;
export const WORKER_BATCH_MAX = 10_000;
export const WORKER_BATCH_ORDERED_MAX = 10;
export const WORKER_WINDOW_MS_MAX = 300_000;
export const WORKER_CONCURRENCY_MIN = 2;
export const WORKER_CONCURRENCY_MAX = 1_000;
/** AWS's advice, and cdk-nag's rule: visibility ≥ 6 × function timeout + batching window. */
export const VISIBILITY_PER_TIMEOUT = 6;

/**
 * How long a claim's record outlives its send: retention in the queue, then in the dead-letter queue, and a
 * day.
 */
export const RECORD_MS = 2 * RETENTION_MS + 86_400_000;

/** EventBridge: RetentionDays of an archive; 0 would be for ever, which no app should choose by accident. */
export const ARCHIVE_DAYS_MAX = 3_650;
/** Our own: levels of a queue with priorities; each is a queue of its own with a mapping of its own. */
export const PRIORITY_LEVELS_MIN = 2;
export const PRIORITY_LEVELS_MAX = 10;
/** AMQP: a priority is one byte; RabbitMQ takes what is above a queue's highest as the highest. */
export const PRIORITY_MAX = 255;

/** SNS: filter policies of a topic (quota, adjustable); subscriptions of a FIFO topic. */
export const TOPIC_FILTER_POLICIES_MAX = 200;
export const ORDERED_TOPIC_SUBSCRIPTIONS_MAX = 100;
/** SNS: a message, unless MaximumMessageSize says more; then a topic has at most so many subscriptions. */
export const TOPIC_BYTES_DEFAULT = 262_144;
export const TOPIC_BYTES_MAX = 1_048_576;
export const LARGE_TOPIC_SUBSCRIPTIONS_MAX = 100;
/** EventBridge: the name of an archive (CreateArchive). */
export const ARCHIVE_NAME_LENGTH_MAX = 48;
/**
 * Our own: topics that a queue's policy lists. SQS allows 8,192 bytes, and an ARN may have 120; beyond this a
 * pattern stands for all topics of the app.
 */
export const QUEUE_POLICY_SOURCES_MAX = 40;
/** EventBridge: how long and how often a rule tries to deliver; then the message is dead-lettered. */
export const RULE_RETRY_SECONDS_MAX = 86_400;
export const RULE_RETRIES_MAX = 185;
/** S3: the length of a bucket's name. */
export const BUCKET_NAME_LENGTH_MAX = 63;
/** Our own: large payloads outlive the messages that name them: RECORD_MS in days. */
export const BLOB_DAYS = 29;
/** Our own: slots of a task's concurrency; each is an item of the table of runs. */
export const SLOTS_MAX = 1_000;
/** EventBridge Scheduler: it fires within a minute of the time asked for (its user guide: 60 s precision). */
export const TIMER_PRECISION_MS = 60_000;
/**
 * Our own: how late a fire may be without being a misfire that `coalesce` looks at: the service's minute, and
 * one more for queue and function.
 */
export const LATE_MS = 120_000;
/** Our own: how far ahead of its nominal time a tick hands fires on; a tick may be late by as much. */
export const LOOKAHEAD_MS = 300_000;
/** Our own: fires of one tick; what is more waits for the next tick. */
export const FIRES_PER_TICK_MAX = 10_000;
/** Our own: a jitter that is longer would be another trigger. */
export const JITTER_MS_MAX = 86_400_000;
/** Our own: the finest that a schedule fires. SQS delays by whole seconds. */
export const FIRE_PERIOD_MS_MIN = 1_000;
/** Our own: instances of one schedule that may run at once where `maxInstances` says so. */
export const INSTANCES_MAX = 100;
/** EventBridge Scheduler: Input of a target, less what our own envelope around it needs. */
export const TIMER_INPUT_BYTES_MAX = 204_800;
/**
 * DynamoDB: an item is at most 400 KB; a schedule that is added or changed at run time is one, with its name
 * and its times besides.
 */
export const SCHEDULE_BYTES_MAX = 380_000;
/** Our own: entries that a list by next fire looks at, since it computes each entry's next fire. */
export const SCHEDULES_SORTED_MAX = 10_000;
/** Our own: how long a run counts for maxInstances where no record says that it has ended. */
export const INSTANCE_MS_MAX = 86_400_000;
/**
 * Our own: how often `later` takes what it cannot do before it is dead-lettered with the reason; it waits up
 * to three minutes in between, so that an outage of hours loses nothing.
 */
export const LATER_RECEIVES_MAX = 100;
/** Our own: how long a message may wait; schedules are for what is further away. */
export const WAIT_MS_MAX = 365 * 86_400_000;
/** EventBridge Scheduler: how long and how often a timer tries to deliver (RetryPolicy). */
export const TIMER_RETRY_SECONDS_MAX = 86_400;
export const TIMER_RETRIES_MAX = 185;
/** DynamoDB: an item is at most 400 KB; a page of a workflow's plan has a short key besides. */
export const PLAN_PAGE_BYTES_MAX = 380_000;
/** Our own: nodes of one workflow, links included, and how deep they may be nested. */
export const PLAN_NODES_MAX = 100_000;
export const PLAN_DEPTH_MAX = 50;
/** Our own: parts of a node of a workflow on one page, and nodes of a tree: each costs a part of a read. */
export const TREE_PARTS_MAX = 1_000;
export const TREE_NODES_MAX = 10_000;
/** Our own: a result that travels to the next step in its message; what is larger is read from its record. */
export const WORKFLOW_INPUT_BYTES_MAX = 65_536;
/** Our own: how long a workflow may take; its parts' records live longer, whatever it does. */
export const WORKFLOW_DEADLINE_MS_MAX = 1_209_600_000;
