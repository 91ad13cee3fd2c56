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
