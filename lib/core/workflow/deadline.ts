/** How long a workflow may take. */
import { isDuration, toMilliseconds } from '../duration.ts';
import { WORKFLOW_DEADLINE_MS_MAX } from '../limits.ts';

/** How long a workflow may take that does not say. */
export const DEADLINE_DEFAULT = '7d';

/** A deadline in milliseconds; undefined for what is no duration from '1s' to '14d'. */
export function deadlineMsOf(deadline: string): number | undefined {
  if (!isDuration(deadline)) return undefined;
  const deadlineMs = toMilliseconds(deadline);
  return deadlineMs >= 1_000 && deadlineMs <= WORKFLOW_DEADLINE_MS_MAX ? deadlineMs : undefined;
}
