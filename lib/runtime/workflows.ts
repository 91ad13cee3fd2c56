/** `client.workflow` and `client.group`: handles of workflows from their ids. */
import type { WorkflowClient } from '../define/workflow-client.ts';
import type { Connection } from './client.ts';
import { noState } from './no-state.ts';
import { createGroupHandle, createWorkflow, type WorkflowContext } from './workflow-handle.ts';

export function createWorkflows(shared: Connection): WorkflowClient {
  return {
    workflow: (id) => createWorkflow(workflowContext(shared), id),
    group: (id) => createGroupHandle(workflowContext(shared), id),
  };
}

/** What the handles of workflows read with. */
export function workflowContext({ app, space, ports, results }: Connection): WorkflowContext {
  const { clock, blobs, runs, state } = ports;
  if (runs === undefined || state?.workflowViews === undefined) return noState();
  const { control, workflowViews: views } = state;
  return { app, space, clock, blobs, runs, control, views, poll: results.poll };
}
