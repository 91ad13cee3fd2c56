/** The Invoke operation: checks the request, and answers it at once, later, or not at all (a dry run). */
import type { Caller, Input, Output } from '../service.ts';
import type { Asynchronous } from './asynchronous.ts';
import { invalidRequestContent, requestTooLarge } from './errors.ts';
import type { Executor } from './execution.ts';
import type { Functions, Operation } from './functions.ts';
import { optionalBytes, optionalChoice, optionalText, refuseMembers } from './input.ts';
import { ASYNC_PAYLOAD_MAX_BYTES, SYNC_PAYLOAD_MAX_BYTES } from './limits.ts';

/** Where an invocation may go. */
export interface InvokeOptions {
  readonly functions: Pick<Functions, 'resolve'>;
  readonly executor: Executor;
  readonly asynchronous: Asynchronous;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Makes the operation. */
export function invokeOperation(options: InvokeOptions): Operation {
  return async (input: Input, caller: Caller): Promise<Output> => {
    refuseMembers('Invoke', input, ['DurableExecutionName', 'TenantId']);
    const fn = options.functions.resolve(input, caller);
    const type =
      optionalChoice(input, 'InvocationType', ['RequestResponse', 'Event', 'DryRun']) ?? 'RequestResponse';
    const tail = optionalChoice(input, 'LogType', ['None', 'Tail']) === 'Tail';
    const payload = readPayload(input, type === 'Event' ? ASYNC_PAYLOAD_MAX_BYTES : SYNC_PAYLOAD_MAX_BYTES);
    const clientContext = readClientContext(input);
    const request = {
      payload,
      lineage: caller.lineage ?? 0,
      ...(clientContext === undefined ? {} : { clientContext }),
    };
    if (type === 'DryRun') return { StatusCode: 204 };
    if (type === 'Event') {
      options.asynchronous.accept(fn, request);
      return { StatusCode: 202 };
    }
    const execution = await options.executor.execute(fn, { ...request, tail, source: 'invoke' });
    return {
      StatusCode: 200,
      ExecutedVersion: fn.version,
      ...(execution.failure === undefined ? {} : { FunctionError: 'Unhandled' }),
      ...(execution.log === undefined
        ? {}
        : { LogResult: Buffer.from(execution.log, 'utf8').toString('base64') }),
      Payload: encoder.encode(execution.payload),
    };
  };
}

function readPayload(input: Input, maxBytes: number): string {
  const bytes = optionalBytes(input, 'Payload');
  if (bytes === undefined || bytes.length === 0) return '{}';
  if (bytes.length > maxBytes) throw requestTooLarge(maxBytes);
  const text = decoder.decode(bytes);
  try {
    JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw invalidRequestContent(`Could not parse request body into json: ${why}`);
  }
  return text;
}

/** Base64 of JSON, at most 3,583 bytes (Invoke, ClientContext). */
function readClientContext(input: Input): string | undefined {
  const encoded = optionalText(input, 'ClientContext');
  if (encoded === undefined || encoded === '') return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  try {
    JSON.parse(text);
  } catch {
    throw invalidRequestContent('Client context must be a valid Base64-encoded JSON object.');
  }
  return text;
}
