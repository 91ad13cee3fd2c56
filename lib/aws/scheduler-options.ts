/** What `runScheduler` takes, and what is wrong with who shall run what schedules send. */
import type { ErrorCode, Problem } from '../errors.ts';
import type { Clock, Log } from '../runtime/ports.ts';
import type { ScheduleStore } from '../runtime/schedule-ports.ts';
import type { ConnectOptions } from './connect.ts';
import { CONCURRENCY_MAX, wholeProblems } from './worker-options.ts';

/** Who runs what schedules send. */
export type SchedulerExecutor = 'workers' | 'inline' | 'threads' | 'processes';

/** Where schedules are kept, and who performs what they fire. */
export interface RunSchedulerOptions extends ConnectOptions {
  /**
   * Where the record is (APScheduler's job store): in the app's table, which any number of processes share,
   * so that each fire is performed by one of them; or in this process alone, forgotten when it ends. A store
   * of `createMemoryScheduleStore` may be shared by schedulers of one process. @default 'dynamodb'
   */
  readonly store?: 'dynamodb' | 'memory' | ScheduleStore;
  /**
   * Who runs what is scheduled. `workers`: those of the app, to whose queues it is sent. `inline`: this
   * process, as pool `async` of a worker does. `threads`, `processes`: children of this process, as the
   * worker's pools of these names, for handlers that compute; `entry` is needed. In all but the first a run
   * is lost when this process dies. What is published is published in any case, and workflows are sent to
   * the workers, since their parts follow each other through queues and records.
   * @default 'workers'
   */
  readonly executor?: SchedulerExecutor;
  /**
   * How many children there are, each of which runs one at a time; what is more waits for them.
   * @default the processors' number
   */
  readonly concurrency?: number;
  /** URL or path of the JavaScript module that exports the app, which children load. */
  readonly entry?: string | URL;
  /**
   * URL of the module that children are, where this library is bundled into another one.
   * @default the one of this package
   */
  readonly child?: string | URL;
  /** How long it sleeps at most before it looks at the record again. Milliseconds. @default 10000 */
  readonly lookMs?: number;
  /** Receives each log line. @default one JSON object a line on stdout and stderr */
  readonly log?: Log;
  /** @default the machine's */
  readonly clock?: Clock;
}

const EXECUTORS: readonly SchedulerExecutor[] = ['workers', 'inline', 'threads', 'processes'];

/** Everything that is wrong with an executor and its options. */
export function executorProblems(options: RunSchedulerOptions): readonly Problem[] {
  const { executor = 'workers', concurrency, entry, requestHandler } = options;
  const problems: Problem[] = [];
  const fail = (code: ErrorCode, path: string, message: string) => problems.push({ code, path, message });
  if (!EXECUTORS.includes(executor))
    fail('INVALID_EXECUTOR', 'executor', `executor is '${executor}'; give one of ${EXECUTORS.join(', ')}`);
  const hasChildren = executor === 'threads' || executor === 'processes';
  if (hasChildren && entry === undefined)
    fail(
      'ENTRY_MISSING',
      'entry',
      `children of executor '${executor}' load the app: give the module that exports it`,
    );
  if (hasChildren && requestHandler !== undefined)
    fail('INVALID_OPTION', 'requestHandler', "it cannot be given to children; use executor 'inline'");
  if (!hasChildren && concurrency !== undefined)
    fail(
      'INVALID_OPTION',
      'concurrency',
      `executor '${executor}' has no children to count; limit runs by maxInstances of their schedules`,
    );
  if (concurrency !== undefined)
    problems.push(...wholeProblems('concurrency', concurrency, 1, CONCURRENCY_MAX));
  return problems;
}
