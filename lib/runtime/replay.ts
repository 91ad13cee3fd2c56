/** Replays of what an exchange has archived. */
import type { Client } from '../define/client.ts';
import { SendError } from '../errors.ts';
import type { Connection } from './client.ts';

/** `client.replay`. */
export function createReplay(_shared: Connection): Client['replay'] {
  return () => Promise.reject(new SendError('NOT_BUILT', 'replay is being built'));
}
