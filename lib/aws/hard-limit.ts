/**
 * The hard time limit of what a child runs. The child ends such a run itself, and then still has the handler
 * that it could not end; one that blocks its event loop cannot even do that. So the first is replaced after
 * its batch, and the second is ended.
 */
import type { BegunRun } from '../runtime/outcome.ts';
import type { Clock, Log } from '../runtime/ports.ts';
import type { FromChild } from './pool-protocol.ts';

export interface HardLimit {
  hear(message: FromChild): void;
  /** Whether a handler was left behind in the child. */
  isLeft(): boolean;
  /** The run that the child was ended for. */
  late(): (BegunRun & { readonly hardMs: number }) | undefined;
  stop(): void;
}

/** How long a child has to end the run by itself. */
const SPARE_MS = 1_000;

/** `kill` ends the child. */
export function createHardLimit(
  { clock, log }: { readonly clock: Clock; readonly log: Log },
  kill: () => void,
): HardLimit {
  let isLeft = false;
  let late: (BegunRun & { readonly hardMs: number }) | undefined;
  let cancel = (): void => {};

  function watch(run: BegunRun): void {
    const { hardMs, id } = run;
    if (hardMs === undefined) return;
    cancel = clock.alarm(hardMs + SPARE_MS, () => {
      log({ level: 'warn', message: 'a child is ended', what: 'run', name: id, because: 'time limit' });
      late = { ...run, hardMs };
      kill();
    });
  }

  return {
    hear(message) {
      if (message.kind !== 'runs' && message.kind !== 'ran') return;
      cancel();
      if (message.kind === 'runs') watch(message.run);
      else isLeft ||= message.isLeft;
    },
    isLeft: () => isLeft,
    late: () => late,
    stop: () => cancel(),
  };
}
