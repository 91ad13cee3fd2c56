/** What is wrong between the schedules of an app and what they send and publish. */
import { type Json, jsonProblem } from '../core/json.ts';
import { redactJson, redactText } from '../core/redact.ts';
import { limitsOfRun } from '../core/time-limit.ts';
import type { ErrorCode, Problem } from '../errors.ts';
import type { App } from './app.ts';
import type { Schedule } from './schedule.ts';
import { TIME_LIMIT_CODE, timeLimitProblem } from './task-limits.ts';

/** The problems that show only where definitions meet. */
export function schedulesProblems(app: App): Problem[] {
  return app.schedules.flatMap((schedule) => callProblems(app, schedule));
}

/** What is wrong with what a schedule does, in an app: for definitions, and for those added at run time. */
export function callProblems(app: App, { name, spec, action }: Pick<Schedule, 'name' | 'spec' | 'action'>) {
  const { call } = spec;
  const path = `schedules.${name}`;
  const problems: Problem[] = [];
  const say = (member: string, code: ErrorCode, text: string): void => {
    problems.push({ code, path: `${path}.${member}`, message: `schedule '${name}': ${text}` });
  };
  if (call.kind === 'publish') {
    const exchange = app.exchanges.find((candidate) => candidate.name === call.exchange);
    const isKnown =
      call.exchange === '' ? app.queues.some((queue) => queue.name === call.key) : exchange !== undefined;
    if (!isKnown)
      say('publish', 'UNKNOWN_EXCHANGE', `the app has no exchange or queue '${call.exchange || call.key}'`);
    if (exchange?.internal === true)
      say('publish', 'EXCHANGE_INTERNAL', `exchange '${exchange.name}' is internal; publish to another`);
    return problems;
  }
  const task = app.tasks.find((candidate) => candidate.name === call.task);
  if (call.task === '') return problems;
  if (task === undefined) {
    say('send', 'UNKNOWN_TASK', `the app has no task '${call.task}'; add it to defineApp`);
    return problems;
  }
  if (call.group !== undefined && !task.queue.ordered)
    say(
      'send',
      'GROUP_ON_STANDARD_QUEUE',
      `queue '${task.queue.name}' is not ordered and keeps no groups; drop group`,
    );
  const limits = call.timeLimit && limitsOfRun(task.limits, call.timeLimit);
  const late = limits && timeLimitProblem(task.name, limits, task.queue);
  if (late !== undefined) say('send', TIME_LIMIT_CODE, late);
  const input = action.send?.input;
  const issue = inputIssue(task.input, input);
  if (issue === undefined) return problems;
  // An input that is no JSON has been refused before; `jsonProblem` shows that this one is.
  const secrets = jsonProblem(input) === undefined ? redactJson(input as Json, task.redact).secrets : [];
  say('send', 'INVALID_INPUT', `task '${task.name}' does not take this input: ${redactText(issue, secrets)}`);
  return problems;
}

/** What a schema says of an input, where it says so at once; what it says later, the worker hears. */
function inputIssue(schema: App['tasks'][number]['input'], input: unknown): string | undefined {
  const result = schema?.['~standard'].validate(input);
  if (result === undefined) return undefined;
  if (result instanceof Promise) {
    // Nobody waits for it here, and a rejection that nobody looks at would end the process.
    result.catch(() => undefined);
    return undefined;
  }
  return result.issues?.map(({ message }) => message).join('; ');
}
