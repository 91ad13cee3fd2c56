/** All ports that lie in the table of runs. */
import type { App } from '../define/app.ts';
import { runsTableName } from '../define/resource-name.ts';
import { createGate, type GatePorts } from '../runtime/gate.ts';
import type { Ports } from '../runtime/ports.ts';
import type { Overdue } from '../runtime/workflow-ports.ts';
import type { Call } from './call.ts';
import { createLimits } from './limits.ts';
import { createLocks } from './locks.ts';
import { createRunAdmin } from './run-admin.ts';
import { createRunControl } from './run-control.ts';
import { createRuns } from './runs.ts';
import { createOverdue } from './workflow-roots.ts';
import { createWorkflowViews } from './workflow-views.ts';
import { createWorkflows } from './workflows.ts';

/** Set by the bundler to `false` where no task has keys or limits; see serve.ts. */
declare const CELERIAC_LIMITS: boolean | undefined;
/** The same where no workflow goes through. */
declare const CELERIAC_WORKFLOWS: boolean | undefined;

/** The ports of an app's records. */
export function createState(
  call: Call,
  { app, stage }: { readonly app: Pick<App, 'name'>; readonly stage: string },
  ports: Pick<Ports, 'clock' | 'chance' | 'log'>,
): Required<Pick<Ports, 'runs' | 'state'>> {
  const tableName = runsTableName(app.name, stage);
  const runs = createRuns(call, tableName);
  const control = createRunControl(call, tableName);
  const gated =
    typeof CELERIAC_LIMITS === 'undefined' || CELERIAC_LIMITS
      ? createGated(call, tableName, { ...ports, runs })
      : {};
  const workflows =
    typeof CELERIAC_WORKFLOWS === 'undefined' || CELERIAC_WORKFLOWS
      ? { workflows: createWorkflows(call, tableName), workflowViews: createWorkflowViews(call, tableName) }
      : {};
  return { runs, state: { control, ...gated, ...workflows } };
}

/** What `later` finds overdue workflows with; in the bundle of no worker. */
export function createWorkflowSweep(
  call: Call,
  { app, stage }: { readonly app: Pick<App, 'name'>; readonly stage: string },
): Overdue {
  return createOverdue(call, runsTableName(app.name, stage));
}

/** The ports of a client, which may do more to runs. */
export function createClientState(
  call: Call,
  place: { readonly app: Pick<App, 'name'>; readonly stage: string },
  ports: Pick<Ports, 'clock' | 'chance' | 'log'>,
): Required<Pick<Ports, 'runs' | 'state'>> {
  const { runs, state } = createState(call, place, ports);
  const admin = {
    ...createRunAdmin(call, runsTableName(place.app.name, place.stage)),
    ...createOverdue(call, runsTableName(place.app.name, place.stage)),
  };
  return { runs, state: state && { ...state, admin } };
}

function createGated(call: Call, tableName: string, ports: Omit<GatePorts, 'locks' | 'limits'>) {
  const locks = createLocks(call, tableName);
  const limits = createLimits(call, tableName);
  return { locks, limits, gate: createGate({ ...ports, locks, limits }) };
}
