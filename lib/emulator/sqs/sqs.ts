/** The emulated Amazon SQS: finds an operation's model, gives it the time, and looks after those who wait. */

import type { Kept } from '../data/journal.ts';
import { ServiceError } from '../error.ts';
import type { Caller, Input, Output } from '../service.ts';
import { createKeeper, keptOf } from './keep.ts';
import { cancelMessageMoveTask, listMessageMoveTasks, startMessageMoveTask } from './move-task.ts';
import type { Sqs, SqsOptions } from './options.ts';
import { addPermission, removePermission } from './policy.ts';
import {
  createQueue,
  deleteQueue,
  getQueueAttributes,
  getQueueUrl,
  listDeadLetterSourceQueues,
  listQueues,
  listQueueTags,
  purgeQueue,
  setQueueAttributes,
  tagQueue,
  untagQueue,
} from './queue-operations.ts';
import {
  changeMessageVisibility,
  changeMessageVisibilityBatch,
  deleteMessage,
  deleteMessageBatch,
} from './receipt-operations.ts';
import { readReceive, receive } from './receive.ts';
import { sendMessage, sendMessageBatch } from './send.ts';
import { getSnapshot } from './snapshot.ts';
import type { Call, State } from './state.ts';
import { Waits } from './waits.ts';

export type { MessageSnapshot, QueueSnapshot, Sqs, SqsFaults, SqsOptions, SqsTraceEntry } from './options.ts';

/** Every action of the SQS API but ReceiveMessage, which alone can wait. */
const OPERATIONS: ReadonlyMap<string, (call: Call) => Output> = new Map(
  Object.entries({
    AddPermission: addPermission,
    CancelMessageMoveTask: cancelMessageMoveTask,
    ChangeMessageVisibility: changeMessageVisibility,
    ChangeMessageVisibilityBatch: changeMessageVisibilityBatch,
    CreateQueue: createQueue,
    DeleteMessage: deleteMessage,
    DeleteMessageBatch: deleteMessageBatch,
    DeleteQueue: deleteQueue,
    GetQueueAttributes: getQueueAttributes,
    GetQueueUrl: getQueueUrl,
    ListDeadLetterSourceQueues: listDeadLetterSourceQueues,
    ListMessageMoveTasks: listMessageMoveTasks,
    ListQueues: listQueues,
    ListQueueTags: listQueueTags,
    PurgeQueue: purgeQueue,
    RemovePermission: removePermission,
    SendMessage: sendMessage,
    SendMessageBatch: sendMessageBatch,
    SetQueueAttributes: setQueueAttributes,
    StartMessageMoveTask: startMessageMoveTask,
    TagQueue: tagQueue,
    UntagQueue: untagQueue,
  }),
);

/** Those that change what a queue or a move task is; the others change messages, which tell it themselves. */
const REDEFINING: ReadonlySet<string> = new Set([
  'AddPermission',
  'CancelMessageMoveTask',
  'CreateQueue',
  'DeleteQueue',
  'PurgeQueue',
  'RemovePermission',
  'SetQueueAttributes',
  'StartMessageMoveTask',
  'TagQueue',
  'UntagQueue',
]);

/** Makes an emulated SQS without queues. */
export function createSqs(options: SqsOptions): Sqs {
  const { clock } = options;
  const state: State = {
    queues: new Map(),
    deletedAt: new Map(),
    moveTasks: new Map(),
    touched: new Set(),
    random: options.random ?? Math.random,
    faults: options.faults ?? {},
    trace: options.trace,
    strict: options.strict ?? false,
  };
  if (options.journal !== undefined) state.keeper = createKeeper(state, options.journal);
  const waits = new Waits(state, clock);

  // An answer never waits for those who wait: they are looked after before it is given, also after a refusal.
  function answer<T>(work: () => T): T {
    try {
      return work();
    } finally {
      waits.settleTouched();
    }
  }

  function receiveMessage(call: Call): Output | Promise<Output> {
    const { signal } = call.caller;
    signal?.throwIfAborted();
    const { request, found } = answer(() => {
      const asked = readReceive(call);
      return { request: asked, found: receive(state, asked, call.now) };
    });
    if (found !== undefined || request.waitMs === 0) return found ?? {};
    const look = (now: number) => receive(state, request, now);
    return waits.poll(request.queue, { waitMs: request.waitMs, signal, look });
  }

  return {
    call(operation: string, input: Input, caller: Caller): Output | Promise<Output> {
      const call = { state, input, caller, now: clock.now() };
      if (operation === 'ReceiveMessage') return receiveMessage(call);
      const run = OPERATIONS.get(operation);
      if (run === undefined) {
        throw new ServiceError('UnsupportedOperation', `The operation ${operation} is not supported by SQS.`);
      }
      if (state.keeper === undefined || !REDEFINING.has(operation)) return answer(() => run(call));
      return answer(() => redefine(state, call, run));
    },
    watch: (queueArn, wake) => waits.watch(queueArn, wake),
    snapshot: () => getSnapshot(state, clock.now()),
    kept() {
      const kinds = keptOf(state, () => clock.now());
      const last = kinds.length - 1;
      // Whoever waits, and the timers of move tasks, are looked after once everything is back.
      const settle = (kind: Kept): Kept => ({
        ...kind,
        restore(entries) {
          kind.restore(entries);
          waits.settleTouched();
        },
      });
      return kinds.map((kind, index) => (index === last ? settle(kind) : kind));
    },
  };
}

function redefine(state: State, call: Call, run: (call: Call) => Output): Output {
  const output = run(call);
  for (const queue of state.touched) state.keeper?.redefined(queue);
  state.keeper?.moved();
  return output;
}
