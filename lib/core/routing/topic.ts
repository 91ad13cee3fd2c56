/**
 * Topic matching as RabbitMQ does it. A key is split into words at every dot; the empty key has no words, and
 * '.' has two empty ones. In a pattern the word '*' stands for exactly one word and '#' for any number of
 * them; inside a longer word, and in a key, both are plain characters.
 */
import { CeleriacError, DefinitionError } from '../../errors.ts';

/** AMQP: routing keys and binding keys are short strings, at most 255 bytes. */
export const ROUTING_KEY_BYTES_MAX = 255;
/** RabbitMQ 4.3.5 and later: how many words of a topic pattern may be '#'. */
export const TOPIC_HASHES_MAX = 2;

/** The words of a routing key or of a topic pattern. */
export function topicWords(text: string): readonly string[] {
  return text === '' ? [] : text.split('.');
}

/** Whether a topic binding with this pattern takes a message with this routing key. */
export function topicMatches(pattern: string, key: string): boolean {
  return wordsMatch(topicWords(pattern), topicWords(key));
}

function wordsMatch(pattern: readonly string[], key: readonly string[]): boolean {
  let at = 0;
  let keyAt = 0;
  let hashAt = -1;
  let absorbed = 0;
  while (keyAt < key.length) {
    const word = pattern[at];
    if (word === '#') {
      hashAt = at++;
      absorbed = keyAt;
    } else if (word !== undefined && (word === '*' || word === key[keyAt])) {
      at++;
      keyAt++;
    } else if (hashAt >= 0) {
      // Only the last '#' has to be reconsidered: what an earlier one could take, a later one can take as
      // well.
      at = hashAt + 1;
      keyAt = ++absorbed;
    } else {
      return false;
    }
  }
  while (pattern[at] === '#') at++;
  return at === pattern.length;
}

/**
 * Checks a topic pattern as RabbitMQ 4.3.5 does when it is bound.
 * @throws DefinitionError TOPIC_PATTERN_TOO_LONG, TOPIC_PATTERN_TOO_MANY_HASHES
 */
export function checkTopicPattern(pattern: string): void {
  const bytes = Buffer.byteLength(pattern);
  if (bytes > ROUTING_KEY_BYTES_MAX) {
    throw new DefinitionError(
      'TOPIC_PATTERN_TOO_LONG',
      `topic pattern '${pattern}' has ${bytes} bytes, at most ${ROUTING_KEY_BYTES_MAX} are allowed`,
      { value: pattern, allowed: ROUTING_KEY_BYTES_MAX },
    );
  }
  const hashes = topicWords(pattern).filter((word) => word === '#').length;
  if (hashes > TOPIC_HASHES_MAX) {
    throw new DefinitionError(
      'TOPIC_PATTERN_TOO_MANY_HASHES',
      `topic pattern '${pattern}' uses ${hashes} '#' wildcards, at most ${TOPIC_HASHES_MAX} are allowed; ` +
        'bind more than once',
      { value: pattern, allowed: TOPIC_HASHES_MAX },
    );
  }
}

/**
 * Checks a routing key that is about to be published.
 * @throws CeleriacError ROUTING_KEY_TOO_LONG
 */
export function checkRoutingKey(key: string): void {
  const bytes = Buffer.byteLength(key);
  if (bytes <= ROUTING_KEY_BYTES_MAX) return;
  throw new CeleriacError(
    'ROUTING_KEY_TOO_LONG',
    `routing key '${key.slice(0, 40)}…' has ${bytes} bytes, at most ${ROUTING_KEY_BYTES_MAX} are allowed`,
    { value: key, allowed: ROUTING_KEY_BYTES_MAX },
  );
}
