/** What is wrong with who shall run what schedules send. */
import type { ErrorCode, Problem } from '../errors.ts';
import type { RunSchedulerOptions, SchedulerExecutor } from './run-scheduler.ts';
import { CONCURRENCY_MAX, wholeProblems } from './worker-options.ts';

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
