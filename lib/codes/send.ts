/** Codes of sending a task and publishing a message. */
import {
  BLOB_DAYS,
  DELAY_MS_MAX,
  GROUP_LENGTH_MAX,
  HOPS_MAX,
  MESSAGE_BYTES_MAX,
  PRIORITY_MAX,
  RETENTION_MS,
  VISIBILITY_MS_MAX,
  WAIT_MS_MAX,
} from '../core/limits.ts';
import type { Codes } from './entry.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export const SEND_CODES = {
  NOT_A_CALL: {
    means: 'What is sent, or is a part of a workflow, is no call: the task itself, or nothing of the kind.',
    remedy: 'Give `task(input)`, or a workflow of such calls.',
  },
  UNKNOWN_TASK: {
    means:
      'The app has no task of this name; of a dead letter: no worker of the queue has known it for 24 hours.',
    remedy: 'Add it to `tasks` of defineApp, and deploy; a dead letter can be redriven then.',
  },
  INVALID_INPUT: {
    means:
      'A task does not take this input: its schema refuses it, or it is no JSON. The message says where.',
    remedy: 'Send what the schema takes; of a dead letter, mend the input while redriving it.',
  },
  INPUT_NOT_JSON: {
    means: 'An input holds what JSON does not bring back: a Map, a bigint, a function, undefined in a list …',
    remedy: 'Send plain data; the message has the path.',
  },
  INVALID_MESSAGE: {
    means: 'An exchange does not take this message: the schema for its routing key refuses it.',
    remedy: 'Publish what the schema takes; the message says where it does not.',
  },
  MESSAGE_NOT_JSON: {
    means: 'A message holds what JSON does not bring back: a bigint, a function, undefined in a list …',
    remedy: 'Publish plain data; the message has the path.',
  },
  MESSAGE_TOO_LARGE: {
    means:
      `A message is larger than ${MESSAGE_BYTES_MAX / 1_024} KiB (SQS takes 1 MiB in all; over SNS with ` +
      'order, and of what waits inside another message, it may be less).',
    remedy: "Send a reference to the data, or define the queue with largePayloads: 's3'.",
  },
  INVALID_MESSAGE_ID: {
    means: `A messageId is not 1 to ${GROUP_LENGTH_MAX} letters, digits and punctuation.`,
    remedy: 'Give another one, or none.',
  },
  INVALID_PRIORITY: {
    means: `A priority is no whole number from 0 to ${PRIORITY_MAX}.`,
    remedy: 'Give such a number; above the levels of the queue it counts as the highest.',
  },
  INVALID_TIME: {
    means:
      '`at` or `timestamp` is an invalid date, or both `delay` and `at` say when; `start` of `simulate` ' +
      'is no time.',
    remedy: "Give one of the two; a Date has to have a time. `start` is like '2026-01-01T00:00:00Z'.",
  },
  INVALID_GROUP: {
    means: `A message group is not 1 to ${GROUP_LENGTH_MAX} letters, digits and punctuation (SQS).`,
    remedy: 'Let `group` or `groupBy` give such a text; hash what is longer.',
  },
  GROUP_ON_STANDARD_QUEUE: {
    means: 'A message has a group, and its queue or exchange is not ordered and keeps no groups.',
    remedy: 'Drop `group`, or define the queue or exchange with ordered: true.',
  },
  DELAY_TOO_LONG: {
    means:
      `Something waits longer than it can: ${WAIT_MS_MAX / DAY_MS} days at most; ` +
      `${DELAY_MS_MAX / MINUTE_MS} minutes with longDelays: false; on an ordered queue, for a retry, ` +
      `${VISIBILITY_MS_MAX / HOUR_MS} hours; in a workflow without a deadline less than 7 days; ` +
      `${BLOB_DAYS - RETENTION_MS / DAY_MS} days with a large input, which the app's ` +
      `bucket keeps for ${BLOB_DAYS}.`,
    remedy: 'Wait less, drop longDelays: false, or add a schedule with the trigger `at` for a time far away.',
  },
  DELAY_ON_ORDERED_QUEUE: {
    means: 'SQS delays no single message of an ordered queue, and the app has longDelays: false.',
    remedy: 'Drop longDelays: false from defineApp, and deploy.',
  },
  TIMEOUT_TOO_LONG: {
    means: `A call waits longer than the ${RETENTION_MS / DAY_MS} days that SQS keeps a message.`,
    remedy: 'Wait less.',
  },
  TOO_MANY_HOPS: {
    means: `More than ${HOPS_MAX} tasks or messages have set each other off, one by one.`,
    remedy: 'Look for tasks that send each other in a circle; a schedule is for what is repeated for ever.',
  },
  NOTHING_TO_PUBLISH_TO: {
    means:
      'A worker publishes, and was bundled for an app without exchanges, consumers and queues of its own.',
    remedy: 'Add what is published to to defineApp, and deploy.',
  },
  ONCE_TAKEN: {
    means: 'A task with `once` was sent while another run has the same key; `value` is the id of that run.',
    remedy: "Wait for that one, send with force: true, or define taken: 'return'.",
  },
  ONCE_NOT_REACHABLE: {
    means:
      'A worker sends a task with `once`, and was built without DynamoDB: none of its own tasks needs it.',
    remedy: 'Give the task that sends a result, or send with force: true.',
  },
  KEY_FAILED: {
    means:
      'The key function of `once`, `rateLimit` or `concurrency` threw for an input; `cause` has its error.',
    remedy: 'Let it return a text or plain data for every input that the schema takes.',
  },
  SEND_FAILED: {
    means: 'AWS refused a message, after several tries; `value` has its code. It is not in the queue.',
    remedy:
      'Send it again; if it is refused each time, look at permissions and at whether the app is deployed.',
  },
  NACKED: {
    means: 'A publish was not taken everywhere it goes (basic.nack); `messageId` of the error has its id.',
    remedy: 'Publish it again under the same `messageId`, which is safe where it has arrived.',
  },
  QUEUE_FULL: {
    means: 'A queue that the message would reach holds as many as its `maxLength` allows.',
    remedy: 'Publish again when some are worked off.',
  },
  UNROUTABLE: {
    means:
      'No queue would get the message, which was published with `mandatory` (312 NO_ROUTE); of a dead ' +
      'letter: for 24 hours nobody in its queue has been bound for its key.',
    remedy: 'Bind a queue, give the exchange an `alternate`, or publish without `mandatory`.',
  },
} as const satisfies Codes;
