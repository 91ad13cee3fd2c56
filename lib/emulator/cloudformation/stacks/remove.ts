/** Deletes stacks and their resources, the newest first, as CloudFormation tells it. */
import type { StackState } from '../apply.ts';
import { type ResourceState, removeResource } from '../step.ts';
import type { Deployment } from './deploy.ts';
import { importersOf } from './imports.ts';
import { type StackRecord, tell } from './record.ts';

export interface Removal {
  readonly state: ResourceState;
  /** Leaves the stack and stays. */
  readonly kept: boolean;
}

/** Deletes resources in the reverse of their order; gives those that a service would not delete. */
export async function removeResources(
  removals: readonly Removal[],
  stack: StackState,
  record: StackRecord,
  { host, now }: Deployment,
): Promise<readonly ResourceState[]> {
  const failed: ResourceState[] = [];
  for (const { state, kept } of [...removals].reverse()) {
    const { logicalId, provider, made } = state;
    const resource = { logicalId, physicalId: made.physicalId, type: provider.type };
    // A replaced resource goes while its successor stands under the same logical id.
    const current = record.resources.get(logicalId);
    const successor = current !== undefined && current.physicalId !== made.physicalId ? current : undefined;
    if (kept) {
      tell(record, { at: now(), status: 'DELETE_SKIPPED', resource });
    } else {
      tell(record, { at: now(), status: 'DELETE_IN_PROGRESS', resource });
      const problem = await removeResource(state, stack.facts, host);
      if (problem === undefined) tell(record, { at: now(), status: 'DELETE_COMPLETE', resource });
      else {
        failed.push(state);
        const reason = `Resource handler returned message: "${problem.message}"`;
        tell(record, { at: now(), status: 'DELETE_FAILED', reason, resource });
      }
    }
    if (successor !== undefined) record.resources.set(logicalId, successor);
  }
  return failed;
}

/** Deletes a stack with all that is in it. */
export async function removeStack(
  record: StackRecord,
  keep: readonly string[],
  work: Deployment,
): Promise<void> {
  const { book, now } = work;
  const state = book.stacks.get(record.key);
  for (const name of state?.exports.keys() ?? []) {
    const users = importersOf(book, record, name);
    if (users.length === 0) continue;
    const reason = `Delete canceled. Cannot delete export ${name} as it is in use by ${users.join(', ')}.`;
    // The stack stays as it was, and says why.
    tell(record, { at: now(), status: record.status, reason });
    return;
  }
  tell(record, { at: now(), status: 'DELETE_IN_PROGRESS', reason: 'User Initiated' });
  if (state !== undefined) {
    const removals = [...state.resources.values(), ...state.leftovers].map((each) => ({
      ...{ state: each, kept: each.retained || keep.includes(each.logicalId) },
    }));
    const failed = await removeResources(removals, state, record, work);
    if (failed.length > 0) {
      state.resources = new Map(failed.map((each) => [each.logicalId, each]));
      state.leftovers = [];
      const names = failed.map(({ logicalId }) => logicalId).join(', ');
      const reason = `The following resource(s) failed to delete: [${names}]. `;
      tell(record, { at: now(), status: 'DELETE_FAILED', reason });
      return;
    }
    book.stacks.delete(record.key);
  }
  bury(record, work);
}

/** The stack is gone; what is told of it stays. */
export function bury(record: StackRecord, { book, now }: Deployment): void {
  tell(record, { at: now(), status: 'DELETE_COMPLETE' });
  record.deletedAt = now();
  record.imports = new Set();
  book.records.buried(record);
}
