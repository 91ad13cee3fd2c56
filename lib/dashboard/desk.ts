/**
 * The desk: what the dashboard, its HTTP API and the command line may ask of a running app, and do to it.
 * Everything is read from durable state (DynamoDB, SQS, EventBridge Scheduler, Lambda, CloudWatch), so it
 * needs no process that listens and survives restarts.
 */
import type { Json } from '../core/json.ts';
import type { CostAnswer } from './cost-row.ts';
import type { QueueHistory } from './history.ts';
import type {
  DeadLetterRow,
  DeadLettersQuery,
  ExchangeRow,
  LimitRow,
  MessageRow,
  Overview,
  Page,
  QueueRow,
  Redrive,
  RedriveAnswer,
  RouteAnswer,
  RunDetail,
  RunRow,
  RunsQuery,
  ScheduleRow,
  TaskRow,
  Waiting,
  WorkerRow,
  WorkflowNode,
} from './row.ts';
import type { WaitingRunRow } from './waiting-run.ts';

/** What can be asked. Queries reject with a CeleriacError; NOT_FOUND for a name or id that is not there. */
export interface DeskQueries {
  overview(): Promise<Overview>;
  tasks(): Promise<readonly TaskRow[]>;
  runs(query: RunsQuery): Promise<Page<RunRow>>;
  run(id: string): Promise<RunDetail>;
  workflows(query: { readonly after?: string; readonly limit?: number }): Promise<Page<RunRow>>;
  workflow(id: string, at?: { readonly path?: string; readonly after?: number }): Promise<WorkflowNode>;
  queues(): Promise<readonly QueueRow[]>;
  peek(queue: string, limit?: number): Promise<readonly MessageRow[]>;
  /** What is known to wait in a queue without looking into it: runs with a record. The oldest first. */
  waitingRuns(queue: string, limit?: number): Promise<readonly WaitingRunRow[]>;
  deadLetters(query: DeadLettersQuery): Promise<Page<DeadLetterRow>>;
  /** How deep the queues were before somebody looked. */
  history(): Promise<QueueHistory>;
  exchanges(): Promise<readonly ExchangeRow[]>;
  route(exchange: string, key: string, headers: Readonly<Record<string, Json>>): Promise<RouteAnswer>;
  schedules(query: { readonly prefix?: string; readonly after?: string }): Promise<Page<ScheduleRow>>;
  workers(): Promise<readonly WorkerRow[]>;
  limits(): Promise<readonly LimitRow[]>;
  cost(): Promise<CostAnswer>;
  /** Why a run or a message does not run; undefined when it runs or has ended. */
  waiting(id: string): Promise<Waiting | undefined>;
  /** Prometheus text: Flower's six metrics and ours. */
  metrics(): Promise<string>;
  /** Mermaid or DOT of the app's topology. */
  graph(format: 'mermaid' | 'dot'): Promise<string>;
}

/** What can be done. A desk that is read only refuses all of it with READ_ONLY. */
export interface DeskActions {
  send(
    task: string,
    input: string,
    options?: Readonly<Record<string, Json>>,
  ): Promise<{ readonly id: string }>;
  call(task: string, input: string, timeoutMs: number): Promise<{ readonly result: string }>;
  publish(
    exchange: string,
    key: string,
    body: string,
    headers: Readonly<Record<string, Json>>,
  ): Promise<{ readonly messageId: string; readonly route: RouteAnswer }>;
  /**
   * `task` is for a run of which there is no record, since it has not started: then only its name tells whose
   * it is. RUN_NOT_KEPT without it.
   */
  revoke(id: string, terminate: boolean, task?: string): Promise<{ readonly outcome: string }>;
  /**
   * Runs an ended run once more; `input` as JSON text replaces its own. Where '[redacted]' stands in it as
   * `run` shows it, the secret is kept; INVALID_INPUT where it stands elsewhere.
   */
  retry(id: string, input?: string): Promise<{ readonly id: string }>;
  forget(id: string): Promise<void>;
  /** Waits for a result. */
  result(id: string, timeoutMs: number): Promise<{ readonly result: string }>;
  purge(queue: string): Promise<{ readonly purged: number }>;
  /** Stops and starts that a queue is worked. */
  pauseQueue(queue: string): Promise<void>;
  resumeQueue(queue: string): Promise<void>;
  redrive(redrive: Redrive): Promise<RedriveAnswer>;
  addSchedule(name: string, trigger: string, task: string, input: string): Promise<void>;
  rescheduleSchedule(name: string, trigger: string): Promise<void>;
  pauseSchedule(name: string): Promise<void>;
  resumeSchedule(name: string): Promise<void>;
  runSchedule(name: string): Promise<{ readonly id: string }>;
  removeSchedule(name: string): Promise<void>;
  setLimits(task: string, rateLimit: string | null, concurrency: number | null): Promise<void>;
  /** Of a long-running worker: shut down, or another number of slots. */
  shutdownWorker(name: string): Promise<void>;
  resizeWorker(name: string, concurrency: number): Promise<void>;
}

/** All that can be asked of an app and done to it. */
export type Desk = DeskQueries & DeskActions;
