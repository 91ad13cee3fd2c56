/**
 * Physical names and ids where a template gives none: as on AWS in form, but the same in each run, so that a
 * restart keeps them.
 */
import { createHash } from 'node:crypto';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Twelve characters that depend on nothing but the parts. */
export function toSuffix(...parts: readonly (string | number)[]): string {
  const hash = toHash(parts);
  return [...hash.subarray(0, 12)].map((byte) => LETTERS[byte % LETTERS.length]).join('');
}

/** `<Stack>-<LogicalId>-<suffix>`, shortened in front of the suffix where the service allows less. */
export function toPhysicalName(
  stack: string,
  logicalId: string,
  suffix: string,
  lengthMax: number,
  end = '',
): string {
  const room = lengthMax - suffix.length - end.length - 1;
  const whole = `${stack}-${logicalId}`;
  if (whole.length <= room) return `${whole}-${suffix}${end}`;
  // CloudFormation keeps a part of both names, so that neither stacks nor resources become alike.
  const half = Math.floor((room - 1) / 2);
  const first = stack.slice(0, Math.max(half, room - 1 - logicalId.length));
  return `${first}-${logicalId.slice(0, room - 1 - first.length)}-${suffix}${end}`;
}

/** A UUID (of version 4 in form) that depends on nothing but the parts. */
export function toUuid(...parts: readonly (string | number)[]): string {
  const hex = toHash(parts).toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

function toHash(parts: readonly (string | number)[]): Buffer {
  return createHash('sha256').update(JSON.stringify(parts)).digest();
}
