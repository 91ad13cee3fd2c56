import { createClientState } from '../../lib/aws/state.ts';
import { topology } from '../../lib/define/topology.ts';
import { defineApp, defineTask } from '../../lib/index.ts';
import type { State } from '../../lib/runtime/ports.ts';
import { provision } from '../../lib/testing/provision.ts';
import { DOORS } from './doors.ts';
import { testState } from './state.ts';

const app = defineApp('shop', { tasks: [defineTask('charge', { run: () => 1 })] });

for (const [name, open] of Object.entries(DOORS)) {
  testState(name, async () => {
    const { call, close, emulator } = await open();
    const onlyTables = { ...topology(app), queues: [], workers: [] };
    await provision(emulator, onlyTables, () => {
      throw new Error('there are no workers here');
    });
    const clock = {
      now: () => emulator.clock.now(),
      sleep: async () => {},
      alarm: () => () => {},
      run: <T>(_name: string, work: () => Promise<T>) => work(),
      waiting: <T>(promise: Promise<T>) => promise,
    };
    const ports = { clock, chance: () => 0.5, log: () => {} };
    const { runs, state } = createClientState(call, { app, stage: 'dev' }, ports);
    if (runs === undefined || !isWhole(state)) throw new Error('there is a table');
    return { runs, state, close };
  });
}

function isWhole(state: State | undefined): state is Required<State> {
  return (
    state?.admin !== undefined &&
    state.locks !== undefined &&
    state.limits !== undefined &&
    state.gate !== undefined
  );
}
