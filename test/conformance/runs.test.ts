import { createRuns } from '../../lib/aws/runs.ts';
import { topology } from '../../lib/define/topology.ts';
import { defineApp, defineTask } from '../../lib/index.ts';
import { provision } from '../../lib/testing/provision.ts';
import { DOORS } from './doors.ts';
import { testRuns } from './runs.ts';

const app = defineApp('shop', { tasks: [defineTask('charge', { run: () => 1 })] });
const { tables, exchanges } = topology(app);

for (const [name, open] of Object.entries(DOORS)) {
  testRuns(name, async () => {
    const { call, close, emulator } = await open();
    const nothing = { queues: [], workers: [], buckets: [], later: undefined };
    const onlyTables = { app: 'shop', stage: 'dev', ...nothing, tables, exchanges };
    await provision(emulator, onlyTables, () => {
      throw new Error('there are no workers here');
    });
    return {
      runs: createRuns(call, 'shop-dev-runs'),
      advance: (ms) => emulator.advance(ms),
      close,
    };
  });
}
