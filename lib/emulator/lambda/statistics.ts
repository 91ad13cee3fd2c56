/** What has been counted about each function, as CloudWatch would count it. */

/** Counts since the function was made, or since the emulator started. */
export interface FunctionStatistics {
  invocations: number;
  /** Invocations that ended in an error, timeouts and kills included. */
  errors: number;
  timeouts: number;
  /** Invocations refused for want of concurrency. */
  throttles: number;
  /** Invocations refused by the recursion guard. */
  recursionsDropped: number;
  coldStarts: number;
  /** Asynchronous events given up after their last attempt. */
  eventsDropped: number;
  /** On the emulator's clock. */
  durationMs: number;
}

/** The counts of all functions, by ARN. */
export interface Statistics {
  of(arn: string): FunctionStatistics;
  count(
    arn: string,
    execution: { readonly cold: boolean; readonly error: string | undefined; readonly durationMs: number },
  ): void;
}

/** Makes statistics of nothing yet. */
export function createStatistics(): Statistics {
  const counts = new Map<string, FunctionStatistics>();

  function of(arn: string): FunctionStatistics {
    let found = counts.get(arn);
    if (found === undefined) {
      found = {
        invocations: 0,
        errors: 0,
        timeouts: 0,
        throttles: 0,
        recursionsDropped: 0,
        coldStarts: 0,
        eventsDropped: 0,
        durationMs: 0,
      };
      counts.set(arn, found);
    }
    return found;
  }

  function count(arn: string, execution: Parameters<Statistics['count']>[1]): void {
    const counted = of(arn);
    counted.invocations += 1;
    counted.durationMs += execution.durationMs;
    if (execution.cold) counted.coldStarts += 1;
    if (execution.error !== undefined) counted.errors += 1;
    if (execution.error === 'Sandbox.Timedout') counted.timeouts += 1;
  }

  return { of, count };
}
