/**
 * Members that a running member adds to its group (Celery's add_to_chord), each a workflow of its own:
 * stored, then counted, then started. The one that adds may die in between and never run again, or add
 * something else when it does. So whoever counts it as ended starts what it has counted, unless that has
 * ended.
 */
import { derivedId } from '../core/id.ts';
import { type Message, parseMessage } from '../core/message.ts';
import { DEADLINE_INSTEAD } from '../core/workflow/deadline.ts';
import { sizeOf } from '../core/workflow/page.ts';
import { parentOf } from '../core/workflow/path.ts';
import { plannedAtTop, shardOf, topOf } from '../core/workflow/tally.ts';
import type { AnySignature } from '../define/signature.ts';
import { toPlan } from '../define/workflow.ts';
import { CeleriacError } from '../errors.ts';
import type { Invocation } from './invoke.ts';
import { sendWorkflow } from './workflow-send.ts';
import { type OpenWorkflow, sendStart, workflowOf } from './workflow-start.ts';

/** What a run adds with: each call of an attempt under an id that the next attempt uses again. */
export function createAdder(invocation: Invocation): (signature: AnySignature) => Promise<void> {
  const { connection, message, lease } = invocation;
  let calls = 0;
  return async (signature) => {
    const { hops, workflow: place } = message;
    const id = derivedId(connection.space, message.id, `added/${message.generation}/${calls++}`);
    const workflow = place && workflowOf(connection, place.id, { hops, queue: lease.queue });
    const group = place && workflow && (await groupAround(workflow, place.path));
    if (workflow === undefined || group === undefined) {
      const text = `run '${message.id}' is no member of a group, so nothing can be added to one`;
      throw new CeleriacError('NOT_IN_GROUP', text, { value: message.id });
    }
    const { path, of, by } = group;
    const plan = {
      kind: 'chain',
      steps: [toPlan(signature)],
      instead: { kind: 'member', id: group.id, path, of },
    } as const;
    const member = { id, top: topOf(of), by };
    const stored = async (): Promise<void> => {
      const now = connection.ports.clock.now();
      if ((await workflow.store.addMember(group.id, path, member, now)) !== undefined) return;
      const text = `the group '${path}' of workflow '${group.id}' has ended, so nothing can be added to it`;
      throw new CeleriacError('GROUP_OVER', text, { value: path });
    };
    await sendWorkflow(connection, hops + 1, plan, { id }, { stored, deadline: DEADLINE_INSTEAD });
    started.set(message, [...(started.get(message) ?? []), id]);
  };
}

/** By message, what its run here has added and started. */
const started = new WeakMap<Message, readonly string[]>();

/** The workflows that the run of a message has added, as far as this process knows that they were started. */
export function startedBy(message: Message): readonly string[] {
  return started.get(message) ?? [];
}

/** Starts workflows that were added; of one that has begun already every message is dropped. */
export async function startAdded(workflow: OpenWorkflow, ids: readonly string[]): Promise<void> {
  const left = ids.filter((id) => workflow.started?.includes(id) !== true);
  await Promise.all(
    left.map((id) => sendStart({ ...workflow, id, hops: workflow.hops + 1 }, '', true, { kind: 'none' })),
  );
}

/** A group, and who adds to it. */
interface Around {
  readonly id: string;
  readonly path: string;
  /** How many members it has by its plan. */
  readonly of: number;
  /** The place at the group's top of the member that adds, which has not been counted while it runs. */
  readonly by: number;
}

/** The group that a node is within, directly or as a step of a chain; links are within none. */
async function groupAround(workflow: OpenWorkflow, path: string): Promise<Around | undefined> {
  const around = parentOf(path);
  if (around === undefined) return groupAroundWhole(workflow);
  if (around.place.kind !== 'child') return undefined;
  const node = await workflow.nodeAt(workflow.id, around.path);
  if (node?.kind !== 'group') return groupAround(workflow, around.path);
  const of = sizeOf(node);
  const { index } = around.place;
  return { id: workflow.id, path: around.path, of, by: topOf(of) === 'all' ? shardOf(index) : index };
}

/** The group that a whole workflow is within: it was added to one, or has replaced a run that is. */
async function groupAroundWhole(workflow: OpenWorkflow): Promise<Around | undefined> {
  const root = await workflow.nodeAt(workflow.id, '');
  const instead = root?.kind === 'chain' ? root.instead : undefined;
  if (instead === undefined) return undefined;
  if (instead.kind === 'member') {
    const { id, path, of } = instead;
    const place = ((await workflow.store.tally(id, path, topOf(of))).added ?? []).indexOf(workflow.id);
    return place < 0 ? undefined : { id, path, of, by: plannedAtTop(of) + place };
  }
  const parsed = parseMessage(instead.letter);
  const place = parsed.kind === 'message' ? parsed.message.workflow : undefined;
  return place && groupAround({ ...workflow, id: place.id }, place.path);
}
