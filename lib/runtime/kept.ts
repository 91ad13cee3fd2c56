/** What is kept of a run that has ended: its result, or the message with which it can be run again. */
import { RESULT_BYTES_MAX } from '../core/limits.ts';
import { encodeMessage, sizeBytes } from '../core/message.ts';
import type { Attempt } from './attempt.ts';
import { toResult } from './payload.ts';

interface Kept {
  readonly result?: string;
  readonly blob?: string;
  readonly resultUntil?: number;
}

/** A result for its record, and until when it is kept. */
export async function keepResult(
  attempt: Attempt,
  value: unknown,
): Promise<Kept | { readonly error: Error }> {
  const kept = await toKept(attempt, value);
  const { resultMs } = attempt.task.limits;
  if (resultMs === undefined || 'error' in kept || (kept.result ?? kept.blob) === undefined) return kept;
  return { ...kept, resultUntil: attempt.connection.ports.clock.now() + resultMs };
}

/** The result as text; one that is too large for a record goes to the bucket, where its queue has one. */
async function toKept(
  { task, message, lease, connection }: Attempt,
  value: unknown,
): Promise<Kept | { readonly error: Error }> {
  const kept = toResult(task, value);
  const { blobs } = connection.ports;
  const isLarge = 'error' in kept && 'code' in kept.error && kept.error.code === 'RESULT_TOO_LARGE';
  if (!isLarge || blobs === undefined || lease.queue.largePayloads !== 's3') return kept;
  const whole = toResult(task, value, Number.POSITIVE_INFINITY);
  if ('error' in whole || whole.result === undefined) return whole;
  const blob = `${message.id}-${message.generation}-result`;
  await connection.outbox.store(blob, whole.result);
  return { blob };
}

/** Beside an error and what else a record holds. */
const LETTER_BYTES_MAX = RESULT_BYTES_MAX - 50_000;

/**
 * The message of a run that failed, for `client.retry`; a very large one is only in its dead-letter queue.
 */
export function letterOf({ message }: Pick<Attempt, 'message'>): { readonly letter?: string } {
  const { wait: _, expiresAt: __, enteredAt: ___, replyTo: ____, ...rest } = message;
  const letter = encodeMessage({ ...rest, history: [] });
  return letter === undefined || sizeBytes(letter) > LETTER_BYTES_MAX ? {} : { letter };
}
