/**
 * An app: everything that is deployed together. Here all definitions meet, and all that is wrong is said at
 * once.
 */
import { DefinitionError, type Problem } from '../errors.ts';
import { spaceProblems } from './name.ts';
import type { Queue } from './queue.ts';
import type { AnyTask } from './task.ts';

export interface AppOptions {
  readonly tasks?: readonly AnyTask[];
  /** Queues that no task names, for example to send to them from elsewhere. */
  readonly queues?: readonly Queue[];
}

/** An app, checked and complete: `queues` holds the tasks' queues too. */
export interface App {
  readonly kind: 'app';
  readonly name: string;
  readonly tasks: readonly AnyTask[];
  readonly queues: readonly Queue[];
}

/**
 * Collects the definitions of an app.
 * @throws DefinitionError with every problem of the app, each with its path; its code is the problem's own
 * when there is one, INVALID_APP when there are several.
 */
export function defineApp(name: string, options: AppOptions): App {
  const tasks = options.tasks ?? [];
  const queues = [...new Set([...tasks.map((task) => task.queue), ...(options.queues ?? [])])];
  const problems = [
    ...spaceProblems('app', name),
    ...queues.flatMap((queue) => queue.problems),
    ...tasks.flatMap((task) => task.problems),
    ...repeated(
      'queues',
      'queue',
      queues.map((queue) => queue.name),
    ),
    ...repeated(
      'tasks',
      'task',
      tasks.flatMap((task) => [task.name, ...task.aliases]),
    ),
  ];
  report(name, problems);
  return Object.freeze({
    kind: 'app',
    name,
    tasks: Object.freeze([...tasks]),
    queues: Object.freeze(queues),
  });
}

/** Throws one error for a list of problems; does nothing when there are none. */
export function report(app: string, problems: readonly Problem[]): void {
  const [first] = problems;
  if (first === undefined) return;
  if (problems.length === 1)
    throw new DefinitionError(first.code, `${first.path}: ${first.message}`, { problems });
  const lines = problems.map((problem) => `\n  ${problem.code} ${problem.path}: ${problem.message}`);
  throw new DefinitionError('INVALID_APP', `app '${app}' has ${problems.length} problems:${lines.join('')}`, {
    problems,
  });
}

function repeated(place: string, kind: string, names: readonly string[]): Problem[] {
  const again = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...again].map((name) => ({
    code: 'DUPLICATE_NAME',
    path: `${place}.${name}`,
    message: `there are two different ${kind}s called '${name}'; rename one, or define it once and import it`,
  }));
}
