/** The `celeriac` command: performs one command of the catalogue, and says what went wrong. */
import { readFileSync } from 'node:fs';
import { exitCodeOf, sayFailure } from './failure.ts';
import { createProgram, exitCodeOfCommander } from './program.ts';

/** Runs the command line; a failure is one line on stderr and an exit code that is not 0. */
export async function main(argv: readonly string[]): Promise<void> {
  // The SDK says eight lines about Node 20 in every process; a command's stderr is for what went wrong.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  // Whoever reads may have seen enough: `celeriac runs list | head`.
  if (!process.stdout.listeners('error').includes(endWithReader)) process.stdout.on('error', endWithReader);
  let json = false;
  const program = createProgram(version(), async (entry, options, given) => {
    json = options.json === true;
    const run = await entry.load();
    // The catalogue's options and arguments are those that the command declares.
    await run(options as never, ...(given as never[]));
  });
  try {
    await program.parseAsync(argv);
  } catch (error) {
    const code = exitCodeOfCommander(error);
    if (code === undefined) process.stderr.write(`${sayFailure(error, json)}\n`);
    process.exitCode = code ?? exitCodeOf(error);
  }
}

/** Ends as other commands do whose reader has gone, with what SIGPIPE makes of an exit code. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(128 + SIGPIPE);
}

const SIGPIPE = 13;

/** The package's own; its file stands two folders up in a checkout and three up in a build. */
function version(): string {
  const folder = import.meta.url.includes('/dist/') ? '../../../' : '../../';
  const text = readFileSync(new URL(`${folder}package.json`, import.meta.url), 'utf8');
  const parsed: { readonly version?: unknown } = JSON.parse(text);
  return String(parsed.version);
}
