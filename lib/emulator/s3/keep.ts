/**
 * What of S3 outlives the process: buckets with their settings, objects, and uploads in parts that are under
 * way. Large bodies lie in files of their own, so a log holds only their names.
 */

import type { Bodies } from '../data/bodies.ts';
import { fromKept, toKept } from '../data/bytes.ts';
import type { Journal, Kept } from '../data/journal.ts';
import { createSeldom, type Seldom, type SeldomKind } from '../data/seldom.ts';
import { addBucket, type Bucket, type Part, type Store, type StoredObject, type Upload } from './bucket.ts';
import { readRules } from './lifecycle.ts';

/** Tells the journal what happens to what is in buckets. */
export interface Keeper extends Pick<Seldom, 'after'> {
  objectChanged(bucket: Bucket, key: string): void;
  uploadChanged(bucket: Bucket, upload: Upload): void;
  partChanged(bucket: Bucket, upload: Upload, part: number): void;
  readonly kept: readonly Kept[];
}

const OBJECT = 's3.object';
const UPLOAD = 's3.upload';
const PART = 's3.part';

/** Without a data folder nothing asks for bodies. */
const NO_BODIES: Bodies = { keep: () => undefined, find: () => new Uint8Array(0) };

/** Makes the keeper of all buckets. */
export function createKeeper(store: Store, journal?: Journal, bodies: Bodies = NO_BODIES): Keeper {
  const buckets = () => store.buckets.values();
  const keptBody = <T extends { readonly body: Uint8Array }>({ body, ...rest }: T) => ({
    ...Object(toKept(rest)),
    body: bodies.keep(body),
  });
  // Written by `keptBody`.
  const withBody = (value: unknown) => ({
    ...Object(fromKept(value)),
    body: bodies.find(Object(value).body),
  });
  const seldom = createSeldom(journal, [bucketKind(store)]);

  const inBucket = <T>(
    kind: string,
    list: (bucket: Bucket) => Iterable<readonly [string, T]>,
    toValue: (each: T) => unknown,
    take: (bucket: Bucket, key: string, value: unknown) => void,
  ): Kept => ({
    kind,
    *entries() {
      for (const bucket of buckets())
        for (const [key, each] of list(bucket)) yield [`${bucket.name}/${key}`, toValue(each)];
    },
    restore(entries) {
      for (const [key, value] of entries) {
        const slash = key.indexOf('/');
        const bucket = store.buckets.get(key.slice(0, slash));
        if (bucket !== undefined) take(bucket, key.slice(slash + 1), value);
      }
    },
  });
  const kept = [
    ...seldom.kept,
    inBucket(
      OBJECT,
      ({ objects }) => objects,
      keptBody,
      (bucket, key, value) => bucket.objects.set(key, withBody(value)),
    ),
    inBucket(
      UPLOAD,
      ({ uploads }) => uploads,
      toKeptUpload,
      (bucket, id, value) => bucket.uploads.set(id, { ...Object(fromKept(value)), parts: new Map() }),
    ),
    inBucket(PART, partsOf, keptBody, (bucket, key, value) => {
      const [id = '', number] = key.split('/');
      bucket.uploads.get(id)?.parts.set(Number(number), withBody(value));
    }),
  ];
  return {
    after: seldom.after,
    ...toNotes(journal, keptBody),
    kept,
  };
}

/** What is noted when something comes, changes or goes. */
function toNotes(
  journal: Journal | undefined,
  keptBody: (each: StoredObject | Part) => unknown,
): Pick<Keeper, 'objectChanged' | 'uploadChanged' | 'partChanged'> {
  const ifThere = (each: StoredObject | Part | undefined) =>
    each === undefined ? undefined : keptBody(each);
  const partChanged: Keeper['partChanged'] = (bucket, upload, part) =>
    journal?.note(PART, `${bucket.name}/${upload.id}/${part}`, () =>
      bucket.uploads.has(upload.id) ? ifThere(upload.parts.get(part)) : undefined,
    );
  return {
    objectChanged: (bucket, key) =>
      journal?.note(OBJECT, `${bucket.name}/${key}`, () => ifThere(bucket.objects.get(key))),
    partChanged,
    uploadChanged(bucket, upload) {
      if (journal === undefined) return;
      journal.note(UPLOAD, `${bucket.name}/${upload.id}`, () =>
        bucket.uploads.has(upload.id) ? toKeptUpload(upload) : undefined,
      );
      // Its parts go with it.
      for (const part of upload.parts.keys()) partChanged(bucket, upload, part);
    },
  };
}

function toKeptUpload({ parts: _parts, ...upload }: Upload): unknown {
  return toKept(upload);
}

function* partsOf({ uploads }: Bucket): Generator<readonly [string, Part]> {
  for (const { id, parts } of uploads.values())
    for (const [number, part] of parts) yield [`${id}/${number}`, part];
}

function bucketKind(store: Store): SeldomKind {
  return {
    kind: 's3.bucket',
    *all() {
      for (const { name, account, region, createdAt, rules, encryption } of store.buckets.values()) {
        const settings = { rules: rules.map(({ written }) => written), encryption };
        yield [name, { account, region, createdAt, ...settings }];
      }
    },
    take(name, value) {
      const { account, region, createdAt, rules, encryption } = Object(value);
      const bucket = addBucket(store, name, { account, region }, createdAt);
      bucket.encryption = encryption;
      if (rules.length === 0) return;
      bucket.rules = readRules({ LifecycleConfiguration: { Rules: rules } });
      // What has expired meanwhile goes at the first look.
      bucket.sweepAt = 0;
    },
  };
}
