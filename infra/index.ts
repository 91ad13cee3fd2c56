/** The CDK side of Celeriac: the construct that provisions an app. */

export type { AlarmProps } from './alarms.ts';
export { Broker } from './broker.ts';
export type { BrokerProps } from './broker-props.ts';
export type { BundlingProps } from './bundle.ts';
export type { DashboardProps } from './dashboard.ts';
export { FARGATE_DEFAULTS, type FargateScaling, FargateWorker, type FargateWorkerProps } from './fargate.ts';
export type { WorkerProps } from './worker.ts';
