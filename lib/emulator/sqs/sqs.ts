/** The emulated Amazon SQS: finds an operation's model, gives it the time, and looks after those who wait. */
import { ServiceError } from '../error.ts';
import type { Caller, Input, Output } from '../service.ts';
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
      return answer(() => run(call));
    },
    watch: (queueArn, wake) => waits.watch(queueArn, wake),
    snapshot: () => getSnapshot(state, clock.now()),
  };
}
