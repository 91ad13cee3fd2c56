/**
 * Takes back what a failed creation or update did: what is new goes, what changed gets its old properties.
 */
import type { StackState } from '../apply.ts';
import { type ResourceState, toChanged, toContext } from '../step.ts';
import type { Deployment } from './deploy.ts';
import { type StackRecord, type StackRequest, tell } from './record.ts';
import { bury, type Removal, removeResources } from './remove.ts';

/** A stack as it stood before. */
export interface Snapshot {
  /** Undefined when there was none. */
  readonly state: StackState | undefined;
  readonly request: StackRequest;
  readonly imports: ReadonlySet<string>;
}

export interface RollbackOptions {
  readonly reason: string;
  /** A stack that could not be created goes altogether. */
  readonly remove: boolean;
}

/** Keeps what is needed to come back to how a stack stands. */
export function toSnapshot(state: StackState | undefined, record: StackRecord): Snapshot {
  const { request, imports } = record;
  if (state === undefined) return { state, request, imports };
  return {
    state: { ...state, resources: new Map(state.resources), leftovers: [...state.leftovers] },
    ...{ request, imports },
  };
}

/** Brings a stack back to a snapshot. */
export async function rollBack(
  snapshot: Snapshot,
  record: StackRecord,
  { reason, remove }: RollbackOptions,
  work: Deployment,
): Promise<void> {
  const { book, now } = work;
  const state = book.stacks.get(record.key);
  if (snapshot.state === undefined) {
    const status = remove ? 'DELETE_IN_PROGRESS' : 'ROLLBACK_IN_PROGRESS';
    tell(record, { at: now(), status, reason });
    await undoCreation(state, record, remove, work);
    return;
  }
  tell(record, { at: now(), status: 'UPDATE_ROLLBACK_IN_PROGRESS', reason });
  if (state === undefined) return;
  const extra = await restore(state, snapshot.state, record, work);
  const { facts, outputs, exports, exportNames, source, leftovers } = snapshot.state;
  const back: StackState = { ...state, facts, outputs, exports, exportNames, source, leftovers };
  book.stacks.set(record.key, back);
  record.request = snapshot.request;
  record.imports = snapshot.imports;
  tell(record, { at: now(), status: 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS' });
  await removeResources(extra, back, record, work);
  for (const { state: gone } of extra) {
    if (!back.resources.has(gone.logicalId)) record.resources.delete(gone.logicalId);
  }
  tell(record, { at: now(), status: 'UPDATE_ROLLBACK_COMPLETE' });
}

async function undoCreation(
  state: StackState | undefined,
  record: StackRecord,
  remove: boolean,
  work: Deployment,
): Promise<void> {
  const { book, now } = work;
  const removals = [...(state?.resources.values() ?? [])].map((each) => ({
    ...{ state: each, kept: each.deletionPolicy === 'Retain' },
  }));
  const failed = state === undefined ? [] : await removeResources(removals, state, record, work);
  if (state !== undefined && failed.length > 0) {
    state.resources = new Map(failed.map((each) => [each.logicalId, each]));
    const names = failed.map(({ logicalId }) => logicalId).join(', ');
    const reason = `The following resource(s) failed to delete: [${names}]. `;
    tell(record, { at: now(), status: 'ROLLBACK_FAILED', reason });
    return;
  }
  book.stacks.delete(record.key);
  record.imports = new Set();
  if (remove) bury(record, work);
  else tell(record, { at: now(), status: 'ROLLBACK_COMPLETE' });
}

/** Puts the old resources in the place of the new; what is then too much is given back. */
async function restore(
  state: StackState,
  before: StackState,
  record: StackRecord,
  work: Deployment,
): Promise<readonly Removal[]> {
  const extra: Removal[] = [];
  for (const [logicalId, current] of [...state.resources]) {
    const old = before.resources.get(logicalId);
    if (old === undefined) {
      extra.push({ state: current, kept: current.deletionPolicy === 'Retain' });
      state.resources.delete(logicalId);
    } else if (old.made.physicalId !== current.made.physicalId) {
      extra.push({ state: current, kept: false });
      state.resources.set(logicalId, old);
      tellOf(record, old, 'UPDATE_COMPLETE', work);
    } else if (old.resolved !== current.resolved) {
      await restoreOne(state, old, current, record, work);
    }
  }
  return extra;
}

async function restoreOne(
  state: StackState,
  old: ResourceState,
  current: ResourceState,
  record: StackRecord,
  work: Deployment,
): Promise<void> {
  const { host } = work;
  const changed = toChanged(current.resolved, old.resolved);
  if (changed.size === 0) {
    state.resources.set(old.logicalId, old);
    return;
  }
  tellOf(record, old, 'UPDATE_IN_PROGRESS', work);
  const context = toContext(state.facts, old.logicalId, old.generation, host);
  try {
    const made = await old.provider.update(
      current.made,
      old.properties,
      { before: current.properties, changed },
      context,
    );
    state.resources.set(old.logicalId, { ...old, made });
    tellOf(record, old, 'UPDATE_COMPLETE', work);
  } catch (error) {
    // AWS goes on with the others too, and leaves this one as it is.
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    tellOf(record, old, 'UPDATE_FAILED', work, reason);
  }
}

function tellOf(
  record: StackRecord,
  { logicalId, provider, made }: ResourceState,
  status: string,
  { now }: Deployment,
  reason?: string,
): void {
  const resource = { logicalId, physicalId: made.physicalId, type: provider.type };
  tell(record, { at: now(), status, resource, ...(reason === undefined ? {} : { reason }) });
}
