/** What becomes of a command when nobody takes what it prints: a closed pipe, a full disk. */

/** Listens to stdout and stderr, once for a process. */
export function watchReader(): void {
  for (const stream of [process.stdout, process.stderr])
    if (!stream.listeners('error').includes(endWithReader)) stream.on('error', endWithReader);
}

/** What ends this command in order; else it is told as by SIGTERM, where it hears that, or ends at once. */
let endInOrder: (() => void) | undefined;

/** Says how this command ends when it has no reader: a signal more would stop a worker harder. */
export function onReaderGone(end: () => void): void {
  endInOrder = end;
}

/**
 * Ends as other commands do whose reader has gone, with what SIGPIPE makes of an exit code. Whoever serves,
 * or runs tasks, ends in order, as when it is told to; each further line fails too, and must not hurry it.
 */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (process.exitCode !== undefined && process.exitCode !== 0) return;
  const isGone = error.code === 'EPIPE';
  process.exitCode = isGone ? 128 + SIGPIPE : 1;
  if (!isGone) process.stderr.write(`celeriac: what it prints cannot be written: ${error.message}\n`);
  if (endInOrder !== undefined) endInOrder();
  else if (process.listenerCount('SIGTERM') === 0) process.exit();
  else process.emit('SIGTERM', 'SIGTERM');
}

const SIGPIPE = 13;
