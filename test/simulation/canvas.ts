/**
 * Workflows nested at will, and what they mean when nothing can fail and one thing is done after the other:
 * what the simulation is held to.
 */
import {
  type AnySignature,
  type Context,
  chain,
  chord,
  chunks,
  defineApp,
  defineQueue,
  defineTask,
  group,
  link,
  linkError,
  map,
  RejectError,
} from '#lib';
import { type SimulateOptions, type Simulation, simulate } from '#lib/testing';
import { childrenOf, pathOf } from '../../lib/core/workflow/path.ts';
import type { Plan } from '../../lib/core/workflow/plan.ts';

const SAFE = { visibility: '1m', deadLetter: { after: 12 } } as const;

export type Behaviour = 'succeed' | 'fail once' | 'fail' | 'replace';

export interface Work {
  readonly n: number;
  readonly behaviour: Behaviour;
}

/** An app whose tasks note, by the ids of their contexts, what they did. */
export function createCanvas(options: SimulateOptions) {
  const queues = {
    quick: defineQueue('quick', SAFE),
    other: defineQueue('other', SAFE),
    lane: defineQueue('lane', { ...SAFE, ordered: (input: unknown) => `g${sumOf(input) % 3}` }),
  };
  /** By context id, what was done: the same again when it is done again. */
  const effects = new Map<string, string>();
  /** Ids under which something different was done a second time. */
  const changed: string[] = [];
  const retry = { attempts: 8 };

  function effect({ id }: Context, what: unknown): void {
    const text = JSON.stringify(what);
    if ((effects.get(id) ?? text) !== text) changed.push(`${id}: ${effects.get(id)} and ${text}`);
    effects.set(id, text);
  }

  const work = defineTask('work', {
    queue: queues.quick,
    retry,
    run({ n, behaviour }: Work, context: Context): number {
      if (behaviour === 'fail') throw new RejectError('never');
      if (behaviour === 'fail once' && context.attempt === 1) throw new Error('not yet');
      if (behaviour === 'replace') return context.replace(work({ n, behaviour: 'succeed' }));
      effect(context, ['work', n]);
      return n;
    },
  });
  const add = defineTask('add', {
    queue: queues.other,
    retry,
    run(input: unknown, context: Context): number {
      effect(context, ['add', input]);
      return sumOf(input) + 1;
    },
  });
  const laid = defineTask('laid', {
    queue: queues.lane,
    retry,
    run(input: unknown, context: Context): number {
      effect(context, ['laid', input]);
      return sumOf(input) + 2;
    },
  });
  const told = defineTask('told', {
    queue: queues.other,
    retry,
    run: (_input: unknown, context: Context) => effect(context, ['told']),
  });
  const tasks = { work, add, laid, told };
  const sim: Simulation = simulate(defineApp('canvas', { tasks: Object.values(tasks) }), options);
  return { sim, queues, effects, changed, ...tasks };
}

export type Canvas = ReturnType<typeof createCanvas>;

/** Adds whatever numbers are in a value. */
export function sumOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return Array.isArray(value) ? value.reduce((sum: number, one) => sum + sumOf(one), 0) : 0;
}

/** A workflow nested at will, of about `size` tasks. */
export function randomWorkflow(canvas: Canvas, random: () => number, size: number): AnySignature {
  const { work, add, laid, told } = canvas;
  const below = (max: number): number => Math.floor(random() * max);
  const behaviour = (): Behaviour => {
    const roll = random();
    return roll < 0.03 ? 'fail' : roll < 0.15 ? 'fail once' : roll < 0.25 ? 'replace' : 'succeed';
  };
  const leaf = (): AnySignature => work({ n: below(10), behaviour: behaviour() });
  const step = () => (random() < 0.7 ? add : laid);
  const parts = (budget: number, count: number): AnySignature[] =>
    Array.from({ length: count }, () => build(Math.floor(budget / Math.max(1, count))));
  const linked = (signature: AnySignature): AnySignature => {
    const roll = random();
    if (roll < 0.1) return link(signature, told);
    return roll < 0.25 ? linkError(signature, told) : signature;
  };
  function build(budget: number): AnySignature {
    if (budget <= 1) return linked(leaf());
    switch (below(6)) {
      case 0:
        return linked(group(parts(budget, below(5))));
      case 1:
        // Untyped, as a list: the types of a random chain are not known.
        return linked(
          chain([build(budget - 2), step(), ...(random() < 0.5 ? [group([step(), step()])] : []), step()]),
        );
      case 2:
        return linked(chord(parts(budget - 1, 1 + below(5)), step()));
      case 3:
        return linked(
          map(
            add,
            Array.from({ length: below(4) }, () => below(10)),
          ),
        );
      case 4:
        return linked(
          chunks(
            add,
            Array.from({ length: below(7) }, () => below(10)),
            2,
          ),
        );
      default:
        return linked(chain([build(Math.floor(budget / 2)), build(Math.floor(budget / 2))]));
    }
  }
  return build(size);
}

/** What a plan comes to. */
export type Meaning =
  | { readonly state: 'SUCCESS'; readonly value: unknown }
  | { readonly state: 'FAILURE'; readonly failedPath: string };

export interface Meant {
  readonly meaning: Meaning;
  /** The paths of all tasks that ran to their end, with how often a task of a list ran within. */
  readonly ran: ReadonlyMap<string, number>;
}

/** What a workflow means: `gaveUp` says of a task that something outside of it has ended its run. */
export function meaningOf(plan: Plan, gaveUp: (path: string) => boolean): Meant {
  const ran = new Map<string, number>();
  const meaning = evaluate(plan, '', undefined);
  return { meaning, ran };

  function evaluate(node: Plan, path: string, before: unknown): Meaning {
    const meant = plainly(node, path, before);
    const linked = meant.state === 'SUCCESS' ? 'link' : 'errorLink';
    const list = (meant.state === 'SUCCESS' ? node.links : node.errorLinks) ?? [];
    for (const [index, one] of list.entries())
      evaluate(one, pathOf(path, { kind: linked, index }), meant.state === 'SUCCESS' ? meant.value : {});
    return meant;
  }

  function plainly(node: Plan, path: string, before: unknown): Meaning {
    const childPath = (index: number): string => pathOf(path, { kind: 'child', index });
    switch (node.kind) {
      case 'task':
        return task(node, path, node.takes === true ? before : node.input);
      case 'chain': {
        let last: Meaning = { state: 'SUCCESS', value: before };
        for (const [index, one] of childrenOf(node).entries()) {
          last = evaluate(one, childPath(index), last.value);
          if (last.state === 'FAILURE') return last;
        }
        return last;
      }
      case 'group': {
        const ends = childrenOf(node).map((one, index) => evaluate(one, childPath(index), before));
        const values = ends.map((end) => (end.state === 'SUCCESS' ? (end.value ?? null) : undefined));
        return ends.find(({ state }) => state === 'FAILURE') ?? { state: 'SUCCESS', value: values };
      }
    }
  }

  function task(
    { task: name, each }: Plan & { readonly kind: 'task' },
    path: string,
    input: unknown,
  ): Meaning {
    // The tasks of this app take what the workflows of this file give them.
    const isFailing = name === 'work' && (input as Work).behaviour === 'fail';
    if (isFailing || gaveUp(path)) return { state: 'FAILURE', failedPath: path };
    const one = (value: unknown): unknown => {
      if (name === 'work') return (value as Work).n;
      return name === 'told' ? undefined : sumOf(value) + (name === 'add' ? 1 : 2);
    };
    // Maps are made over lists.
    const list = each === true ? (input as readonly unknown[]) : undefined;
    ran.set(path, list?.length ?? 1);
    return { state: 'SUCCESS', value: list === undefined ? one(input) : list.map(one) };
  }
}
