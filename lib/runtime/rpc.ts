/** RPC: a task is sent with the address of a reply queue, and its outcome comes back there. */
import type { Sender } from '../define/client.ts';
import { SendError } from '../errors.ts';
import type { Connection } from './client.ts';

/** `call` over a sender's `send`. */
export function createCall(_shared: Connection, _send: Sender['send']): Sender['call'] {
  return () => Promise.reject(new SendError('NOT_BUILT', 'call is being built'));
}
