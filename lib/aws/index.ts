/**
 * Celeriac on AWS: `connect` for whoever sends, `serve` for the workers on Lambda, `runWorker` for those on
 * machines, `runScheduler` for schedules in plain processes.
 */

export type { Autoscale } from '../core/autoscale.ts';
export type {
  PoolKind,
  RunningTask,
  StopKind,
  WorkerCommand,
  WorkerRecord,
  WorkerState,
} from '../core/worker-record.ts';
export { createMemoryScheduleStore } from '../runtime/memory-schedule-store.ts';
export type { ScheduleStore } from '../runtime/schedule-ports.ts';
export { type ConnectOptions, connect } from './connect.ts';
export type { HealthOptions } from './health.ts';
export { listWorkers, tellWorker, type WorkerInfo } from './list-workers.ts';
export { runScheduler, type Scheduler } from './run-scheduler.ts';
export { type RunningWorker, runWorker } from './run-worker.ts';
export type { RunSchedulerOptions, SchedulerExecutor } from './scheduler-options.ts';
export { type LambdaContext, type SqsAnswer, type SqsEvent, type SqsHandler, serve } from './serve.ts';
export { RUN_WORKER_DEFAULTS, type RunWorkerOptions } from './worker-options.ts';
