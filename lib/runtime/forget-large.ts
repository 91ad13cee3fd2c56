/** What `forget` does to results that lie in the bucket: nobody may delete objects, so they are emptied. */
import type { Blobs, Runs } from './ports.ts';

/** What large results are dropped with; without a bucket there are none. */
export interface LargeReads {
  readonly runs: Pick<Runs, 'read'> | undefined;
  readonly blobs?: Blobs | undefined;
}

/** Drops the results of runs that were forgotten, as far as they lie in the bucket. */
export async function forgetLarge({ blobs, runs }: LargeReads, ids: readonly string[]): Promise<void> {
  if (blobs === undefined || runs === undefined || ids.length === 0) return;
  const records = [...(await runs.read(ids)).values()];
  // The object itself goes as all do, when its time is over.
  const keys = new Set(records.flatMap(({ forgotten, blob }) => (forgotten === true ? (blob ?? []) : [])));
  await Promise.all([...keys].map((key) => blobs.put(key, '')));
}
