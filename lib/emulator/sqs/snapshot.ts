/** What an inspector sees of all queues; it reads and changes nothing. */
import { showAttributes } from './attributes.ts';
import type { Message } from './message.ts';
import type { MessageSnapshot, QueueSnapshot } from './options.ts';
import { type Queue, toUrl } from './queue.ts';
import { current, type State } from './state.ts';

export function getSnapshot(state: State, now: number): readonly QueueSnapshot[] {
  return [...state.queues.values()].map((queue) => toSnapshot(current(state, queue, now)));
}

function toSnapshot(queue: Queue): QueueSnapshot {
  const { store } = queue;
  return {
    arn: queue.arn,
    url: toUrl(queue.endpoint, queue),
    name: queue.name,
    fifo: queue.fifo,
    visible: store.visible,
    inFlight: store.inFlight,
    delayed: store.delayed,
    attributes: showAttributes(queue),
    tags: Object.fromEntries(queue.tags),
    messages: [...store.all()].map(toMessageSnapshot),
  };
}

function toMessageSnapshot(message: Message): MessageSnapshot {
  return {
    messageId: message.id,
    body: message.body,
    state: message.state,
    sentAt: message.sentAt,
    receiveCount: message.receiveCount,
    ...(message.state !== 'visible' && { availableAt: message.availableAt }),
    ...(message.groupId !== undefined && { groupId: message.groupId }),
  };
}
