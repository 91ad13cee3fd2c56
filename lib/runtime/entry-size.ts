/** How services count what one entry of a call is long, against their limits. */
import { sizeBytes } from '../core/message.ts';
import type { BusEvent, TopicMessage } from './ports.ts';

/**
 * The detail-type of every event. It is constant: EventBridge takes 1–128 characters there, and routing keys
 * have 0–255 bytes.
 */
export const EVENT_TYPE = 'message';

/** SNS: the body, and the name, type and value of each attribute. */
export function topicMessageBytes({ body, attributes }: Omit<TopicMessage, 'group'>): number {
  return Object.entries(attributes).reduce(
    (sum, [name, { DataType, StringValue }]) =>
      sum + sizeBytes(name) + sizeBytes(DataType) + sizeBytes(StringValue),
    sizeBytes(body),
  );
}

/** EventBridge: source, detail-type and detail; a time counts 14 bytes more, and none is given. */
export function eventBytes({ source, detail }: BusEvent): number {
  return sizeBytes(source) + sizeBytes(EVENT_TYPE) + sizeBytes(detail);
}
