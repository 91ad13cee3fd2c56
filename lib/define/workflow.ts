/**
 * Workflows as users compose them (Celery's canvas): chains, groups, chords and maps of signatures, nested at
 * will. What they build is a plan, as data; a client stores it and sends one message, and workers carry it
 * out. Results travel as JSON, so a step takes what `Jsonify` makes of the result before it.
 */
import type { Jsonify } from '../core/json.ts';
import type { GroupPlan, Plan, TaskPlan } from '../core/workflow/plan.ts';
import { DefinitionError, type WireError } from '../errors.ts';
import { callOf, partWith } from './plan-tasks.ts';
import {
  type AnySignature,
  type GroupSignature,
  type SendOptions,
  type Signature,
  type TaskSignature,
  taskOf,
  type WorkflowSignature,
} from './signature.ts';
import type { AnyTask, Task } from './task.ts';

declare const TAKES: unique symbol;
declare const GIVES: unique symbol;

/** What can follow in a chain: it takes the result of the step before. */
export interface Step<in Takes = never, out Gives = unknown> {
  readonly kind: 'step';
  readonly plan: Plan;
  readonly [TAKES]?: (input: Takes) => void;
  readonly [GIVES]?: () => Gives;
}

/** A place in a chain, a group's member, a chord's body. A signature ignores the result before it. */
type Part = AnyTask | AnySignature | Step;

type TakenBy<P> =
  P extends Task<infer Sent, infer _Received, infer _Output>
    ? Sent
    : P extends Step<infer Takes, unknown>
      ? Takes
      : unknown;

type GivenBy<P> =
  P extends Task<never, infer _Received, infer Output>
    ? Jsonify<Output>
    : P extends Step<never, infer Gives>
      ? Gives
      : P extends Signature<infer Output>
        ? Jsonify<Output>
        : never;

/** What a mistaken step is told by the compiler. */
interface Mismatch<Gives, Takes> {
  readonly 'the step before gives': Gives;
  readonly 'but this one takes': Takes;
}

/** The steps, each in its place if it takes what the one before gives. Not distributed over unions. */
type Linked<Gives, Steps extends readonly unknown[]> = Steps extends readonly [infer Head, ...infer Tail]
  ? [Gives] extends [TakenBy<Head>]
    ? readonly [Head, ...Linked<GivenBy<Head>, Tail>]
    : readonly [Mismatch<Gives, TakenBy<Head>>, ...Tail]
  : readonly [];

type LastOf<Steps extends readonly unknown[], None> = Steps extends readonly [...unknown[], infer Last]
  ? GivenBy<Last>
  : None;

type Results<Members extends readonly unknown[]> = {
  -readonly [Index in keyof Members]: Listed<GivenBy<Members[Index]>>;
};

/** A result in a list: JSON has no place there for nothing, which stands as null. */
type Listed<Result> = Result extends undefined ? null : Result;

/** The longest chain whose types are checked; `chain(list)` takes any, untyped. */
export const CHAIN_TYPED_MAX = 40;

/**
 * One after the other: each step gets the result of the one before. A step is a task, `task.with(part)`, a
 * group of steps, or a signature, which ignores the result (Celery's `.si`). An error stops the chain.
 */
export function chain<First, const Steps extends readonly Part[]>(
  first: Signature<First>,
  ...steps: Steps & Linked<Jsonify<First>, Steps>
): WorkflowSignature<LastOf<Steps, Jsonify<First>>>;
export function chain(parts: readonly Part[]): WorkflowSignature<unknown>;
export function chain(...given: readonly unknown[]): WorkflowSignature<unknown> {
  const parts = Array.isArray(given[0]) ? given[0] : given;
  // The overloads admit parts only; what a caller without types gives is refused by `toPlan`.
  return workflow({ kind: 'chain', steps: (parts as readonly Part[]).map(toPlan) });
}

/**
 * Side by side; the result is the list of results, in the order of the members, with null for a member that
 * returned nothing.
 */
export function group<const Members extends readonly AnySignature[]>(
  members: Members,
): GroupSignature<Results<Members>>;
/** The same as a step of a chain: every member gets the result before it. */
export function group<Takes, const Members extends readonly Part[]>(
  members: Members & readonly (Step<Takes> | Task<Takes, unknown, unknown> | AnySignature)[],
): Step<Takes, Results<Members>>;
export function group(members: readonly Part[]): unknown {
  const plan: GroupPlan = { kind: 'group', members: members.map(toPlan) };
  return members.every((member) => member.kind === 'signature' || member.kind === 'workflow')
    ? groupOf(plan)
    : step(plan);
}

/** A group, then one body that takes the list of its results. With an empty list the body gets `[]`. */
export function chord<const Members extends readonly AnySignature[], Body extends Part>(
  members: Members,
  body: [Results<Members>] extends [TakenBy<Body>] ? Body : Mismatch<Results<Members>, TakenBy<Body>>,
): WorkflowSignature<GivenBy<Body>> {
  // The conditional type has just admitted it.
  const then = body as Part;
  return workflow({ kind: 'chain', steps: [{ kind: 'group', members: members.map(toPlan) }, toPlan(then)] });
}

/**
 * One message in which a task runs for each of many inputs, one after the other; the result is the list
 * (Celery's map). For the task's `rateLimit`, `concurrency` and `timeLimit` all of them are one run.
 */
export function map<Sent, Output>(
  task: Task<Sent, unknown, Output>,
  inputs: readonly Sent[],
  options: SendOptions = {},
): WorkflowSignature<Listed<Jsonify<Output>>[]> {
  return workflow(eachPlan(task, inputs, options));
}

/**
 * The same for a task that takes a tuple: one message, one run for each list of arguments (Celery's starmap).
 */
export function starmap<Sent extends readonly unknown[], Output>(
  task: Task<Sent, unknown, Output>,
  inputs: readonly Sent[],
  options: SendOptions = {},
): WorkflowSignature<Listed<Jsonify<Output>>[]> {
  return map(task, inputs, options);
}

/**
 * Inputs cut into messages of `size` each, side by side; the result is the list of the lists.
 * @throws DefinitionError CHUNK_SIZE_OUT_OF_RANGE for a size that is no whole number of at least 1.
 */
export function chunks<Sent, Output>(
  task: Task<Sent, unknown, Output>,
  inputs: readonly Sent[],
  size: number,
): GroupSignature<Listed<Jsonify<Output>>[][]> {
  if (!Number.isInteger(size) || size < 1) {
    const message = `chunks of task '${task.name}': size is ${size}; give a whole number of at least 1`;
    throw new DefinitionError('CHUNK_SIZE_OUT_OF_RANGE', message, { value: size, allowed: 'at least 1' });
  }
  const cuts = Array.from({ length: Math.ceil(inputs.length / size) }, (_, index) =>
    inputs.slice(index * size, (index + 1) * size),
  );
  return groupOf({ kind: 'group', members: cuts.map((cut) => eachPlan(task, cut, {})) });
}

function eachPlan(task: Pick<AnyTask, 'name'>, input: readonly unknown[], options: SendOptions): TaskPlan {
  // Which types the task has does not matter to whose call it is.
  return callOf({ kind: 'task', task: task.name, input, each: true, options }, task as AnyTask);
}

/** What a task of `linkError` gets: whose error it is, and which. */
export interface Failure {
  readonly id: string;
  readonly task: string;
  readonly reason: string;
  readonly error: WireError;
}

/** Calls `then` with the result once it is there; the result itself stays the signature's. */
export function link<Output extends readonly unknown[], Then extends Part>(
  signature: GroupSignature<Output>,
  then: [Jsonify<Output>] extends [TakenBy<Then>] ? Then : Mismatch<Jsonify<Output>, TakenBy<Then>>,
): GroupSignature<Output>;
export function link<Output, Then extends Part>(
  signature: Signature<Output>,
  then: [Jsonify<Output>] extends [TakenBy<Then>] ? Then : Mismatch<Jsonify<Output>, TakenBy<Then>>,
): WorkflowSignature<Output>;
export function link<Output, Then extends Part>(
  signature: Signature<Output>,
  then: [Jsonify<Output>] extends [TakenBy<Then>] ? Then : Mismatch<Jsonify<Output>, TakenBy<Then>>,
): WorkflowSignature<Output> {
  const plan = toPlan(signature);
  // The conditional type has just admitted it.
  return workflow(partWith(plan, { links: [...(plan.links ?? []), toPlan(then as Part)] }));
}

/** Calls `then` once with the failure, when the signature has failed for good. */
export function linkError<Output extends readonly unknown[], Then extends Part>(
  signature: GroupSignature<Output>,
  then: [Failure] extends [TakenBy<Then>] ? Then : Mismatch<Failure, TakenBy<Then>>,
): GroupSignature<Output>;
export function linkError<Output, Then extends Part>(
  signature: Signature<Output>,
  then: [Failure] extends [TakenBy<Then>] ? Then : Mismatch<Failure, TakenBy<Then>>,
): WorkflowSignature<Output>;
export function linkError<Output, Then extends Part>(
  signature: Signature<Output>,
  then: [Failure] extends [TakenBy<Then>] ? Then : Mismatch<Failure, TakenBy<Then>>,
): WorkflowSignature<Output> {
  const plan = toPlan(signature);
  // The conditional type has just admitted it.
  return workflow(partWith(plan, { errorLinks: [...(plan.errorLinks ?? []), toPlan(then as Part)] }));
}

/** A task as a step, with a part of its input fixed; the rest comes from the step before. */
export function fixedStep(task: AnyTask, fixed: object, options: SendOptions): Step<never, unknown> {
  return step(callOf({ kind: 'task', task: task.name, fixed, takes: true, options }, task));
}

/**
 * What a part of a workflow stands for.
 * @throws DefinitionError NOT_A_CALL for what is none, which a caller without types may give.
 */
export function toPlan(part: Part): Plan {
  switch (part?.kind) {
    case 'task':
      return callOf({ kind: 'task', task: part.name, takes: true, options: {} }, part);
    case 'signature':
      return signaturePlan(part);
    case 'workflow':
    case 'step':
      return part.plan;
    default: {
      const text = `a part of a workflow is a task, its call or another workflow, and no ${typeof part}`;
      throw new DefinitionError('NOT_A_CALL', text, { value: part });
    }
  }
}

function signaturePlan(signature: TaskSignature): TaskPlan {
  const { task, input, options } = signature;
  const plan: TaskPlan = { kind: 'task', task, ...(input === undefined ? {} : { input }), options };
  return callOf(plan, taskOf(signature));
}

function workflow(plan: Plan): WorkflowSignature<never> {
  return Object.freeze({ kind: 'workflow', plan: Object.freeze(plan) });
}

function groupOf(plan: GroupPlan): GroupSignature<never> {
  return Object.freeze({ kind: 'workflow', plan: Object.freeze(plan) });
}

function step(plan: Plan): Step<never, never> {
  return Object.freeze({ kind: 'step', plan: Object.freeze(plan) });
}
