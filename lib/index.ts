/**
 * Celeriac: Celery's tasks, RabbitMQ's exchanges and APScheduler's schedules on AWS, with no server to run.
 *
 * Glossary. A **task** is a named handler. Calling it makes a **signature**, a call described as data; a
 * **client** performs it by sending a **message** to the task's **queue**. A **worker** receives it (a
 * **delivery**), runs the task (an **attempt**) and **acks** it by returning, **nacks** it by throwing (the
 * retry policy decides), or **rejects** it (RejectError), which sends it to the **dead-letter queue**. The
 * **result** is read by the message's id. With **once**, runs of the same key exclude each other. A
 * **workflow** is many signatures and what follows from what: **chain**, **group**, **chord**.
 *
 * Who does not know who listens publishes to an **exchange** under a **routing key**; a **binding** says
 * which messages of an exchange reach a task, a queue (there a **consumer** takes them) or another exchange.
 * A **schedule** performs a call whenever its **trigger** fires; a fire that comes later than its grace is a
 * **misfire**. An **app** is all of it that is deployed together; a **stage** is one copy of it.
 */

export { type Duration, toMilliseconds } from './core/duration.ts';
export type { Json, Jsonify } from './core/json.ts';
export type { DeadReason, Death, HistoryEntry, Message, MessageProperties } from './core/message.ts';
export type { RateLimit } from './core/rate.ts';
export type { Redact } from './core/redact.ts';
export type { Backoff, ErrorMatcher, RetryPolicy } from './core/retry.ts';
export { type Headers, type HeaderValue, headersMatch, type MatchMode } from './core/routing/headers.ts';
export { type ExchangeType, type RoutingTable, route } from './core/routing/route.ts';
export { topicMatches } from './core/routing/topic.ts';
export type { Placement } from './core/schedule/placement.ts';
export type { ScheduledCall } from './core/schedule/spec.ts';
export type { FireOutcome } from './core/schedule/state.ts';
export type { FinalState, TaskState } from './core/task-state.ts';
export { type CalendarOptions, type CalendarTrigger, calendar } from './core/trigger/calendar.ts';
export { type AllOfTrigger, type AnyOfTrigger, allOf, anyOf } from './core/trigger/combine.ts';
export { type CronFields, type CronOptions, type CronTrigger, cron } from './core/trigger/cron.ts';
export { at, type DateTrigger } from './core/trigger/date.ts';
export { describe } from './core/trigger/describe.ts';
export type { When } from './core/trigger/instant.ts';
export { every, type IntervalOptions, type IntervalTrigger } from './core/trigger/interval.ts';
export {
  SOLAR_EVENTS,
  type SolarEvent,
  type SolarOptions,
  type SolarTrigger,
  solar,
} from './core/trigger/solar.ts';
export { fireTimes, nextFireTime, type Trigger } from './core/trigger/trigger.ts';
export type { DstPolicy } from './core/trigger/zone.ts';
export { type App, type AppOptions, defineApp } from './define/app.ts';
export { type BackoffOptions, exponential, fixed, linear } from './define/backoff.ts';
export { type Binding, bind, type Destination, type HeaderBinding } from './define/binding.ts';
export type {
  AsyncResult,
  CallOptions,
  Client,
  Confirmed,
  GetOptions,
  Publication,
  Publish,
  PublishOptions,
  PublishOutcome,
  ReplayOptions,
  Sender,
  SendOutcome,
  WorkflowOptions,
} from './define/client.ts';
export {
  CONSUMER_DEFAULTS,
  type Consumer,
  type ConsumerOptions,
  type Delivery,
  type DeliveryProperties,
  defineConsumer,
} from './define/consumer.ts';
export type { Context, TaskLog } from './define/context.ts';
export type {
  Limits,
  LimitsClient,
  RevokeOptions,
  RevokeOutcome,
  RunState,
  TaskProgress,
} from './define/control.ts';
export {
  type AnyExchange,
  type ComputedKey,
  defineExchange,
  type Exchange,
  type ExchangeOptions,
  type MessageSchemas,
  type Transport,
} from './define/exchange.ts';
export type {
  ArchiveResource,
  ExchangeResources,
  RuleResource,
  SubscriptionResource,
  TopicResource,
} from './define/exchange-topology.ts';
export type { AttemptEvent, Hooks, RunEvent } from './define/hooks.ts';
export { ONCE_DEFAULTS, type Once, type OnceOption, type OnceOptions } from './define/once.ts';
export { type OpenTelemetryApi, openTelemetry } from './define/open-telemetry.ts';
export {
  type DescribedPublish,
  type DescribedPublishOptions,
  describePublish,
} from './define/publication.ts';
export {
  type DeadLetterOptions,
  type DeadLetterTarget,
  defineQueue,
  QUEUE_DEFAULTS,
  type Queue,
  type QueueOptions,
} from './define/queue.ts';
export type { RedactOptions } from './define/redact.ts';
export {
  defineSchedule,
  SCHEDULE_DEFAULTS,
  type Schedule,
  type ScheduleAction,
  type ScheduledPublish,
  type ScheduledSend,
  type ScheduleOptions,
  type ScheduleTiming,
} from './define/schedule.ts';
export type { LaterResource, TimerResource } from './define/schedule-topology.ts';
export type {
  ConflictPolicy,
  LastFireInfo,
  ListSchedulesOptions,
  ScheduleChanges,
  ScheduleInfo,
  SchedulePage,
  Schedules,
} from './define/schedules-client.ts';
export type {
  GroupSignature,
  SendOptions,
  Signature as AnySignature,
  TaskSignature as Signature,
  WorkflowSignature,
} from './define/signature.ts';
export type { TableResource } from './define/table-topology.ts';
export {
  type AnyTask,
  type ContractOptions,
  defineTask,
  type Handler,
  implement,
  type OutputOf,
  RETRY_DEFAULTS,
  type RetryOptions,
  type SchemaTaskOptions,
  type Task,
  type TaskOptions,
} from './define/task.ts';
export type {
  KeyedConcurrency,
  KeyedRate,
  LimitOptions,
  TaskLimits,
  TimeLimit,
} from './define/task-limits.ts';
export type { RoutedTask, TaskRoute, TaskRoutes } from './define/task-routes.ts';
export { emf, type Telemetry, type WatchedRun, type WatchedSend } from './define/telemetry.ts';
export {
  type BucketResource,
  type LevelResource,
  type QueueResource,
  type Topology,
  type TopologyOptions,
  topology,
  type WorkerNeeds,
  type WorkerResource,
} from './define/topology.ts';
export { WORKER_DEFAULTS, type WorkerOptions, type WorkersByQueue } from './define/worker.ts';
export {
  CHAIN_TYPED_MAX,
  chain,
  chord,
  chunks,
  type Failure,
  group,
  link,
  linkError,
  map,
  type Step,
  starmap,
} from './define/workflow.ts';
export type {
  GroupCounts,
  GroupHandle,
  GroupResult,
  GroupTally,
  MemberResult,
  MemberResults,
  PartsOptions,
  PartsPage,
  Send,
  TreeOptions,
  Workflow,
  WorkflowChain,
  WorkflowClient,
  WorkflowGroup,
  WorkflowNode,
  WorkflowTask,
} from './define/workflow-client.ts';
export {
  CeleriacError,
  DefinitionError,
  type ErrorCode,
  type ErrorDetails,
  fromWireError,
  NackError,
  type Problem,
  RejectError,
  RetryError,
  type ReturnedMessage,
  SendError,
  TaskError,
  TimeLimitError,
  TimeoutError,
  toWireError,
  UnroutableError,
  type WireError,
} from './errors.ts';
