/** What is wrong with a call of a task as a part of a workflow, or by a schedule. */
import { fromMilliseconds, isDuration, toMilliseconds } from '../core/duration.ts';
import { type Json, jsonProblem } from '../core/json.ts';
import { GROUP_LENGTH_MAX, PRIORITY_MAX, WAIT_MS_MAX } from '../core/limits.ts';
import { redactJson, redactText } from '../core/redact.ts';
import { limitsOfRun } from '../core/time-limit.ts';
import type { PlanOptions } from '../core/workflow/plan.ts';
import type { ErrorCode } from '../errors.ts';
import type { AnyTask } from './task.ts';
import { TIME_LIMIT_CODE, timeLimitProblem, toTimeLimits } from './task-limits.ts';

/** Something wrong, with the code of the send that would be refused for it. */
export interface CallProblem {
  readonly code: ErrorCode;
  readonly text: string;
}

/** Notes what is wrong with a member of a schedule. */
export type Say = (member: string, code: ErrorCode, text: string) => undefined;

/** What the options of what a schedule sends cannot say. */
export function fireProblems(options: PlanOptions): CallProblem[] {
  if (options.at === undefined) return optionProblems(options);
  return [{ code: 'AT_IN_SCHEDULE', text: 'its signature says `at`; the trigger says when, drop it' }];
}

/** What options cannot say, whatever the task is. */
export function optionProblems({ at, delay, expires, priority = 0 }: PlanOptions): CallProblem[] {
  const problems: CallProblem[] = [];
  if (at !== undefined && delay !== undefined)
    problems.push({
      code: 'INVALID_TIME',
      text: 'delay and at both say when it runs; give one of them',
    });
  if (at !== undefined && Number.isNaN(at.getTime()))
    problems.push({ code: 'INVALID_TIME', text: 'at is an invalid date; give a Date that has a time' });
  for (const [name, text] of Object.entries({ delay, expires }))
    if (text !== undefined && !isDuration(text))
      problems.push({ code: 'INVALID_DURATION', text: `${name} is '${text}'; write it as '30s'` });
  if (isDuration(delay) && toMilliseconds(delay) > WAIT_MS_MAX)
    problems.push({
      code: 'DELAY_TOO_LONG',
      text: `delay is '${delay}'; give at most '${fromMilliseconds(WAIT_MS_MAX)}', or another trigger`,
    });
  if (!Number.isInteger(priority) || priority < 0 || priority > PRIORITY_MAX)
    problems.push({
      code: 'INVALID_PRIORITY',
      text: `priority is ${priority}; give a whole number from 0 to ${PRIORITY_MAX}`,
    });
  return problems;
}

/** What a task does not allow. */
export function taskProblems(task: AnyTask, { group, timeLimit }: PlanOptions): CallProblem[] {
  const problems: CallProblem[] = [];
  if (group !== undefined && !task.queue.ordered)
    problems.push({
      code: 'GROUP_ON_STANDARD_QUEUE',
      text: `queue '${task.queue.name}' is not ordered and keeps no groups; drop group`,
    });
  const limits = timeLimit && limitsOfRun(task.limits, toTimeLimits(timeLimit));
  const late = limits && timeLimitProblem(task.name, limits, task.queue);
  if (late !== undefined) problems.push({ code: TIME_LIMIT_CODE, text: late });
  return problems;
}

/** Whose order a message keeps, or whose turn it is: what an exchange or a queue says of it. */
interface Grouping {
  readonly ordered: boolean;
  readonly groupBy?: ((message: never) => string) | undefined;
  readonly fairBy?: ((message: never) => string) | undefined;
}

/** Whether there is a group for a message where it needs one. */
export function groupProblems(
  what: string,
  { ordered, groupBy, fairBy }: Grouping,
  message: unknown,
  given: string | undefined,
): CallProblem[] {
  const by = ordered ? groupBy : fairBy;
  try {
    // The function takes what is sent there, which only the user's own types know.
    const group: unknown = (ordered ? given : undefined) ?? by?.(message as never);
    // Without a group of its own a message of an ordered queue has the one for all.
    if ((group ?? undefined) === undefined && (ordered || by === undefined)) return [];
    const isGroup = typeof group === 'string' && /^[\x21-\x7e]+$/.test(group);
    if (isGroup && group.length <= GROUP_LENGTH_MAX) return [];
    const allowed = `give 1 to ${GROUP_LENGTH_MAX} letters, digits and punctuation (SQS)`;
    return [{ code: 'INVALID_GROUP', text: `${what}: the message group is '${group}'; ${allowed}` }];
  } catch (thrown) {
    return [{ code: 'INVALID_GROUP', text: `${what}: its function of the message group threw: ${thrown}` }];
  }
}

/** Whether a task takes an input, where its schema says so at once; what it says later, the worker hears. */
export function inputProblems(task: AnyTask, input: unknown): CallProblem[] {
  const issue = inputIssue(task.input, input);
  if (issue === undefined) return [];
  const isJson = input !== undefined && jsonProblem(input) === undefined;
  // An input that is no JSON is refused by itself; `jsonProblem` has just shown that this one is.
  const secrets = isJson ? redactJson(input as Json, task.redact).secrets : [];
  const text = `task '${task.name}' does not take this input: ${redactText(issue, secrets)}`;
  return [{ code: 'INVALID_INPUT', text }];
}

/** What a schema says at once against a value; undefined: nothing. */
export function inputIssue(schema: AnyTask['input'], input: unknown): string | undefined {
  const result = schema?.['~standard'].validate(input);
  if (result === undefined) return undefined;
  if (result instanceof Promise) {
    // Nobody waits for it here, and a rejection that nobody looks at would end the process.
    result.catch(() => undefined);
    return undefined;
  }
  return result.issues?.map(({ message }) => message).join('; ');
}
