/** How long a workflow may take. */
import { isDuration, toMilliseconds } from '../duration.ts';
import { WORKFLOW_DEADLINE_MS_MAX } from '../limits.ts';

/** How long a workflow may take that does not say. */
export const DEADLINE_DEFAULT = '7d';

/**
 * How long a workflow may take that stands in the place of a run, or was added to a group: the longest time.
 * It ends with what it is within, whose deadline is that of the whole.
 */
export const DEADLINE_INSTEAD = '14d';

/** A deadline in milliseconds; undefined for what is no duration from '1s' to '14d'. */
export function deadlineMsOf(deadline: string): number | undefined {
  if (!isDuration(deadline)) return undefined;
  const deadlineMs = toMilliseconds(deadline);
  return deadlineMs >= 1_000 && deadlineMs <= WORKFLOW_DEADLINE_MS_MAX ? deadlineMs : undefined;
}
