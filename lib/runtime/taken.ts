/** The ids of the runs that a published message leads to: one for each task or consumer that takes it. */
import { derivedId, type IdSpace, originId, sentAtOf } from '../core/id.ts';

/**
 * What an id says of its time where the publisher gave the message an id of its own, which may be any text.
 */
export const UNTIMED = 0;

/** The id of the run of a taker: the same for the same message, however often it comes. */
export function takenId(space: IdSpace, messageId: string, taker: string): string {
  const ours = sentAtOf(space, messageId) !== undefined;
  const parent = ours ? messageId : originId(space, UNTIMED, messageId);
  return derivedId(space, parent, taker.startsWith('queue:') ? taker.replace(':', '/') : `task/${taker}`);
}
