/** The `celeriac` command: performs one command of the catalogue, and says what went wrong. */
import { readFileSync } from 'node:fs';
import { CeleriacError } from '../errors.ts';
import { EXIT, type ExitCode, exitCodeOf, sayFailure } from './failure.ts';
import { createProgram, exitCodeOfCommander, toUsageError } from './program.ts';
import { watchReader } from './reader.ts';

/** Runs the command line; a failure is one line on stderr and an exit code that is not 0. */
export async function main(argv: readonly string[]): Promise<void> {
  // The SDK says eight lines about Node 20 in every process; a command's stderr is for what went wrong.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  // Whoever reads may have seen enough: `celeriac runs list | head`.
  watchReader();
  // Before the words are read: they may be wrong, and a program wants to hear of that, too.
  const json = argv.includes('--json');
  const program = createProgram(
    version(),
    async (entry, options, given) => {
      const run = await entry.load();
      // The catalogue's options and arguments are those that the command declares.
      await run(options as never, ...(given as never[]));
    },
    json,
  );
  // Nothing is left that could bring about what is awaited: Node would end without a word of ours.
  const leave = (): void => process.exit(fail(unsettled(), json));
  process.once('beforeExit', leave);
  try {
    await program.parseAsync(argv);
  } catch (error) {
    const code = exitCodeOfCommander(error);
    if (code === undefined) process.exitCode = fail(error, json);
    else process.exitCode = code === EXIT.ok || !json ? code : fail(toUsageError(error), json);
  } finally {
    process.off('beforeExit', leave);
  }
}

function fail(error: unknown, json: boolean): ExitCode {
  process.stderr.write(`${sayFailure(error, json)}\n`);
  return exitCodeOf(error);
}

function unsettled(): CeleriacError {
  const text =
    'the command waits for something that never comes: ' +
    'a module of the app may have an await at its top level';
  return new CeleriacError('APP_NOT_LOADED', text);
}

/** The package's own; its file stands two folders up in a checkout and three up in a build. */
function version(): string {
  const folder = import.meta.url.includes('/dist/') ? '../../../' : '../../';
  const text = readFileSync(new URL(`${folder}package.json`, import.meta.url), 'utf8');
  const parsed: { readonly version?: unknown } = JSON.parse(text);
  return String(parsed.version);
}
