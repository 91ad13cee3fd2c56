/** What a condition means: the library writes it as filters and routes without it, tests hold both to it. */
import type { Condition } from '../../../lib/core/routing/condition.ts';
import { headerTestMatches } from '../../../lib/core/routing/headers.ts';
import { deliveredHeaders, type RoutedMessage, routingKeys } from '../../../lib/core/routing/route.ts';
import { topicMatches } from '../../../lib/core/routing/topic.ts';

/** Whether a message meets a condition; of several routing keys (CC, BCC) one has to. */
export function conditionMatches(condition: Condition, message: RoutedMessage): boolean {
  const { key, topic, headers } = condition;
  if (key !== undefined && !routingKeys(message).includes(key)) return false;
  if (topic !== undefined && !routingKeys(message).some((one) => topicMatches(topic, one))) return false;
  if (headers === undefined) return true;
  const delivered = deliveredHeaders(message.headers);
  return headers.every((test) => headerTestMatches(test, delivered));
}
