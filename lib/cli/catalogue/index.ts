/** Every command, in the order of the help. */
import type { Entry } from './entry.ts';
import { PROJECT } from './project.ts';
import { RUNS } from './runs.ts';
import { SERVING } from './serving.ts';
import { STEERING } from './steering.ts';

/** What stands together in the help. */
export const SECTIONS: Readonly<Record<string, readonly Entry[]>> = {
  'To run an app here': SERVING,
  'In a project': PROJECT,
  'Tasks and their runs': RUNS,
  'A running app': STEERING,
};

/** The commands. */
export const CATALOGUE: readonly Entry[] = Object.values(SECTIONS).flat();

/** The groups of commands, by the first word. */
export const GROUPS: Readonly<Record<string, string>> = {
  runs: 'runs of tasks: list, show',
  inspect: 'what a running app does: active, scheduled, reserved, queues, workers, stats',
  queues: 'queues and dead letters: list, peek, waiting, purge, pause, resume, dead-letters, redrive',
  schedules: 'schedules: list, next, add, reschedule, pause, resume, run, remove',
  limits: 'rates and numbers of runs at a time: list, set',
  workers: 'functions and long-running workers: list, shutdown, resize',
  workflows: 'workflows: sweep',
};
