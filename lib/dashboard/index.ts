/**
 * The dashboard of an app on AWS, or on an emulator: its desk, the HTTP API over that, and its Lambda
 * handler.
 */
export { type Listening, listen } from './api/listen.ts';
export { type Api, type ApiOptions, createApi, type PageFile } from './api/server.ts';
export type { CostAnswer, CostRow } from './cost-row.ts';
export type { Desk, DeskActions, DeskQueries } from './desk.ts';
export type { UrlAnswer, UrlEvent, UrlHandler } from './function-url.ts';
export { createDesk, type DeskOptions, type EmulatorView, type OpenDesk } from './open-desk.ts';
export { type PageFiles, pageIn } from './page-files.ts';
export type {
  AttemptRow,
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
  RunError,
  RunRow,
  RunsQuery,
  ScheduleRow,
  TaskRow,
  Waiting,
  WorkerRow,
  WorkflowNode,
} from './row.ts';
export { serveDashboard } from './serve.ts';
