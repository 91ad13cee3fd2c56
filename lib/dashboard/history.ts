/** How queues were before somebody looked; all values are JSON, as in row.ts. */

/** By the minute over the last hour, as CloudWatch has it; no queues where nobody measures. */
export interface QueueHistory {
  /** How far points lie apart. */
  readonly stepMs: number;
  readonly queues: readonly {
    readonly name: string;
    /** The oldest first; minutes in which a queue was idle may be missing. */
    readonly points: readonly HistoryPoint[];
  }[];
}

/** A queue in one minute; a figure that was not measured is missing. */
export interface HistoryPoint {
  readonly at: number;
  readonly ready?: number;
  readonly inFlight?: number;
  readonly delayed?: number;
  /** Age of the oldest message in seconds. */
  readonly oldest?: number;
  /** Messages that came, and that were acked. */
  readonly sent?: number;
  readonly deleted?: number;
}
