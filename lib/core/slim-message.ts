/** What of a message can be left out when it is too large: what only tells of its past. */
import type { WireError } from '../errors.ts';
import type { Message } from './message.ts';

export function withoutStacks(message: Message): Message {
  const history = message.history.map((entry) =>
    entry.error === undefined ? entry : { ...entry, error: slim(entry.error) },
  );
  const dead =
    message.dead?.error === undefined ? message.dead : { ...message.dead, error: slim(message.dead.error) };
  return { ...message, history, ...(dead === undefined ? {} : { dead }) };
}

export function withoutHistory(message: Message): Message {
  return { ...withoutStacks(message), history: [] };
}

const SLIM_LENGTH = 500;

function slim(error: WireError): WireError {
  return { code: error.code, name: error.name, message: error.message.slice(0, SLIM_LENGTH) };
}
