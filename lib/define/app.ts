/**
 * An app: everything that is deployed together. Here all definitions meet, and all that is wrong is said at
 * once.
 */
import type { Problem } from '../errors.ts';
import { messagesProblems } from './app-messaging.ts';
import { schedulesProblems } from './app-schedules.ts';
import type { Binding } from './binding.ts';
import type { Consumer } from './consumer.ts';
import type { AnyExchange } from './exchange.ts';
import type { Hooks } from './hooks.ts';
import { delaysProblems } from './later.ts';
import { spaceProblems } from './name.ts';
import { tasksIn } from './plan-tasks.ts';
import { report } from './problem.ts';
import type { Queue } from './queue.ts';
import type { Schedule } from './schedule.ts';
import { taskOf } from './signature.ts';
import type { AnyTask } from './task.ts';
import { createRouting, type TaskRoutes, toRouted } from './task-routes.ts';
import type { Telemetry } from './telemetry.ts';

/** Set by the bundler to `false` in a worker: what it serves was checked when the stack was synthesized. */
declare const CELERIAC_CHECKS: boolean | undefined;
/** Set by the bundler to `false` for an app without routes. */
declare const CELERIAC_ROUTES: boolean | undefined;

/** What an app consists of. */
export interface AppOptions {
  readonly tasks?: readonly AnyTask[];
  /** Queues that nothing else names, for example to send to them from elsewhere. */
  readonly queues?: readonly Queue[];
  /** Exchanges that no binding names. */
  readonly exchanges?: readonly AnyExchange[];
  readonly bindings?: readonly Binding[];
  readonly consumers?: readonly Consumer[];
  /** Told of what happens to runs of every task. */
  readonly hooks?: Hooks;
  /** Traces and metrics: `openTelemetry(api)`, `emf()`; several as a list. */
  readonly telemetry?: Telemetry | readonly Telemetry[];
  /**
   * Headers whose values the dashboard, the command line and workers' log lines do not show, nor errors that
   * quote them. Those that hold credentials anywhere (Authorization, Cookie, X-Api-Key …) need not be named
   * for the dashboard; log lines and errors are searched for them in an app that names anything secret, here
   * or by a task's `redact`. @default none
   */
  readonly redactHeaders?: readonly string[];
  /** To which queue tasks go that name none. @default a queue named 'default' */
  readonly routes?: TaskRoutes;
  /** What fires by itself. The tasks, queues and exchanges that they reach are the app's, too. */
  readonly schedules?: readonly Schedule[];
  /**
   * Whether `client.schedules` may add schedules at run time in an app that has none of its own, and in any
   * app those that EventBridge Scheduler cannot fire by itself (seconds, jitter …): a ticker is deployed for
   * them, which costs about $0.06 a month. An app whose own schedules need one has it anyway.
   * @default false
   */
  readonly runtimeSchedules?: boolean;
  /**
   * Whether messages may wait for longer than the 15 minutes of SQS, on ordered queues, and be published with
   * a delay: a queue and a function are deployed for it (`later`), which cost nothing while nothing waits but
   * the empty receives of the queue's mapping, about $0.26 a month. An app with schedules has them anyway.
   * They also end workflows that are overdue, once an hour: without them `client.sweepWorkflows` has to be
   * called. @default true
   */
  readonly longDelays?: boolean;
  /**
   * Whether workflows may be sent (chain, group, chord …); true if not said. Any client may send one, so the
   * functions of all tasks that keep results can carry them on, which is about 40 KB; `false` leaves that
   * out, and `send` refuses workflows.
   */
  readonly workflows?: boolean;
}

/**
 * An app, checked and complete: it holds what its parts name too, the tasks' and consumers' queues, the
 * bindings' and schedules' tasks, queues and exchanges, alternate exchanges and where dead letters go.
 */
export interface App {
  readonly kind: 'app';
  readonly name: string;
  readonly tasks: readonly AnyTask[];
  readonly queues: readonly Queue[];
  readonly exchanges: readonly AnyExchange[];
  readonly bindings: readonly Binding[];
  readonly consumers: readonly Consumer[];
  readonly hooks: Hooks | undefined;
  readonly telemetry: readonly Telemetry[];
  readonly redactHeaders: readonly string[];
  /** Whether routes were given. */
  readonly routed: boolean;
  readonly schedules: readonly Schedule[];
  readonly runtimeSchedules: boolean;
  readonly longDelays: boolean;
  readonly workflows: boolean;
}

/**
 * Collects the definitions of an app.
 * @throws DefinitionError with every problem of the app, each with its path; its code is the problem's own
 * when there is one, INVALID_APP when there are several.
 */
export function defineApp(name: string, options: AppOptions): App {
  const app = collected(name, options);
  if (typeof CELERIAC_CHECKS === 'undefined' || CELERIAC_CHECKS) report(name, problemsOf(app));
  return app;
}

/** Everything that is wrong with an app. */
function problemsOf(app: App): readonly Problem[] {
  const { name, tasks, queues, exchanges, bindings, consumers, schedules } = app;
  return [
    ...spaceProblems('app', name),
    ...queues.flatMap((queue) => queue.problems),
    ...tasks.flatMap((task) => task.problems),
    ...exchanges.flatMap((exchange) => exchange.problems),
    ...bindings.flatMap((binding) => binding.problems),
    ...consumers.flatMap((consumer) => consumer.problems),
    ...schedules.flatMap((schedule) => schedule.problems),
    ...repeated('queues', 'queue', namesOf(queues)),
    ...repeated('exchanges', 'exchange', namesOf(exchanges)),
    ...repeated(
      'tasks',
      'task',
      tasks.flatMap((task) => [task.name, ...task.aliases]),
    ),
    ...repeatedConsumers(consumers),
    ...repeated('schedules', 'schedule', namesOf(schedules)),
    ...messagesProblems(app),
    ...schedulesProblems(app),
    ...delaysProblems(app),
  ];
}

/** Everything that the app's parts reach, each once, in the order in which it is met. */
function collected(name: string, options: AppOptions): App {
  const route =
    typeof CELERIAC_ROUTES === 'undefined' || CELERIAC_ROUTES
      ? createRouting(options.routes)
      : (task: AnyTask) => task;
  const bindings = (options.bindings ?? []).map((binding) => toRouted(binding, route));
  const consumers = options.consumers ?? [];
  const ends = bindings.map((binding) => binding.destination);
  const schedules = options.schedules ?? [];
  const sent = schedules.flatMap(({ action: { send } }) => {
    if (send === undefined) return undefined;
    return send.kind === 'workflow' ? tasksIn(send.plan) : taskOf(send);
  });
  const published = schedules.map(({ action }) => action.publish);
  const tasks = new Set([
    ...(options.tasks ?? []).map(route),
    ...ends.filter(isTask),
    ...sent.filter(isTask).map(route),
  ]);
  const exchanges = new Set([
    ...(options.exchanges ?? []),
    ...bindings.map((binding) => binding.exchange).filter(isExchange),
    ...ends.filter(isExchange),
    ...published.map((described) => described?.exchange).filter(isExchange),
  ]);
  const queues = new Set([
    ...[...tasks].map((task) => task.queue),
    ...consumers.map((consumer) => consumer.queue),
    ...ends.filter(isQueue),
    ...published.map((described) => described?.queue).filter(isQueue),
    ...(options.queues ?? []),
  ]);
  // Sets that grow while they are walked: a queue's dead letters may lead to a queue that has some itself.
  for (const queue of queues) {
    const target = queue.deadLetterTo?.();
    if (isQueue(target)) queues.add(target);
    if (isExchange(target)) exchanges.add(target);
  }
  for (const exchange of exchanges) if (isExchange(exchange.alternate)) exchanges.add(exchange.alternate);
  return Object.freeze({
    kind: 'app',
    name,
    tasks: Object.freeze([...tasks]),
    queues: Object.freeze([...queues]),
    exchanges: Object.freeze([...exchanges]),
    bindings: Object.freeze([...bindings]),
    consumers: Object.freeze([...consumers]),
    hooks: options.hooks,
    redactHeaders: Object.freeze([...(options.redactHeaders ?? [])]),
    routed: options.routes !== undefined,
    telemetry: Object.freeze([options.telemetry ?? []].flat()),
    schedules: Object.freeze([...schedules]),
    runtimeSchedules: options.runtimeSchedules ?? false,
    longDelays: options.longDelays ?? true,
    workflows: options.workflows ?? true,
  });
}

type Kinded = { readonly kind?: string } | undefined;

function isTask(value: Kinded): value is AnyTask {
  return value?.kind === 'task';
}

function isQueue(value: Kinded): value is Queue {
  return value?.kind === 'queue';
}

function isExchange(value: Kinded): value is AnyExchange {
  return value?.kind === 'exchange';
}

function namesOf(named: readonly { readonly name: string }[]): string[] {
  return named.map(({ name }) => name);
}

function repeatedConsumers(consumers: readonly Consumer[]): Problem[] {
  const again = consumers.filter(
    (consumer, index) => consumers.findIndex((other) => other.queue === consumer.queue) !== index,
  );
  return again.map(({ queue }) => ({
    code: 'DUPLICATE_CONSUMER',
    path: `consumers.${queue.name}`,
    message: `queue '${queue.name}' has two consumers; a queue has one, whose workers run side by side`,
  }));
}

function repeated(place: string, kind: string, names: readonly string[]): Problem[] {
  const again = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...again].map((name) => ({
    code: 'DUPLICATE_NAME',
    path: `${place}.${name}`,
    message: `there are two different ${kind}s called '${name}'; rename one, or define it once and import it`,
  }));
}
