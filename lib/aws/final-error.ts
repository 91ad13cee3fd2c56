/** What callers are told of an error of AWS: whether sending again may mend it (runtime/lane.ts). */

/**
 * An error, marked where no second try can mend it: its name is one of `final`, or of `entryFault` where one
 * entry that breaks a rule has refused its whole batch.
 */
export function marked(error: unknown, final: RegExp, entryFault?: RegExp): unknown {
  if (!(error instanceof Error)) return error;
  if (entryFault?.test(error.name) === true)
    return Object.assign(error, { retryable: false, entryFault: true });
  return final.test(error.name) ? Object.assign(error, { retryable: false }) : error;
}
