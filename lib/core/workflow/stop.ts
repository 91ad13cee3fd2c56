/** What stops a workflow from outside. */
import type { TaskState } from '../task-state.ts';

/**
 * Whether a workflow was revoked as a whole: its root's record is REVOKED from then on, whether or not parts
 * of it still run. Whoever carries it out asks before it starts a node, and starts none; that an asker was
 * just ahead of the revoke costs one node that runs, since what it starts is asked again when it has ended. A
 * workflow that is a single task with links has that task's record as its root: revoked, it starts no links
 * either.
 */
export function isRevoked(root: { readonly state: TaskState } | undefined): boolean {
  return root?.state === 'REVOKED';
}
