/**
 * The counter of the recursion guard: how many functions a chain of calls has passed through. It travels in
 * the trace header of X-Ray, `Root=…;Parent=…;Sampled=0;Lineage=<count>:<function>:0`, which the SDK copies
 * from a function's _X_AMZN_TRACE_ID to its calls, and SQS from a call to its messages (AWSTraceHeader). AWS
 * does not document the inside of the member; this is ours.
 */
import { createHash } from 'node:crypto';

/** The count in a trace header; 0 where there is none. */
export function readLineage(header: string | undefined): number {
  const member = header?.split(';').find((part) => part.trim().startsWith('Lineage='));
  if (member === undefined) return 0;
  const count = Number.parseInt(member.trim().slice('Lineage='.length), 10);
  return Number.isSafeInteger(count) && count > 0 ? count : 0;
}

/** The trace header of one invocation, which all its calls carry on. `random` gives chance in [0, 1). */
export function traceHeader(
  functionArn: string,
  lineage: number,
  atMs: number,
  random: () => number,
): string {
  const time = Math.floor(atMs / 1000)
    .toString(16)
    .padStart(8, '0');
  const root = `1-${time}-${hexDigits(24, random)}`;
  const parent = hexDigits(16, random);
  return `Root=${root};Parent=${parent};Sampled=0;Lineage=${lineage}:${shortHash(functionArn)}:0`;
}

/** So many hexadecimal digits by chance. */
export function hexDigits(length: number, random: () => number): string {
  let digits = '';
  while (digits.length < length) {
    digits += Math.floor(random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0');
  }
  return digits.slice(0, length);
}

/** A version 4 UUID by chance. */
export function uuid(random: () => number): string {
  const digits = hexDigits(32, random);
  const variant = ((Number.parseInt(digits.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `${variant}${digits.slice(17, 20)}`,
    digits.slice(20),
  ].join('-');
}

const hashes = new Map<string, string>();

function shortHash(text: string): string {
  let hash = hashes.get(text);
  if (hash === undefined) {
    hash = createHash('sha256').update(text).digest('hex').slice(0, 8);
    hashes.set(text, hash);
  }
  return hash;
}
