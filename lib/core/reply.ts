/**
 * A reply: what a worker sends to the queue that waits for the outcome of a call. It is no envelope, since it
 * calls nothing; like one it is the body and nothing but the body.
 */
import type { WireError } from '../errors.ts';
import type { Json } from './json.ts';
import { ENVELOPE_VERSION, toBody } from './message.ts';

/** The outcome of a call, and which call it answers. */
export type Reply = { readonly correlationId: string } & (
  | { readonly ok: true; readonly value?: Json }
  | { readonly ok: false; readonly error: WireError }
);

/** Writes a reply. */
export function encodeReply(reply: Reply): string {
  return toBody({ celeriac: ENVELOPE_VERSION, ...reply });
}

/**
 * Reads a body from a reply queue; undefined for what is no reply. Its members keep their meaning in every
 * version of the envelope.
 */
export function parseReply(body: string): Reply | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (!isRecord(parsed) || typeof parsed.celeriac !== 'number') return undefined;
  const { correlationId, ok, value, error } = parsed;
  if (typeof correlationId !== 'string') return undefined;
  // What JSON.parse gives is JSON.
  if (ok === true) return { correlationId, ok, ...(value === undefined ? {} : { value: value as Json }) };
  return ok === false && isWireError(error) ? { correlationId, ok, error } : undefined;
}

function isWireError(value: unknown): value is WireError {
  if (!isRecord(value)) return false;
  const texts = [value.code, value.name, value.message];
  return (
    texts.every((text) => typeof text === 'string') &&
    (value.stack === undefined || typeof value.stack === 'string') &&
    (value.cause === undefined || isWireError(value.cause))
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
