/**
 * An input that was edited by somebody who has not seen all of it. What was hidden is put back where it still
 * stands as it was shown: else a run would be given the word that stands for its secret.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../../core/json.ts';
import type { Message } from '../../core/message.ts';
import { REDACTED, redactText } from '../../core/redact.ts';
import { redactedInput, secretsOf } from '../../define/redact.ts';
import { CeleriacError } from '../../errors.ts';
import type { DeskContext } from '../context.ts';

/** Of a message what says which part of its input is hidden. */
type Hiding = Pick<Message, 'task' | 'input' | 'headers' | 'via'>;

/**
 * An edited input as it is sent: with what was hidden of the message's own. Nothing moves to another place,
 * so nothing is shown by a task that prints what it is given.
 * @throws CeleriacError INVALID_INPUT where the word for a secret stands in another place than its own
 */
export function withHidden({ app }: DeskContext, message: Hiding, edited: Json): Json {
  const { input: original } = message;
  if (!holdsHidden(edited)) return edited;
  const hidden = original === undefined ? undefined : redactedInput(app, message, original).value;
  const shown =
    hidden === undefined ? undefined : parse(redactText(JSON.stringify(hidden), secretsOf(app, message)));
  // The word may be the message's own.
  if (original !== undefined && isDeepStrictEqual(shown, original)) return edited;
  const whole = restore(edited, shown, original);
  if (!holdsHidden(whole)) return whole;
  const text =
    `the input has '${REDACTED}', which stands for a secret, in a place where its message has none, or in ` +
    'an item of a list that was changed: write the secret itself there';
  throw new CeleriacError('INVALID_INPUT', text);
}

function restore(edited: Json, shown: Json | undefined, original: Json | undefined): Json {
  if (original !== undefined && isDeepStrictEqual(edited, shown)) return original;
  // An item has no name: after one was added or taken out, nobody knows which one it was.
  if (!isObject(edited) || !isObject(shown) || !isObject(original)) {
    if (!isList(edited) || !isList(shown) || !isList(original) || edited.length !== shown.length)
      return edited;
    return edited.map((item, index) =>
      isDeepStrictEqual(item, shown[index]) ? (original[index] ?? item) : item,
    );
  }
  return Object.fromEntries(
    Object.entries(edited).map(([name, member]) => [
      name,
      member === undefined || !Object.hasOwn(shown, name) || !Object.hasOwn(original, name)
        ? member
        : restore(member, shown[name], original[name]),
    ]),
  );
}

function holdsHidden(value: Json): boolean {
  return JSON.stringify(value).includes(REDACTED);
}

/** Where a secret was a number that stands elsewhere too, what is shown is no JSON any more. */
function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function isObject(value: Json | undefined): value is Exclude<Json, readonly Json[] | null> & object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
