/** How DynamoDB compares two attribute values: by type first, then by its own order. */
import { type AttributeValue, bytesToText, type Item } from './attribute-value.ts';
import { compareNumbers } from './decimal.ts';

/**
 * Deep equality; sets are equal in any order, numbers by value. Values of different types are never equal.
 */
export function equalValues(a: AttributeValue, b: AttributeValue): boolean {
  if (a.type !== b.type) return false;
  if (a.type === 'L' && b.type === 'L') return equalLists(a.value, b.value);
  if (a.type === 'M' && b.type === 'M') return equalItems(a.value, b.value);
  if (a.type === 'B' && b.type === 'B') return Buffer.compare(a.value, b.value) === 0;
  if ((a.type === 'SS' || a.type === 'NS') && (b.type === 'SS' || b.type === 'NS')) {
    return equalSets(a.value, b.value);
  }
  if (a.type === 'BS' && b.type === 'BS')
    return equalSets(a.value.map(bytesToText), b.value.map(bytesToText));
  // What is left are texts, plain numbers, booleans and nulls, of one type.
  return a.value === b.value;
}

/** Whether two items have the same attributes with equal values. */
export function equalItems(a: Item, b: Item): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [name, value] of a) {
    const other = b.get(name);
    if (other === undefined || !equalValues(value, other)) return false;
  }
  return true;
}

/** Negative, zero or positive; undefined where DynamoDB has no order: different types, or not S, N, B. */
export function orderValues(a: AttributeValue, b: AttributeValue): number | undefined {
  if (a.type === 'N' && b.type === 'N') return compareNumbers(a.value, b.value);
  if (a.type === 'S' && b.type === 'S') return compareTexts(a.value, b.value);
  if (a.type === 'B' && b.type === 'B') return Buffer.compare(a.value, b.value);
  return undefined;
}

/** Order by UTF-8 bytes, which is not JavaScript's: that puts surrogate pairs before U+E000. */
function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  const x = inUtf8Order(a);
  const y = inUtf8Order(b);
  return x < y ? -1 : x > y ? 1 : 0;
}

/** A text whose order by code units is the order of the given text by UTF-8 bytes. */
export function inUtf8Order(text: string): string {
  if (!/[\ud800-\uffff]/.test(text)) return text;
  return text.replace(/[\ud800-\uffff]/g, (unit) => {
    const code = unit.charCodeAt(0);
    return String.fromCharCode(code >= 0xe000 ? code - 0x800 : code + 0x2000);
  });
}

function equalLists(a: readonly AttributeValue[], b: readonly AttributeValue[]): boolean {
  if (a.length !== b.length) return false;
  return a.every((member, index) => {
    const other = b[index];
    return other !== undefined && equalValues(member, other);
  });
}

function equalSets(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  const members = new Set(b);
  return a.every((member) => members.has(member));
}
