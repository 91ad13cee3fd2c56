/** What `@default` of the options of workers on machines says, and the value it has when nobody sets it. */
import { RUN_WORKER_DEFAULTS } from '#lib/aws';
import { DEFAULT_STAGE } from '../lib/define/topology.ts';

export const MACHINE_DEFAULTS: Readonly<Record<string, unknown>> = {
  'RunWorkerOptions.stage': DEFAULT_STAGE,
  'RunWorkerOptions.queues': 'all that have tasks or a consumer',
  'RunWorkerOptions.pool': RUN_WORKER_DEFAULTS.pool,
  'RunWorkerOptions.concurrency': `${RUN_WORKER_DEFAULTS.concurrency} for async, else the processors' number`,
  'RunWorkerOptions.prefetch':
    'as many as begin within half a second, by how long messages take of late, at most 10',
  'RunWorkerOptions.autoscale': 'none',
  'RunWorkerOptions.maxTasksPerChild': 'never',
  'RunWorkerOptions.maxMemoryPerChild': 'never',
  'RunWorkerOptions.health': 'none',
  'RunWorkerOptions.heartbeat': RUN_WORKER_DEFAULTS.heartbeat,
  'RunWorkerOptions.softTimeout': RUN_WORKER_DEFAULTS.softTimeout,
  'RunWorkerOptions.signals': RUN_WORKER_DEFAULTS.signals,
  'RunWorkerOptions.log': 'JSON, one a line, on stdout and stderr',
  'RunWorkerOptions.child': 'the one of this package',
  'HealthOptions.host': '0.0.0.0',
};
