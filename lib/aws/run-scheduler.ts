/**
 * `runScheduler`: an app's schedules fired by a Node process instead of by AWS (APScheduler's Blocking-,
 * Background- and AsyncIOScheduler in one): await `done` to block, or go on beside it.
 */
import { availableParallelism } from 'node:os';
import type { App } from '../define/app.ts';
import { report } from '../define/problem.ts';
import type { Schedules } from '../define/schedules-client.ts';
import { DEFAULT_STAGE, topology } from '../define/topology.ts';
import { type Connection, createConnection, createSender } from '../runtime/client.ts';
import { createInlinePerform, type InlinePerform } from '../runtime/inline-perform.ts';
import { createMemoryScheduleStore } from '../runtime/memory-schedule-store.ts';
import { type Perform, performFrom } from '../runtime/perform.ts';
import type { ScheduleStore } from '../runtime/schedule-ports.ts';
import { type RunningScheduler, runScheduler as run } from '../runtime/scheduler.ts';
import { createSchedules } from '../runtime/schedules.ts';
import { ownChild, toModuleUrl } from './child-module.ts';
import { toPorts } from './connect.ts';
import { CONSOLE_LOG, MACHINE_CLOCK } from './machine.ts';
import { createSchedulePool } from './schedule-pool.ts';
import { executorProblems, type RunSchedulerOptions, type SchedulerExecutor } from './scheduler-options.ts';
import { createScheduling } from './scheduling.ts';
import { createSdk, REPLY_COMMANDS } from './sdk.ts';

/** A scheduler that runs, and the schedules that it fires. */
export interface Scheduler extends RunningScheduler, AsyncDisposable {
  /** `client.schedules` of this process: a change holds at once. */
  readonly schedules: Schedules;
}

/**
 * Starts a scheduler in this process. Do not run one beside the ticker of the same app and stage: with the
 * record in DynamoDB both would send every fire, under the same id, which only tasks' claims make one run.
 * @throws DefinitionError INVALID_NAME for a stage that cannot be one, and with all that is wrong with the
 * options: INVALID_EXECUTOR, ENTRY_MISSING, INVALID_OPTION, OUT_OF_RANGE.
 */
export function runScheduler(app: App, options: RunSchedulerOptions = {}): Scheduler {
  const { stage = process.env.CELERIAC_STAGE ?? DEFAULT_STAGE, executor = 'workers', lookMs } = options;
  const { log = CONSOLE_LOG, clock = MACHINE_CLOCK } = options;
  // A stage that cannot be one is refused, whatever the record is.
  topology(app, { stage });
  report(app.name, executorProblems(options));
  const sdk = createSdk(options, REPLY_COMMANDS);
  const connection = createConnection(app, stage, { ...toPorts(app, stage, sdk), clock, log });
  const { space, outbox, ports } = connection;
  const { publish } = createSender(connection, 0);
  const send = performFrom(connection, publish);
  const inline = toInline(connection, send, executor, options);
  const store = toStore(options.store ?? 'dynamodb', () => createScheduling(sdk, { app, stage }).store);
  const { chance } = ports;
  // Who runs in memory alone has no records of runs, and no table to look at.
  const runs = inline === undefined ? ports.runs : undefined;
  const perform = inline?.perform ?? send;
  const common = { store, clock, chance, perform, log };
  const running = run(app, {
    ...{ ...common, space, ...(lookMs === undefined ? {} : { lookMs }) },
    // A workflow goes through the app's queues and table, whoever runs tasks.
    runsOf: ({ kind }) => (kind === 'workflow' ? ports.runs : runs),
  });
  const schedules = createSchedules(app, space, {
    ...{ ...common, runs, timers: undefined, ticker: true, laterQueueName: '' },
    // A change needs nobody to hand its fires on: this process looks at once.
    outbox: { send: async () => running.wakeup(), flush: async () => {} },
  });
  const stop = async (): Promise<void> => {
    await running.stop();
    await inline?.stop();
    await outbox.flush();
    sdk.close();
  };
  const woken = wakingAfter(schedules, running.wakeup);
  return { ...running, schedules: woken, stop, [Symbol.asyncDispose]: stop };
}

/** Runs handlers here; undefined where workers do. */
function toInline(
  connection: Connection,
  send: Perform,
  executor: SchedulerExecutor,
  options: RunSchedulerOptions,
): InlinePerform | undefined {
  switch (executor) {
    case 'workers':
      return undefined;
    case 'inline':
      return createInlinePerform(connection, send);
    case 'threads':
    case 'processes': {
      const { app, space } = connection;
      const { entry = '', child = ownChild(), concurrency = availableParallelism(), ...sdk } = options;
      const { region, endpoint, credentials } = sdk;
      const place = {
        ...(region === undefined ? {} : { region }),
        ...(endpoint === undefined ? {} : { endpoint }),
        ...(credentials === undefined ? {} : { credentials }),
      };
      return createSchedulePool(connection, send, {
        ...{ kind: executor, child: String(child), concurrency },
        settings: { entry: toModuleUrl(entry), app: app.name, stage: space.stage, place, inline: true },
      });
    }
  }
}

function toStore(
  asked: NonNullable<RunSchedulerOptions['store']>,
  shared: () => ScheduleStore | undefined,
): ScheduleStore {
  if (typeof asked === 'object') return asked;
  // An app that has no schedules has no table for them; those that are added are then this process's.
  return (asked === 'dynamodb' ? shared() : undefined) ?? createMemoryScheduleStore();
}

/** The changes of schedules, after each of which the scheduler looks again. */
function wakingAfter(schedules: Schedules, wakeup: () => void): Schedules {
  const woken =
    <Given extends readonly unknown[], Answer>(change: (...given: Given) => Promise<Answer>) =>
    async (...given: Given): Promise<Answer> => {
      const answer = await change(...given);
      wakeup();
      return answer;
    };
  const { add, modify, reschedule, pause, resume, reset, remove, removeAll, pauseAll, resumeAll } = schedules;
  return {
    ...schedules,
    ...{ add: woken(add), modify: woken(modify), reschedule: woken(reschedule), reset: woken(reset) },
    ...{ pause: woken(pause), resume: woken(resume), remove: woken(remove), removeAll: woken(removeAll) },
    ...{ pauseAll: woken(pauseAll), resumeAll: woken(resumeAll) },
  };
}
