/** What `celeriac worker` understands. The command itself is loaded when it is asked for. */
import type { Command } from 'commander';

/** Adds the command to a program. */
export function addWorkerCommand(program: Command): void {
  program
    .command('worker')
    .description('work off queues of an app on this machine, without Lambda')
    .requiredOption('--app <file>', 'the module that exports the app, in JavaScript or TypeScript')
    .option('--name <name>', 'the app, where the module exports several')
    .option('--queues <names>', 'the queues to work off, with commas between; without it all of the app')
    .option('--stage <name>', 'which copy of the app; without it CELERIAC_STAGE says, or it is dev')
    .option('--pool <kind>', 'where tasks run: async, threads or processes', 'async')
    .option('--concurrency <number>', 'how many messages run at once; 10, or the number of processors')
    .option('--prefetch <number>', 'how many more are held in advance')
    .option('--autoscale <min,max>', 'change the concurrency between these by what waits')
    .option('--max-tasks-per-child <number>', 'replace a child of the pool after so many messages')
    .option('--max-memory-per-child <megabytes>', 'replace a child that needs more than this')
    .option('--health <port>', 'serve /healthz and /readyz')
    .option('--heartbeat <duration>', 'how often claims are renewed and the worker says that it lives')
    .option('--soft-timeout <duration>', 'how long a soft stop waits for tasks that were told to stop')
    .option('--endpoint <url>', "another address than AWS's, for the emulator")
    .option('--region <name>', 'the region; without it the environment says')
    .action(async (options) => (await import('./worker.ts')).worker(options));
}
