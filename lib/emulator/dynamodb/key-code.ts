/**
 * Keys as text whose order is DynamoDB's order: a table or index is one sorted list of such texts, in which a
 * Query is a range, a Scan the whole, and a segment of a parallel scan a stretch of partition hashes.
 */
import { type AttributeValue, bytesToText, type Item, type ScalarType } from './attribute-value.ts';
import { inUtf8Order } from './comparison.ts';
import { decimalOf } from './decimal.ts';

export interface KeyPart {
  readonly name: string;
  readonly type: ScalarType;
}

/** A table has one hash part and at most one range part, a global index up to four of each. */
export interface KeySchema {
  readonly hash: readonly KeyPart[];
  readonly range: readonly KeyPart[];
}

/** After every key text that begins in the same way: no code unit is higher. */
export const AFTER = '\uffff';

// Ends a part; zeros inside a part are escaped, so that a shorter part comes before a longer one.
const END = '\u0000\u0000';
// Two units of 15 bits: below AFTER, and enough to spread partitions over the segments of a scan.
const HASH_BITS = 30;
const HASH_UNIT = 0x7fff;

/** All parts of a schema, hash first. */
export function keyParts(schema: KeySchema): readonly KeyPart[] {
  return [...schema.hash, ...schema.range];
}

/** The text of an item's full key, or undefined when it lacks a part or has it in another type. */
export function keyText(schema: KeySchema, item: Item): string | undefined {
  const partition = partitionText(schema, item);
  if (partition === undefined) return undefined;
  const rest = partsText(schema.range, item);
  return rest === undefined ? undefined : partition + rest;
}

/** The text with which the keys of one partition begin. */
export function partitionText(schema: KeySchema, item: Item): string | undefined {
  const parts = partsText(schema.hash, item);
  return parts === undefined ? undefined : hashText(hashOf(parts)) + parts;
}

/** One range part as it stands in a key text; without its end, as the beginning of a text. */
export function partText(value: AttributeValue, ended = true): string {
  const code = scalarText(value);
  const escaped = code.includes('\u0000') ? code.replaceAll('\u0000', '\u0000\u0001') : code;
  return ended ? escaped + END : escaped;
}

/** Where a segment of a parallel scan begins; the end is the beginning of the next one. */
export function segmentText(segment: number, segments: number): string {
  if (segment >= segments) return AFTER;
  return hashText(Math.ceil((segment * 2 ** HASH_BITS) / segments));
}

function partsText(parts: readonly KeyPart[], item: Item): string | undefined {
  let text = '';
  for (const part of parts) {
    const value = item.get(part.name);
    if (value === undefined || value.type !== part.type) return undefined;
    text += partText(value);
  }
  return text;
}

function scalarText(value: AttributeValue): string {
  if (value.type === 'S') return inUtf8Order(value.value);
  if (value.type === 'N') return numberText(value.value);
  if (value.type === 'B') return bytesToText(value.value);
  throw new TypeError(`an attribute of type ${value.type} is no key`);
}

// Zero is '1'; above it come the exponent and the digits, below it their complements.
function numberText(plain: string): string {
  const { negative, digits, exponent } = decimalOf(plain);
  if (digits === '') return '1';
  if (!negative) return `2${String.fromCharCode(0x200 + exponent)}${digits}`;
  const complement = digits.replace(/\d/g, (digit) => String(9 - Number(digit)));
  return `0${String.fromCharCode(0x200 - exponent)}${complement}:`;
}

function hashText(hash: number): string {
  return String.fromCharCode((hash >>> 15) & HASH_UNIT, hash & HASH_UNIT);
}

// FNV-1a with a final mix: spreads texts that differ in their last letters only.
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) >>> (32 - HASH_BITS);
}
