/** The input of a task in a workflow: perhaps the result of a part before it, perhaps a list of inputs. */
import type { Json } from '../core/json.ts';
import type { Message } from '../core/message.ts';
import { inputOf } from '../core/workflow/outcome.ts';
import type { AnyTask } from '../define/task.ts';
import { CeleriacError } from '../errors.ts';
import type { Attempt } from './attempt.ts';
import { parseInput } from './payload.ts';
import { nodeResult } from './workflow-results.ts';
import { workflowOf } from './workflow-start.ts';

/** What a message brings, where that is the result of another node; undefined: it is gone. */
export async function fetchResult(
  { connection, message, lease }: Attempt,
  brought: { readonly input: unknown },
): Promise<{ readonly input: unknown } | undefined> {
  const { workflow: place, hops } = message;
  if (place?.from === undefined) return brought;
  const workflow = workflowOf(connection, place.id, { hops, queue: lease.queue });
  if (workflow === undefined) return undefined;
  try {
    const text = await nodeResult(workflow, place.id, place.from);
    // What a message brings is JSON, here the part that `task.with` has fixed.
    const fixed = brought.input === undefined ? {} : { fixed: brought.input as object };
    const before: Json | undefined = text === undefined ? undefined : JSON.parse(text);
    return {
      input: inputOf({ kind: 'task', task: message.task, takes: true, ...fixed, options: {} }, before),
    };
  } catch (thrown) {
    if (thrown instanceof CeleriacError && thrown.code === 'RESULT_LOST') return undefined;
    throw thrown;
  }
}

/** Parses the input of a run, or each of its inputs where it has a list of them. */
export async function parseInputs(
  task: AnyTask,
  { workflow }: Pick<Message, 'workflow'>,
  input: unknown,
): Promise<{ readonly value: unknown } | { readonly error: Error }> {
  if (workflow?.each !== true) return parseInput(task, input);
  if (!Array.isArray(input))
    return {
      error: new CeleriacError('INVALID_INPUT', `task '${task.name}' is mapped over what is no list`),
    };
  const values: unknown[] = [];
  for (const one of input) {
    const parsed = await parseInput(task, one);
    if ('error' in parsed) return parsed;
    values.push(parsed.value);
  }
  return { value: values };
}
