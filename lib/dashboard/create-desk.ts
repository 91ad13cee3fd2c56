/** The desk over its ports: every query and action by its name. */
import { fromJsonHeaders } from '../core/routing/header-codec.ts';
import type { App } from '../define/app.ts';
import { drawGraph, toGraph } from '../define/graph.ts';
import { CeleriacError } from '../errors.ts';
import { purge, setPaused } from './actions/queues.ts';
import { redrive } from './actions/redrive.ts';
import { call, forget, publish, result, retry, revoke, send, toSignature } from './actions/runs.ts';
import { resizeWorker, schedulesOf, setLimits, shutdownWorker } from './actions/workers.ts';
import { type DeskContext, type DeskPorts, findTask, found } from './context.ts';
import type { Desk, DeskActions, DeskQueries } from './desk.ts';
import { readCost } from './queries/cost.ts';
import { listExchanges, listLimits, listTasks } from './queries/definitions.ts';
import { readHistory } from './queries/history.ts';
import { readMetrics } from './queries/metrics.ts';
import { readOverview } from './queries/overview.ts';
import { listDeadLetters, listQueues, peek } from './queries/queues.ts';
import { findRun, findWaiting } from './queries/run.ts';
import { listRuns } from './queries/runs.ts';
import { listSchedules } from './queries/schedules.ts';
import { listWaiting } from './queries/waiting-runs.ts';
import { listWorkers } from './queries/workers.ts';
import { findWorkflow, listWorkflows } from './queries/workflows.ts';
import { readTrigger } from './trigger-text.ts';
import { whereTo } from './where.ts';

export interface DeskSettings {
  readonly stage: string;
  /** Refuses every action. @default false */
  readonly readOnly?: boolean;
}

/** Makes a desk of an app. */
export function createDeskOver(app: App, ports: DeskPorts, { stage, readOnly = false }: DeskSettings): Desk {
  const context: DeskContext = { app, stage, readOnly, ports };
  const actions = createActions(context);
  return { ...createQueries(context), ...(readOnly ? refused(actions) : actions) };
}

function createQueries(context: DeskContext): DeskQueries {
  const { app } = context;
  return {
    overview: () => readOverview(context),
    tasks: () => listTasks(context),
    runs: (query) => listRuns(context, query),
    run: (id) => findRun(context, id),
    workflows: (query) => listWorkflows(context, query),
    workflow: async (id, at = {}) => found(await findWorkflow(context, id, at), 'workflow', id),
    queues: () => listQueues(context),
    peek: (queue, limit) => peek(context, queue, limit),
    waitingRuns: (queue, limit) => listWaiting(context, queue, limit),
    deadLetters: (query) => listDeadLetters(context, query),
    history: () => readHistory(context),
    exchanges: async () => listExchanges(context),
    route: async (exchange, key, headers) => whereTo(app, exchange, key, fromJsonHeaders(headers)),
    schedules: (query) => listSchedules(context, query),
    workers: () => listWorkers(context),
    limits: () => listLimits(context),
    cost: () => readCost(context),
    waiting: (id) => findWaiting(context, id),
    metrics: () => readMetrics(context),
    graph: async (format) => drawGraph(toGraph(app), format),
  };
}

function createActions(context: DeskContext): DeskActions {
  return {
    send: (task, input, options) => send(context, task, input, options),
    call: (task, input, timeoutMs) => call(context, task, input, timeoutMs),
    publish: (exchange, key, body, headers) => publish(context, exchange, key, body, headers),
    revoke: (id, terminate, task) => revoke(context, id, terminate, task),
    retry: (id, input) => retry(context, id, input),
    forget: (id) => forget(context, id),
    result: (id, timeoutMs) => result(context, id, timeoutMs),
    purge: (queue) => purge(context, queue),
    pauseQueue: (queue) => setPaused(context, queue, true),
    resumeQueue: (queue) => setPaused(context, queue, false),
    redrive: (asked) => redrive(context, asked),
    async addSchedule(name, trigger, task, input) {
      const call = toSignature(findTask(context, task), input, {});
      await schedulesOf(context).add(name, { trigger: readTrigger(trigger), send: call });
    },
    rescheduleSchedule: async (name, trigger) =>
      void (await schedulesOf(context).reschedule(name, readTrigger(trigger))),
    pauseSchedule: async (name) => void (await schedulesOf(context).pause(name)),
    resumeSchedule: async (name) => void (await schedulesOf(context).resume(name)),
    runSchedule: async (name) => schedulesOf(context).runNow(name),
    async removeSchedule(name) {
      found((await schedulesOf(context).remove(name)) ? true : undefined, 'schedule', name);
    },
    setLimits: (task, rateLimit, concurrency) => setLimits(context, task, rateLimit, concurrency),
    shutdownWorker: (name) => shutdownWorker(context, name),
    resizeWorker: (name, concurrency) => resizeWorker(context, name, concurrency),
  };
}

/** The same names, none of which does anything. */
function refused(actions: DeskActions): DeskActions {
  const refuse = async (): Promise<never> => {
    throw new CeleriacError('READ_ONLY', 'this desk answers questions only');
  };
  // Each member is an action, and each is replaced.
  return Object.fromEntries(Object.keys(actions).map((name) => [name, refuse])) as unknown as DeskActions;
}
