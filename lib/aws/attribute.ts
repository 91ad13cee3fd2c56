/** SQS's message attributes as headers, from wherever they were read. */
import type { HeaderValue } from '../core/routing/headers.ts';

/** A message attribute: its type may have a label of the sender's after a dot ('Number.int'). */
export interface AttributeValue {
  readonly type: string;
  readonly text: string;
  readonly bytes: () => Uint8Array;
}

export function toHeader({ type, text, bytes }: AttributeValue): HeaderValue {
  if (type.startsWith('Binary')) return bytes();
  if (!type.startsWith('Number')) return text;
  const number = Number(text);
  // SQS takes numbers of 38 digits; what a number of JavaScript would round stays as it is.
  if (/^-?\d+$/.test(text) && !Number.isSafeInteger(number)) return BigInt(text);
  return Number.isNaN(number) ? text : number;
}
