/**
 * What a client reads of workflows and does to them: the handle of a sent group (Celery's GroupResult), and
 * any workflow by its id, as a tree of what has become of its parts.
 */
import type { Json, Jsonify } from '../core/json.ts';
import type { FinalState, TaskState } from '../core/task-state.ts';
import type { TaskError, WireError } from '../errors.ts';
import type { AsyncResult, GetOptions, WorkflowOptions } from './client.ts';
import type { RevokeOptions, RevokeOutcome } from './control.ts';
import type { GroupSignature, Signature } from './signature.ts';

/** How many of a group's members have ended, those that were added to it (`context.addToChord`) too. */
export interface GroupTally {
  readonly total: number;
  readonly succeeded: number;
  /** Failed or revoked. */
  readonly failed: number;
}

/** The same, and what the others do. */
export interface GroupCounts extends GroupTally {
  /** Under way: a task that runs, or a chain or group of which something has begun. */
  readonly running: number;
  /** Not begun, or between two attempts. */
  readonly waiting: number;
}

/** How a member of a group has ended. */
export type MemberResult<Value = unknown, Index extends number = number> =
  | {
      /** Its place in the group, from 0. */
      readonly index: Index;
      /** The id of its run; of a chain or group, the id that names it. */
      readonly id: string;
      readonly state: 'SUCCESS';
      readonly value: Value;
    }
  | {
      readonly index: Index;
      readonly id: string;
      readonly state: Exclude<FinalState, 'SUCCESS'>;
      /** TASK_FAILED or TASK_REVOKED, as `get` of that member would reject with. */
      readonly error: TaskError;
    };

/** The members of a group, each with the type of its own value; told apart by `index`. */
export type MemberResults<Values extends readonly unknown[]> = number extends Values['length']
  ? MemberResult<Values[number]>
  : { [Index in keyof Values]: MemberResult<Values[Index], IndexOf<Index>> }[number];

type IndexOf<Key> = Key extends `${infer Index extends number}` ? Index : number;

/** A group of a workflow, wherever it stands there. */
export interface GroupHandle<Output extends readonly unknown[] = unknown[]> {
  /** The id that names it. */
  readonly id: string;
  /** Where it stands in its workflow; '' when it is the workflow. */
  readonly path: string;
  /**
   * Waits for all members; resolves to their results, in their order, those that were added (addToChord)
   * behind the others. Rejects as soon as one has failed, with
   * that one's error, while the others run on. `timeout` is 5 minutes by default.
   * @throws TaskError TASK_FAILED, TASK_REVOKED of a member, or of the workflow when it ended before.
   * @throws TimeoutError RESULT_TIMEOUT
   */
  join(options?: GetOptions): Promise<Jsonify<Output>>;
  /**
   * The members as they end, each once, failed ones too; over when all have ended. What was added to the
   * group has a place behind the others, and of more than 100 comes after them. Looks every second; each look
   * costs one read a 10,000 members, and one more a 100 that have ended. Several loops may run.
   * @throws TaskError TASK_FAILED, TASK_REVOKED when the workflow ended while members had not.
   * @throws TimeoutError RESULT_TIMEOUT after `timeout`, 5 minutes by default, counted from the first look.
   */
  results(options?: GetOptions): AsyncIterable<MemberResults<JsonifyAll<Output>>>;
  /**
   * How the members are doing. Costs a read, of more than 100 members two, and one more a 100 that have not
   * ended.
   */
  counts(): Promise<GroupCounts>;
  /** Whether all members have ended, whatever way. */
  ready(): Promise<boolean>;
  /** Revokes every member that has not ended, as `Workflow.revoke` does. */
  revoke(options?: RevokeOptions): Promise<RevokeOutcome>;
}

// Jsonify keeps a tuple's length, which the compiler cannot see of a type that it does not know yet.
type JsonifyAll<Output extends readonly unknown[]> =
  Jsonify<Output> extends infer Values ? (Values extends readonly unknown[] ? Values : never) : never;

/**
 * The handle of a sent group, map of chunks, and the like. `get` waits for the whole group, and rejects with
 * the failure of the first failed member, by its place, when all have ended; `join` does not wait for that.
 */
export interface GroupResult<Output extends readonly unknown[] = unknown[]>
  extends AsyncResult<Output>,
    GroupHandle<Output> {
  readonly id: string;
  revoke(options?: RevokeOptions): Promise<RevokeOutcome>;
}

/** What is known of a node, whatever it is. */
interface AnyNode {
  /** Its address: '' is the workflow, '0' its first part, '0.2' the third part of that. */
  readonly path: string;
  /** The id of its run; of a chain or group, the id that names it. */
  readonly id: string;
  /**
   * PENDING: not begun. Of chains and groups it follows from their parts; of a group whose members are not
   * shown, that it has begun is seen from its first members and its count.
   */
  readonly state: TaskState;
  readonly startedAt?: Date;
  readonly endedAt?: Date;
  /** Why it ended as it did: a dead letter's reason, 'expired', 'revoked'. */
  readonly reason?: string;
  readonly error?: WireError;
  /** What follows its success, or its failure, and is no part of it. */
  readonly links: readonly WorkflowNode[];
  readonly errorLinks: readonly WorkflowNode[];
}

/** The call of a task. */
export interface WorkflowTask extends AnyNode {
  readonly kind: 'task';
  /** The task's name. */
  readonly name: string;
  readonly queue?: string;
  /** How many attempts have failed so far. */
  readonly retries: number;
  readonly progress?: Json;
}

/** What a chain's and a group's parts are cut to. */
interface AnyList extends AnyNode {
  /** How many parts it has; `parts` are the first of them. */
  readonly total: number;
  readonly parts: readonly WorkflowNode[];
  /** Whether there are parts that are not in `parts`: `Workflow.parts` reads them. */
  readonly isCut: boolean;
}

/** A chain in a tree. */
export interface WorkflowChain extends AnyList {
  readonly kind: 'chain';
  readonly name: 'chain';
}

/** A group in a tree. */
export interface WorkflowGroup extends AnyList {
  readonly kind: 'group';
  readonly name: 'group';
  readonly counts: GroupTally;
}

/** A node of a workflow's tree. */
export type WorkflowNode = WorkflowTask | WorkflowChain | WorkflowGroup;

/** How much of a tree is read. */
export interface TreeOptions {
  /** Levels below the workflow itself that are shown; without it all, within `nodes`. */
  readonly depth?: number;
  /** Parts of a chain or group that are shown, the first ones: 100 if not said, at most 1,000. */
  readonly members?: number;
  /** Nodes that are shown in all, level by level: 1,000 if not said, at most 10,000. */
  readonly nodes?: number;
}

/** Which parts a page has. */
export interface PartsOptions {
  /** The place of the last part of the page before; without it from the first. */
  readonly after?: number;
  /** Parts of a page: 100 if not said, at most 1,000. */
  readonly limit?: number;
}

/** A page of the parts of a chain or group. */
export interface PartsPage {
  readonly parts: readonly WorkflowNode[];
  /** What to give as `after` for the next page; undefined: this is the last one. */
  readonly after?: number;
}

/** A workflow that was sent before, here or elsewhere. */
export interface Workflow {
  readonly id: string;
  /**
   * Waits for the workflow's result.
   * @throws TaskError, TimeoutError as `AsyncResult.get`.
   */
  get(options?: GetOptions): Promise<unknown>;
  /** Where it is: PENDING, STARTED, or how it ended. UNKNOWN when there is none of this id. */
  state(): Promise<TaskState | 'UNKNOWN'>;
  /**
   * The workflow as a tree, read as it is now; the states of different nodes may be of different moments.
   * Costs one read a 100 runs that are shown or that a state follows from, one a 100 pages of the plan and
   * level, and one a 10,000 members of the shown groups.
   * @throws TaskError WORKFLOW_UNKNOWN; CeleriacError INVALID_LIMIT
   */
  tree(options?: TreeOptions): Promise<WorkflowNode>;
  /**
   * The parts of a chain or group, page by page, each as in `tree` with one level below it.
   * @throws TaskError WORKFLOW_UNKNOWN, WORKFLOW_NO_NODE; CeleriacError INVALID_LIMIT
   */
  parts(path: string, options?: PartsOptions): Promise<PartsPage>;
  /** A group of it. @throws TaskError WORKFLOW_NO_NODE from its methods, when no group is there. */
  group(path: string): GroupHandle;
  /**
   * Revokes it: nothing of it starts any more, and what waits will not run; with `terminate` its running
   * tasks are told to stop, else they run to their end. A step that is just being started may run. Links of
   * parts that have ended are left alone, and what has replaced a task of it or was added to a group goes
   * with it. Costs a write and a read for each part under way or sent; a revoked part that waits for its time
   * is counted by its group when that has come.
   * @throws TaskError WORKFLOW_UNKNOWN
   */
  revoke(options?: RevokeOptions): Promise<RevokeOutcome>;
}

/** What `send` resolves to: of a group, a handle that tells of its members too. */
export interface Send {
  <Output extends readonly unknown[]>(
    signature: GroupSignature<Output>,
    options?: WorkflowOptions,
  ): Promise<GroupResult<Output>>;
  <Output>(signature: Signature<Output>, options?: WorkflowOptions): Promise<AsyncResult<Output>>;
}

/** The part of a client that reads workflows. */
export interface WorkflowClient {
  /**
   * A workflow by the id that its handle has. Nothing is read before one of its methods is called.
   * @throws CeleriacError NO_STATE in an app none of whose tasks keeps a record.
   */
  readonly workflow: (id: string) => Workflow;
  /**
   * The handle of a group that was sent by itself, by its id; for one inside a workflow, see
   * `Workflow.group`. @throws CeleriacError NO_STATE likewise.
   */
  readonly group: (id: string) => GroupResult;
}
