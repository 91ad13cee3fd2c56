/**
 * Whether a message would pass the filter that stands for some conditions, told without asking the service
 * that filters. Where a filter cannot say exactly what is meant it lets more pass, and so does this.
 */
import { type Clause, type FieldTest, toClauses, wordText } from './clause.ts';
import type { Condition } from './condition.ts';
import { headerText } from './header-value.ts';
import { type Headers, headerOf } from './headers.ts';
import { deliveredHeaders, type RoutedMessage, routingKeys } from './route.ts';
import { topicWords } from './topic.ts';

/** Whether any filter that is made of the conditions may let the message pass. */
export function mayPass(conditions: readonly Condition[], message: RoutedMessage): boolean {
  const headers = deliveredHeaders(message.headers);
  const keys = routingKeys(message);
  // The widest of what a filter can be: with wildcards it would let less pass.
  return toClauses(conditions, false).clauses.some((clause) =>
    keys.some((key) => passes(clause, key, headers)),
  );
}

function passes(clause: Clause, key: string, headers: Headers): boolean {
  const words = topicWords(key);
  return [...clause].every(([field, tests]) => tests.some((test) => meets(field, test, key, words, headers)));
}

function meets(
  field: string,
  test: FieldTest,
  key: string,
  words: readonly string[],
  headers: Headers,
): boolean {
  switch (test.kind) {
    case 'count':
      return words.length === test.count;
    case 'least':
      return words.length >= test.count;
    case 'present':
      return headerOf(headers, field.slice(HEADER.length)) !== undefined;
    case 'like':
      // Not among clauses without wildcards.
      return true;
    case 'is':
      return textsOf(field, key, words, headers).includes(test.text);
  }
}

const HEADER = 'h:';

/** The texts of a field, of which one has to be the wanted one. */
function textsOf(field: string, key: string, words: readonly string[], headers: Headers): readonly string[] {
  if (field.startsWith(HEADER)) {
    const value = headerOf(headers, field.slice(HEADER.length));
    return value === undefined ? [] : [headerText(value)];
  }
  if (field === 'k') return [wordText(key)];
  if (field === 'w') return words.map(wordText);
  const index = Number(field.slice(1));
  const word = words.at(field.startsWith('l') ? -1 - index : index);
  return word === undefined ? [] : [wordText(word)];
}
