/**
 * Message ids. An id holds the time of its send and a checksum over app and stage, so that an id which was
 * never ours is told apart from one that still waits, without any write at send. Layout, in Crockford's base
 * 32 (lower case): 10 characters of time (milliseconds), 16 of chance, 4 of checksum. Ids sort by time. Where
 * calls of one millisecond have an order, the first three of chance count them.
 */
import { hash } from 'node:crypto';

const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_LENGTH = 10;
const BODY_LENGTH = 26;
const CHECK_LENGTH = 4;
const COUNT_LENGTH = 3;

/** Whose id it is. */
export interface IdSpace {
  readonly app: string;
  readonly stage: string;
}

/**
 * A new id for a message sent at `now`, or later where it waits for weeks; `chance` gives numbers in [0, 1).
 * `count` puts it behind those of that time with a smaller one.
 */
export function newId(space: IdSpace, now: number, chance: () => number, count?: number): string {
  let body = toBase32(Math.floor(now), TIME_LENGTH);
  if (count !== undefined) body += toBase32(count, COUNT_LENGTH);
  while (body.length < BODY_LENGTH) body += DIGITS[Math.floor(chance() * 32)];
  return body + checksum(space, body);
}

/**
 * The id of what follows from another message: the same whenever it is derived again, so a repeated send is a
 * duplicate.
 */
export function derivedId(space: IdSpace, parent: string, purpose: string): string {
  const body = parent.slice(0, TIME_LENGTH) + hashed(`${parent}/${purpose}`, BODY_LENGTH - TIME_LENGTH);
  return body + checksum(space, body);
}

/** The id of something that came from outside at a known time: the same for the same origin and time. */
export function originId(space: IdSpace, at: number, origin: string): string {
  const body = toBase32(at, TIME_LENGTH) + hashed(origin, BODY_LENGTH - TIME_LENGTH);
  return body + checksum(space, body);
}

/** A text of any length and letters as a short one that every service takes; another text makes another. */
export function digestOf(text: string): string {
  return hashed(text, BODY_LENGTH + CHECK_LENGTH);
}

/** What ids of this time begin with: as texts they sort by time, so this stands before all of them. */
export function idStart(at: number): string {
  return toBase32(Math.max(0, Math.floor(at)), TIME_LENGTH);
}

/**
 * A text that sorts messages by when they were sent, also those whose id has a later time; of all others that
 * were sent under a new id it is the id.
 */
export function orderOf({ id, sentAt }: { readonly id: string; readonly sentAt: number }): string {
  return idStart(sentAt) + id.slice(TIME_LENGTH);
}

/** When the message of this id was sent, or undefined when the id is not one of this app and stage. */
export function sentAtOf(space: IdSpace, id: string): number | undefined {
  if (id.length !== BODY_LENGTH + CHECK_LENGTH) return undefined;
  const body = id.slice(0, BODY_LENGTH);
  if (checksum(space, body) !== id.slice(BODY_LENGTH)) return undefined;
  return fromBase32(body.slice(0, TIME_LENGTH));
}

function checksum(space: IdSpace, body: string): string {
  return hashed(`${space.app}-${space.stage}/${body}`, CHECK_LENGTH);
}

function hashed(text: string, length: number): string {
  const bytes = hash('sha256', text, 'buffer');
  let digits = '';
  for (let index = 0; index < length; index++) digits += DIGITS[(bytes[index] ?? 0) % 32];
  return digits;
}

function toBase32(value: number, length: number): string {
  let digits = '';
  for (let rest = value; digits.length < length; rest = Math.floor(rest / 32))
    digits = DIGITS[rest % 32] + digits;
  return digits;
}

function fromBase32(digits: string): number {
  let value = 0;
  for (const digit of digits) value = value * 32 + DIGITS.indexOf(digit);
  return value;
}
