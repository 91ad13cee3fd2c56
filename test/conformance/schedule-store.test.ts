import { createScheduleStore } from '../../lib/aws/schedule-store.ts';
import { topology } from '../../lib/define/topology.ts';
import { defineApp, defineTask } from '../../lib/index.ts';
import { createMemoryScheduleStore } from '../../lib/runtime/memory-schedule-store.ts';
import { provision } from '../../lib/testing/provision.ts';
import { DOORS } from './doors.ts';
import { testScheduleStore } from './schedule-store.ts';

const app = defineApp('shop', { tasks: [defineTask('charge', { run: () => 1 })] });
const { tables, exchanges } = topology(app);

testScheduleStore('in memory', async () => ({
  store: createMemoryScheduleStore(),
  close: async () => {},
}));

for (const [name, open] of Object.entries(DOORS)) {
  testScheduleStore(`in DynamoDB, ${name}`, async () => {
    const { call, close, emulator } = await open();
    const onlyTables = {
      app: 'shop',
      stage: 'dev',
      queues: [],
      workers: [],
      tables,
      exchanges,
      buckets: [],
      later: undefined,
    };
    await provision(emulator, onlyTables, () => {
      throw new Error('there are no workers here');
    });
    return { store: createScheduleStore(call, 'shop-dev-runs'), close };
  });
}
