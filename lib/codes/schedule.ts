/** Codes of schedules and their triggers. */
import { INSTANCES_MAX, JITTER_MS_MAX, SCHEDULE_BYTES_MAX, SCHEDULES_SORTED_MAX } from '../core/limits.ts';
import type { Codes } from './entry.ts';

export const SCHEDULE_CODES = {
  INVALID_SCHEDULE: {
    means: 'A schedule says neither or both of `send` and `publish`, or what it says is no call.',
    remedy: 'Give it one of the two: `send: task(input)`, or `publish: describePublish(…)`.',
  },
  INVALID_TRIGGER: {
    means: 'Part of a trigger cannot be: a length of 0, an end before its start, a place that is none …',
    remedy: 'The message names the part and what is allowed; docs/apscheduler.md has the triggers.',
  },
  INVALID_CRON: {
    means: 'A cron expression cannot be read.',
    remedy: "Give 5 fields (minute hour day month weekday), 6 (seconds first), or a name such as '@daily'.",
  },
  INVALID_TIMEZONE: {
    means: 'A time zone is none.',
    remedy: "Give an IANA name such as 'Europe/Oslo' or 'UTC'.",
  },
  INVALID_JITTER: {
    means: `\`jitter\` of a schedule is no duration of at most ${JITTER_MS_MAX / 86_400_000} day.`,
    remedy: "Write it like '30s'.",
  },
  INVALID_MISFIRE_GRACE: {
    means: '`misfireGrace` of a schedule is no duration of at least a second.',
    remedy: "Write it like '5m', or leave it out: then every fire is made up for.",
  },
  INVALID_CONFLICT: {
    means: '`conflict` of `client.schedules.add` is none of its words.',
    remedy: "Give 'error', 'replace' or 'keep'.",
  },
  INVALID_COALESCE: {
    means: '`coalesce` of a schedule is none of its words.',
    remedy: "Give 'latest', 'earliest' or 'all'.",
  },
  INVALID_MAX_INSTANCES: {
    means: `\`maxInstances\` of a schedule is no whole number from 1 to ${INSTANCES_MAX}.`,
    remedy: 'Give how many of its runs may go on at once, or leave it out.',
  },
  MAX_INSTANCES_WITHOUT_TASK: {
    means:
      '`maxInstances` of a schedule that publishes: nobody knows when what a message sets off has ended.',
    remedy: 'Let it send a task or workflow, or drop maxInstances.',
  },
  DEADLINE_WITHOUT_WORKFLOW: {
    means: 'A schedule has a `deadline` and sends no workflow.',
    remedy: 'Drop it; the call of a task says `expires` and `timeLimit`.',
  },
  SCHEDULE_TOO_LARGE: {
    means: `A schedule with what it sends has more than ${SCHEDULE_BYTES_MAX} bytes, which DynamoDB limits.`,
    remedy: 'Send a reference to the data, or a task that sends the rest.',
  },
  AT_IN_SCHEDULE: {
    means: 'The call of a schedule says `at`, and when it runs its trigger says.',
    remedy: 'Drop `at`.',
  },
  SCHEDULE_NEVER_FIRES: {
    means: 'A trigger, between the start and end of its schedule, never fires.',
    remedy: 'Look at its dates; `celeriac schedules next` shows what fires when.',
  },
  TRIGGER_TOO_FINE: {
    means: 'A schedule fires twice within a second, and SQS delays by whole seconds.',
    remedy: 'Let it fire at most once a second, and let one run do the work of several.',
  },
  TICKER_MISSING: {
    means: 'A schedule cannot be an EventBridge schedule (the message says why), and the app has no ticker.',
    remedy: 'Set runtimeSchedules: true in defineApp, and deploy.',
  },
  NO_SCHEDULES: {
    means: 'The app has no schedules, so nothing is deployed that would fire any.',
    remedy: 'Define one, or set runtimeSchedules: true in defineApp, and deploy.',
  },
  UNKNOWN_SCHEDULE: {
    means: 'There is no schedule of this name.',
    remedy: 'List them with `client.schedules.list()` or `celeriac schedules list`.',
  },
  SCHEDULE_EXISTS: {
    means: 'A schedule of this name is there already.',
    remedy: "Add it with conflict: 'replace' or 'keep', or use `modify`.",
  },
  SCHEDULE_CHANGED: {
    means: 'Others changed the schedule again and again while it was to be changed.',
    remedy: 'Try again.',
  },
  SCHEDULE_UNREADABLE: {
    means: 'The record of a schedule cannot be read: another version wrote it, or a time zone is gone.',
    remedy: "Run the version that wrote it, replace it by `add` with conflict: 'replace', or `remove` it.",
  },
  TOO_MANY_SCHEDULES: {
    means: `There are more than ${SCHEDULES_SORTED_MAX} schedules, too many to be sorted by next fire.`,
    remedy: 'Give a prefix, or list them by name.',
  },
  INVALID_EXECUTOR: {
    means: 'The `executor` of `runScheduler` is none that there is.',
    remedy: 'Give one of those that the message names; docs/apscheduler.md says what each is for.',
  },
  POOL_FULL: {
    means: 'So many runs of schedules wait for a child of `runScheduler` that no more can.',
    remedy: 'Give more `concurrency`, or let workers run them.',
  },
  TOO_MANY_FIRES: {
    means: '`fireTimes` was asked for a stretch with more than 1,000,000 fires.',
    remedy: 'Ask for a shorter one.',
  },
} as const satisfies Codes;
