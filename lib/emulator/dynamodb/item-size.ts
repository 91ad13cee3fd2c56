/**
 * How many bytes DynamoDB counts for an item: for the 400 KB limit, for pages of 1 MB and for capacity units.
 */
import type { AttributeValue, Item } from './attribute-value.ts';

// The developer guide: 3 bytes for each list or map, and one more for each of its members.
const DOCUMENT_BYTES = 3;
const MEMBER_BYTES = 1;

/** Bytes of an item: names in UTF-8, and values. */
export function itemSize(item: Item): number {
  let size = 0;
  for (const [name, value] of item) size += utf8Size(name) + valueSize(value);
  return size;
}

/** Bytes of a value without its name. */
export function valueSize(value: AttributeValue): number {
  switch (value.type) {
    case 'S':
      return utf8Size(value.value);
    case 'N':
      return numberSize(value.value);
    case 'B':
      return value.value.length;
    case 'BOOL':
    case 'NULL':
      return 1;
    case 'SS':
      return sum(value.value, utf8Size);
    case 'NS':
      return sum(value.value, numberSize);
    case 'BS':
      return sum(value.value, (bytes) => bytes.length);
    case 'L':
      return DOCUMENT_BYTES + sum(value.value, (member) => MEMBER_BYTES + valueSize(member));
    case 'M':
      return DOCUMENT_BYTES + itemSize(value.value) + MEMBER_BYTES * value.value.size;
  }
}

/** Bytes of a text in UTF-8. */
export function utf8Size(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

// One byte for the exponent, one for two digits on either side of the point, one more for a sign. Zeros at
// either end of the whole number do not count.
function numberSize(plain: string): number {
  const negative = plain.startsWith('-');
  const from = negative ? 1 : 0;
  const point = plain.indexOf('.');
  const whole = point < 0 ? plain.length : point;
  const first = skipZeros(plain, from, plain.length, 1);
  const last = skipZeros(plain, plain.length - 1, from - 1, -1);
  // Digits of the whole number and of the fraction, between the first and the last one that is not a zero.
  const before = Math.max(Math.min(whole, last + 1) - first, 0);
  const after = Math.max(last - Math.max(point < 0 ? plain.length : point, first - 1), 0);
  return 1 + Math.ceil(before / 2) + Math.ceil(after / 2) + from;
}

function skipZeros(text: string, from: number, to: number, step: 1 | -1): number {
  let at = from;
  while (at !== to && (text[at] === '0' || text[at] === '.')) at += step;
  return at;
}

function sum<T>(members: readonly T[], size: (member: T) => number): number {
  let total = 0;
  for (const member of members) total += size(member);
  return total;
}
