/**
 * Creates and updates a stack as CloudFormation does: resource by resource with an event at each step, undone
 * where one fails, and what is no longer wanted deleted at the end. It runs to its end before the call that
 * asked for it is answered, so that nothing has to wait for a poll.
 */
import { type StackState, toExportNames, toExports, toOutputs, toRuntimeScope } from '../apply.ts';
import type { StackBook } from '../book.ts';
import type { PlannedResource, PlannedStack } from '../plan.ts';
import type { Problem } from '../problem.ts';
import { resolve } from '../resolve.ts';
import { type Host, isUnresolved, type Outcome, type ResourceState, takeStep, toChanged } from '../step.ts';
import { importersOf, importsOf } from './imports.ts';
import { type StackRecord, tell } from './record.ts';
import { type Removal, removeResources } from './remove.ts';
import { rollBack, type Snapshot, toSnapshot } from './rollback.ts';

export interface Deployment {
  readonly book: StackBook;
  readonly host: Host;
  readonly now: () => number;
}

/** What to do when a resource fails. */
export type OnFailure = 'ROLLBACK' | 'DELETE' | 'DO_NOTHING';

/** Why a deployment stopped. */
interface Failure {
  readonly verb: 'create' | 'update';
  /** Absent when it is the stack itself that cannot be. */
  readonly logicalId?: string;
  readonly reason: string;
  /** A resource that was changed in part: as if it had all of its new properties, to be changed back. */
  readonly partly?: ResourceState;
}

/** Brings a stack to its plan. Never rejects for what a template or a service does. */
export async function deploy(
  planned: PlannedStack,
  record: StackRecord,
  onFailure: OnFailure,
  work: Deployment,
): Promise<void> {
  const { book, now } = work;
  const existing = book.stacks.get(planned.key);
  const isNew = existing === undefined;
  const snapshot = toSnapshot(existing, record);
  const verb = isNew ? 'CREATE' : 'UPDATE';
  if (!isNew) record.updatedAt = now();
  tell(record, { at: now(), status: `${verb}_IN_PROGRESS`, reason: 'User Initiated' });
  const state = begin(planned, existing);
  book.stacks.set(planned.key, state);
  record.imports = importsOf(planned);
  const failure = (await makeAll(planned, state, record, work)) ?? settle(planned, state, record, book);
  if (failure !== undefined) {
    await fail(failure, isNew, snapshot, record, onFailure, work);
    return;
  }
  if (!isNew) tell(record, { at: now(), status: 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS' });
  await cleanUp(planned, state, record, work);
  book.records.kept(record.id);
  tell(record, { at: now(), status: `${verb}_COMPLETE` });
}

function begin(planned: PlannedStack, existing: StackState | undefined): StackState {
  const { key, facts } = planned;
  // A stack that was loaded from a folder and is deployed now no longer goes when it leaves the folder.
  const source = `api:${key}`;
  if (existing !== undefined) return { ...existing, facts, source, resources: new Map(existing.resources) };
  return {
    ...{ key, facts, source, resources: new Map(), leftovers: [] },
    ...{ outputs: new Map(), exports: new Map(), exportNames: new Map() },
  };
}

async function makeAll(
  planned: PlannedStack,
  state: StackState,
  record: StackRecord,
  work: Deployment,
): Promise<Failure | undefined> {
  for (const resource of planned.planned) {
    const failure = await makeOne(resource, planned, state, record, work);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

async function makeOne(
  resource: PlannedResource,
  planned: PlannedStack,
  state: StackState,
  record: StackRecord,
  { book, host, now }: Deployment,
): Promise<Failure | undefined> {
  const { logicalId, provider } = resource;
  const problems: Problem[] = [];
  const place = { stack: planned.facts.name, logicalId, type: provider.type };
  const around = { stacks: book.stacks, problems: provider.effectless === undefined ? problems : [] };
  const scope = toRuntimeScope(planned, state, around, place);
  const resolved = resolve(resource.written.properties, '', scope);
  const before = state.resources.get(logicalId);
  const verb = before === undefined ? 'create' : 'update';
  if (before !== undefined && toChanged(before.resolved, resolved).size === 0) {
    const { retained, deletionPolicy } = resource.written;
    state.resources.set(logicalId, { ...before, retained, deletionPolicy });
    return undefined;
  }
  const status = verb.toUpperCase();
  const told = { logicalId, type: provider.type };
  tell(record, { at: now(), status: `${status}_IN_PROGRESS`, resource: told, properties: resolved });
  const outcome = await attempt(() => takeStep(resource, resolved, before, planned.facts, host));
  const unresolved = provider.effectless === undefined && isUnresolved(resolved);
  const wrong = outcome.kind === 'failed' ? outcome.problems : unresolved ? problems : [];
  if (outcome.kind === 'failed' || wrong.length > 0) {
    const reason = wrong.map(toReason).join('; ');
    tell(record, { at: now(), status: `${status}_FAILED`, reason, resource: told, properties: resolved });
    return { verb, logicalId, reason, ...partly(before, resolved) };
  }
  const { physicalId } = outcome.state.made;
  state.resources.set(logicalId, outcome.state);
  if (outcome.old !== undefined) state.leftovers.push(outcome.old);
  const made = { ...told, physicalId };
  if (outcome.old !== undefined) {
    const reason = 'Requested update requires the creation of a new physical resource; hence creating one.';
    tell(record, { at: now(), status: 'UPDATE_IN_PROGRESS', reason, resource: told, properties: resolved });
  }
  if (before === undefined || outcome.old !== undefined) {
    const reason = 'Resource creation Initiated';
    tell(record, {
      at: now(),
      status: `${status}_IN_PROGRESS`,
      reason,
      resource: made,
      properties: resolved,
    });
  }
  tell(record, { at: now(), status: `${status}_COMPLETE`, resource: made, properties: resolved });
  return undefined;
}

function partly(before: ResourceState | undefined, resolved: unknown): { readonly partly?: ResourceState } {
  if (before === undefined) return {};
  const quiet = () => undefined;
  const notices = { unknown: quiet, invalid: quiet, ignored: quiet };
  const properties = before.provider.properties.read(resolved, '', notices);
  return properties === undefined ? {} : { partly: { ...before, resolved, properties } };
}

/** A fault of the emulator itself must not leave a stack in progress for ever, so it fails the resource. */
async function attempt(step: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await step();
  } catch (error) {
    const message = `Internal Failure: ${error instanceof Error ? error.message : String(error)}`;
    return { kind: 'failed', problems: [{ code: 'SERVICE_REFUSED', message }] };
  }
}

function toReason({ message, property }: Problem): string {
  return `Resource handler returned message: "${property ? `${property}: ` : ''}${message}"`;
}

/** Outputs and exports, which can be refused too. */
function settle(
  planned: PlannedStack,
  state: StackState,
  record: StackRecord,
  book: StackBook,
): Failure | undefined {
  const problems: Problem[] = [];
  const outputs = toOutputs(planned, state, new Set(), { stacks: book.stacks, problems });
  const exports = toExports(planned, outputs);
  const verb = state.outputs.size === 0 && state.exports.size === 0 ? 'create' : 'update';
  const [problem] = problems;
  if (problem !== undefined) return { verb, reason: problem.message };
  for (const [name, value] of exports) {
    const owner = [...book.stacks.values()].find(
      ({ key, facts, exports: others }) =>
        key !== state.key &&
        facts.account === record.account &&
        facts.region === record.region &&
        others.has(name),
    );
    if (owner !== undefined) {
      const reason = `Export with name ${name} is already exported by stack ${owner.facts.name}`;
      return { verb, reason };
    }
    const known = state.exports.get(name);
    const users = known === undefined || known === value ? [] : importersOf(book, record, name);
    if (users.length > 0)
      return { verb, reason: `Cannot update export ${name} as it is in use by ${users.join(', ')}` };
  }
  for (const name of state.exports.keys()) {
    const users = exports.has(name) ? [] : importersOf(book, record, name);
    if (users.length > 0)
      return { verb, reason: `Cannot delete export ${name} as it is in use by ${users.join(', ')}` };
  }
  Object.assign(state, { outputs, exports, exportNames: toExportNames(planned) });
  return undefined;
}

async function cleanUp(
  planned: PlannedStack,
  state: StackState,
  record: StackRecord,
  work: Deployment,
): Promise<void> {
  const written = new Map(planned.planned.map((resource) => [resource.logicalId, resource.written]));
  const removals: Removal[] = [];
  // What was replaced goes in its old place: what used it, and is gone too, goes before it.
  for (const each of state.resources.values()) {
    for (const old of state.leftovers.filter(({ logicalId }) => logicalId === each.logicalId))
      removals.push({ state: old, kept: written.get(old.logicalId)?.keptOnReplace === true });
    if (!written.has(each.logicalId)) removals.push({ state: each, kept: each.retained });
  }
  await removeResources(removals, state, record, work);
  state.leftovers = [];
  const before = state.resources;
  for (const logicalId of before.keys()) if (!written.has(logicalId)) record.resources.delete(logicalId);
  // In the order of the new template, so that a later deletion begins with what needs the others: what an
  // update adds may be needed by what was there.
  state.resources = new Map(
    [...written.keys()].flatMap((logicalId) => {
      const made = before.get(logicalId);
      return made === undefined ? [] : [[logicalId, made] as const];
    }),
  );
}

async function fail(
  { verb, logicalId, reason, partly: changed }: Failure,
  isNew: boolean,
  snapshot: Snapshot,
  record: StackRecord,
  onFailure: OnFailure,
  work: Deployment,
): Promise<void> {
  const at = work.now();
  const told =
    logicalId === undefined ? reason : `The following resource(s) failed to ${verb}: [${logicalId}].`;
  if (onFailure === 'DO_NOTHING') {
    work.book.records.keep(record.id, snapshot);
    tell(record, { at, status: isNew ? 'CREATE_FAILED' : 'UPDATE_FAILED', reason: told });
    return;
  }
  if (changed !== undefined) work.book.stacks.get(record.key)?.resources.set(changed.logicalId, changed);
  const asked = isNew && logicalId !== undefined ? `${told} Rollback requested by user.` : told;
  await rollBack(snapshot, record, { reason: asked, remove: onFailure === 'DELETE' }, work);
}
