/** `client.workflow` and `client.group`: handles of workflows from their ids. */
import type { WorkflowClient } from '../define/workflow-client.ts';
import type { Connection } from './client.ts';
import { noState } from './controls.ts';
import { createGroupHandle, createWorkflow, type WorkflowContext } from './workflow-handle.ts';

export function createWorkflows(shared: Connection): WorkflowClient {
  return {
    workflow: (id) => createWorkflow(flowContext(shared), id),
    group: (id) => createGroupHandle(flowContext(shared), id),
  };
}

/** What the handles of workflows read with. */
export function flowContext({ app, space, ports, results }: Connection): WorkflowContext {
  const { clock, blobs, runs, state } = ports;
  if (runs === undefined || state?.flowViews === undefined) return noState();
  const { control, flowViews: views } = state;
  return { app, space, clock, blobs, runs, control, views, poll: results.poll };
}
