/** The body of a message that has already been on its way once. */
import { encodeMessage, type Message } from '../core/message.ts';
import { CeleriacError } from '../errors.ts';

/** It arrived within the limit, and without its history it is no longer than it was. */
export function encoded(message: Message): string {
  const body = encodeMessage(message);
  if (body !== undefined) return body;
  throw new CeleriacError('MESSAGE_TOO_LARGE', `message '${message.id}' has grown over the limit`);
}
