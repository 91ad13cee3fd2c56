/**
 * `later` and the timers of an app, as finished data: its queue and function stand among the app's own, and
 * beside them what EventBridge Scheduler needs. Only `later` is a target of timers, so one role is enough for
 * all of them.
 */
import { LATER_RECEIVES_MAX, RETENTION_MS, VISIBILITY_PER_TIMEOUT } from '../core/limits.ts';
import { toSweepInput, toTickInput, toTimerInput } from '../core/schedule/fire.ts';
import { placementOf } from '../core/schedule/placement.ts';
import { revisionOf } from '../core/schedule/spec.ts';
import { describe } from '../core/trigger/describe.ts';
import type { App } from './app.ts';
import { hasLater, hasSchedules, hasTicker } from './later.ts';
import {
  definedTimerName,
  LATER,
  laterDeadLetterQueueName,
  laterQueueName,
  ownTimerName,
  timerGroupName,
  timersRolePrefix,
} from './resource-name.ts';
import type { QueueResource, WorkerNeeds, WorkerResource } from './topology.ts';
import { carriesWorkflows } from './work.ts';
import { WORKER_DEFAULTS } from './worker.ts';

/**
 * A timer of the template: a schedule that EventBridge Scheduler fires by itself, the ticker's minute, or the
 * hour of the sweep.
 */
export interface TimerResource {
  /** Its name in the group of the app's timers. */
  readonly timerName: string;
  readonly description: string;
  /** at(…), rate(…) or cron(…). */
  readonly expression: string;
  /** The IANA name; UTC where the trigger names none. */
  readonly timezone: string;
  /** What it brings into the queue of `later`. */
  readonly input: string;
}

/** What `later` needs besides its queue and function. */
export interface LaterResource {
  readonly queueName: string;
  readonly deadLetterQueueName: string;
  /** The group of all timers of the app in this stage, those of run time included. */
  readonly groupName: string;
  /** What the name of the role begins with that timers send with; '-' and the Region follow. */
  readonly rolePrefix: string;
  /** Whether it works for schedules, whose records it then reads and writes. */
  readonly schedules: boolean;
  /** Whether there is a ticker, which also removes the reply queues of clients that died. */
  readonly ticker: boolean;
  /** Whether it ends workflows that are overdue. */
  readonly workflows: boolean;
  readonly timers: readonly TimerResource[];
}

/** Long enough for the fires of a tick, short enough that a crash does not delay what it had long. */
const TIMEOUT_SECONDS = 30;
/** Its function counts the receives and dead-letters with the reason; this is SQS's net below. */
const RECEIVES_MAX = LATER_RECEIVES_MAX + 3;

/** `later` of an app; undefined where it has none. */
export function laterOf(app: App, stage: string): LaterResource | undefined {
  if (!hasLater(app)) return undefined;
  return {
    queueName: laterQueueName(app.name, stage),
    deadLetterQueueName: laterDeadLetterQueueName(app.name, stage),
    groupName: timerGroupName(app.name, stage),
    rolePrefix: timersRolePrefix(app.name, stage),
    schedules: hasSchedules(app),
    ticker: hasTicker(app),
    workflows: carriesWorkflows(app),
    timers: [
      ...(hasTicker(app) ? [{ ...TICKER, timerName: ownTimerName(app.name, stage, 'ticker') }] : []),
      ...(carriesWorkflows(app) ? [{ ...SWEEP, timerName: ownTimerName(app.name, stage, 'sweep') }] : []),
      ...app.schedules.flatMap((schedule) => toTimer(app.name, stage, schedule)),
    ],
  };
}

/** The queue of `later`, as one of the app's queues. */
export function laterQueue({ queueName, deadLetterQueueName }: LaterResource): QueueResource {
  return {
    name: LATER,
    level: 0,
    queueName,
    deadLetterQueueName,
    fifo: false,
    visibilitySeconds: VISIBILITY_PER_TIMEOUT * TIMEOUT_SECONDS,
    retentionSeconds: RETENTION_MS / 1_000,
    receivesMax: RECEIVES_MAX,
    delaySeconds: 0,
    maxLength: undefined,
  };
}

/** The function of `later`, as one of the app's workers. */
export function laterWorker(
  app: App,
  stage: string,
  { queueName, schedules, workflows }: LaterResource,
  needs: WorkerNeeds,
): WorkerResource {
  return {
    ...needs,
    // It runs no task: what it sends, it sends as a client does.
    state: schedules || workflows,
    workflows,
    fires: schedules,
    limits: false,
    telemetry: false,
    // Clients may publish to any queue, with a delay or by a schedule, whatever the app's own tasks do.
    messaging: true,
    later: true,
    queue: LATER,
    queueName,
    levels: [{ queueName }],
    timeoutSeconds: TIMEOUT_SECONDS,
    memoryMb: WORKER_DEFAULTS.memory,
    batchSize: WORKER_DEFAULTS.batch,
    windowSeconds: 0,
    environment: { CELERIAC_APP: app.name, CELERIAC_STAGE: stage },
  };
}

const UTC = 'UTC';

/** The ticker is no function of its own: each minute's tick is a message for `later`. */
const TICKER: Omit<TimerResource, 'timerName'> = Object.freeze({
  description: 'Celeriac: the ticker of schedules that EventBridge Scheduler cannot fire by itself',
  expression: 'rate(1 minute)',
  timezone: UTC,
  input: toTickInput(),
});

/**
 * At a minute at which little else begins: most schedules fire at the full hour. A rate would fire at each
 * deploy besides.
 */
const SWEEP: Omit<TimerResource, 'timerName'> = Object.freeze({
  description: 'Celeriac: ends the workflows that have not ended by their deadline',
  expression: 'cron(37 * * * ? *)',
  timezone: UTC,
  input: toSweepInput(),
});

function toTimer(
  app: string,
  stage: string,
  { name, spec }: App['schedules'][number],
): readonly TimerResource[] {
  const placement = placementOf(spec);
  if (placement.kind === 'ticked') return [];
  return [
    {
      timerName: definedTimerName(app, stage, name),
      description: `Celeriac: schedule ${name}, ${describe(spec.trigger)}`.slice(0, DESCRIPTION_LENGTH_MAX),
      expression: placement.expression,
      timezone: placement.timezone ?? UTC,
      input: toTimerInput(name, revisionOf(spec)),
    },
  ];
}

/** EventBridge Scheduler: Description of a schedule. */
const DESCRIPTION_LENGTH_MAX = 512;
