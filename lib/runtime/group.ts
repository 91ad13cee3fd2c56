/** Message groups: whose order is kept on an ordered queue, and whose turn it is on a fair one. */
import { GROUP_LENGTH_MAX } from '../core/limits.ts';
import { SendError } from '../errors.ts';

/** The group of messages whose queue or exchange is ordered and names none. */
export const ONE_GROUP = 'all';

/**
 * A group as SQS and SNS take it; `title` names what is sent.
 * @throws SendError INVALID_GROUP
 */
export function checkedGroup(title: string, group: unknown): string {
  if (typeof group === 'string' && group.length <= GROUP_LENGTH_MAX && /^[\x21-\x7e]+$/.test(group))
    return group;
  const text =
    `${title}: the message group '${group}' is not 1 to ${GROUP_LENGTH_MAX} ` +
    'letters, digits and punctuation (SQS)';
  throw new SendError('INVALID_GROUP', text, { value: group });
}
