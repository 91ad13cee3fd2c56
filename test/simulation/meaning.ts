/**
 * What the canvas's workflows mean when nothing can fail and one thing is done after the other: what the
 * simulation is held to.
 */
import { derivedId } from '../../lib/core/id.ts';
import { childrenOf, nodesOf, pathOf, runIdOf } from '../../lib/core/workflow/path.ts';
import type { Plan, TaskPlan } from '../../lib/core/workflow/plan.ts';
import { toPlan } from '../../lib/define/workflow.ts';
import { type Canvas, sumOf, type Work } from './canvas.ts';

export const SPACE = { app: 'canvas', stage: 'dev' };

/** A workflow, or what takes the place of a run, or a member that was added to a group. */
export interface Planned {
  readonly id: string;
  readonly plan: Plan;
}

/** What a plan comes to. */
export type Meaning = { readonly state: 'SUCCESS'; readonly value: unknown } | { readonly state: 'FAILURE' };

export interface Meant {
  readonly meaning: Meaning;
  /** The ids under which its tasks have taken effect. */
  readonly did: readonly string[];
  /** Those under which they may have: of tasks that something has ended from outside. */
  readonly mayHave: readonly string[];
}

/** What has come from outside. */
export interface Outside {
  readonly toSignature: Canvas['toSignature'];
  /** Whether something other than a task's own code has ended its run. */
  readonly gaveUp: (runId: string) => boolean;
  /** Whether a workflow never began, or what starts a part of it killed its workers. */
  readonly isLost: (workflowId: string) => boolean;
}

const FAILED: Meaning = { state: 'FAILURE' };

/** From which place on the values of a group come in any order: they were added while it ran. */
const ADDED_FROM = new WeakMap<object, number>();

/** Inputs that one list of the canvas has at most. */
const LIST_MAX = 10;

/** What a workflow means. */
export function meaningOf(one: Planned, outside: Outside): Meant {
  const did: string[] = [];
  const mayHave: string[] = [];
  return { meaning: whole(one, undefined), did, mayHave };

  /** `around` takes what is added to the group that the whole is a part of. */
  function whole({ id, plan }: Planned, around: Planned[] | undefined): Meaning {
    return evaluate(id, plan, '', undefined, around);
  }

  function evaluate(
    id: string,
    node: Plan,
    path: string,
    before: unknown,
    around: Planned[] | undefined,
  ): Meaning {
    const meant = plainly(id, node, path, before, around);
    const kind = meant.state === 'SUCCESS' ? 'link' : 'errorLink';
    const list = (meant.state === 'SUCCESS' ? node.links : node.errorLinks) ?? [];
    for (const [index, link] of list.entries()) {
      const given = meant.state === 'SUCCESS' ? meant.value : {};
      evaluate(id, link, pathOf(path, { kind, index }), given, undefined);
    }
    return meant;
  }

  function plainly(
    id: string,
    node: Plan,
    path: string,
    before: unknown,
    around: Planned[] | undefined,
  ): Meaning {
    const childPath = (index: number): string => pathOf(path, { kind: 'child', index });
    switch (node.kind) {
      case 'task':
        return task(runIdOf(SPACE, id, path), node, node.takes === true ? before : node.input, around);
      case 'chain': {
        let last: Meaning = { state: 'SUCCESS', value: before };
        for (const [index, step] of childrenOf(node).entries()) {
          last = evaluate(id, step, childPath(index), last.value, around);
          if (last.state === 'FAILURE') return last;
        }
        return last;
      }
      case 'group': {
        const added: Planned[] = [];
        const ends = childrenOf(node).map((part, index) =>
          evaluate(id, part, childPath(index), before, added),
        );
        const planned = ends.length;
        for (let next = added.shift(); next !== undefined; next = added.shift())
          ends.push(member(next, added));
        const values = ends.map((end) => (end.state === 'SUCCESS' ? (end.value ?? null) : undefined));
        ADDED_FROM.set(values, planned);
        return ends.find(({ state }) => state === 'FAILURE') ?? { state: 'SUCCESS', value: values };
      }
    }
  }

  function member(added: Planned, around: Planned[]): Meaning {
    if (!outside.isLost(added.id)) return whole(added, around);
    mayHave.push(...allEffects(added, outside));
    return FAILED;
  }

  function task(id: string, node: TaskPlan, input: unknown, around: Planned[] | undefined): Meaning {
    if (outside.gaveUp(id)) {
      mayHave.push(...effectsOf(id, node, outside));
      return FAILED;
    }
    if (node.task === 'work') return working(id, toWork(input), around);
    const one = (value: unknown): unknown =>
      node.task === 'told' ? undefined : sumOf(value) + (node.task === 'add' ? 1 : 2);
    if (node.each !== true) {
      did.push(id);
      return { state: 'SUCCESS', value: one(input) };
    }
    // Maps are made over lists.
    const list = input as readonly unknown[];
    did.push(...list.map((_, index) => derivedId(SPACE, id, `each/${index}`)));
    return { state: 'SUCCESS', value: list.map(one) };
  }

  function working(id: string, work: Work, around: Planned[] | undefined): Meaning {
    if (work.behaviour === 'replace') return whole(replacementOf(id, work), around);
    around?.push(...additionsOf(id, work, outside));
    if (work.behaviour === 'fail') return FAILED;
    did.push(id);
    return { state: 'SUCCESS', value: work.n };
  }
}

/** Every id under which a workflow could take effect, whatever becomes of it. */
export function allEffects({ id, plan }: Planned, outside: Outside): readonly string[] {
  return [...nodesOf(plan)].flatMap(([path, node]) =>
    node.kind === 'task' ? effectsOf(runIdOf(SPACE, id, path), node, outside) : [],
  );
}

function effectsOf(id: string, { task, input, each }: TaskPlan, outside: Outside): readonly string[] {
  if (each === true)
    return Array.from({ length: LIST_MAX }, (_, index) => derivedId(SPACE, id, `each/${index}`));
  if (task !== 'work') return [id];
  const work = toWork(input);
  if (work.behaviour === 'replace') return allEffects(replacementOf(id, work), outside);
  return [id, ...additionsOf(id, work, outside).flatMap((added) => allEffects(added, outside))];
}

/** What takes the place of a run. */
function replacementOf(id: string, work: Work): Planned {
  const input: Work = { ...work, behaviour: 'succeed' };
  const step = { kind: 'task', task: 'work', input, options: {} } as const;
  return { id: derivedId(SPACE, id, 'replaced/0'), plan: { kind: 'chain', steps: [step] } };
}

/** What a run adds to its group. */
function additionsOf(id: string, { adds = [] }: Work, { toSignature }: Outside): readonly Planned[] {
  return adds.map((one, index) => ({
    id: derivedId(SPACE, id, `added/0/${index}`),
    plan: { kind: 'chain', steps: [toPlan(toSignature(one))] },
  }));
}

/** Whether a result is what was meant: what was added to a group comes in any order. */
export function isMeant(actual: unknown, meant: unknown): boolean {
  if (!Array.isArray(meant) || !Array.isArray(actual)) return actual === meant;
  if (actual.length !== meant.length) return false;
  const from = ADDED_FROM.get(meant) ?? meant.length;
  const left = actual.slice(from);
  const isFound = (value: unknown): boolean => {
    const place = left.findIndex((one) => isMeant(one, value));
    return place >= 0 && left.splice(place, 1).length === 1;
  };
  return (
    meant.slice(0, from).every((value, index) => isMeant(actual[index], value)) &&
    meant.slice(from).every(isFound)
  );
}

/** The inputs of this task are the canvas's own. */
function toWork(input: unknown): Work {
  return input as Work;
}
