/** What goes into a handler and what comes out of it, checked at the border. */
import { jsonProblem } from '../core/json.ts';
import { RESULT_BYTES_MAX } from '../core/limits.ts';
import { type Message, sizeBytes } from '../core/message.ts';
import { consumerName } from '../define/takers.ts';
import type { AnyTask } from '../define/task.ts';
import { CeleriacError } from '../errors.ts';
import { issuesText } from './issues.ts';
import type { Blobs } from './ports.ts';

/** What a message brings: its input, or what the bucket has for it; undefined: that is gone. */
export async function fetchInput(
  { blob, input, id }: Message,
  blobs: Blobs | undefined,
): Promise<{ readonly input: unknown } | undefined> {
  if (blob === undefined) return { input };
  if (blobs === undefined) {
    const text = `the input of message '${id}' lies in a bucket, which this worker was not given`;
    throw new CeleriacError('NO_BLOBS', text, { value: blob });
  }
  const text = await blobs.get(blob);
  return text === undefined ? undefined : { input: JSON.parse(text) };
}

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
    const text = `${ownerOf(task)} does not take this input: ${issuesText(result.issues)}`;
    return { error: new CeleriacError('INVALID_INPUT', text) };
  } catch (cause) {
    return {
      error: new CeleriacError('INVALID_INPUT', `the schema of ${ownerOf(task)} threw`, { cause }),
    };
  }
}

function ownerOf({ name, queue }: AnyTask): string {
  return name === consumerName(queue) ? `the consumer of queue '${queue.name}'` : `task '${name}'`;
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
