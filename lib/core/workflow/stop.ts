/** What stops a workflow from outside. */
import type { RevokedReason, TaskState } from '../task-state.ts';

/**
 * Whether a workflow was revoked as a whole: its root's record is REVOKED from then on, whether or not parts
 * of it still run. Whoever carries it out asks before it starts a node, and starts none; that an asker was
 * just ahead of the revoke costs one node that runs, since what it starts is asked again when it has ended. A
 * workflow that is a single task with links has that task's record as its root: revoked, it starts no links
 * either. One that has ended as REVOKED with a part of it (which has expired, or whose key another call had)
 * is none that anybody revoked: what is linked to it starts.
 */
export function isRevoked(root: Root | undefined): boolean {
  if (root?.state !== 'REVOKED' || root.byPart === true) return false;
  return root.reason === undefined || !BY_ITSELF.includes(root.reason);
}

interface Root {
  readonly state: TaskState;
  readonly reason?: string;
  readonly byPart?: true;
}

/** Why a run ends as REVOKED that nobody has revoked. */
const BY_ITSELF: readonly string[] = ['expired', 'once', 'debounced'] satisfies RevokedReason[];
