/** Publishing: from a message and a routing key to the exchange's service, and its confirm. */
import type { Sender } from '../define/client.ts';
import { SendError } from '../errors.ts';
import type { Connection } from './client.ts';

/** The publishing half of a sender; its messages carry `hops`. */
export function createPublisher(_shared: Connection, _hops: number): Pick<Sender, 'publish' | 'publishMany'> {
  const publish = (): Promise<never> => Promise.reject(new SendError('NOT_BUILT', 'publish is being built'));
  return { publish, publishMany: publish };
}
