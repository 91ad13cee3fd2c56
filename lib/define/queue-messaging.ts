/** What is wrong with the options of a queue that come from AMQP. */
import { isDuration, toMilliseconds } from '../core/duration.ts';
import { PRIORITY_LEVELS_MAX, PRIORITY_LEVELS_MIN, RETENTION_MS } from '../core/limits.ts';
import { ROUTING_KEY_BYTES_MAX } from '../core/routing/topic.ts';
import type { ErrorCode, Problem } from '../errors.ts';
import type { QueueOptions } from './queue.ts';

/** The problems of expires, maxLength, priorities, fairBy, largePayloads and deadLetter.to. */
export function messagingProblems(name: string, options: QueueOptions): Problem[] {
  const { ordered = false, expires, maxLength, priorities, fairBy, largePayloads, deadLetter = {} } = options;
  const problems: Problem[] = [];
  const wrong = (code: ErrorCode, place: string, message: string): void =>
    void problems.push({ code, path: `queues.${name}.${place}`, message: `queue '${name}': ${message}` });
  if (expires !== undefined && !isDuration(expires))
    wrong('INVALID_DURATION', 'expires', `expires is '${expires}'; write a duration such as '30s' or '1h'`);
  else if (expires !== undefined && toMilliseconds(expires) > RETENTION_MS)
    wrong('EXPIRES_TOO_LONG', 'expires', `expires is '${expires}', SQS keeps a message at most '14d'`);
  if (maxLength !== undefined && !(Number.isInteger(maxLength) && maxLength >= 1))
    wrong(
      'MAX_LENGTH_OUT_OF_RANGE',
      'maxLength',
      `maxLength is ${maxLength}; give a whole number of at least 1`,
    );
  const levels = priorities ?? PRIORITY_LEVELS_MIN;
  if (!Number.isInteger(levels) || levels < PRIORITY_LEVELS_MIN || levels > PRIORITY_LEVELS_MAX) {
    const range = `${PRIORITY_LEVELS_MIN} to ${PRIORITY_LEVELS_MAX}`;
    wrong(
      'PRIORITIES_OUT_OF_RANGE',
      'priorities',
      `priorities is ${priorities}; give a whole number from ${range}`,
    );
  }
  if (priorities !== undefined && ordered !== false)
    wrong(
      'PRIORITIES_ON_ORDERED_QUEUE',
      'priorities',
      'priorities would break the order; drop one of the two',
    );
  if (fairBy !== undefined && ordered !== false)
    wrong(
      'FAIR_ON_ORDERED_QUEUE',
      'fairBy',
      'fairBy is for standard queues; `ordered` gives the groups here',
    );
  if (largePayloads !== undefined && largePayloads !== 's3')
    wrong('INVALID_LARGE_PAYLOADS', 'largePayloads', `largePayloads is '${largePayloads}'; allowed is 's3'`);
  const { routingKey, to } = deadLetter;
  if (routingKey !== undefined && to === undefined)
    wrong('ROUTING_KEY_WITHOUT_TARGET', 'deadLetter.routingKey', 'deadLetter.routingKey needs deadLetter.to');
  if (routingKey !== undefined && Buffer.byteLength(routingKey) > ROUTING_KEY_BYTES_MAX)
    wrong(
      'ROUTING_KEY_TOO_LONG',
      'deadLetter.routingKey',
      `deadLetter.routingKey is longer than ${ROUTING_KEY_BYTES_MAX} bytes`,
    );
  return problems;
}
