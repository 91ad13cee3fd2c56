/** The rules of queue tags. */
import { TAG_KEY_MAX, TAG_VALUE_MAX, TAGS_MAX } from './limits.ts';
import { invalid } from './refusal.ts';

/** Checks tags that are to be added to those that are there. */
export function checkTags(
  queueName: string,
  wanted: Readonly<Record<string, string>>,
  existing: ReadonlyMap<string, string>,
): readonly (readonly [string, string])[] {
  const added = Object.entries(wanted);
  for (const [key, value] of added) {
    if (key.length === 0 || key.length > TAG_KEY_MAX) {
      throw invalid(`Tag keys must be between 1 and ${TAG_KEY_MAX} characters in length.`);
    }
    if (value.length > TAG_VALUE_MAX) {
      throw invalid(`Tag values must be between 0 and ${TAG_VALUE_MAX} characters in length.`);
    }
  }
  const total = new Set([...existing.keys(), ...added.map(([key]) => key)]).size;
  if (total > TAGS_MAX) throw invalid(`Too many tags added for queue ${queueName}.`);
  return added;
}
