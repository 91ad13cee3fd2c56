/** What a desk answers about costs, in US dollars. */

/** Calls of one kind, and what they cost. */
export interface CostRow {
  readonly service: string;
  readonly what: string;
  readonly calls: number;
  readonly usd: number;
}

/** What an app costs by its calls. */
export interface CostAnswer {
  /** Calls counted in the last 24 h, or since the emulator began. */
  readonly rows: readonly CostRow[];
  readonly perTask: readonly {
    readonly task: string;
    readonly runs: number;
    readonly usdPerMillion: number;
  }[];
  readonly since: number;
  /** What is not counted, and where prices come from. */
  readonly note: string;
}
