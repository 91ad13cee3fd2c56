/** Celeriac on AWS: `connect` for whoever sends, `serve` for workers, `runScheduler` for plain processes. */
export { createMemoryScheduleStore } from '../runtime/memory-schedule-store.ts';
export type { ScheduleStore } from '../runtime/schedule-ports.ts';
export { type ConnectOptions, connect } from './connect.ts';
export { type RunSchedulerOptions, runScheduler, type Scheduler } from './run-scheduler.ts';
export { type LambdaContext, type SqsAnswer, type SqsEvent, type SqsHandler, serve } from './serve.ts';
