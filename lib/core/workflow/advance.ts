/**
 * What follows when a node of a workflow has ended for good. A pure decision: the conductor carries it out,
 * under ids that derive from paths, and may carry it out again, since a duplicate of a finished run asks
 * again.
 */
import { type StoredPlan, sizeOf } from './page.ts';
import { type Place, parentOf, pathOf } from './path.ts';
import type { Plan } from './plan.ts';

/**
 * How a node has ended. `failedPath` is the node whose task it was that failed, `ofMember` whether that is a
 * member of a group within the node, whose failure then names it.
 */
export type NodeEnd =
  | { readonly state: 'SUCCESS' }
  | { readonly state: 'FAILURE' | 'REVOKED'; readonly failedPath: string; readonly ofMember?: boolean };

/** What the conductor does next. */
export type Next =
  /** Starts a node with the result of the one at `inputOf`. */
  | { readonly kind: 'start'; readonly path: string; readonly inputOf: string }
  /** Starts a link with the result of the one at `inputOf`; nothing waits for it. */
  | { readonly kind: 'link'; readonly path: string; readonly inputOf: string }
  /** Starts an error link with the failure of the one at `failureOf`; nothing waits for it either. */
  | { readonly kind: 'tell'; readonly path: string; readonly failureOf: string }
  /** Counts a member in its group, which may complete it. */
  | { readonly kind: 'count'; readonly path: string; readonly index: number; readonly members: number }
  /** A node that has no run of its own has ended as its child has: what follows from that is asked next. */
  | { readonly kind: 'end'; readonly path: string; readonly resultOf: string; readonly end: NodeEnd }
  /** The workflow is over; its result is that of the node at `resultOf`. */
  | { readonly kind: 'finish'; readonly resultOf: string; readonly end: NodeEnd };

/**
 * What follows from the end of the node at `path`, what is linked to it last: where that cannot be started,
 * the workflow goes on all the same; `parent` is the plan of the node around it, which is
 * undefined for the root and not looked at for links, whose end nothing waits for.
 */
export function advance(
  path: string,
  node: Pick<Plan, 'links' | 'errorLinks'>,
  parent: Plan | StoredPlan | undefined,
  end: NodeEnd,
): readonly Next[] {
  const around = parentOf(path);
  if (around === undefined) return [{ kind: 'finish', resultOf: path, end }, ...linked(path, node, end)];
  if (around.place.kind !== 'child' || parent === undefined) return linked(path, node, end);
  return [...onwards(path, around.path, around.place, parent, end), ...linked(path, node, end)];
}

/** The links of a node that has succeeded, the error links of one that has not. */
function linked(
  path: string,
  { links = [], errorLinks = [] }: Pick<Plan, 'links' | 'errorLinks'>,
  end: NodeEnd,
): readonly Next[] {
  if (end.state === 'SUCCESS')
    return links.map((_, index) => ({
      kind: 'link',
      path: pathOf(path, { kind: 'link', index }),
      inputOf: path,
    }));
  return errorLinks.map((_, index) => ({
    kind: 'tell',
    path: pathOf(path, { kind: 'errorLink', index }),
    failureOf: path,
  }));
}

function onwards(
  path: string,
  parentPath: string,
  { index }: Place,
  parent: Plan | StoredPlan,
  end: NodeEnd,
): readonly Next[] {
  switch (parent.kind) {
    case 'task':
      return [];
    case 'group':
      return [{ kind: 'count', path: parentPath, index, members: sizeOf(parent) }];
    case 'chain': {
      const isLast = index + 1 >= sizeOf(parent);
      // An error stops the chain: what comes after the failed step never starts.
      if (end.state !== 'SUCCESS' || isLast) return [{ kind: 'end', path: parentPath, resultOf: path, end }];
      return [
        { kind: 'start', path: pathOf(parentPath, { kind: 'child', index: index + 1 }), inputOf: path },
      ];
    }
  }
}
