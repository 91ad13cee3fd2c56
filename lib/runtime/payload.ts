/** What goes into a handler and what comes out of it, checked at the border. */
import { jsonProblem } from '../core/json.ts';
import { RESULT_BYTES_MAX } from '../core/limits.ts';
import { sizeBytes } from '../core/message.ts';
import type { AnyTask } from '../define/task.ts';
import { CeleriacError } from '../errors.ts';
import { issuesText } from './issues.ts';

/** The input as the task's schema parses it, or why it does not. */
export async function parseInput(
  task: AnyTask,
  input: unknown,
): Promise<{ readonly value: unknown } | { readonly error: Error }> {
  const schema = task.input;
  if (schema === undefined) return { value: input };
  try {
    const result = await schema['~standard'].validate(input);
    if (result.issues === undefined) return { value: result.value };
    const text = `task '${task.name}' does not take this input: ${issuesText(result.issues)}`;
    return { error: new CeleriacError('INVALID_INPUT', text) };
  } catch (cause) {
    return {
      error: new CeleriacError('INVALID_INPUT', `the schema of task '${task.name}' threw`, { cause }),
    };
  }
}

/** The result as JSON text, or why it cannot be kept in `bytesMax`: by default a record's. */
export function toResult(
  task: AnyTask,
  value: unknown,
  bytesMax = RESULT_BYTES_MAX,
): { readonly result?: string } | { readonly error: Error } {
  if (value === undefined) return {};
  const problem = jsonProblem(value, 'result');
  if (problem !== undefined) {
    const text =
      `task '${task.name}' returned ${problem.found} at ${problem.path}, which JSON does not ` +
      'bring back; return plain data';
    return { error: new CeleriacError('RESULT_NOT_JSON', text) };
  }
  const result = JSON.stringify(value);
  if (sizeBytes(result) <= bytesMax) return { result };
  const text =
    `task '${task.name}' returned ${sizeBytes(result)} bytes, its record holds ` +
    `${bytesMax} (DynamoDB); store the data and return a reference`;
  return { error: new CeleriacError('RESULT_TOO_LARGE', text) };
}
