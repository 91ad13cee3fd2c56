/**
 * Plans: workflows as data. A node is addressed by its path from the root, the places joined by dots ('0.2');
 * a node's run has an id that derives from the workflow's and this path, so what is sent twice is one run.
 */
import type { Duration } from '../duration.ts';

/** How a task of a plan is sent; what a send by itself can say too. */
export interface PlanOptions {
  readonly delay?: Duration;
  readonly at?: Date;
  readonly expires?: Duration;
  readonly group?: string;
  readonly force?: boolean;
  readonly priority?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeLimit?: { readonly soft?: Duration; readonly hard?: Duration };
}

interface Linked {
  /** Sent with the node's result once it has succeeded. */
  readonly links?: readonly Plan[];
  /** Sent with the failure once it has failed for good. */
  readonly errorLinks?: readonly Plan[];
}

/** A call of a task. */
export interface TaskPlan extends Linked {
  readonly kind: 'task';
  readonly task: string;
  readonly input?: unknown;
  /** Where its input lies instead, when no page of a plan holds it: a key of the app's bucket. */
  readonly blob?: string;
  /** Whether its input is the result of the step before, joined with `fixed`. */
  readonly takes?: boolean;
  readonly fixed?: object;
  /** Whether the input is a list, for each member of which the task runs. */
  readonly each?: boolean;
  readonly options: PlanOptions;
}

/** Steps one after the other. */
export interface ChainPlan extends Linked {
  readonly kind: 'chain';
  readonly steps: readonly Plan[];
  /** Of a workflow that stands for something else: what its end ends. */
  readonly instead?: Instead;
}

/** What a workflow stands for: a run that it has replaced, or a member that was added to a group. */
export type Instead =
  | {
      readonly kind: 'run';
      /** The run's message, without its input, as an envelope. */
      readonly letter: string;
      readonly queue: string;
    }
  | {
      readonly kind: 'member';
      readonly id: string;
      /** The group's path. */
      readonly path: string;
      /** How many members it has by its plan. */
      readonly of: number;
    };

/** Members side by side. */
export interface GroupPlan extends Linked {
  readonly kind: 'group';
  readonly members: readonly Plan[];
}

export type Plan = TaskPlan | ChainPlan | GroupPlan;
