/**
 * An input that was edited by somebody who has not seen all of it. What was hidden is put back where it still
 * stands as it was shown: else a run would be given the word that stands for its secret.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../../core/json.ts';
import type { Message } from '../../core/message.ts';
import { REDACTED, redactText } from '../../core/redact.ts';
import { redactedInput, secretsOf } from '../../define/redact.ts';
import { CeleriacError, fromWireError, toWireError } from '../../errors.ts';
import type { DeskContext } from '../context.ts';

/** Of a message what says which part of its input is hidden. */
type Hiding = Pick<Message, 'task' | 'input' | 'headers' | 'via'>;

/**
 * An edited input as it is sent: with what was hidden of the message's own. Nothing moves to another place,
 * so nothing is shown by a task that prints what it is given; and nothing is put back that would be shown
 * there from now on.
 * @throws CeleriacError INVALID_INPUT where the word for a secret stands in another place than its own
 */
export function withHidden(context: DeskContext, message: Hiding, edited: Json): Json {
  const { input: original } = message;
  if (!holdsHidden(edited)) return edited;
  const shown = original === undefined ? undefined : shownOf(context, message, original);
  // The word may be the message's own.
  if (original !== undefined && isDeepStrictEqual(shown, original)) return edited;
  const whole = restore(edited, shown, original);
  // A text that quotes a secret is hidden only beside the member that says that it is one.
  const sent = { ...message, input: whole };
  if (!isDeepStrictEqual(shownOf(context, sent, whole), shownOf(context, sent, edited))) throw misplaced();
  return whole;
}

/** Why such an input was refused, which quotes what its editor has not seen. */
export function withoutHidden({ app }: DeskContext, message: Hiding, thrown: unknown): unknown {
  const secrets = secretsOf(app, message);
  if (secrets.length === 0) return thrown;
  return fromWireError(toWireError(thrown, 0, 0, (text) => redactText(text, secrets)));
}

/** An input as it is shown beside what is secret in its message. */
function shownOf({ app }: DeskContext, message: Hiding, input: Json): Json {
  return parse(redactText(JSON.stringify(redactedInput(app, message, input).value), secretsOf(app, message)));
}

function restore(edited: Json, shown: Json | undefined, original: Json | undefined): Json {
  if (original !== undefined && isDeepStrictEqual(edited, shown)) return original;
  if (isObject(edited) && isObject(shown) && isObject(original)) {
    return Object.fromEntries(
      Object.entries(edited).map(([name, member]) => {
        const isKept = member !== undefined && Object.hasOwn(shown, name) && Object.hasOwn(original, name);
        if (isKept) return [name, restore(member, shown[name], original[name])];
        if (holdsHidden({ [name]: member })) throw misplaced();
        return [name, member];
      }),
    );
  }
  // An item has no name: after one was added or taken out, nobody knows which one it was.
  if (isList(edited) && isList(shown) && isList(original) && edited.length === shown.length) {
    return edited.map((item, index) => {
      const isKept = isDeepStrictEqual(item, shown[index]);
      return isKept ? (original[index] ?? item) : restore(item, undefined, undefined);
    });
  }
  if (holdsHidden(edited)) throw misplaced();
  return edited;
}

function misplaced(): CeleriacError {
  const text =
    `the input has '${REDACTED}', which stands for a secret, in a place where its message has none, in an ` +
    'item of a list that was changed, or in a text that quotes a secret whose own member was changed: ' +
    'write the secret itself there';
  return new CeleriacError('INVALID_INPUT', text);
}

function holdsHidden(value: Json): boolean {
  return JSON.stringify(value).includes(REDACTED);
}

/** Where a secret was a number that stands elsewhere too, what is shown is no JSON any more. */
function parse(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function isObject(value: Json | undefined): value is Exclude<Json, readonly Json[] | null> & object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
