import { defineConfig } from 'vitest/config';

// A poll asks for 1 s unless it is told otherwise, which a busy machine may need for nothing at all.
const expect = { poll: { timeout: 20_000 } };
const setupFiles = ['test/properties.ts'];
/** What a test may take, and a hook, which builds the same things and would else have ten seconds. */
const within = (ms: number) => ({ testTimeout: ms, hookTimeout: ms });

// `unit` runs on every commit (npm run check); the others start processes, bundle, or run for minutes.
const SLOW = ['test/{simulation,examples,outside,whole}/**/*.test.ts'];
// Each of these takes seconds: together they would keep every commit waiting.
const SECONDS = [
  'test/cli/{catalogue,check}.test.ts',
  'test/conformance/runs.test.ts',
  'test/core/routing/event-pattern.test.ts',
  'test/core/trigger/{solar,trigger.property}.test.ts',
  'test/emulator/cloudformation/versions.test.ts',
  'test/emulator/lambda/threads-end.test.ts',
  'test/runtime/{schedule-faults,waits-twice,workflow-goes-on,workflow-instances}.test.ts',
  'test/runtime/{workflow-runs,workflow-running}.test.ts',
  'test/testing/{faults,schedules}.test.ts',
];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...SLOW, ...SECONDS, 'test/infra/**'],
          // With twenty processes on two processors the slowest has taken 23 s.
          ...within(120_000),
          expect,
          setupFiles,
          // The tests share nothing that they change, so files of a worker may share what they import.
          isolate: false,
        },
      },
      {
        test: { name: 'seconds', include: SECONDS, ...within(300_000), expect, setupFiles, isolate: false },
      },
      {
        test: {
          name: 'whole',
          include: ['test/{examples,outside,whole,infra}/**/*.test.ts'],
          // They start programs, which a busy machine runs at a quarter of their speed.
          ...within(300_000),
          expect,
        },
      },
      {
        // The tests of what tasks and consumers do, once more with a polling worker in the place of Lambda.
        resolve: { alias: { '#lib/testing': new URL('test/on-machines.ts', import.meta.url).pathname } },
        test: {
          name: 'machine',
          include: ['test/runtime/{consumer,rpc,task,worker}*.test.ts', 'test/simulation/tasks.test.ts'],
          setupFiles: ['test/machine-deviations.ts'],
          // A fifth of the seeds of the simulation on Lambda.
          env: { CELERIAC_SEEDS: String(Math.ceil(Number(process.env.CELERIAC_SEEDS ?? 50) / 5)) },
          ...within(120_000),
          isolate: false,
        },
      },
      { test: { name: 'simulation', include: ['test/simulation/**/*.test.ts'], ...within(600_000) } },
    ],
  },
});
