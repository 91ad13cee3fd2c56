/** Revoking many runs at once, by the value of a header that their task names. */
import { RECORD_MS } from '../core/limits.ts';
import type { Message } from '../core/message.ts';
import type { AnyTask } from '../define/task.ts';
import type { Connection } from './client.ts';
import type { Revocation } from './control-port.ts';

/** How long a worker believes what it has read. */
const KNOWN_MS = 5_000;
const KNOWN_MAX = 1_000;

const known = new WeakMap<
  Connection['results'],
  Map<string, { at: number; found: Promise<readonly Revocation[]> }>
>();

/**
 * Whether a message was revoked by one of its headers; `running` asks for those that stop running attempts.
 */
export async function isRevokedBy(
  { ports, results }: Connection,
  task: AnyTask,
  message: Message,
  running: boolean,
): Promise<boolean> {
  const names = task.limits.revokedBy.flatMap((header) => {
    const value = message.headers[header];
    return value === undefined ? [] : [revocationName(header, value)];
  });
  if (names.length === 0 || ports.state === undefined) return false;
  const { control } = ports.state;
  // One connection has one process's results; copies of it for single attempts share them.
  const cache = known.get(results) ?? new Map();
  known.set(results, cache);
  const key = names.join('\n');
  const now = ports.clock.now();
  let entry = cache.get(key);
  if (entry === undefined || now - entry.at >= KNOWN_MS) {
    entry = { at: now, found: control.revocations(names) };
    entry.found.catch(() => cache.delete(key));
    // A process that lives long sees many values, and needs each for a few seconds only.
    if (cache.size >= KNOWN_MAX) cache.clear();
    cache.set(key, entry);
  }
  const found = await entry.found;
  const { sentAt } = message;
  return found.some(({ until, terminateUntil = Number.NEGATIVE_INFINITY }: Revocation) =>
    running ? sentAt <= terminateUntil : sentAt <= until,
  );
}

/** The name under which a header's value is revoked. */
export function revocationName(header: string, value: string): string {
  return `${header}=${value}`;
}

/** A revocation is of use for as long as messages from before it may come. */
export function revocationExpiry(now: number): number {
  return now + RECORD_MS;
}
