/** Codes of workflows: sending one, carrying it on, reading it. */
import {
  PLAN_DEPTH_MAX,
  PLAN_NODES_MAX,
  PLAN_PAGE_BYTES_MAX,
  WORKFLOW_DEADLINE_MS_MAX,
} from '../core/limits.ts';
import type { Codes } from './entry.ts';

export const WORKFLOW_CODES = {
  NO_WORKFLOWS: {
    means: 'The app has workflows: false, or this worker was built without them.',
    remedy: 'Remove that option, and let the task that sends one keep a result.',
  },
  INVALID_ID: {
    means: 'The id given to a workflow is none of this app in this stage.',
    remedy: 'Make one with `client.newId()`.',
  },
  DEADLINE_OUT_OF_RANGE: {
    means: `The deadline of a workflow is not between '1s' and '${WORKFLOW_DEADLINE_MS_MAX / 86_400_000}d'.`,
    remedy: 'Give such a duration, or none.',
  },
  TOO_LARGE: {
    means: `A workflow has more than ${PLAN_NODES_MAX} calls, or is nested more than ${PLAN_DEPTH_MAX} deep.`,
    remedy: 'Use chunks, send several workflows, or take groups and chains out of each other.',
  },
  PLAN_TOO_LARGE: {
    means: `A call of a workflow, with its input and links, has more than ${PLAN_PAGE_BYTES_MAX / 1_000} KB.`,
    remedy: "Store the data and give a reference, or define the queue of its task with largePayloads: 's3'.",
  },
  EMPTY_CHAIN: {
    means: 'A chain has no steps, so it would have no result.',
    remedy: 'Give it a step, or leave it out.',
  },
  NOTHING_TO_TAKE: {
    means: 'The first call of a workflow takes the result of a step before it, and there is none.',
    remedy: 'Call it with its input: task(input) instead of task.',
  },
  EACH_NOT_KEYED: {
    means: 'map or starmap over a task with once, or with a limit by key: all its calls are one message.',
    remedy: 'Call the task in a group instead.',
  },
  NOT_IN_GROUP: {
    means: '`context.addToChord` in a run that is no member of a group.',
    remedy: 'Send what is to be added on its own, or call the task in a group or chord.',
  },
  GROUP_OVER: {
    means: 'A call is to be added to a group that has ended.',
    remedy: 'Add it while a member runs, and await that.',
  },
  REPLACE_NOT_KEPT: {
    means: '`context.replace` in a run without a record, in one of map, or of an app with workflows: false.',
    remedy: 'Define the task without result: false; call it in a group instead of map.',
  },
  REPLACED: {
    means: 'The place of a run was taken by a workflow (`context.replace`); it waits for the end of that.',
    remedy: 'Nothing: its result will be that of the workflow.',
  },
  NOT_RELEASED: {
    means:
      'A workflow has ended before the run whose place it took was known to wait; it is delivered again.',
    remedy: 'Nothing.',
  },
  GROUP_MEMBER_FAILED: {
    means:
      'A member of a group did not succeed, so what follows the group does not run. `cause` is its error.',
    remedy: 'The message names the member; mend its cause and send the workflow again.',
  },
  WORKFLOW_OVERDUE: {
    means: 'A workflow had not ended by its deadline, and was ended as failed.',
    remedy: 'Look at its parts (`client.workflow(id)`, the dashboard), or give it a longer `deadline`.',
  },
  WORKFLOW_UNKNOWN: {
    means: 'There is no workflow of this id, or not any more.',
    remedy: 'Look whether it is the id of a single task: those are read with `client.result`.',
  },
  WORKFLOW_NO_NODE: {
    means: 'A workflow has no part at this path, or another kind of one.',
    remedy: "Paths are like '0.2', as `tree` gives them.",
  },
  RESULT_LOST: {
    means: 'The result of a part of a workflow cannot be read: forgotten, failed after all, or not there.',
    remedy: 'Send the workflow again.',
  },
  PLAN_LOST: {
    means: 'Part of what describes a workflow is not there any more, or could not be read.',
    remedy: 'Send the workflow again; plans are kept for as long as records are.',
  },
  PLAN_NOT_READ: {
    means: 'DynamoDB left part of a plan out again and again: it is throttled.',
    remedy: 'Nothing where a worker logs it, which tries again; elsewhere ask again.',
  },
} as const satisfies Codes;
