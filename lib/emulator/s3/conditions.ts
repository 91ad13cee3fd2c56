/** The conditions of reads and writes, in the order of RFC 7232. */
import { text, time } from '../operations.ts';
import type { Input } from '../service.ts';
import type { StoredObject } from './bucket.ts';
import { noSuchKey, notModified, preconditionFailed } from './errors.ts';

/** Checks a read; a copy is refused where a reader would be told that nothing changed. */
export function checkRead(input: Input, object: StoredObject, unchanged: 'tell' | 'refuse' = 'tell'): void {
  const same = (name: string) => unchangedBy(name, unchanged);
  const match = text(input, 'IfMatch');
  if (match !== undefined && !names(match, object.etag)) throw preconditionFailed('If-Match');
  const since = time(input, 'IfUnmodifiedSince');
  if (match === undefined && since !== undefined && seconds(object.at) > seconds(since.getTime()))
    throw preconditionFailed('If-Unmodified-Since');
  const none = text(input, 'IfNoneMatch');
  if (none !== undefined && names(none, object.etag)) throw same('If-None-Match');
  const modified = time(input, 'IfModifiedSince');
  if (none === undefined && modified !== undefined && seconds(object.at) <= seconds(modified.getTime()))
    throw same('If-Modified-Since');
}

/** Checks a write over what is there. */
export function checkWrite(input: Input, existing: StoredObject | undefined, key: string): void {
  const none = text(input, 'IfNoneMatch');
  if (none === '*' && existing !== undefined) throw preconditionFailed('If-None-Match');
  const match = text(input, 'IfMatch');
  if (match === undefined) return;
  if (existing === undefined) throw noSuchKey(key);
  if (!names(match, existing.etag)) throw preconditionFailed('If-Match');
}

function unchangedBy(name: string, unchanged: 'tell' | 'refuse'): Error {
  return unchanged === 'tell' ? notModified() : preconditionFailed(name);
}

function names(condition: string, etag: string): boolean {
  const bare = etag.replaceAll('"', '');
  return condition.split(',').some((each) => {
    const tag = each.trim().replace(/^W\//, '').replaceAll('"', '');
    return tag === '*' || tag === bare;
  });
}

/** HTTP's times have whole seconds. */
function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
