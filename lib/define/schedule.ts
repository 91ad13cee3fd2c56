/**
 * Schedules as users declare them: a trigger, and a call that each fire performs. What EventBridge Scheduler
 * can say exactly becomes a schedule of its own there; everything else is ticked by a function of the app, at
 * the second. A fire's message has an id that follows from schedule and time, so no fire runs twice.
 */
import type { Duration } from '../core/duration.ts';
import type { DefinedSchedule } from '../core/schedule/entry.ts';
import type { Coalesce, ScheduleSpec } from '../core/schedule/spec.ts';
import type { When } from '../core/trigger/instant.ts';
import type { Trigger } from '../core/trigger/trigger.ts';
import type { Problem } from '../errors.ts';
import type { DescribedPublish } from './publication.ts';
import { readSchedule } from './schedule-options.ts';
import type { Signature } from './signature.ts';

/** When a schedule fires, and how late and how often at once it may. */
export interface ScheduleTiming {
  /** `cron`, `every`, `at`, `calendar`, `solar`, `allOf`, `anyOf`. At the finest every second. */
  readonly trigger: Trigger;
  /**
   * How late a fire may still run, '1s' at least; a fire that is later is a misfire, counted and not run
   * (APScheduler's misfire_grace_time, of which version 3 has one second by default, and loses runs by it).
   * Below '2m' the schedule is ticked, since EventBridge Scheduler is up to a minute late; below '10s' fires
   * are lost on AWS that are late by nature, since SQS delays by whole seconds and a function has to start.
   * @default however late
   */
  readonly misfireGrace?: Duration;
  /**
   * Which of the fires run that an outage has delayed by two minutes or more: 'latest', 'earliest' (the first
   * that is still within its grace), or 'all' (APScheduler's words). @default 'latest'
   */
  readonly coalesce?: Coalesce;
  /**
   * How many of its runs may be under way at once, 1–100; a fire beyond is dropped and counted as a miss
   * (APScheduler 3's max_instances). For tasks and workflows. @default any number
   */
  readonly maxInstances?: number;
  /**
   * Each fire comes later by up to so much, at most '1d', each by a part of its own that is the same for all
   * who ask (APScheduler's jitter). Such a schedule is ticked. @default none
   */
  readonly jitter?: Duration;
  /** Declared but not firing, until `client.schedules.resume`. @default false */
  readonly paused?: boolean;
  /** No fire before; text without an offset is local time in `timezone`. It moves no interval. */
  readonly start?: When;
  /** No fire after; one at it is allowed. */
  readonly end?: When;
  /** The zone of `start` and `end` where they are text without an offset; a trigger has its own. */
  readonly timezone?: string;
}

/** A schedule that sends. */
export interface ScheduledSend {
  /**
   * Sends this task or workflow, under the fire's id. A task's `delay` counts from the fire, its `expires`
   * from then; the options of a workflow's parts hold as in `client.send`, and all of it stands in the code,
   * or in the record of a schedule that is added at run time, which holds 380 KB (DynamoDB).
   */
  readonly send: Signature;
  /**
   * Of a workflow: how long it may take once it is sent, '1s' to '14d', as in `client.send`. @default '7d'
   */
  readonly deadline?: Duration;
  readonly publish?: undefined;
}

/** A schedule that publishes. */
export interface ScheduledPublish {
  /** Publishes this message (`describePublish`), with the fire's id as its message id. */
  readonly publish: DescribedPublish;
  readonly send?: undefined;
  readonly deadline?: undefined;
}

/** What each fire does. */
export type ScheduleAction = ScheduledSend | ScheduledPublish;

/** A trigger with its options, and what each fire does: `send` or `publish`. */
export type ScheduleOptions = ScheduleTiming & ScheduleAction;

/** A schedule, complete. */
export interface Schedule extends DefinedSchedule {
  readonly kind: 'schedule';
  readonly name: string;
  readonly spec: ScheduleSpec;
  readonly paused: boolean;
  readonly action: ScheduleAction;
  readonly problems: readonly Problem[];
}

/** The defaults of ScheduleTiming. */
export const SCHEDULE_DEFAULTS = { coalesce: 'latest', jitter: '0s', paused: false } as const;

/** Declares a schedule. What is wrong with it is reported by `defineApp`, together with everything else. */
export function defineSchedule(name: string, options: ScheduleOptions): Schedule {
  const { spec, problems } = readSchedule(`schedules.${name}`, name, options);
  const { send, deadline, publish, paused = SCHEDULE_DEFAULTS.paused } = options;
  const given = deadline === undefined ? {} : { deadline };
  return Object.freeze({
    kind: 'schedule',
    name,
    spec,
    paused,
    // Exactly one of the two is given, else a problem says so.
    action: Object.freeze(send === undefined ? { publish } : { send, ...given }) as ScheduleAction,
    problems: Object.freeze(problems),
  });
}
