/** Codes of waiting for results, of steering runs, and of how runs end. */
import { RESULT_BYTES_MAX } from '../core/limits.ts';
import type { Codes } from './entry.ts';

export const RUN_CODES = {
  TASK_FAILED: {
    means: "A run has failed for good. `cause` is the task's own error, the message names the reason.",
    remedy: 'Mend what the cause says, then run it again: `client.retry`, `celeriac retry`, or redrive it.',
  },
  TASK_REVOKED: {
    means: 'A run was revoked, has expired, or was dropped for another one with the same key (`once`).',
    remedy: 'The message has the reason; send it again if it should run after all.',
  },
  RESULT_TIMEOUT: {
    means: '`get` has waited for as long as its timeout says. The run goes on.',
    remedy: 'Ask again with `client.result(task, id)`; `celeriac runs show` says why it is not done.',
  },
  CALL_TIMEOUT: {
    means: '`call` has had no reply within its timeout. The task goes on, its reply will be dropped.',
    remedy: 'Wait longer, or send the task and ask for its result.',
  },
  RESULT_UNKNOWN: {
    means: 'An id is none of this app in this stage, or is older than records are kept.',
    remedy: 'Look whether app and stage are the ones it was sent in.',
  },
  RESULT_NOT_KEPT: {
    means: 'A task keeps no result (result: false), and something waits for it: `get`, `call`, a workflow.',
    remedy: 'Remove that option from the task, or do not wait.',
  },
  RESULT_NOT_READABLE: {
    means:
      'A result is kept, but cannot be read from here: a worker without DynamoDB, or its object is gone.',
    remedy:
      'Remove result: false from the task that waits; what is gone from the bucket can only be run again.',
  },
  RESULT_EXPIRED: {
    means: 'A result was kept for as long as `resultExpires` of its task says.',
    remedy: 'Read it sooner, or raise resultExpires.',
  },
  RESULT_FORGOTTEN: {
    means: 'A result was removed by `forget`.',
    remedy: 'Run it again if it is needed.',
  },
  RESULT_NOT_JSON: {
    means:
      'A task returned what JSON does not bring back: a Map, a bigint, a function, undefined in a list …',
    remedy: 'Return plain data; the message has the path.',
  },
  RESULT_TOO_LARGE: {
    means: `A result has more than ${RESULT_BYTES_MAX / 1_000} KB, which a record does not hold (DynamoDB).`,
    remedy: "Store the data and return a reference, or define the queue with largePayloads: 's3'.",
  },
  RETRY_OTHER_TASK: {
    means: 'The run that is to be run again is one of another task, or a workflow.',
    remedy: 'Give the task whose run it is; of a workflow, run the part again that failed, or send it anew.',
  },
  RETRY_NOT_FAILED: {
    means: 'A run is to be run again that has neither failed nor been revoked.',
    remedy: 'Wait until it is over, or send the task anew.',
  },
  RETRY_NOT_KEPT: {
    means:
      'A run is to be run again whose input is not in its record: too large, forgotten, or never started.',
    remedy: 'Give an input, or redrive its dead letter.',
  },
  REVOKE_NOT_KEPT: {
    means: 'A run of a task without a record (result: false) is to be revoked: no worker would learn of it.',
    remedy: 'Define the task with revocable: true.',
  },
  REVOKE_HEADER_UNKNOWN: {
    means: 'Runs are to be revoked by a header that no task of the app looks at.',
    remedy: "Define the task with revocable: { headers: ['the-header'] }.",
  },
  RUN_NOT_OVER: {
    means: 'A run or workflow is to be forgotten that goes on.',
    remedy: 'Revoke it first, or wait for its end.',
  },
  LIMIT_NOT_DEFINED: {
    means: 'A limit is to be set on a task that is defined without it, so its workers do not look for one.',
    remedy: 'Define it, rateLimit as 0 or concurrency as a high number, and set it then.',
  },
  PROGRESS_INVALID: {
    means:
      'A progress is larger than 10,000 bytes, no JSON, not what the schema of the reader takes, or has a ' +
      'state that all runs have.',
    remedy: 'Report a little plain data, and a state of your own.',
  },
  NO_STATE: {
    means: 'Nothing of the app, or of this worker, keeps a record, so there is no table to ask.',
    remedy: 'Give a task (the one that asks) a result, a limit, or once.',
  },
  CLIENT_CLOSED: {
    means: 'The client was closed while a call waited for its reply.',
    remedy: 'Await calls before `close()`.',
  },
  REPLY_QUEUE_FAILED: {
    means: 'The queue for replies could not be made or read; `cause` has the error of AWS.',
    remedy: "Give whoever calls the rights of Broker's `grantCall`.",
  },
  REPLY_QUEUE_LOST: {
    means: 'The queue for replies is gone: deleted by hand, or swept after an hour without a sign of life.',
    remedy: 'Call again, which makes a new one; the tasks go on, their replies are lost.',
  },
  RETRY: {
    means: 'A task has thrown `RetryError`: it asked to be run again.',
    remedy: 'Nothing, unless its attempts are used up: they count as any other.',
  },
  REJECTED: {
    means: 'A task has thrown `RejectError`: its message was given up at once.',
    remedy: 'Look at the message of the error; redrive the dead letter when its reason is gone.',
  },
  THROWN: {
    means: 'A task has thrown something that is no Error.',
    remedy: 'Throw Errors: they have a stack.',
  },
  TIME_LIMIT: {
    means: 'A run took longer than its `timeLimit`: of the soft one, what its signal was aborted with.',
    remedy: 'Let the task do less, or raise the limit.',
  },
  CRASHED: {
    means: 'Workers died, or ran out of time, again and again while the message was with them.',
    remedy: 'Look for memory, time-outs and process.exit in the logs of the worker; then redrive it.',
  },
  WORKER_STOPPED: {
    means: 'The worker of a run was stopped; the run is handed back and runs again.',
    remedy: 'Nothing.',
  },
  CLAIM_LOST: {
    means:
      'No heartbeat of a run got through for too long, and another worker has it now; its signal is aborted.',
    remedy: 'Let tasks give way to others (await), and keep their effects idempotent by `context.id`.',
  },
  NO_BLOBS: {
    means: 'An input or result lies in the bucket for large payloads, which this worker was not given.',
    remedy: 'Deploy the worker with the app as it is now.',
  },
  PAYLOAD_LOST: {
    means:
      'The input of a message is not there any more: the bucket has no such object, or a part no result.',
    remedy: 'Send the task again; objects are kept for as long as messages and dead letters are.',
  },
  MALFORMED: {
    means: 'A message to the function `later` is none that it knows.',
    remedy: 'Look who else sends into that queue; it lies in its dead-letter queue.',
  },
  MALFORMED_MESSAGE: {
    means: "A message is no envelope of Celeriac, in a queue that has no consumer for others' messages.",
    remedy: 'Take messages of other senders with defineConsumer; docs/envelope.schema.json has the envelope.',
  },
  UNKNOWN_VERSION: {
    means: 'A message has an envelope of a newer version than the worker knows.',
    remedy: 'Deploy the worker, then redrive the dead letter.',
  },
  RECORD_BUSY: {
    means: 'The record of a schedule was changed by others again and again; its fire is delivered again.',
    remedy: 'Nothing, unless it goes on for minutes.',
  },
  LIMIT_BUSY: {
    means: 'A rate limit is asked for by so many at once that one of them could not reserve a turn.',
    remedy: 'Nothing where a worker logs it, which tries again; a limit by key spreads it.',
  },
  ITEMS_NOT_READ: {
    means: 'DynamoDB left items of a read out again and again: it is throttled.',
    remedy: 'Nothing where a worker logs it, which tries again; elsewhere ask again.',
  },
  MISSING_VALUE: {
    means: 'An update of the table was put together wrongly: a fault of Celeriac.',
    remedy: 'Report it.',
  },
} as const satisfies Codes;
