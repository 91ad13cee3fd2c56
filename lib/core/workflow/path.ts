/**
 * Addresses of a plan's nodes. The root is '', its children '0', '1', … theirs '0.0', '0.1', …; what is
 * linked to a node hangs from it as 'l0' (link) or 'e0' (error link). The id of a node's run derives from the
 * workflow's id and this path, so whatever is sent twice is one run; the root's is the workflow's own.
 */
import { derivedId, type IdSpace } from '../id.ts';
import type { Plan } from './plan.ts';

/** How a node hangs from its parent. */
export type Place =
  | { readonly kind: 'child'; readonly index: number }
  | { readonly kind: 'link'; readonly index: number }
  | { readonly kind: 'errorLink'; readonly index: number };

/** Stands between the path of a group and the id of what was added to it, which its plan does not have. */
export const ADDED = '+';

const LETTERS = { child: '', link: 'l', errorLink: 'e' } as const;

/** The path of a node below another one. */
export function pathOf(parent: string, { kind, index }: Place): string {
  const step = `${LETTERS[kind]}${index}`;
  return parent === '' ? step : `${parent}.${step}`;
}

/** Where a node hangs; undefined for the root. */
export function parentOf(path: string): { readonly path: string; readonly place: Place } | undefined {
  if (path === '') return undefined;
  const dot = path.lastIndexOf('.');
  return { path: path.slice(0, Math.max(0, dot)), place: toPlace(path.slice(dot + 1)) };
}

/** The id of a node's run. */
export function runIdOf(space: IdSpace, workflowId: string, path: string): string {
  return path === '' ? workflowId : derivedId(space, workflowId, `flow/${path}`);
}

/** The id of the workflow that a run has put in its place, in this generation. */
export function inPlaceOf(space: IdSpace, runId: string, generation: number): string {
  return derivedId(space, runId, `replaced/${generation}`);
}

/** What a node is made of: a chain's steps, a group's members. */
export function childrenOf(plan: Plan): readonly Plan[] {
  switch (plan.kind) {
    case 'task':
      return [];
    case 'chain':
      return plan.steps;
    case 'group':
      return plan.members;
  }
}

/** Every node of a plan with its path, parents first. */
export function* nodesOf(plan: Plan, path = ''): Generator<readonly [path: string, node: Plan]> {
  yield [path, plan];
  for (const kind of ['child', 'link', 'errorLink'] as const) {
    for (const [index, node] of listOf(plan, kind).entries())
      yield* nodesOf(node, pathOf(path, { kind, index }));
  }
}

/**
 * Compares two paths by the order in which their nodes stand in the plan: numbers by value, so '2' comes
 * before '10'.
 */
export function comparePaths(a: string, b: string): number {
  const left = a === '' ? [] : a.split('.');
  const right = b === '' ? [] : b.split('.');
  for (let depth = 0; depth < Math.min(left.length, right.length); depth++) {
    const one = toPlace(left[depth] ?? '');
    const other = toPlace(right[depth] ?? '');
    const difference = KINDS.indexOf(one.kind) - KINDS.indexOf(other.kind) || one.index - other.index;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

const KINDS: readonly Place['kind'][] = ['child', 'link', 'errorLink'];

function listOf(plan: Plan, kind: Place['kind']): readonly Plan[] {
  switch (kind) {
    case 'child':
      return childrenOf(plan);
    case 'link':
      return plan.links ?? [];
    case 'errorLink':
      return plan.errorLinks ?? [];
  }
}

function toPlace(step: string): Place {
  if (step.startsWith('l')) return { kind: 'link', index: Number(step.slice(1)) };
  if (step.startsWith('e')) return { kind: 'errorLink', index: Number(step.slice(1)) };
  // What was added to a group has its id behind the group's place: '1+01k…'.
  return { kind: 'child', index: Number.parseInt(step, 10) };
}
