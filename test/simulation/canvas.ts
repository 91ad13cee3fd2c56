/** Workflows nested at will, some of whose tasks change them; what they mean is said in meaning.ts. */
import {
  type AnySignature,
  CeleriacError,
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
import { SHARD_MEMBERS } from '../../lib/core/workflow/tally.ts';

const SAFE = { visibility: '1m', deadLetter: { after: 12 } } as const;

export type Behaviour = 'succeed' | 'fail once' | 'fail' | 'replace';

export interface Work {
  readonly n: number;
  readonly behaviour: Behaviour;
  /** What it adds to the group that it runs in; one that replaces itself leaves that to the other. */
  readonly adds?: readonly Addition[];
}

export interface Addition {
  readonly shape: 'task' | 'chain' | 'chord';
  readonly work: Work;
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
    async run({ n, behaviour, adds = [] }: Work, context: Context): Promise<number> {
      if (behaviour === 'replace') return context.replace(work({ n, behaviour: 'succeed', adds }));
      for (const one of adds) await context.addToChord(toSignature(one)).catch(refusedOutside);
      if (behaviour === 'fail') throw new RejectError('never');
      if (behaviour === 'fail once' && context.attempt === 1) throw new Error('not yet');
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
  const toSignature = ({ shape, work: one }: Addition): AnySignature => {
    const signature = work(one);
    if (shape === 'task') return signature;
    return shape === 'chain'
      ? chain(signature, add)
      : chord([signature, work({ n: 1, behaviour: 'succeed' })], add);
  };
  const tasks = { work, add, laid, told };
  const sim: Simulation = simulate(defineApp('canvas', { tasks: Object.values(tasks) }), options);
  return { sim, queues, effects, changed, toSignature, ...tasks };
}

export type Canvas = ReturnType<typeof createCanvas>;

/** A task that is in no group adds nothing. */
function refusedOutside(error: unknown): void {
  if (!(error instanceof CeleriacError) || error.code !== 'NOT_IN_GROUP') throw error;
}

/** Adds whatever numbers are in a value. */
export function sumOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return Array.isArray(value) ? value.reduce((sum: number, one) => sum + sumOf(one), 0) : 0;
}

const SHAPES: readonly Addition['shape'][] = ['chain', 'chord'];

/** A workflow nested at will, of about `size` tasks. */
export function randomWorkflow(canvas: Canvas, random: () => number, size: number): AnySignature {
  const { work, add, laid, told } = canvas;
  const below = (max: number): number => Math.floor(random() * max);
  const behaviour = (): Behaviour => {
    const roll = random();
    return roll < 0.03 ? 'fail' : roll < 0.15 ? 'fail once' : roll < 0.25 ? 'replace' : 'succeed';
  };
  const toWork = (depth = 0): Work => {
    const adds = random() < 0.15 && depth < 3 ? { adds: additions(depth + 1) } : {};
    return { n: below(10), behaviour: behaviour(), ...adds };
  };
  const additions = (depth: number): readonly Addition[] =>
    Array.from({ length: 1 + below(2) }, () => ({ shape: SHAPES[below(5)] ?? 'task', work: toWork(depth) }));
  const leaf = (): AnySignature => work(toWork());
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
        // Now and then one that is counted in more than one shard.
        if (budget >= 20 && random() < 0.03) return linked(group(parts(1, SHARD_MEMBERS + 1 + below(20))));
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
