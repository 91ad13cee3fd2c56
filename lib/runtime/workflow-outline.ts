/**
 * The part of a plan that a tree shows, and what is needed besides to know the states of what it shows. Level
 * by level, so that the pages of a level are read together, and a workflow of any size costs no more than
 * what was asked for.
 */
import type { Part } from '../core/workflow/view.ts';
import { linksOf, type PartsRange, type PlanNode, type PlanReader } from './workflow-plan.ts';

/** A node, those of its parts that were read, and how many of them are shown. */
export interface Outline extends Part {
  readonly node: PlanNode;
  readonly parts: readonly Outline[];
  readonly shown: number;
  readonly links: readonly Outline[];
  readonly errorLinks: readonly Outline[];
}

export interface OutlineLimits {
  /** Levels below the first one. */
  readonly depth: number;
  /** Parts of one node. */
  readonly members: number;
  /** Nodes in all. */
  readonly nodes: number;
}

/**
 * Steps that are read to know where a chain is that stands in a chain, or is a link. Of one in a group, and
 * of a workflow that is a chain, it is known when they end, so only whether they have begun is asked.
 */
const STEPS_READ = 100;
/**
 * Members that are read to know whether a group has begun of which none was counted yet: any may be the first
 * one, but they are sent in order. Below what is shown it is the first one alone.
 */
const MEMBERS_READ = 10;

interface Draft extends Outline {
  readonly parts: Draft[];
  shown: number;
  readonly links: Draft[];
  readonly errorLinks: Draft[];
  readonly isShown: boolean;
  /** Whether nothing but its own parts says how it ends. */
  readonly isAlone: boolean;
}

/** Outlines of nodes that stand side by side; their own end is known where `isAlone` says no. */
export async function outline(
  reader: PlanReader,
  nodes: readonly PlanNode[],
  limits: OutlineLimits,
  isAlone: boolean,
): Promise<readonly Outline[]> {
  const roots = nodes.map((node) => toDraft(node, true, isAlone));
  let left = limits.nodes - roots.length;
  let level = roots;
  for (let depth = 0; level.length > 0; depth++) {
    const ranges = level.map((draft): PartsRange => {
      const may = draft.isShown && depth < limits.depth;
      draft.shown = may ? Math.min(draft.total, limits.members, left) : 0;
      left -= draft.shown;
      return { node: draft.node, from: 0, to: Math.min(draft.total, neededOf(draft)) };
    });
    const parts = await reader.parts(ranges);
    for (const [place, draft] of level.entries()) {
      const children = (parts[place] ?? []).map((node, index) =>
        toDraft(node, index < draft.shown, draft.kind === 'chain'),
      );
      draft.parts.push(...children);
      if (!draft.isShown) continue;
      draft.links.push(...linksOf(draft.node, 'link').map((node) => toDraft(node, true, true)));
      draft.errorLinks.push(...linksOf(draft.node, 'errorLink').map((node) => toDraft(node, true, true)));
    }
    level = level.flatMap((draft) => [...draft.parts, ...draft.links, ...draft.errorLinks]);
  }
  return roots;
}

/** Every node of outlines, links included. */
export function* nodesIn(outlines: readonly Outline[]): Generator<Outline> {
  for (const one of outlines) {
    yield one;
    yield* nodesIn(one.parts);
    yield* nodesIn(one.links);
    yield* nodesIn(one.errorLinks);
  }
}

function neededOf({ kind, isAlone, isShown, shown }: Draft): number {
  if (kind === 'chain') return Math.max(shown, isAlone ? STEPS_READ : 1);
  return Math.max(shown, isShown ? MEMBERS_READ : 1);
}

function toDraft(node: PlanNode, isShown: boolean, isAlone: boolean): Draft {
  const { path, kind, total } = node;
  return {
    ...{ node, path, kind, total, from: 0, isShown, isAlone },
    ...{ parts: [], shown: 0, links: [], errorLinks: [] },
  };
}
