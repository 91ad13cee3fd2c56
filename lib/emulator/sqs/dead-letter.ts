/**
 * Moves between queues: to the dead-letter queue at the receive after the last allowed one, and back by a
 * move task.
 */
import { Message } from './message.ts';
import { nextSequenceNumber, type Queue } from './queue.ts';
import { current, randomId, type State } from './state.ts';

/**
 * Moves a message to its queue's dead-letter queue if it was received as often as allowed; says whether it
 * did.
 */
export function moveIfExhausted(state: State, queue: Queue, message: Message, now: number): boolean {
  const { redrive } = queue.settings;
  if (redrive === undefined || message.receivesHere < redrive.receivesMax) return false;
  const target = state.queues.get(redrive.targetArn);
  // Without its dead-letter queue a message is delivered on and on.
  if (target === undefined) return false;
  queue.store.remove(message);
  message.sourceArn = queue.arn;
  if (target.fifo) {
    // Two messages may share a deduplication id; in the dead-letter queue both must be kept (Developer Guide,
    // redrive).
    message.deduplicationId = message.id;
    message.enqueuedAt = now;
  }
  current(state, target, now).store.put(message, now, now);
  state.trace?.({
    at: now,
    service: 'sqs',
    operation: 'deadLetter',
    account: queue.account,
    region: queue.region,
    queue: queue.name,
    to: target.name,
    messageId: message.id,
    receiveCount: message.receiveCount,
  });
  return true;
}

/**
 * Moves a message out of a dead-letter queue: there it is a new one, with a new id and age (Developer Guide,
 * redrive).
 */
export function redrive(state: State, from: Queue, to: Queue, message: Message, now: number): void {
  from.store.remove(message);
  const moved = new Message({
    ...pickSent(message),
    id: randomId(state.random),
    sequenceNumber: to.fifo ? nextSequenceNumber(to) : undefined,
    sentAt: now,
  });
  current(state, to, now).store.put(moved, now, now);
  state.trace?.({
    at: now,
    service: 'sqs',
    operation: 'move',
    account: from.account,
    region: from.region,
    queue: from.name,
    to: to.name,
    messageId: message.id,
    newMessageId: moved.id,
  });
}

function pickSent(message: Message) {
  const { body, bodyMd5, attributes, traceHeader, senderId, groupId, deduplicationId } = message;
  return { body, bodyMd5, attributes, traceHeader, senderId, groupId, deduplicationId };
}
