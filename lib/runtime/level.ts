/** The level of a queue with priorities that a message belongs to. */
import type { Message } from '../core/message.ts';
import type { Queue } from '../define/queue.ts';

/** RabbitMQ: what is above a queue's highest counts as the highest, and a queue without levels has one. */
export function levelOf(queue: Queue, { via, priority }: Pick<Message, 'via' | 'priority'>): number {
  const asked = via?.properties?.priority ?? priority ?? 0;
  return Math.max(0, Math.min(Math.floor(asked), queue.priorities - 1)) || 0;
}
