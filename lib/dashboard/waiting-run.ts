/** A row of the list of runs that are known to wait. */
import type { RunRow, Waiting } from './row.ts';

export interface WaitingRunRow extends RunRow {
  readonly waiting: Waiting;
}
