/** Codes of what `defineTask`, `defineQueue`, `defineApp` and `Broker` refuse, but for messaging. */
import {
  APP_NAME_LENGTH_MAX,
  BUCKET_NAME_LENGTH_MAX,
  FUNCTION_TIMEOUT_MS_MAX,
  NAME_LENGTH_MAX,
  RECORD_MS,
  SLOTS_MAX,
  STAGE_NAME_LENGTH_MAX,
  VISIBILITY_MS_MAX,
  VISIBILITY_PER_TIMEOUT,
  WORKER_CONCURRENCY_MIN,
} from '../core/limits.ts';
import type { Codes } from './entry.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export const APP_CODES = {
  INVALID_APP: {
    means:
      'Several definitions of an app cannot work; `problems` of the error has each with its code and path.',
    remedy: 'Mend them one by one: each line of the message says how.',
  },
  DUPLICATE_NAME: {
    means: 'Two different tasks, queues, exchanges or schedules of an app have the same name.',
    remedy: 'Rename one, or define it once and import it where it is needed.',
  },
  DUPLICATE_CONSUMER: {
    means: 'A queue has two consumers; it may have one, whose workers run side by side.',
    remedy: 'Join the two handlers, or give each a queue of its own.',
  },
  INVALID_NAME: {
    means:
      "A name is empty or has other characters than letters, digits, '-' and '_' (of a task '.' too; of an " +
      `app or stage no '-'). App names have at most ${APP_NAME_LENGTH_MAX} characters, stages ` +
      `${STAGE_NAME_LENGTH_MAX}.`,
    remedy: 'Choose another name; AWS has no room for others.',
  },
  NAME_TOO_LONG: {
    means: `A name is longer than AWS's own names leave room for: ${NAME_LENGTH_MAX} characters.`,
    remedy: 'Shorten it.',
  },
  RESERVED_NAME: {
    means: "A queue has a name of Celeriac's own: '…-dlq', '…-p0', 'reply-…', 'celeriac-…', 'later'.",
    remedy: 'Choose another name.',
  },
  INVALID_BUCKET_NAME: {
    means:
      'The bucket of large payloads, named after app and stage, would have a name that S3 refuses: it ' +
      `begins with a letter or digit and has at most ${BUCKET_NAME_LENGTH_MAX} characters.`,
    remedy: 'Rename the app or the stage.',
  },
  INVALID_DURATION: {
    means: 'A length of time is not written as a number and a unit: ms, s, m, h or d.',
    remedy: "Write it like '30s', '1.5h' or '7d'.",
  },
  OUT_OF_RANGE: {
    means:
      'A number of a worker or scheduler (memory, timeout, batch, concurrency …) is not one that can be had.',
    remedy: 'Give a whole number between the two that the message names.',
  },
  ATTEMPTS_OUT_OF_RANGE: {
    means: '`retry.attempts` is no whole number of at least 1; on an ordered queue at most 100 are possible.',
    remedy: 'Give how often the task is started at most; 1 means no retry.',
  },
  HOLD_TOO_LONG: {
    means: `On an ordered queue SQS holds a message back for at most ${VISIBILITY_MS_MAX / HOUR_MS} hours.`,
    remedy: "Give the backoff of the task or consumer max: '12h' or less.",
  },
  VISIBILITY_TOO_LONG: {
    means:
      `The visibility of a queue is longer than the ${VISIBILITY_MS_MAX / HOUR_MS} hours that SQS ` +
      'allows.',
    remedy: 'Shorten it, and split a task that takes longer.',
  },
  VISIBILITY_TOO_SHORT: {
    means:
      `A queue hides a message for less than ${VISIBILITY_PER_TIMEOUT} times the timeout of its worker and ` +
      "the window (AWS's advice), or for less than '6s'.",
    remedy: "Raise the queue's visibility, or lower the worker's timeout.",
  },
  DEAD_LETTER_AFTER_OUT_OF_RANGE: {
    means: '`deadLetter.after` is no whole number from 1 to 900.',
    remedy: 'Give after how many crashes of its worker a message is given up.',
  },
  WINDOW_MISSING: {
    means: 'A batch of more than 10 messages needs a window of at least a second (Lambda).',
    remedy: "Set window: '1s' or longer, or batch: 10.",
  },
  CONCURRENCY_TOO_LOW: {
    means:
      'Each priority of a queue has an event source mapping of its own, and each of those needs a ' +
      `concurrency of ${WORKER_CONCURRENCY_MIN} (Lambda).`,
    remedy: `Give the worker at least ${WORKER_CONCURRENCY_MIN} for each priority, or fewer priorities.`,
  },
  CONCURRENCY_OUT_OF_RANGE: {
    means: `How many runs of a task go on at once is no whole number from 1 to ${SLOTS_MAX}.`,
    remedy: 'Give such a number, or leave `concurrency` out.',
  },
  RATE_INVALID: {
    means: 'A rate limit is not a number and a period: /s, /m, /h or /d.',
    remedy: "Write it like '100/m', 10 (a second), or 0 for none.",
  },
  TIME_LIMIT_OUT_OF_RANGE: {
    means:
      `A time limit is not between 0 and ${VISIBILITY_MS_MAX / HOUR_MS} hours, its soft part is not before ` +
      "its hard one, it is longer than its queue's visibility, or longer than the " +
      `${FUNCTION_TIMEOUT_MS_MAX / 60_000} minutes of a function.`,
    remedy:
      "Shorten it, raise the visibility, or let a machine work the queue: workers: { name: 'machine' }.",
  },
  RESULT_EXPIRES_OUT_OF_RANGE: {
    means:
      `\`resultExpires\` is not between 0 and the ${RECORD_MS / DAY_MS} days for which records are ` +
      'kept.',
    remedy: "Write it like '1h' or '7d'.",
  },
  LIMIT_ON_ORDERED_QUEUE: {
    means: 'A rate or concurrency limit on an ordered queue: what has to wait would hold up its whole group.',
    remedy: 'Use a standard queue, or the groups of the queue as the limit: one message of each at a time.',
  },
  ONCE_CANNOT_WAIT: {
    means: "keep: 'first' drops what comes later, so that cannot wait for the key.",
    remedy: "Set taken to 'return' or 'reject'.",
  },
  ONCE_ON_ORDERED_QUEUE: {
    means:
      'A key that messages of an ordered queue wait for would hold up their group, and SQS counts receives.',
    remedy: 'Make the key the message group instead (`groupBy`).',
  },
  ONCE_KEY_INVALID: {
    means: 'A key function returned something that JSON cannot say: a function, NaN, a Map, a cycle.',
    remedy: 'Return a text, a number, or plain data made of those.',
  },
  CHUNK_SIZE_OUT_OF_RANGE: {
    means: '`chunks` was given a size that is no whole number of at least 1.',
    remedy: 'Give how many inputs a chunk has.',
  },
  INVALID_FAULT: {
    means: '`faults` of `simulate` names a fault that there is not, or a rate that is none.',
    remedy: 'Give one of those that the message names a rate from 0 (never) to 1 (always).',
  },
  UNKNOWN_QUEUE: {
    means: 'The app has no queue of this name, or none with a task or consumer where a worker is meant.',
    remedy: 'Use one of the names in the message, or add the queue to `queues` of defineApp.',
  },
  UNKNOWN_LEVEL: {
    means: 'A queue has no such priority level; the lowest is 0.',
    remedy: 'Give a level below the `priorities` of the queue.',
  },
  NO_RESULTS: {
    means: '`grantRead` on an app in which no task keeps a result: there is nothing to read.',
    remedy: 'Drop grantRead, or set result: true on a task.',
  },
  ENTRY_MISSING: {
    means: 'There is a function, or a pool of processes or threads, and nobody says which file it runs.',
    remedy:
      'Give Broker the `entry` whose export `handler` is `serve(app)`; runWorker and runScheduler take the ' +
      'module of the app.',
  },
  QUEUE_HAS_FUNCTION: {
    means: 'A FargateWorker works a queue that has a function too, and the two would share its messages.',
    remedy: "Give the Broker workers: { name: 'machine' } for that queue.",
  },
  CLUSTER_MISSING: {
    means: 'A FargateWorker was given no network to run in.',
    remedy: 'Give it `cluster` or `vpc`.',
  },
  WRONG_APP: {
    means: 'A function that was deployed for one app has an entry that serves another one.',
    remedy: 'Let `entry` of Broker be a file that serves the same app.',
  },
  NO_APP: {
    means: 'A module exports no app, or several, or a project has no module that does.',
    remedy:
      'Name the module with --app or in package.json ("celeriac": { "app": "app.ts" }), the app with --name.',
  },
  APP_NOT_LOADED: {
    means: 'The module of the app does not compile, cannot be found, or throws while it is loaded.',
    remedy: 'Mend what the message names; definitions should do nothing but define.',
  },
  CHILD_FAILED: {
    means:
      'A thread or process of a pool cannot load the app, though the worker itself can: the module, or one ' +
      'that it imports, does something else there.',
    remedy: 'Mend what the message names; the worker does not start before a child of its pool does.',
  },
  INVALID_POOL: {
    means: 'The pool of a long-running worker is none.',
    remedy: "Give 'async', 'threads' or 'processes'.",
  },
  INVALID_OPTION: {
    means: 'An option does not go with the others, or there is none of this name.',
    remedy: 'See the message for those there are.',
  },
  NOTHING_TO_RUN: {
    means: 'A worker was started for an app in which no queue has a task with `run`, or a consumer.',
    remedy: 'Implement a task (`run`, or `implement`), or define a consumer.',
  },
} as const satisfies Codes;
