/** The `celeriac` command: what it can do, one file a subcommand, each loaded only when it is asked for. */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';

/** Stand here and in the modules that they come from, which are loaded only when they are needed. */
const DEFAULT_STAGE = 'dev';
const OLDER_THAN_DEFAULT = '1h';

/** Runs the command line; a failure is one line on stderr and exit code 1. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('celeriac')
    .description("Celery's tasks, RabbitMQ's exchanges and APScheduler's schedules on AWS")
    .version(version(), '-v, --version')
    .showHelpAfterError('(celeriac --help lists what there is)');
  program
    .command('emulator')
    .description('serve the AWS services that an app uses, in this process')
    .option('--port <number>', 'the port to listen on; 0 takes a free one', '4566')
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option('--template <folder>', "a synthesized app (cdk's cdk.out) to create at the start")
    .option('--virtual <time>', 'a clock that starts at this time and stands still until it is advanced')
    .option('--data <folder>', 'keep everything in this folder, also when the process is killed')
    .option('--faults <file>', 'a plan in JSON of what is to go wrong, and how often')
    .option('--fsync', 'with --data: wait for the disk before each answer, so that a power cut loses nothing')
    .action(async (options) => (await import('./emulator.ts')).emulator(options));
  program
    .command('dev')
    .description('run the app of this folder on the emulator, and reload it when a source changes')
    .option('--port <number>', 'the port to listen on; 0 takes a free one', '4566')
    .option('--project <folder>', 'the folder of the app', '.')
    .option('--dashboard <port>', "the dashboard's port, or 'off'; without it the one after --port")
    .action(async (options) => (await import('./dev.ts')).dev(options));
  program
    .command('dashboard')
    .description('open a deployed dashboard that asks for signatures: signs what a browser asks of it')
    .requiredOption('--url <address>', "the dashboard's function URL, an output of its stack")
    .option('--port <number>', 'the port of this machine to listen on; 0 takes a free one', '4567')
    .option('--region <name>', 'the region; without it the environment says')
    .action(async (options) => (await import('./dashboard.ts')).dashboard(options));
  program
    .command('sweep')
    .description('remove the reply queues of clients that have died')
    .requiredOption('--app <name>', 'the app whose reply queues are looked at')
    .option('--stage <name>', 'which copy of the app', DEFAULT_STAGE)
    .option(
      '--older-than <duration>',
      'how long a client must have shown no sign of life',
      OLDER_THAN_DEFAULT,
    )
    .option('--endpoint <url>', "another address than AWS's, for the emulator")
    .option('--region <name>', 'the region; without it the environment says')
    .option('--json', 'print one line of JSON')
    .action(async (options) => (await import('./sweep.ts')).sweep(options));
  try {
    await program.parseAsync(argv);
  } catch (error) {
    process.stderr.write(`celeriac: ${oneLine(error)}\n`);
    process.exitCode = 1;
  }
}

/** The package's own; its file stands two folders up in a checkout and three up in a build. */
function version(): string {
  const folder = import.meta.url.includes('/dist/') ? '../../../' : '../../';
  const text = readFileSync(new URL(`${folder}package.json`, import.meta.url), 'utf8');
  const parsed: { readonly version?: unknown } = JSON.parse(text);
  return String(parsed.version);
}

function oneLine(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.trim().replace(/\s*\n\s*/g, '; ');
}
