/**
 * Ends workflows that have not ended in time: whatever happened to their messages, nobody waits for ever.
 * `later` does it each hour; clients and the command line do when they are asked to.
 */
import { CeleriacError, toWireError } from '../errors.ts';
import type { Connection } from './client.ts';
import { failWorkflow } from './conductor.ts';
import type { Overdue } from './workflow-ports.ts';
import { workflowOf } from './workflow-start.ts';

/** Workflows that one sweep ends; what is left the next one finds. */
const SWEPT_MAX = 1_000;

/**
 * Fails the workflows of an app whose deadline has passed; resolves to their ids. One that cannot be is
 * logged, and tried again by the next sweep.
 */
export async function sweepWorkflows(
  shared: Connection,
  overdue: Overdue | undefined = shared.ports.state?.admin,
): Promise<readonly string[]> {
  const { ports, app } = shared;
  const queue = app.tasks.find(({ result }) => result)?.queue;
  if (queue === undefined || overdue === undefined) return [];
  const ids = await overdue.overdue(ports.clock.now(), SWEPT_MAX);
  const swept: string[] = [];
  for (const id of ids) {
    const workflow = workflowOf(shared, id, { hops: 0, queue });
    const text = `workflow '${id}' has not ended by its deadline; see its parts with client.workflow(id)`;
    const error = toWireError(new CeleriacError('WORKFLOW_OVERDUE', text), 0);
    try {
      if (workflow !== undefined) await failWorkflow(workflow, 'overdue', error);
      swept.push(id);
    } catch (thrown) {
      // One that cannot be ended (its error link calls a task that is gone) must not keep all behind it.
      ports.log({ level: 'error', message: 'not swept', id, error: toWireError(thrown, 0) });
    }
  }
  return swept;
}
