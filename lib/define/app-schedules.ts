/** What is wrong between the schedules of an app and what they send and publish. */
import type { ErrorCode, Problem } from '../errors.ts';
import type { App } from './app.ts';
import { groupProblems, inputProblems, taskProblems } from './call-problems.ts';
import { publishProblems } from './publish-problems.ts';
import type { Schedule } from './schedule.ts';
import { workflowProblems } from './schedule-workflow.ts';

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
    const to =
      call.exchange === ''
        ? app.queues.find((queue) => queue.name === call.key)
        : app.exchanges.find((candidate) => candidate.name === call.exchange);
    if (to === undefined)
      say('publish', 'UNKNOWN_EXCHANGE', `the app has no exchange or queue '${call.exchange || call.key}'`);
    else if (to.kind === 'exchange' && to.internal)
      say('publish', 'EXCHANGE_INTERNAL', `exchange '${to.name}' is internal; publish to another`);
    else if (action.publish !== undefined)
      for (const { code, text } of publishProblems(app, to, action.publish)) say('publish', code, text);
    return problems;
  }
  if (call.kind === 'workflow') {
    for (const { code, text } of workflowProblems(app, call)) say('send', code, text);
    return problems;
  }
  if (call.task === '' || action.send?.kind !== 'signature') return problems;
  const task = app.tasks.find((candidate) => candidate.name === call.task);
  if (task === undefined) {
    say('send', 'UNKNOWN_TASK', `the app has no task '${call.task}'; add it to defineApp`);
    return problems;
  }
  const { input, options } = action.send;
  const wrong = [...taskProblems(task, options), ...inputProblems(task, input)];
  // What does not fit is nothing that a group could be made of.
  if (wrong.length === 0 && spec.call.kind === 'send')
    wrong.push(...groupProblems(`queue '${task.queue.name}'`, task.queue, input, options.group));
  for (const { code, text } of wrong) say('send', code, text);
  return problems;
}
