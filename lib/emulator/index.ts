/// <reference lib="esnext.disposable" preserve="true" />
/** The public face of the emulator: AWS in one process, on a real or on a virtual clock. */
export type { Clock, VirtualClock } from './clock.ts';
export type { LoadOptions } from './cloudformation/loader.ts';
export { type Problem, type ProblemCode, TemplateError } from './cloudformation/problem.ts';
export {
  type Ignored,
  type LoadedResource,
  type LoadReport,
  type ResourceChange,
  type StackReport,
  toChangeLines,
} from './cloudformation/report.ts';
export type { DataOptions } from './data/data.ts';
export { DataError, type DataErrorCode } from './data/error.ts';
export type { Listening } from './doors.ts';
export {
  createEmulator,
  type Emulator,
  type EmulatorOptions,
  type StartOptions,
  startEmulator,
  type VirtualClockOption,
  type VirtualEmulator,
} from './emulator.ts';
export { ServiceError } from './error.ts';
export type { FaultHits, Faults } from './faults/faults.ts';
export { type Fault, type FaultPlan, FaultPlanError, type FaultRule } from './faults/plan.ts';
export type { OnCall, ServiceCall } from './instrument.ts';
export type { Services } from './models.ts';
export type { Caller, Input, Output, Service } from './service.ts';
export type { SqsFaults } from './sqs/sqs.ts';
export type { CallCount, CallSource, Trace, TraceEntry, TraceFilter } from './trace.ts';
export type { RequestHandler } from './wire/request-handler.ts';
