/** What follows from the failure of a stream's batch: another attempt, two smaller batches, or the end. */
import type { StreamEventRecord } from './stream-batch.ts';
import type { StreamSettings } from './stream-mapping.ts';

/** Records that the function has not taken yet, and how often it has failed with the first of them. */
export interface Part {
  readonly batch: readonly StreamEventRecord[];
  readonly attempts: number;
  /** There are no more retries. */
  readonly givenUp?: boolean;
}

/** How an attempt of a batch ended. */
export type Attempt =
  | { readonly kind: 'done' }
  | { readonly kind: 'throttled' }
  | { readonly kind: 'failed'; readonly done: number; readonly requestId: string };

/** What is left of a batch whose first `done` records the function has taken. */
export function afterFailure(
  part: Part,
  done: number,
  { bisects, retriesMax }: Pick<StreamSettings, 'bisects' | 'retriesMax'>,
): readonly Part[] {
  const batch = part.batch.slice(done);
  // What has got further counts as new: the attempts are those of its first record.
  const before = done > 0 ? 0 : part.attempts;
  if (bisects && batch.length > 1) {
    const middle = Math.ceil(batch.length / 2);
    // Splitting is no attempt (Lambda, error handling of streams).
    return [
      { batch: batch.slice(0, middle), attempts: before },
      { batch: batch.slice(middle), attempts: before },
    ];
  }
  const attempts = before + 1;
  return [{ batch, attempts, givenUp: retriesMax >= 0 && attempts > retriesMax }];
}
