/**
 * Colours, where somebody sees them: on a terminal, unless NO_COLOR or --no-color says otherwise; FORCE_COLOR
 * wants them anyway.
 */
import picocolors from 'picocolors';
import type { TaskState } from '../core/task-state.ts';

export const { bold, cyan, dim, green, magenta, red, yellow } = picocolors.createColors(isSeen());

function isSeen(): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if ((NO_COLOR ?? '') !== '' || process.argv.includes('--no-color')) return false;
  return (FORCE_COLOR ?? '') !== '' || (process.stdout.isTTY === true && TERM !== 'dumb');
}

const STATES: Readonly<Record<TaskState, (text: string) => string>> = {
  PENDING: dim,
  STARTED: cyan,
  RETRY: yellow,
  SUCCESS: green,
  FAILURE: red,
  REVOKED: magenta,
};

/** A state in its colour. */
export function paintState(state: TaskState): string {
  return STATES[state](state);
}
