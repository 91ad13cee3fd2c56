/**
 * Carries out a plan: links that are no longer wanted go first, then every stack in order, then what is no
 * longer wanted.
 */
import type { Plan, PlannedResource, PlannedStack } from './plan.ts';
import type { Problem } from './problem.ts';
import type { ResourceChange } from './report.ts';
import { resolve, toText } from './resolve.ts';
import { type StackFacts, toScope } from './scope.ts';
import { type Host, isUnresolved, type ResourceState, removeResource, takeStep } from './step.ts';

/** A stack as it stands after a load. */
export interface StackState {
  readonly key: string;
  readonly facts: StackFacts;
  /** The folder that it was loaded from: a stack that leaves its folder is deleted. */
  readonly source: string;
  /** In the order of creation. */
  resources: Map<string, ResourceState>;
  /** Replaced resources that a failed load could not delete yet. */
  leftovers: ResourceState[];
  outputs: ReadonlyMap<string, string>;
  exports: ReadonlyMap<string, string>;
  /** The names of exports by the outputs that they export. */
  exportNames: ReadonlyMap<string, string>;
}

export type Stacks = Map<string, StackState>;

export interface Applied {
  readonly changes: readonly ResourceChange[];
  readonly problems: readonly Problem[];
}

interface Work {
  /** Logical ids of the plan by stack. */
  readonly wanted: ReadonlyMap<string, ReadonlySet<string>>;
  readonly source: string;
  readonly stacks: Stacks;
  readonly host: Host;
  readonly changes: ResourceChange[];
  readonly problems: Problem[];
}

/**
 * Brings `stacks` to the plan. With problems, what could be done is done, and the next load goes on from
 * there.
 */
export async function applyPlan(plan: Plan, source: string, stacks: Stacks, host: Host): Promise<Applied> {
  const wanted = new Map(
    plan.stacks.map(({ key, planned }) => [key, new Set(planned.map((resource) => resource.logicalId))]),
  );
  const work: Work = { wanted, source, stacks, host, changes: [], problems: [] };
  await removeAll(work, (state) => state.provider.link === true);
  const failed = new Set<string>();
  for (const stack of plan.stacks) {
    // As on AWS: a stack whose needed stack failed is not touched.
    const blocked = [...stack.needs].some((key) => failed.has(key));
    if (blocked || !(await applyStack(stack, work))) failed.add(stack.key);
  }
  if (work.problems.length === 0) {
    await removeAll(work, () => true);
    for (const [key, state] of stacks) {
      if (isVanished(state, work) && state.resources.size === 0 && state.leftovers.length === 0)
        stacks.delete(key);
    }
  }
  return { changes: work.changes, problems: work.problems };
}

async function applyStack(stack: PlannedStack, work: Work): Promise<boolean> {
  const state: StackState = work.stacks.get(stack.key) ?? {
    ...{ key: stack.key, facts: stack.facts, source: work.source },
    ...{ resources: new Map(), leftovers: [], outputs: new Map(), exports: new Map() },
    exportNames: new Map(),
  };
  // Facts can change with parameters and conditions; everything else stays.
  const current: StackState = { ...state, facts: stack.facts, source: work.source };
  work.stacks.set(stack.key, current);
  const problemsBefore = work.problems.length;
  const failed = new Set<string>();
  const ordered = new Map<string, ResourceState>();
  for (const resource of stack.planned) {
    const done = [...resource.needs].some((need) => failed.has(need))
      ? undefined
      : await apply(resource, stack, current, work);
    if (done === undefined) failed.add(resource.logicalId);
    const now = current.resources.get(resource.logicalId);
    if (now !== undefined) ordered.set(resource.logicalId, now);
  }
  const rest = [...current.resources].filter(([logicalId]) => !ordered.has(logicalId));
  current.resources = new Map([...rest, ...ordered]);
  current.outputs = toOutputs(stack, current, failed, work);
  current.exports = toExports(stack, current.outputs);
  current.exportNames = toExportNames(stack);
  return work.problems.length === problemsBefore;
}

async function apply(
  resource: PlannedResource,
  stack: PlannedStack,
  state: StackState,
  work: Work,
): Promise<ResourceState | undefined> {
  const { logicalId, provider } = resource;
  const place = { stack: stack.facts.name, logicalId, type: provider.type };
  // The plan has said what is wrong; what has no effect may hold what the emulator does not serve.
  const heard = provider.effectless === undefined ? work : { ...work, problems: [] };
  const scope = toRuntimeScope(stack, state, heard, place);
  const resolved = resolve(resource.written.properties, '', scope);
  if (provider.effectless === undefined && isUnresolved(resolved)) return undefined;
  const before = state.resources.get(logicalId) ?? moveHere(resource, state, work);
  const outcome = await takeStep(resource, resolved, before, stack.facts, work.host);
  if (outcome.kind === 'failed') {
    work.problems.push(...outcome.problems);
    if (outcome.gone === true) state.resources.delete(logicalId);
    return undefined;
  }
  state.resources.set(logicalId, outcome.state);
  if (outcome.old !== undefined) state.leftovers.push(outcome.old);
  if (outcome.change !== undefined) work.changes.push(outcome.change);
  return outcome.state;
}

/**
 * A resource whose template name stayed but whose logical id changed is the same one: its messages and items
 * stay.
 */
function moveHere(resource: PlannedResource, to: StackState, work: Work): ResourceState | undefined {
  const { name, provider } = resource;
  if (name === undefined) return undefined;
  for (const stack of work.stacks.values()) {
    const { account, region } = stack.facts;
    if (stack.source !== work.source || account !== to.facts.account || region !== to.facts.region) continue;
    for (const [logicalId, state] of stack.resources) {
      const property = provider.nameProperty ?? '';
      const own: unknown = Object(state.properties)[property];
      if (state.provider.type !== provider.type || own !== name || isPlanned(logicalId, stack, work))
        continue;
      stack.resources.delete(logicalId);
      to.resources.set(resource.logicalId, state);
      const place = { stack: to.facts.name, logicalId: resource.logicalId, type: provider.type };
      const note = `was ${stack.facts.name}/${logicalId}; AWS refuses this without a refactoring`;
      work.changes.push({ kind: 'moved', ...place, physicalId: state.made.physicalId, properties: [], note });
      return state;
    }
  }
  return undefined;
}

/** The scope in which a stack's values are resolved once its resources exist. */
export function toRuntimeScope(
  stack: PlannedStack,
  state: StackState,
  work: Pick<Work, 'stacks' | 'problems'>,
  place: Omit<Problem, 'code' | 'message'>,
): ReturnType<typeof toScope> {
  return toScope(stack.facts, {
    resource(logicalId) {
      const found = state.resources.get(logicalId);
      if (found === undefined) return { state: 'unserved' };
      const { type, attributes } = found.provider;
      return { state: 'made', made: found.made, type, attributes };
    },
    exported: (name) => ({ value: findExport(work.stacks, stack.facts.account, stack.facts.region, name) }),
    output: (of) => ({
      value: work.stacks
        .get(`${of.account ?? stack.facts.account}/${of.region}/${of.stack}`)
        ?.outputs.get(of.output),
    }),
    problem: (code, property, message) => work.problems.push({ code, ...place, property, message }),
  });
}

/** The value of an export in an account and region. */
export function findExport(
  stacks: Stacks,
  account: string,
  region: string,
  name: string,
): string | undefined {
  for (const { facts, exports } of stacks.values()) {
    const value = facts.account === account && facts.region === region ? exports.get(name) : undefined;
    if (value !== undefined) return value;
  }
  return undefined;
}

/** The values of a stack's outputs. */
export function toOutputs(
  stack: PlannedStack,
  state: StackState,
  failed: ReadonlySet<string>,
  work: Pick<Work, 'stacks' | 'problems'>,
): ReadonlyMap<string, string> {
  const outputs = new Map<string, string>();
  // With failures some outputs have no value; the failures are reported, these need not be.
  const quiet = failed.size === 0 ? work : { ...work, problems: [] };
  for (const [name, output] of stack.outputs) {
    const place = { stack: stack.facts.name, property: `Outputs.${name}` };
    const value = resolve(output.value, `Outputs.${name}`, toRuntimeScope(stack, state, quiet, place));
    if (!isUnresolved(value)) outputs.set(name, toText(value) ?? JSON.stringify(value));
  }
  return outputs;
}

/** What a stack exports, by the names of the exports. */
export function toExports(
  stack: PlannedStack,
  outputs: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  return new Map(
    [...stack.exports].flatMap(([name, output]) => {
      const value = outputs.get(output);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/** The names under which outputs are exported. */
export function toExportNames(stack: PlannedStack): ReadonlyMap<string, string> {
  return new Map([...stack.exports].map(([name, output]) => [output, name]));
}

/** Deletes what the plan no longer holds, the newest first. */
async function removeAll(work: Work, which: (state: ResourceState) => boolean): Promise<void> {
  for (const stack of [...work.stacks.values()].reverse()) {
    if (stack.source !== work.source) continue;
    const gone = [...stack.resources.values()].filter((state) => !isPlanned(state.logicalId, stack, work));
    for (const state of [...gone, ...stack.leftovers].reverse()) {
      if (which(state)) await remove(state, stack, work);
    }
  }
}

async function remove(state: ResourceState, stack: StackState, work: Work): Promise<void> {
  const problem = await removeResource(state, stack.facts, work.host);
  if (problem !== undefined) {
    work.problems.push(problem);
    return;
  }
  const replaced = stack.leftovers.includes(state);
  stack.leftovers = stack.leftovers.filter((other) => other !== state);
  if (replaced) return;
  stack.resources.delete(state.logicalId);
  if (state.provider.effectless !== undefined) return;
  work.changes.push({
    ...{ kind: 'deleted', stack: stack.facts.name, logicalId: state.logicalId, type: state.provider.type },
    ...{ physicalId: state.made.physicalId, properties: [] },
    ...(state.retained ? { note: `its DeletionPolicy is ${state.deletionPolicy}: AWS would keep it` } : {}),
  });
}

function isPlanned(logicalId: string, stack: StackState, work: Work): boolean {
  return work.wanted.get(stack.key)?.has(logicalId) ?? false;
}

function isVanished(stack: StackState, work: Work): boolean {
  return stack.source === work.source && !work.wanted.has(stack.key);
}
