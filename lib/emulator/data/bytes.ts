/** Bytes and times inside values that JSON has to carry. */

const BYTES = '$bytes';
const TIME = '$time';
const PLAIN = '$plain';

/** Replaces bytes and times by objects with one member; objects that look like those are wrapped in one. */
export function toKept(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return { [BYTES]: Buffer.from(value).toString('base64') };
  if (value instanceof Date) return { [TIME]: value.toISOString() };
  if (Array.isArray(value)) return value.map(toKept);
  const names = Object.keys(value);
  const kept = Object.fromEntries(Object.entries(value).map(([name, each]) => [name, toKept(each)]));
  // A user's own map may have such a name.
  return names.length === 1 && [BYTES, TIME, PLAIN].includes(names[0] ?? '') ? { [PLAIN]: kept } : kept;
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
  const plain = entries.length === 1 && first?.[0] === PLAIN ? first[1] : undefined;
  const inner = typeof plain === 'object' && plain !== null ? Object.entries(plain) : entries;
  return Object.fromEntries(inner.map(([name, each]) => [name, fromKept(each)]));
}
