import { defineConfig } from 'vitest/config';

// `unit` runs on every commit (npm run check); the others start processes, bundle, or run for minutes.
const SLOW = ['test/{simulation,examples,outside,whole}/**/*.test.ts'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...SLOW, 'test/infra/**'],
          // For a machine that is busy with other things; no test here needs a second of it.
          testTimeout: 30_000,
          // The tests share nothing that they change, so files of a worker may share what they import.
          isolate: false,
        },
      },
      {
        test: {
          name: 'whole',
          include: ['test/{examples,outside,whole,infra}/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        // The tests of what tasks and consumers do, once more with a polling worker in the place of Lambda.
        resolve: { alias: { '#lib/testing': new URL('test/on-machines.ts', import.meta.url).pathname } },
        test: {
          name: 'machine',
          include: ['test/runtime/{consumer,rpc,task,worker}*.test.ts'],
          setupFiles: ['test/machine-deviations.ts'],
          testTimeout: 30_000,
          isolate: false,
        },
      },
      { test: { name: 'simulation', include: ['test/simulation/**/*.test.ts'], testTimeout: 600_000 } },
    ],
  },
});
