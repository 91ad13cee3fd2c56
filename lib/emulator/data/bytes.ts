/** Bytes and times inside values that JSON has to carry. */

const BYTES = '$bytes';
const TIME = '$time';

/**
 * Replaces bytes and times by objects with one member of text, which stand for nothing else: where they can
 * be, in attribute values of DynamoDB and SQS, members of objects are objects or named by the API.
 */
export function toKept(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return { [BYTES]: Buffer.from(value).toString('base64') };
  if (value instanceof Date) return { [TIME]: value.toISOString() };
  if (Array.isArray(value)) return value.map(toKept);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, toKept(each)]));
}

/** Turns what `toKept` has made back. */
export function fromKept(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(fromKept);
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first !== undefined && typeof first[1] === 'string') {
    if (first[0] === BYTES) return Uint8Array.from(Buffer.from(first[1], 'base64'));
    if (first[0] === TIME) return new Date(first[1]);
  }
  return Object.fromEntries(entries.map(([name, each]) => [name, fromKept(each)]));
}
