/**
 * The emulated S3: buckets, objects, uploads in parts and expiry by age. There are no versions, and nobody is
 * refused access. The bucket that CDK's bootstrap stack would make is there as soon as somebody names it.
 */
import type { Clock } from '../clock.ts';
import type { Bodies } from '../data/bodies.ts';
import type { Journal, Kept } from '../data/journal.ts';
import { toCall } from '../operations.ts';
import type { Service } from '../service.ts';
import { lookUp, type Store } from './bucket.ts';
import { bucketOperations } from './buckets.ts';
import { createKeeper } from './keep.ts';
import { listOperations } from './listing.ts';
import { multipartOperations } from './multipart.ts';
import { objectOperations } from './objects.ts';

export interface S3 extends Service {
  /** What is in an object: how other services read code and templates. */
  read(bucket: string, key: string): { readonly body: Uint8Array } | 'no bucket' | 'no key';
  kept(): readonly Kept[];
}

export interface S3Options {
  readonly clock: Clock;
  /** Makes the ids of uploads. */
  readonly random: () => number;
  readonly journal?: Journal;
  /** Where large bodies outlive the process. */
  readonly bodies?: Bodies;
}

/** Makes an emulated S3 without buckets. */
export function createS3({ clock, random, journal, bodies }: S3Options): S3 {
  const store: Store = { clock, random, buckets: new Map() };
  const keeper = createKeeper(store, journal, bodies);
  if (journal !== undefined) store.keeper = keeper;
  const operations = {
    ...bucketOperations(store),
    ...objectOperations(store),
    ...listOperations(store),
    ...multipartOperations(store),
  };
  return {
    call: keeper.after(toCall('s3', operations)),
    kept: () => keeper.kept,
    read(bucket, key) {
      const found = lookUp(store, bucket);
      return found === undefined ? 'no bucket' : (found.objects.get(key) ?? 'no key');
    },
  };
}
