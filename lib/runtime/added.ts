/** Members that a running member adds to its group (Celery's add_to_chord), each a workflow of its own. */
import { derivedId } from '../core/id.ts';
import { sizeOf } from '../core/workflow/page.ts';
import { parentOf } from '../core/workflow/path.ts';
import { shardOf, topOf } from '../core/workflow/tally.ts';
import type { AnySignature } from '../define/signature.ts';
import { toPlan } from '../define/workflow.ts';
import { CeleriacError } from '../errors.ts';
import { sendFlow } from './flow-send.ts';
import { type Flow, flowOf } from './flow-start.ts';
import type { Invocation } from './invoke.ts';

/** What a run adds with: each call of an attempt under an id that the next attempt uses again. */
export function createAdder(invocation: Invocation): (signature: AnySignature) => Promise<void> {
  const { connection, message, lease } = invocation;
  let calls = 0;
  return async (signature) => {
    const { hops, flow: place } = message;
    const id = derivedId(connection.space, message.id, `added/${message.generation}/${calls++}`);
    const flow = place && flowOf(connection, place.id, { hops, queue: lease.queue });
    const group = place && flow && (await groupAround(flow, place.path));
    if (flow === undefined || group === undefined) {
      const text = `run '${message.id}' is no member of a group, so nothing can be added to one`;
      throw new CeleriacError('NOT_IN_GROUP', text, { value: message.id });
    }
    const { path, of, index } = group;
    const plan = {
      kind: 'chain',
      steps: [toPlan(signature)],
      instead: { kind: 'member', id: flow.id, path, of },
    } as const;
    const top = topOf(of);
    const member = { id, top, by: top === 'all' ? shardOf(index) : index };
    // Stored, then counted, then started: one that is never started is counted when it is overdue.
    await sendFlow(connection, hops + 1, plan, { id }, async () => {
      const now = connection.ports.clock.now();
      if ((await flow.flows.addMember(flow.id, path, member, now)) !== undefined) return;
      const text = `the group '${path}' of workflow '${flow.id}' has ended, so nothing can be added to it`;
      throw new CeleriacError('GROUP_OVER', text, { value: path });
    });
  };
}

/** The group that a node is within, directly or as a step of a chain; links are within none. */
async function groupAround(
  flow: Flow,
  path: string,
): Promise<{ readonly path: string; readonly of: number; readonly index: number } | undefined> {
  const around = parentOf(path);
  if (around === undefined || around.place.kind !== 'child') return undefined;
  const node = await flow.nodeAt(flow.id, around.path);
  if (node?.kind === 'group') return { path: around.path, of: sizeOf(node), index: around.place.index };
  return groupAround(flow, around.path);
}
