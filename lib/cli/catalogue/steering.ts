/** The commands that look at a running app as a whole, and steer it. */
import { type Argument, DESK_OPTIONS, type Entry, limitOption, type Option, YES_OPTION } from './entry.ts';
import { overApp, overDesk } from './over.ts';

const QUEUE: Argument = { name: 'queue', summary: "the queue's name" };
const SCHEDULE: Argument = { name: 'name', summary: "the schedule's name" };
const WORKER: Argument = { name: 'name', summary: "the worker's name" };

const FILTER_OPTIONS: readonly Option[] = [
  { flags: '--reason <reason>', summary: 'only those given up for this reason' },
  { flags: '--task <name>', summary: 'only those of this task' },
  { flags: '--search <text>', summary: 'only those in which this text is found' },
];

const INSPECT: readonly Entry[] = [
  {
    name: 'inspect active',
    summary: 'runs that have started and not ended',
    options: [limitOption(500, 50), ...DESK_OPTIONS],
    examples: [{ words: 'inspect active', summary: 'what runs now' }],
    load: overDesk(async () => (await import('../inspect.ts')).inspectActive),
  },
  {
    name: 'inspect scheduled',
    summary: 'runs that wait for a time, and why',
    options: [limitOption(500, 50), ...DESK_OPTIONS],
    examples: [{ words: 'inspect scheduled --json', summary: 'for a script' }],
    load: overDesk(async () => (await import('../inspect.ts')).inspectScheduled),
  },
  {
    name: 'inspect reserved',
    summary: 'how many messages workers have received and not begun, by queue',
    options: DESK_OPTIONS,
    examples: [{ words: 'inspect reserved', summary: 'in flight, less what has started' }],
    load: overDesk(async () => (await import('../inspect.ts')).inspectReserved),
  },
  {
    name: 'inspect queues',
    summary: 'what is in queues, and what works them',
    options: DESK_OPTIONS,
    examples: [{ words: 'inspect queues', summary: 'dead-letter queues, too' }],
    load: overDesk(async () => (await import('../queues.ts')).listQueues),
  },
  {
    name: 'inspect workers',
    summary: 'functions and long-running workers',
    options: DESK_OPTIONS,
    examples: [{ words: 'inspect workers', summary: 'with their errors and how long they take' }],
    load: overDesk(async () => (await import('../inspect.ts')).inspectWorkers),
  },
  {
    name: 'inspect stats',
    summary: 'the app at a glance',
    options: DESK_OPTIONS,
    examples: [{ words: 'inspect stats --stage prod', summary: 'states, the last hour, queues' }],
    load: overDesk(async () => (await import('../inspect.ts')).inspectStats),
  },
];

const QUEUES: readonly Entry[] = [
  {
    name: 'queues list',
    summary: 'what is in queues, and what works them',
    options: DESK_OPTIONS,
    examples: [{ words: 'queues list', summary: 'all of the app' }],
    load: overDesk(async () => (await import('../queues.ts')).listQueues),
  },
  {
    name: 'queues peek',
    summary: 'look at messages, which stay where they are',
    arguments: [QUEUE],
    options: [limitOption(100, 10), ...DESK_OPTIONS],
    examples: [{ words: 'queues peek payments', summary: 'ten of them' }],
    load: overDesk(async () => (await import('../queues.ts')).peek),
  },
  {
    name: 'queues waiting',
    summary: 'runs that are known to wait in a queue, and why; nothing is received',
    arguments: [QUEUE],
    options: [limitOption(100, 50), ...DESK_OPTIONS],
    examples: [{ words: 'queues waiting payments', summary: 'held by a limit, or tried again later' }],
    load: overDesk(async () => (await import('../queues.ts')).waitingRuns),
  },
  {
    name: 'queues purge',
    summary: 'delete all messages of a queue',
    arguments: [QUEUE],
    options: [YES_OPTION, ...DESK_OPTIONS],
    examples: [{ words: 'queues purge payments', summary: 'after a question' }],
    load: overDesk(async () => (await import('../queues.ts')).purge),
  },
  {
    name: 'queues pause',
    summary: 'stop that a queue is worked; messages wait',
    arguments: [QUEUE],
    options: DESK_OPTIONS,
    examples: [{ words: 'queues pause payments', summary: 'until resume' }],
    load: overDesk(async () => (await import('../queues.ts')).pauseQueue),
  },
  {
    name: 'queues resume',
    summary: 'let a queue be worked again',
    arguments: [QUEUE],
    options: DESK_OPTIONS,
    examples: [{ words: 'queues resume payments', summary: 'after pause' }],
    load: overDesk(async () => (await import('../queues.ts')).resumeQueue),
  },
  {
    name: 'queues dead-letters',
    summary: 'messages that were given up, and why',
    arguments: [{ ...QUEUE, optional: true }],
    options: [...FILTER_OPTIONS, limitOption(500, 50), ...DESK_OPTIONS],
    examples: [
      { words: 'queues dead-letters --reason attempts-exhausted', summary: 'of all queues, by their reason' },
    ],
    load: overDesk(async () => (await import('../redrive.ts')).deadLetters),
  },
  {
    name: 'queues redrive',
    summary: 'send dead letters of a queue again',
    arguments: [QUEUE],
    options: [
      { flags: '--preview', summary: 'only say which' },
      { flags: '--id <id>', summary: 'only this one; give it once for each', repeated: true },
      ...FILTER_OPTIONS,
      { flags: '--to <queue>', summary: 'another queue than the one that each came from' },
      { flags: '--input <json>', summary: 'for one letter: another input' },
      YES_OPTION,
      ...DESK_OPTIONS,
    ],
    examples: [
      { words: 'queues redrive payments --preview', summary: 'what would be sent' },
      { words: 'queues redrive payments --task charge --yes', summary: 'those of one task' },
    ],
    load: overDesk(async () => (await import('../redrive.ts')).redrive),
  },
];

const SCHEDULES: readonly Entry[] = [
  {
    name: 'schedules list',
    summary: 'schedules, when they fire, and how the last fire went',
    options: [
      { flags: '--prefix <text>', summary: 'only those whose names begin so' },
      { flags: '--after <cursor>', summary: 'what the page before said' },
      ...DESK_OPTIONS,
    ],
    examples: [{ words: 'schedules list', summary: 'all of them' }],
    load: overDesk(async () => (await import('../schedules.ts')).listSchedules),
  },
  {
    name: 'schedules next',
    summary: 'the next fires, of all schedules or of one',
    arguments: [{ ...SCHEDULE, optional: true }],
    options: [limitOption(100, 10), ...DESK_OPTIONS],
    examples: [{ words: 'schedules next nightly', summary: 'of one' }],
    load: overDesk(async () => (await import('../schedules.ts')).nextFires),
  },
  {
    name: 'schedules add',
    summary: 'add a schedule to the running app',
    arguments: [SCHEDULE],
    options: [
      {
        flags: '--trigger <trigger>',
        summary:
          "when: 'every 15m', 'at 2026-01-05T09:00:00Z', '0 2 * * * Europe/Oslo', or JSON of a trigger",
        required: true,
      },
      { flags: '--task <name>', summary: 'the task that is sent', required: true },
      { flags: '--input <json>', summary: 'its input; - reads it from stdin' },
      ...DESK_OPTIONS,
    ],
    examples: [
      {
        words: `schedules add watch --trigger 'every 15m' --task price --input '{"sku":"tea"}'`,
        summary: 'every 15 min',
      },
    ],
    load: overDesk(async () => (await import('../schedules.ts')).addSchedule),
  },
  {
    name: 'schedules reschedule',
    summary: 'give a schedule another trigger',
    arguments: [SCHEDULE, { name: 'trigger', summary: 'as for add' }],
    options: DESK_OPTIONS,
    examples: [{ words: `schedules reschedule nightly '0 3 * * *'`, summary: 'an hour later' }],
    load: overDesk(async () => (await import('../schedules.ts')).rescheduleSchedule),
  },
  ...(['pause', 'resume', 'run', 'remove'] as const).map(toScheduleEntry),
];

/** The four commands that take a name and nothing else. */
function toScheduleEntry(word: 'pause' | 'resume' | 'run' | 'remove'): Entry {
  const summaries = {
    pause: 'stop that a schedule fires',
    resume: 'let it fire again',
    run: 'fire it now, beside its times',
    remove: 'remove it',
  };
  return {
    name: `schedules ${word}`,
    summary: summaries[word],
    arguments: [SCHEDULE],
    options: word === 'remove' ? [YES_OPTION, ...DESK_OPTIONS] : DESK_OPTIONS,
    examples: [{ words: `schedules ${word} nightly`, summary: 'by its name' }],
    load: overDesk(async () => {
      const { pauseSchedule, resumeSchedule, runSchedule, removeSchedule } = await import('../schedules.ts');
      return { pause: pauseSchedule, resume: resumeSchedule, run: runSchedule, remove: removeSchedule }[word];
    }),
  };
}

const CONTROL: readonly Entry[] = [
  {
    name: 'limits list',
    summary: 'rates and numbers of runs at a time, of each task that has some',
    options: DESK_OPTIONS,
    examples: [{ words: 'limits list', summary: 'with what was changed' }],
    load: overDesk(async () => (await import('../control.ts')).listLimits),
  },
  {
    name: 'limits set',
    summary: "change a task's limits for all workers",
    arguments: [{ name: 'task', summary: "the task's name" }],
    options: [
      { flags: '--rate <rate>', summary: "how often it starts: '10/s', '100/m'" },
      { flags: '--concurrency <number>', summary: 'how many run at a time' },
      { flags: '--reset', summary: 'back to the definition' },
      ...DESK_OPTIONS,
    ],
    examples: [{ words: 'limits set charge --rate 10/s', summary: 'at once, for the whole fleet' }],
    load: overDesk(async () => (await import('../control.ts')).setLimits),
  },
  {
    name: 'workers list',
    summary: 'functions and long-running workers, with what these run',
    options: DESK_OPTIONS,
    examples: [{ words: 'workers list', summary: 'as inspect workers' }],
    load: overDesk(async () => (await import('../inspect.ts')).inspectWorkers),
  },
  {
    name: 'workers shutdown',
    summary: 'let a long-running worker finish what it has begun, and end',
    arguments: [WORKER],
    options: [YES_OPTION, ...DESK_OPTIONS],
    examples: [{ words: 'workers shutdown build-1', summary: 'after a question' }],
    load: overDesk(async () => (await import('../control.ts')).shutdownWorker),
  },
  {
    name: 'workers resize',
    summary: 'give a long-running worker another number of slots',
    arguments: [WORKER, { name: 'concurrency', summary: 'how many messages it runs at once' }],
    options: DESK_OPTIONS,
    examples: [{ words: 'workers resize build-1 8', summary: 'eight at a time' }],
    load: overDesk(async () => (await import('../control.ts')).resizeWorker),
  },
  {
    name: 'workflows sweep',
    summary: 'fail the workflows whose deadline has passed, also those whose client died while it sent them',
    options: DESK_OPTIONS,
    examples: [{ words: 'workflows sweep --stage prod', summary: 'at once; the app does it once an hour' }],
    load: overApp(async () => (await import('../workflows.ts')).sweepWorkflows),
  },
];

export const STEERING: readonly Entry[] = [...INSPECT, ...QUEUES, ...SCHEDULES, ...CONTROL];
