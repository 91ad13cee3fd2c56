/** The body of a message that has already been on its way once. */
import { COPY_BYTES_MAX } from '../core/limits.ts';
import { encodeMessage, type Message } from '../core/message.ts';
import { CeleriacError } from '../errors.ts';

/** It arrived within its limit; what a copy adds, its history aside, fits into what copies have more. */
export function encoded(message: Message): string {
  const body = encodeMessage(message, COPY_BYTES_MAX);
  if (body !== undefined) return body;
  throw new CeleriacError('MESSAGE_TOO_LARGE', `message '${message.id}' has grown over the limit`);
}
