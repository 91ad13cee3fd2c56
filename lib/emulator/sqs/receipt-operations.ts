/**
 * The operations on a received message by its receipt handle: delete, change visibility, and their batches.
 */
import { ServiceError } from '../error.ts';
import type { Input, Output } from '../service.ts';
import { eachEntry, readEntries } from './batch.ts';
import { integer, text } from './fields.ts';
import { SECOND_MS, VISIBILITY_SECONDS_MAX } from './limits.ts';
import { fromHandle, type Message } from './message.ts';
import type { Queue } from './queue.ts';
import { handleIsInvalid, invalidValue, missing } from './refusal.ts';
import { type Call, queueOf } from './state.ts';

const DELETE_ENTRY = 'DeleteMessageBatchRequestEntry';
const VISIBILITY_ENTRY = 'ChangeMessageVisibilityBatchRequestEntry';

/**
 * A message and whether the handle is of its latest delivery; no message when it was deleted, moved or has
 * expired.
 */
interface Found {
  readonly message: Message | undefined;
  readonly latest: boolean;
}

export function deleteMessage(call: Call): Output {
  return deleteOne(call, queueOf(call), call.input);
}

export function deleteMessageBatch(call: Call): Output {
  const queue = queueOf(call);
  return eachEntry(readEntries(call.input, DELETE_ENTRY), ({ input }) => deleteOne(call, queue, input));
}

export function changeMessageVisibility(call: Call): Output {
  return changeOne(call, queueOf(call), call.input, '');
}

export function changeMessageVisibilityBatch(call: Call): Output {
  const queue = queueOf(call);
  return eachEntry(readEntries(call.input, VISIBILITY_ENTRY), ({ input, position }) =>
    changeOne(call, queue, input, `${VISIBILITY_ENTRY}.${position}.`),
  );
}

/**
 * Deleting what is gone succeeds. A standard queue takes an old handle too; a FIFO queue takes the handle of
 * the latest delivery only, and only while its visibility timeout runs (recorded on AWS).
 */
function deleteOne({ state, now }: Call, queue: Queue, input: Input): Output {
  const handle = readHandle(input);
  const { message, latest } = find(queue, handle);
  if (message === undefined) return {};
  if (queue.fifo && !(latest && message.state === 'inFlight')) {
    throw invalidValue(handle, 'ReceiptHandle', 'The receipt handle has expired.');
  }
  const lost = state.faults.loseDelete?.(queue.name, message.id) === true;
  if (!lost) queue.store.remove(message);
  state.trace?.({
    at: now,
    service: 'sqs',
    operation: 'delete',
    account: queue.account,
    region: queue.region,
    queue: queue.name,
    messageId: message.id,
    ...(lost && { fault: 'loseDelete' }),
  });
  return {};
}

function changeOne(call: Call, queue: Queue, input: Input, path: string): Output {
  const handle = readHandle(input);
  const seconds = integer(input, 'VisibilityTimeout');
  if (seconds === undefined) throw missing(`${path}VisibilityTimeout`);
  if (seconds < 0 || seconds > VISIBILITY_SECONDS_MAX) {
    const rule = `Must be between 0 and ${VISIBILITY_SECONDS_MAX}.`;
    throw invalidValue(seconds, 'VisibilityTimeout', rule);
  }
  const { message, latest } = find(queue, handle);
  if (message === undefined) {
    const reason = 'Message does not exist or is not available for visibility timeout change.';
    throw invalidValue(handle, 'ReceiptHandle', reason);
  }
  if (message.state !== 'inFlight' || (queue.fifo && !latest)) return afterFlight(queue, message);
  hideUntil(call, queue, message, seconds);
  return {};
}

// A standard queue answers a change that comes after the timeout with success and does nothing (recorded on
// AWS in November 2023); what was given back, and any of it on FIFO, is refused by the error that the API
// documents.
function afterFlight(queue: Queue, message: Message): Output {
  if (!queue.fifo && message.timedOut) return {};
  throw new ServiceError('MessageNotInflight', "The specified message isn't in flight.");
}

function hideUntil({ state, now }: Call, queue: Queue, message: Message, seconds: number): void {
  const until = now + seconds * SECOND_MS;
  if (until > message.receivedAt + VISIBILITY_SECONDS_MAX * SECOND_MS) {
    const limit = `beyond the limit [${VISIBILITY_SECONDS_MAX} seconds].`;
    throw invalidValue(seconds, 'VisibilityTimeout', `Total VisibilityTimeout for the message is ${limit}`);
  }
  queue.store.postpone(message, until);
  if (seconds === 0) queue.store.show(message, false);
  state.trace?.({
    at: now,
    service: 'sqs',
    operation: 'visibility',
    account: queue.account,
    region: queue.region,
    queue: queue.name,
    messageId: message.id,
    seconds,
  });
}

function readHandle(input: Input): string {
  const handle = text(input, 'ReceiptHandle')?.trim();
  if (handle === undefined || handle === '') throw missing('ReceiptHandle');
  return handle;
}

function find(queue: Queue, handle: string): Found {
  const receipt = fromHandle(handle);
  if (receipt === undefined || receipt.arn !== queue.arn) throw handleIsInvalid(handle);
  const message = queue.store.get(receipt.messageId);
  return { message, latest: message?.receiveCount === receipt.delivery };
}
