import type { Call } from '../../lib/aws/call.ts';
import { createWorkflowViews } from '../../lib/aws/workflow-views.ts';
import { createWorkflows } from '../../lib/aws/workflows.ts';
import { topology } from '../../lib/define/topology.ts';
import { defineApp, defineTask } from '../../lib/index.ts';
import { provision } from '../../lib/testing/provision.ts';
import { DOORS } from './doors.ts';
import { testWorkflows } from './workflows.ts';

const app = defineApp('shop', { tasks: [defineTask('charge', { run: () => 1 })] });
const { tables, exchanges } = topology(app);

for (const [name, open] of Object.entries(DOORS)) {
  // The doors differ in the wire alone; the whole number is counted where it costs nothing.
  const members = name === 'straight on the models' ? 10_000 : 200;
  testWorkflows(
    name,
    async () => {
      const { call, close, emulator } = await open();
      const onlyTables = {
        app: 'shop',
        stage: 'dev',
        queues: [],
        workers: [],
        tables,
        buckets: [],
        exchanges,
        later: undefined,
      };
      await provision(emulator, onlyTables, () => {
        throw new Error('there are no workers here');
      });
      const writes = new Map<string, number>();
      const reads: string[] = [];
      const counting = counted(call, writes, reads);
      return {
        workflows: createWorkflows(counting, 'shop-dev-runs'),
        views: createWorkflowViews(counting, 'shop-dev-runs'),
        writes: () => writes,
        reads: () => reads.length,
        close,
      };
    },
    members,
  );
}

/** A call that counts the writes of each partition, and the reads. */
function counted(call: Call, writes: Map<string, number>, reads: string[]): Call {
  const counting = (service: string, operation: string, input: object): unknown => {
    if (operation === 'BatchGetItem') reads.push(operation);
    if (operation === 'UpdateItem') {
      const partition = JSON.stringify((input as { readonly Key: { readonly pk: object } }).Key.pk);
      writes.set(partition, (writes.get(partition) ?? 0) + 1);
    }
    return (call as (service: string, operation: string, input: object) => unknown)(
      service,
      operation,
      input,
    );
  };
  return counting as Call;
}
