/** How long a run may take, in milliseconds: as its task says, or its send. */
export interface TimeLimits {
  readonly softMs?: number | undefined;
  readonly hardMs?: number | undefined;
}

/** Whether what a message says of its limits can be read. */
export function isTimeLimits(value: unknown): value is TimeLimits {
  if (typeof value !== 'object' || value === null) return false;
  const { softMs, hardMs } = { softMs: undefined, hardMs: undefined, ...value };
  return [softMs, hardMs].every((ms) => ms === undefined || (typeof ms === 'number' && ms > 0));
}

/** The limits of one run: what its send says goes before what its task says. */
export function limitsOfRun(task: TimeLimits, send: TimeLimits | undefined): TimeLimits {
  return { softMs: send?.softMs ?? task.softMs, hardMs: send?.hardMs ?? task.hardMs };
}
