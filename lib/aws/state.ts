/** All ports that lie in the table of runs. */
import type { App } from '../define/app.ts';
import { runsTableName } from '../define/resource-name.ts';
import { createGate } from '../runtime/gate.ts';
import type { Ports } from '../runtime/ports.ts';
import type { Call } from './call.ts';
import { createLimits } from './limits.ts';
import { createLocks } from './locks.ts';
import { createRunControl } from './run-control.ts';
import { createRuns } from './runs.ts';

/** The ports of an app's records. */
export function createState(
  call: Call,
  { app, stage }: { readonly app: Pick<App, 'name'>; readonly stage: string },
  ports: Pick<Ports, 'clock' | 'chance' | 'log'>,
): Required<Pick<Ports, 'runs' | 'state'>> {
  const tableName = runsTableName(app.name, stage);
  const locks = createLocks(call, tableName);
  const limits = createLimits(call, tableName);
  const control = createRunControl(call, tableName);
  const gate = createGate({ ...ports, locks, limits });
  return { runs: createRuns(call, tableName), state: { locks, limits, control, gate } };
}
