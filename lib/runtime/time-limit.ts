/** The time limits that a send says for its run. */
import type { Message } from '../core/message.ts';
import { limitsOfRun } from '../core/time-limit.ts';
import type { AnyTask } from '../define/task.ts';
import { TIME_LIMIT_CODE, type TimeLimit, timeLimitProblem, toTimeLimits } from '../define/task-limits.ts';
import { SendError } from '../errors.ts';

/** @throws SendError TIME_LIMIT_OUT_OF_RANGE where a run cannot have it, together with its task's own. */
export function checkTimeLimit(task: AnyTask, timeLimit: TimeLimit | undefined): void {
  if (timeLimit === undefined) return;
  const limits = limitsOfRun(task.limits, toTimeLimits(timeLimit));
  const problem = timeLimitProblem(task.name, limits, task.queue);
  if (problem !== undefined) throw new SendError(TIME_LIMIT_CODE, problem, { value: timeLimit });
}

/** The member of a message, where there is anything to say. */
export function timeLimitOf(timeLimit: TimeLimit | undefined): Pick<Message, 'timeLimit'> {
  const limits = toTimeLimits(timeLimit);
  return Object.keys(limits).length === 0 ? {} : { timeLimit: limits };
}
