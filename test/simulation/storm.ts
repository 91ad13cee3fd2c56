/**
 * The app of the storm: tasks of every kind that do what their input says, what they did, and what became of
 * their records.
 */
import {
  type AnyTask,
  type Context,
  defineApp,
  defineQueue,
  defineTask,
  exponential,
  RejectError,
} from '#lib';
import { ALL_FAULTS, type SimulateOptions, type Simulation, simulate } from '#lib/testing';
import { isFinal, TASK_STATES, type TaskState } from '../../lib/core/task-state.ts';
import { mayBecome } from '../core/run-course.ts';

const RETRY = { attempts: 4, backoff: exponential('2s', { max: '30s', jitter: true }) };
const SAFE = { visibility: '1m', deadLetter: { after: 5 } } as const;

export const BEHAVIOURS = [
  'succeed',
  'fail twice',
  'always fail',
  'reject',
  'sleep',
  'outlast',
  'send another',
] as const;

export interface Input {
  readonly index: number;
  readonly behaviour: (typeof BEHAVIOURS)[number];
  readonly group: string;
}

/** A world of its own for one seed. */
export function createStorm(seed: number) {
  const queues = {
    work: defineQueue('work', SAFE),
    slim: defineQueue('slim', SAFE),
    ledger: defineQueue('ledger', { ...SAFE, ordered: (input: Input) => input.group }),
  };
  /** By message id, the order in which effects came; a conditional write, as a user's own should be. */
  const effects = new Map<string, number>();
  /**
   * Messages whose first effect came when their run was over without one (it had expired, or crashed too
   * often): only a handler that was left behind, deaf to its signal, does that, and nothing can stop it.
   */
  const belated = new Set<string>();
  /** How often each attempt of at-most-once tasks has been started. */
  const onceStarts = new Map<string, number>();
  /** Messages whose children ran. */
  const parents = new Set<string>();
  const outlasted = new Set<string>();
  let healed = false;

  async function run(input: Input, context: Context): Promise<number> {
    const { id, attempt } = context;
    if (!healed) {
      if (input.behaviour === 'sleep') await context.sleep('3s');
      if (input.behaviour === 'fail twice' && attempt <= 2) throw new Error('not yet');
      if (input.behaviour === 'always fail') throw new Error('never');
      if (input.behaviour === 'reject') throw new RejectError('not this one');
      if (input.behaviour === 'outlast' && !outlasted.has(id)) {
        outlasted.add(id);
        // Deaf to its signal: the worker answers without it, and it goes on as a ghost in later batches; the
        // longer one finds that its message has come back and another worker has taken its run over.
        await sim.emulator.clock.sleep(input.index % 3 === 0 ? 75_000 : 15_000);
        if (input.index % 2 === 0) throw new Error('too late');
      }
    }
    if (input.behaviour === 'send another') await context.send(child(id));
    if (!effects.has(id) && isFinal(records.stateOf(id))) belated.add(id);
    if (!effects.has(id)) effects.set(id, effects.size);
    return input.index;
  }

  const child = defineTask('child', {
    queue: queues.slim,
    result: false,
    run: (parent: string) => void parents.add(parent),
  });
  const tasks = {
    standard: defineTask('standard', { queue: queues.work, retry: RETRY, run }),
    stateless: defineTask('stateless', { queue: queues.slim, retry: RETRY, result: false, run }),
    ordered: defineTask('ordered', { queue: queues.ledger, retry: RETRY, run }),
    once: defineTask('once', {
      queue: queues.work,
      retry: RETRY,
      crashed: 'deadLetter',
      run(input: Input, context: Context) {
        const key = `${context.id} attempt ${context.attempt}${healed ? ' redriven' : ''}`;
        onceStarts.set(key, (onceStarts.get(key) ?? 0) + 1);
        return run(input, context);
      },
    }),
  };
  const app = defineApp('storm', { tasks: [...Object.values(tasks), child] });
  const records = watchRecords();
  const sim: Simulation = simulate(app, { seed, faults: ALL_FAULTS, onCall: records.onCall });
  return {
    sim,
    queues,
    tasks,
    child,
    effects,
    belated,
    onceStarts,
    parents,
    records,
    heal() {
      healed = true;
    },
  };
}

export type Storm = ReturnType<typeof createStorm>;

export function keepsRecord(task: AnyTask): boolean {
  return task.name !== 'stateless' && task.name !== 'child';
}

type Attributes = Readonly<Record<string, { readonly S?: string; readonly N?: string }>>;

/** What a call has set, by item, with the item's key. */
function writtenBy(operation: string, input: object, output: unknown): readonly Attributes[] {
  if (operation === 'UpdateItem') {
    const { Key } = input as { Key: Attributes };
    return [{ ...Key, ...(output as { Attributes: Attributes }).Attributes }];
  }
  if (operation !== 'BatchExecuteStatement') return [];
  const { Statements } = input as { Statements: { Statement: string; Parameters: Attributes[string][] }[] };
  const { Responses } = output as { Responses: { Error?: object }[] };
  return Statements.filter((_, index) => Responses[index]?.Error === undefined).map(
    ({ Statement, Parameters }) => {
      const names = [...Statement.matchAll(/['"](\w+)['"](?:: | = )\?/g)].map(([, name = '']) => name);
      return Object.fromEntries(names.map((name, index) => [name, Parameters[index] ?? {}]));
    },
  );
}

/** Sees each change of a record where it takes effect: behind all faults, at the table. */
export function watchRecords() {
  const now = new Map<string, { readonly state: TaskState; readonly generation: number }>();
  const ends = new Map<string, number>();
  const illegal: string[] = [];
  const see = ({ pk = {}, ...attributes }: Attributes): void => {
    const id = pk.S?.slice('run#'.length) ?? '';
    // A heartbeat changes no state, and that a dead letter was sent is no change of it either.
    if (attributes.state === undefined) return;
    const before = now.get(id) ?? { state: 'PENDING', generation: 0 };
    const generation = Number(attributes.generation?.N ?? before.generation);
    const state = TASK_STATES.find((known) => known === attributes.state?.S) ?? 'PENDING';
    // Nor does a wait, which says the state as it is, or makes the record of a run that waits; it is seen
    // here, so it must not change one.
    const isSame = state === before.state && generation === before.generation;
    if (attributes.waitHop !== undefined && (isSame || (!now.has(id) && state === 'PENDING'))) return;
    if (!mayBecome(before.state, state, { from: before.generation, to: generation }))
      illegal.push(`${id}: ${before.state} ${before.generation} to ${state} ${generation}`);
    if (isFinal(state)) ends.set(`${id} ${generation}`, (ends.get(`${id} ${generation}`) ?? 0) + 1);
    now.set(id, { state, generation });
  };
  const onCall: NonNullable<SimulateOptions['onCall']> = async (call, proceed) => {
    const output = await proceed();
    for (const attributes of writtenBy(call.operation, call.input, output)) see(attributes);
    return output;
  };
  return { onCall, ends, illegal, stateOf: (id: string): TaskState => now.get(id)?.state ?? 'PENDING' };
}
