/** A task that runs for each of a list of inputs, one after the other, in one message (Celery's map). */
import { derivedId } from '../core/id.ts';
import type { Context } from '../define/context.ts';
import { CeleriacError } from '../errors.ts';
import type { Invocation } from './invoke.ts';

/**
 * Runs the handler for each input; the list of what it returned. Each has an id of its own in its context,
 * the same in every attempt, so that effects keyed by it are told apart.
 */
export async function runEach(
  { task, connection, message }: Invocation,
  inputs: readonly unknown[],
  context: Context,
): Promise<readonly unknown[]> {
  const results: unknown[] = [];
  for (const [index, input] of inputs.entries()) {
    context.signal.throwIfAborted();
    const own = { ...context, id: derivedId(connection.space, message.id, `each/${index}`), replace };
    // The schema has parsed each of them; without one the caller's types vouch for it.
    const value = await task.run?.(input as never, own);
    // As in JSON, where a list has no place for nothing.
    results.push(value === undefined ? null : value);
  }
  return results;
}

function replace(): never {
  const text =
    'the task runs for each of a list in one message, of which no single run can be replaced; call it in a ' +
    'group';
  throw new CeleriacError('REPLACE_NOT_KEPT', text);
}
